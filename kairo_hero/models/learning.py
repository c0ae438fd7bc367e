"""What people decided, kept so that it can change later scores and be taken back."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kairo_hero.models.columns import BrandId, PatternId, Properties
from kairo_pipelines.relational.orm import Base, Identified, utc_now


class LearningEvent(Identified, Base):
    """One thing learnt about a brand. `decision_id` is the caller's, so that a decision sent twice counts once."""

    __tablename__ = "learning_event"
    __table_args__ = (
        UniqueConstraint("decision_id"),
        Index(None, "brand_id", "effective_at"),
    )

    brand_id: Mapped[BrandId]
    signal_type: Mapped[str]
    payload: Mapped[Properties]
    effective_at: Mapped[datetime] = mapped_column(default=utc_now)
    decision_id: Mapped[str | None]
    pattern_id: Mapped[PatternId]
    opportunity_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("opportunity.id", ondelete="SET NULL"), index=True
    )
    package_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("content_package.id", ondelete="SET NULL"), index=True
    )
    variant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("variant.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
