"""Reading back what was decided on an object, the latest first."""

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from kairo_hero.decisions.recording import MODELS
from kairo_hero.dto import LearningEventDTO
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.models import LearningEvent
from kairo_hero.vocabulary import DecidedObject

_COLUMNS = {
    "opportunity": LearningEvent.opportunity_id,
    "package": LearningEvent.package_id,
    "variant": LearningEvent.variant_id,
}


class Position(NamedTuple):
    """Where a decision stands in a list."""

    recorded_at: datetime
    event_id: uuid.UUID


def decisions_on(
    session: Session, object_type: DecidedObject, object_id: uuid.UUID, *, before: Position | None, most: int
) -> list[LearningEventDTO]:
    """At most so many decisions on the object, the latest first, from below a position; ObjectNotFoundError."""
    if session.get(MODELS[object_type], object_id) is None:
        raise ObjectNotFoundError(f"there is no {object_type} {object_id}")
    events = select(LearningEvent).where(_COLUMNS[object_type] == object_id, LearningEvent.decision_id.is_not(None))
    if before:
        events = events.where(tuple_(LearningEvent.effective_at, LearningEvent.id) < tuple(before))
    ordered = events.order_by(LearningEvent.effective_at.desc(), LearningEvent.id.desc()).limit(most)
    return [LearningEventDTO.model_validate(event) for event in session.scalars(ordered)]
