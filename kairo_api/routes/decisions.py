"""What people decide on cards, packages and variants, and what they decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, ConfigDict
from pydantic.config import JsonDict

from kairo_api.caching import CACHEABLE, IfNoneMatch, json_answer
from kairo_api.paging import Limit, cursor_after, key_of
from kairo_api.problems import STORE_UNUSABLE, WrongField, declared
from kairo_api.store import Store
from kairo_hero.contract import Contract
from kairo_hero.decisions.listing import Position, decisions_on
from kairo_hero.decisions.recording import record_decision
from kairo_hero.decisions.refusing import NO_MOMENT, DecisionIdTaken, DecisionRefused
from kairo_hero.dto import DecisionRequestDTO, DecisionResponseDTO, LearningEventDTO
from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.vocabulary import DecidedObject

_KINDS: Mapping[str, DecidedObject] = {"opportunities": "opportunity", "packages": "package", "variants": "variant"}
DECISION_PAGE: JsonDict = {"items": [EXAMPLES["DecisionResponseDTO"]["learning_event"]], "next_cursor": None}


class DecisionPageDTO(Contract):
    """Some of the decisions on one object, the latest first; `next_cursor` is null on the last page."""

    model_config = ConfigDict(json_schema_extra={"examples": [DECISION_PAGE]})

    items: list[LearningEventDTO]
    next_cursor: str | None


def _key(position: Position) -> str:
    return f"{position.recorded_at.isoformat()} {position.event_id}"


def _position(key: str) -> Position:
    recorded_at, _, event_id = key.partition(" ")
    position = Position(datetime.fromisoformat(recorded_at), UUID(event_id))
    if _key(position) != key or position.recorded_at.tzinfo is None:
        raise ValueError(key)
    return position


def _known_key(cursor: str) -> str:
    key = key_of(cursor)
    try:
        _position(key)
    except ValueError:
        raise ValueError("this is no cursor of this list; take next_cursor of the page before, as it is") from None
    return key


Kind = Annotated[
    Literal["opportunities", "packages", "variants"], Path(description="What kind of thing is decided on.")
]
ObjectId = Annotated[UUID, Path(description="The `id` of the opportunity, package or variant.")]
AfterDecision = Annotated[
    str,
    AfterValidator(_known_key),
    Query(alias="cursor", description="`next_cursor` of the page before; none for the first page."),
]

_EXAMPLE_PATH = "/api/opportunities/e2a9b1d0-0c8d-4c55-9c0b-6f7f6a1d2e43"
_NO_MOMENT = WrongField(
    location="body",
    field="snooze_until",
    detail=NO_MOMENT,
)
_TOO_MANY = WrongField(location="query", field="limit", detail="Input should be less than or equal to 200")

router = APIRouter(prefix="/api/{kind}/{object_id}", tags=["decisions"])


@router.post(
    "/decision",
    summary="Decide on a card, a package or a variant",
    responses=declared(
        f"{_EXAMPLE_PATH}/decision", ObjectNotFoundError, DecisionIdTaken, *STORE_UNUSABLE, wrong=_NO_MOMENT
    ),
)
def decide(kind: Kind, object_id: ObjectId, request: DecisionRequestDTO, store: Store) -> DecisionResponseDTO:
    """Record a decision, carry it out, and let later scores learn from it.

    Cards take `pin`, `unpin`, `snooze` (until `snooze_until`), `unsnooze`, `approve` and `reject`; packages and
    variants take `approve` and `reject`. A reason is welcome, and never needed. `decision_id` is yours, one for each
    decision: sent again, it changes nothing, and the answer is what was recorded first, with the status `duplicate`.
    """
    try:
        return record_decision(store, _KINDS[kind], object_id, request)
    except DecisionRefused as refused:
        raise RequestValidationError([{"loc": ("body", refused.field), "msg": str(refused)}]) from refused


@router.get(
    "/decisions",
    summary="List what was decided on a card, a package or a variant",
    response_model=DecisionPageDTO,
    responses=CACHEABLE | declared(f"{_EXAMPLE_PATH}/decisions", ObjectNotFoundError, *STORE_UNUSABLE, wrong=_TOO_MANY),
)
def list_decisions(
    kind: Kind,
    object_id: ObjectId,
    store: Store,
    limit: Limit = 50,
    after: AfterDecision = "",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Every decision on it, page by page, the latest first, each with what the object was about when it was decided."""
    before = _position(after) if after else None
    with store.reading() as session:
        found = decisions_on(session, _KINDS[kind], object_id, before=before, most=limit + 1)
    items = found[:limit]
    more = len(found) > limit
    next_cursor = cursor_after(_key(Position(items[-1].effective_at, items[-1].id))) if more else None
    return json_answer(DecisionPageDTO(items=items, next_cursor=next_cursor), if_none_match)
