"""What a brand's decisions say about its next board, as factors on scores, and in words."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kairo_hero.decisions.standing import decisions_between, standing
from kairo_hero.dto import LearningSummaryDTO
from kairo_hero.learning.factors import Verdict, learned_factors
from kairo_hero.learning.notes import notes_on
from kairo_hero.learning.reset import RESET
from kairo_hero.learning.settings import LearningSettings
from kairo_hero.models import ContentPillar, LearningEvent, Persona

#: Half-lives after which a decision no longer counts: it would weigh less than one in a hundred fresh ones.
FORGOTTEN_AFTER = 7
LIKED = {"pin", "approve"}
#: Not now is a weak no.
SNOOZE_WEIGHT = 0.3
#: A rejected text says less of what it is about than a rejected card does.
VARIANT_WEIGHT = 0.5


def learning_summary(
    session: Session, brand_id: uuid.UUID, at: datetime, *, half_life: timedelta | None = None
) -> LearningSummaryDTO:
    """The brand's summary as of `at`, from what stands of its decisions since learning last began anew.

    A decision's weight halves in each `half_life`, by default that of KAIRO_LEARNING_HALF_LIFE_DAYS.
    """
    half_life = half_life or timedelta(days=LearningSettings.from_environment().half_life_days)
    reset_at = session.scalar(
        select(func.max(LearningEvent.effective_at)).where(
            LearningEvent.brand_id == brand_id, LearningEvent.signal_type == RESET, LearningEvent.effective_at <= at
        )
    )
    since = max(filter(None, (reset_at, at - FORGOTTEN_AFTER * half_life)))
    events = [event for event in standing(decisions_between(session, brand_id, since, at)) if _features(event)]
    factors = learned_factors([_verdict(event, at, half_life) for event in events])
    return LearningSummaryDTO(
        brand_id=brand_id,
        generated_at=at,
        factors=factors,
        notes=notes_on(
            factors,
            [(event.signal_type, _features(event)) for event in events],
            value_names(session, brand_id),
            reset_at,
        ),
    )


def default_summary(brand_id: uuid.UUID, at: datetime) -> LearningSummaryDTO:
    """What stands in where the summary can't be read: nothing was learned."""
    return LearningSummaryDTO(brand_id=brand_id, generated_at=at, factors=[], notes=["the decisions could not be read"])


def value_names(session: Session, brand_id: uuid.UUID) -> dict[str, str]:
    """The names of the brand's pillars and personas by the ids that factors know them by."""
    parts: list[ContentPillar | Persona] = [
        *session.scalars(select(ContentPillar).where(ContentPillar.brand_id == brand_id)),
        *session.scalars(select(Persona).where(Persona.brand_id == brand_id)),
    ]
    return {str(part.id): part.name for part in parts}


def _features(event: LearningEvent) -> dict[str, str]:
    return event.payload.get("features") or {}


def _verdict(event: LearningEvent, at: datetime, half_life: timedelta) -> Verdict:
    weight: float = 0.5 ** ((at - event.effective_at) / half_life)
    if event.signal_type == "snooze":
        weight *= SNOOZE_WEIGHT
    if event.payload.get("object_type") == "variant":
        weight *= VARIANT_WEIGHT
    return Verdict(_features(event), event.signal_type in LIKED, weight)
