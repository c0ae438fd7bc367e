"""The record that something was erased: when, of what kind, how much; never what it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kairo_pipelines.relational.orm import Base, Identified, utc_now


class Erasure(Identified, Base):
    """One request to erase. It stays for ever, so that what it names does not come back."""

    __tablename__ = "erasure"
    __table_args__ = (
        UniqueConstraint("subject_hash"),
        CheckConstraint("kind IN ('item', 'author')", name="kind"),
    )

    kind: Mapped[str] = mapped_column(String(10))
    platform: Mapped[str] = mapped_column(String(40))
    #: A keyed hash of what was erased.
    subject_hash: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(default=utc_now)
    #: When it was last carried out to the end; null while it is not.
    finished_at: Mapped[datetime | None]
    #: How much went: captures, rows by table, boards.
    removed: Mapped[dict[str, Any]] = mapped_column(default=dict)


def erased_subjects(session: Session) -> frozenset[str]:
    """The hashes of all that is on record."""
    return frozenset(session.scalars(select(Erasure.subject_hash)))


def record_of(session: Session, kind: str, platform: str, subject_hash: str) -> Erasure:
    """The record for this subject, made where there is none yet."""
    known = session.scalar(select(Erasure).where(Erasure.subject_hash == subject_hash))
    if known is None:
        known = Erasure(kind=kind, platform=platform, subject_hash=subject_hash)
        session.add(known)
        session.flush()
    return known
