"""A brand, what it stands for and whom it talks to, and what is compiled from that."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from kairo_hero.models.columns import BrandId, Numbers, Objects, Properties, Prose, Strings, one_of
from kairo_hero.models.tenancy import Slugged, Tenant, slug_constraint
from kairo_hero.vocabulary import PatternStatus
from kairo_pipelines.relational.orm import Base, Identified, Timestamped, utc_now


class Brand(Identified, Timestamped, Slugged, Base):
    """Who speaks: its position, its tone, what it never says, and where it publishes."""

    __tablename__ = "brand"
    __table_args__ = (UniqueConstraint("tenant_id", "slug"), slug_constraint())

    tenant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tenant.id", ondelete="RESTRICT"))
    name: Mapped[str]
    positioning: Mapped[Prose]
    tone_tags: Mapped[Strings]
    taboos: Mapped[Strings]
    channels: Mapped[Strings]
    timezone: Mapped[str] = mapped_column(default="UTC")
    mention_names: Mapped[Strings]
    competitors: Mapped[Strings]

    tenant: Mapped[Tenant] = relationship(lazy="joined", innerjoin=True)
    personas: Mapped[list["Persona"]] = relationship(order_by="Persona.name", passive_deletes="all")
    pillars: Mapped[list["ContentPillar"]] = relationship(
        order_by="ContentPillar.priority_rank, ContentPillar.name", passive_deletes="all"
    )

    @property
    def partition_key(self) -> str:
        """The brand as Dagster's UI and the command line name it."""
        return f"{self.tenant.slug}.{self.slug}"

    @validates("tenant_id", "tenant")
    def _keep_tenant(self, attribute: str, tenant: Tenant | uuid.UUID) -> Tenant | uuid.UUID:
        self._refuse_change(attribute, tenant)
        return tenant


class BrandSnapshot(Identified, Base):
    """A brand as it stood at one moment; what was made then can be explained by it later."""

    __tablename__ = "brand_snapshot"
    __table_args__ = (Index(None, "brand_id", "snapshot_at"),)

    brand_id: Mapped[BrandId]
    snapshot_at: Mapped[datetime] = mapped_column(default=utc_now)
    positioning_summary: Mapped[Prose]
    pillars: Mapped[Objects]
    personas: Mapped[Objects]


class BrandIR(Identified, Base):
    """A brand compiled into what signals are matched with; `source_hash` tells whether the brand has changed since."""

    __tablename__ = "brand_ir"
    __table_args__ = (UniqueConstraint("brand_id"),)

    brand_id: Mapped[BrandId]
    positioning_embedding: Mapped[Numbers]
    pillar_keywords: Mapped[Properties]
    persona_signals: Mapped[Properties]
    taboo_patterns: Mapped[Strings]
    source_hash: Mapped[str]
    compiled_at: Mapped[datetime] = mapped_column(default=utc_now)


class Persona(Identified, Timestamped, Base):
    """Someone the brand talks to: what they care for and what hurts."""

    __tablename__ = "persona"
    __table_args__ = (UniqueConstraint("brand_id", "name"),)

    brand_id: Mapped[BrandId]
    name: Mapped[str]
    role: Mapped[Prose]
    summary: Mapped[Prose]
    priorities: Mapped[Strings]
    pains: Mapped[Strings]


class ContentPillar(Identified, Timestamped, Base):
    """A subject the brand keeps coming back to; rank 1 is the most important."""

    __tablename__ = "content_pillar"
    __table_args__ = (
        UniqueConstraint("brand_id", "name"),
        CheckConstraint("priority_rank >= 1", name="priority_rank_positive"),
    )

    brand_id: Mapped[BrandId]
    name: Mapped[str]
    category: Mapped[Prose]
    description: Mapped[Prose]
    priority_rank: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)


class PatternTemplate(Identified, Timestamped, Base):
    """The beats that a text goes through, in order; without a brand, every brand may use it."""

    __tablename__ = "pattern_template"

    brand_id: Mapped[BrandId | None]
    name: Mapped[str]
    category: Mapped[Prose]
    status: Mapped[PatternStatus] = mapped_column(one_of(PatternStatus, "status"), default=PatternStatus.ACTIVE)
    beats: Mapped[Strings]
