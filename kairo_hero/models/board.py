"""Boards, kept as they stood, and the signals that the next one is made from."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kairo_hero.models.columns import BrandId, Objects, Properties
from kairo_pipelines.relational.orm import Base, Identified, utc_now


class TodayBoard(Identified, Base):
    """A brand's board from one run, with the signals that it was made from."""

    __tablename__ = "today_board"
    __table_args__ = (
        UniqueConstraint("brand_id", "run_id"),
        Index(None, "brand_id", "generated_at"),
    )

    brand_id: Mapped[BrandId]
    run_id: Mapped[str]
    generated_at: Mapped[datetime] = mapped_column(default=utc_now)
    board: Mapped[Properties]
    signal_bundle: Mapped[Properties]
    #: What its cards were composed from, and what models answered: the same again makes the same cards.
    made_from: Mapped[Properties | None]


class SignalBundle(Identified, Base):
    """A brand's external signals as they were last gathered: what its next board is made from."""

    __tablename__ = "signal_bundle"
    __table_args__ = (UniqueConstraint("brand_id"),)

    brand_id: Mapped[BrandId]
    fetched_at: Mapped[datetime] = mapped_column(default=utc_now)
    trend_hour: Mapped[datetime | None]
    silence: Mapped[str | None]
    considered: Mapped[int] = mapped_column(default=0, server_default="0")
    set_aside: Mapped[Properties] = mapped_column(server_default="{}")
    bundle: Mapped[Properties]
    #: The bundle's trends and moments that are the brand's, with all that a card says of them.
    occasions: Mapped[Objects | None]
