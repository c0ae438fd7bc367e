"""What is made of an opportunity: a package, its variant for each channel, and what became of a variant."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kairo_hero.models.columns import (
    BrandId,
    Objects,
    PatternId,
    PersonaId,
    PillarId,
    Properties,
    Prose,
    Strings,
    one_of,
)
from kairo_hero.vocabulary import PackageStatus, VariantStatus
from kairo_pipelines.relational.orm import Base, Identified, Timestamped, utc_now


class ContentPackage(Identified, Timestamped, Base):
    """The idea behind one opportunity, worked out once for all of its channels."""

    __tablename__ = "content_package"
    __table_args__ = (
        UniqueConstraint("brand_id", "origin_opportunity_id"),
        UniqueConstraint("id", "brand_id"),
    )

    brand_id: Mapped[BrandId]
    origin_opportunity_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("opportunity.id", ondelete="SET NULL"))
    persona_id: Mapped[PersonaId]
    pillar_id: Mapped[PillarId]
    title: Mapped[str]
    status: Mapped[PackageStatus] = mapped_column(one_of(PackageStatus, "status"), default=PackageStatus.DRAFT)
    channels: Mapped[Strings]
    core_idea: Mapped[Prose]
    key_points: Mapped[Objects]
    hooks: Mapped[Strings]
    call_to_action: Mapped[Prose]
    notes: Mapped[Prose]
    metrics_snapshot: Mapped[Properties]

    variants: Mapped[list["Variant"]] = relationship(
        order_by="Variant.channel, Variant.created_at", passive_deletes="all"
    )


class Variant(Identified, Timestamped, Base):
    """A package written for one channel. It is of its package's brand: the foreign key holds both."""

    __tablename__ = "variant"
    __table_args__ = (
        ForeignKeyConstraint(
            ["package_id", "brand_id"], ["content_package.id", "content_package.brand_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("id", "brand_id"),
        CheckConstraint("eval_score BETWEEN 0 AND 100", name="eval_score_range"),
        Index(None, "package_id", "channel"),
        Index(None, "brand_id", "channel", "status"),
    )

    brand_id: Mapped[BrandId]
    package_id: Mapped[uuid.UUID]
    pattern_template_id: Mapped[PatternId]
    channel: Mapped[str]
    status: Mapped[VariantStatus] = mapped_column(one_of(VariantStatus, "status"), default=VariantStatus.DRAFT)
    draft_text: Mapped[Prose]
    parts: Mapped[Properties]
    violations: Mapped[Strings]
    eval_score: Mapped[float | None]


class ExecutionEvent(Identified, Base):
    """Something that happened to a variant out in the world or on its way there. It is of its variant's brand."""

    __tablename__ = "execution_event"
    __table_args__ = (
        ForeignKeyConstraint(["variant_id", "brand_id"], ["variant.id", "variant.brand_id"], ondelete="CASCADE"),
        Index(None, "variant_id", "occurred_at"),
    )

    brand_id: Mapped[BrandId]
    variant_id: Mapped[uuid.UUID]
    channel: Mapped[str]
    event_type: Mapped[str]
    decision_type: Mapped[str | None]
    payload: Mapped[Properties]
    occurred_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
