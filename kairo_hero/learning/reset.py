"""Beginning to learn anew: an event of its own, before which no decision counts. Nothing is deleted."""

import uuid
from datetime import UTC, datetime

from kairo_hero.models import LearningEvent
from kairo_pipelines.relational.database import Database

RESET = "reset"


def forget_learning(database: Database, brand_id: uuid.UUID, at: datetime | None = None) -> datetime:
    """Let none of the brand's decisions so far change a score; return the moment.

    What they did to cards stays: pins, snoozes, and rejected cards being away.
    """
    at = at or datetime.now(UTC)
    with database.writing() as session:
        session.add(LearningEvent(brand_id=brand_id, signal_type=RESET, effective_at=at, payload={}))
    return at
