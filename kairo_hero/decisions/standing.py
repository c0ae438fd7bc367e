"""What stands of the decisions on each object: the latest one that nobody has taken back, and not every click."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.models import LearningEvent, Opportunity

#: Which decision each of these takes back.
TAKES_BACK = {"unpin": "pin", "unsnooze": "snooze"}


def standing(events: Iterable[LearningEvent]) -> list[LearningEvent]:
    """Of decisions in the order of time, the one that stands for each object; objects without one are left out.

    The latest stands. One that is taken back counts as never made, so that the one before it stands again.
    """
    decisions: dict[str, dict[str, LearningEvent]] = {}
    for event in events:
        of_object = decisions.setdefault(_object_of(event), {})
        of_object.pop(TAKES_BACK.get(event.signal_type, event.signal_type), None)
        if event.signal_type not in TAKES_BACK:
            of_object[event.signal_type] = event
    return [list(of_object.values())[-1] for of_object in decisions.values() if of_object]


def decisions_between(
    session: Session, brand_id: uuid.UUID, after: datetime | None, at: datetime
) -> list[LearningEvent]:
    """The brand's decisions later than `after` and up to `at`, in the order of time."""
    events = select(LearningEvent).where(LearningEvent.brand_id == brand_id, LearningEvent.effective_at <= at)
    if after is not None:
        events = events.where(LearningEvent.effective_at > after)
    ordered = session.scalars(events.order_by(LearningEvent.effective_at, LearningEvent.created_at))
    return [event for event in ordered if _object_of(event)]


def rejected_cards(session: Session, brand_id: uuid.UUID, at: datetime) -> list[Opportunity]:
    """The brand's cards that were rejected, unless somebody has thought better of it since."""
    were_rejected = (
        select(LearningEvent.opportunity_id)
        .where(
            LearningEvent.brand_id == brand_id,
            LearningEvent.signal_type == "reject",
            LearningEvent.opportunity_id.is_not(None),
            LearningEvent.effective_at <= at,
        )
        .distinct()
    )
    on_these = session.scalars(
        select(LearningEvent)
        .where(LearningEvent.opportunity_id.in_(were_rejected), LearningEvent.effective_at <= at)
        .order_by(LearningEvent.effective_at, LearningEvent.created_at)
    )
    rejected = {event.opportunity_id for event in standing(on_these) if event.signal_type == "reject"}
    return list(session.scalars(select(Opportunity).where(Opportunity.id.in_(rejected)).order_by(Opportunity.id)))


def _object_of(event: LearningEvent) -> str:
    """What was decided on, also after it is gone; nothing for an event that is no decision."""
    decided = event.payload.get("object_id") or event.opportunity_id or event.package_id or event.variant_id
    return str(decided or "")
