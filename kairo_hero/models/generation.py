"""Whose board is being made at this moment."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from kairo_hero.models.columns import BrandId
from kairo_pipelines.relational.orm import Base, Identified


class BoardGeneration(Identified, Base):
    """A board under way: one a brand at most. Whoever asks for another meanwhile waits for this one."""

    __tablename__ = "board_generation"
    __table_args__ = (UniqueConstraint("brand_id"),)

    brand_id: Mapped[BrandId]
    run_id: Mapped[str]
    #: From then on nobody waits for it any more: its process has died.
    expires_at: Mapped[datetime]
