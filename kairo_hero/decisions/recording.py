"""The one service that records a decision: what it changes, and what is learned from it, in one transaction."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kairo_hero.decisions.features import Decided, features_of
from kairo_hero.decisions.refusing import DecisionIdTaken, require_possible, require_printable
from kairo_hero.dto import DecisionRequestDTO, DecisionResponseDTO, LearningEventDTO
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.models import ContentPackage, ExecutionEvent, LearningEvent, Opportunity, Variant
from kairo_hero.vocabulary import DecidedObject, PackageStatus, VariantStatus
from kairo_pipelines.relational.database import Database

MODELS: Mapping[DecidedObject, type[Any]] = {
    "opportunity": Opportunity,
    "package": ContentPackage,
    "variant": Variant,
}


def record_decision(
    database: Database,
    object_type: DecidedObject,
    object_id: uuid.UUID,
    request: DecisionRequestDTO,
    *,
    brand_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> DecisionResponseDTO:
    """Carry out a decision and keep it: all of it or nothing.

    A decision id counts once: sent again for the same object, the answer is `duplicate`, with what was recorded first,
    whatever the request says now. `brand_id` narrows it down to that brand's objects; `at` is the moment decided, now
    by default. Raises ObjectNotFoundError, DecisionRefused, and DecisionIdTaken where another object has that id.
    """
    require_printable(request.decision_id)
    try:
        return _record(database, object_type, object_id, request, brand_id, at)
    except IntegrityError:
        # somebody took the id for another object between the look and the write: now it will be seen
        return _record(database, object_type, object_id, request, brand_id, at)


def _record(
    database: Database,
    object_type: DecidedObject,
    object_id: uuid.UUID,
    request: DecisionRequestDTO,
    brand_id: uuid.UUID | None,
    at: datetime | None,
) -> DecisionResponseDTO:
    with database.writing() as session:
        # locked, so that decisions on one object come one after the other, and a second try sees the first
        decided: Decided | None = session.get(MODELS[object_type], object_id, with_for_update=True)
        if decided is None or brand_id not in (None, decided.brand_id):
            raise ObjectNotFoundError(f"there is no {object_type} {object_id}")
        recorded = session.scalar(select(LearningEvent).where(LearningEvent.decision_id == request.decision_id))
        if recorded is not None:
            if recorded.payload.get("object_id") != str(object_id):
                raise DecisionIdTaken(request.decision_id)
            return _response(recorded, "duplicate")
        at = at or datetime.now(UTC)
        require_possible(object_type, request, at)
        event = _event(session, object_type, decided, request, at)
        session.add(event)
        if isinstance(decided, Variant):
            session.add(_execution(decided, event))
        _apply(decided, request)
        session.flush()
        return _response(event, "accepted")


def _event(
    session: Session, object_type: DecidedObject, decided: Decided, request: DecisionRequestDTO, at: datetime
) -> LearningEvent:
    said = request.model_dump(mode="json", include={"reason", "comment", "snooze_until", "metadata"})
    return LearningEvent(
        brand_id=decided.brand_id,
        signal_type=request.decision_type,
        decision_id=request.decision_id,
        effective_at=at,
        payload={
            "object_type": object_type,
            "object_id": str(decided.id),
            "features": features_of(session, decided),
            **said,
        },
        **{f"{object_type}_id": decided.id},
    )


def _execution(variant: Variant, event: LearningEvent) -> ExecutionEvent:
    return ExecutionEvent(
        brand_id=variant.brand_id,
        variant_id=variant.id,
        channel=variant.channel,
        event_type="decision",
        decision_type=event.signal_type,
        payload={name: event.payload[name] for name in ("reason", "comment", "metadata")}
        | {"decision_id": event.decision_id},
        occurred_at=event.effective_at,
    )


def _apply(decided: Decided, request: DecisionRequestDTO) -> None:
    if isinstance(decided, Opportunity):
        _apply_to_card(decided, request)
    elif isinstance(decided, ContentPackage):
        # what is archived or published has left the hands of those who approve
        if decided.status is not PackageStatus.ARCHIVED:
            decided.status = PackageStatus.APPROVED if request.decision_type == "approve" else PackageStatus.REJECTED
    elif decided.status is not VariantStatus.PUBLISHED:
        decided.status = VariantStatus.APPROVED if request.decision_type == "approve" else VariantStatus.REJECTED


def _apply_to_card(card: Opportunity, request: DecisionRequestDTO) -> None:
    match request.decision_type:
        case "pin":
            card.is_pinned = True
        case "unpin" | "reject":
            card.is_pinned = False
        case "snooze":
            card.is_snoozed, card.snoozed_until = True, request.snooze_until
        case "unsnooze":
            card.is_snoozed, card.snoozed_until = False, None


def _response(event: LearningEvent, status: str) -> DecisionResponseDTO:
    return DecisionResponseDTO.model_validate(
        {
            "decision_id": event.decision_id,
            "status": status,
            "object_type": event.payload["object_type"],
            "object_id": event.payload["object_id"],
            "decision_type": event.signal_type,
            "recorded_at": event.effective_at,
            "learning_event": LearningEventDTO.model_validate(event),
        }
    )
