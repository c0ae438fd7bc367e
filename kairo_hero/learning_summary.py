"""What a brand's decisions say about its next board, as factors on scores."""

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kairo_hero.dto import LearningSummaryDTO
from kairo_hero.models import LearningEvent


def learning_summary(session: Session, brand_id: uuid.UUID, at: datetime) -> LearningSummaryDTO:
    """The brand's summary as of `at`. Decisions are counted; until they change scores every factor is 1."""
    counted = session.scalar(
        select(func.count()).where(LearningEvent.brand_id == brand_id, LearningEvent.effective_at <= at)
    )
    notes = [f"{counted} decisions recorded"] if counted else ["no decision has been recorded yet"]
    return LearningSummaryDTO(brand_id=brand_id, generated_at=at, factors=[], notes=notes)


def default_summary(brand_id: uuid.UUID, at: datetime) -> LearningSummaryDTO:
    """What stands in where the summary can't be read: nothing was learned."""
    return LearningSummaryDTO(brand_id=brand_id, generated_at=at, factors=[], notes=["the decisions could not be read"])
