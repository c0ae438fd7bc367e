"""Something a brand could say now, and why."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kairo_hero.models.columns import BrandId, Numbers, Objects, PersonaId, PillarId, Properties, Prose, Strings, one_of
from kairo_hero.vocabulary import OpportunityType
from kairo_pipelines.relational.orm import Base, Identified, Timestamped


class Opportunity(Identified, Timestamped, Base):
    """One card of a board. `fingerprint` is equal for cards that say the same, so that a run can't keep one twice."""

    __tablename__ = "opportunity"
    __table_args__ = (
        UniqueConstraint("brand_id", "run_id", "fingerprint"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        Index(None, "brand_id", "created_at"),
        Index(None, "brand_id", "is_pinned", "is_snoozed"),
        Index(None, "brand_id", "type"),
        Index(None, "brand_id", "signal_id"),
    )

    brand_id: Mapped[BrandId]
    persona_id: Mapped[PersonaId]
    pillar_id: Mapped[PillarId]
    run_id: Mapped[str | None]
    fingerprint: Mapped[str | None]
    title: Mapped[str]
    angle: Mapped[Prose]
    why_now: Mapped[Prose]
    type: Mapped[OpportunityType] = mapped_column(one_of(OpportunityType, "type"))
    score: Mapped[float]
    score_breakdown: Mapped[Properties]
    primary_channel: Mapped[str]
    suggested_channels: Mapped[Strings]
    trend_id: Mapped[str | None]
    #: The trend or the post that it springs from: it keeps its card from board to board.
    signal_id: Mapped[str | None]
    #: What the trend's posts have in common: a phrase, a link, a hashtag.
    cluster_kind: Mapped[str | None]
    evidence: Mapped[Objects]
    sparkline: Mapped[Numbers]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    is_snoozed: Mapped[bool] = mapped_column(default=False)
    snoozed_until: Mapped[datetime | None]
