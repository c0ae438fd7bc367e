"""Boards, kept as they stood, and the signals that the next one is made from."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kairo_hero.models.columns import BrandId, Properties
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


class SignalBundle(Identified, Base):
    """A brand's external signals as they were last gathered: what its next board is made from."""

    __tablename__ = "signal_bundle"
    __table_args__ = (UniqueConstraint("brand_id"),)

    brand_id: Mapped[BrandId]
    fetched_at: Mapped[datetime] = mapped_column(default=utc_now)
    trend_hour: Mapped[datetime | None]
    silence: Mapped[str | None]
    taboo_topics: Mapped[int] = mapped_column(default=0)
    bundle: Mapped[Properties]
