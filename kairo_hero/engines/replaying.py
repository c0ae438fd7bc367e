"""Making a card again from what its board was made from: nothing is read anew, and no model is asked."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.boards.finding import find_card
from kairo_hero.boards.redacting import REMOVED
from kairo_hero.dto import OpportunityDTO, TodayBoardDTO
from kairo_hero.engines.dropping import Choice, keep_best
from kairo_hero.errors import GraphError
from kairo_hero.graphs.grounded import compose_opportunities
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.synthesis import synthesize_opportunities
from kairo_hero.llm.recorded import RecordedModels
from kairo_hero.models import Opportunity, TodayBoard

#: What a card says; the rest of it is what people did with it.
_COMPOSED = (
    "title",
    "angle",
    "why_now",
    "type",
    "score",
    "score_breakdown",
    "primary_channel",
    "suggested_channels",
    "persona_id",
    "pillar_id",
    "trend_id",
)


class NotReplayable(Exception):
    """The card can't be made again; the message says why."""


@dataclass(frozen=True)
class Replayed:
    """A card as it stood on its board, the same made again, and each field in which they differ."""

    board: TodayBoardDTO
    kept: OpportunityDTO
    again: OpportunityDTO
    differences: dict[str, tuple[Any, Any]]


def replay_card(session: Session, brand_id: uuid.UUID, written: str) -> Replayed:
    """Make the card with this id, or with an id that begins so, again as on the last board that composed it.

    Raises CardNotFound, CardAmbiguous, and NotReplayable for a card whose inputs are not there or no longer fit.
    """
    card = find_card(session, brand_id, written)
    row = session.scalar(select(TodayBoard).where(TodayBoard.brand_id == brand_id, TodayBoard.run_id == card.run_id))
    if row is None or row.made_from is None:
        raise NotReplayable(f"what card {card.id} was made from was not kept: its board is older than that, or gone")
    board = TodayBoardDTO.model_validate(row.board)
    if card.signal_id == REMOVED:
        raise NotReplayable(f"what card {card.id} was made of has been erased")
    kept = next((one for one in board.opportunities if one.id == card.id), None)
    if kept is None:
        raise NotReplayable(f"card {card.id} was composed for the board of run {row.run_id} and not shown on it")
    again = _made_again(card, kept, row.made_from)
    return Replayed(board, kept, again, dict(_differences(kept, again)))


def _made_again(card: Opportunity, kept: OpportunityDTO, made_from: dict[str, Any]) -> OpportunityDTO:
    try:
        inputs = OpportunityInputs.model_validate(made_from["inputs"])
        choice = Choice.model_validate(made_from["choice"])
        if made_from["source"] == "model":
            drafts = synthesize_opportunities(inputs, RecordedModels(made_from["answers"]))
        else:
            drafts = compose_opportunities(inputs)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise NotReplayable(
            f"card {card.id} was made by a version of Kairo whose inputs this one can't read ({place})"
        ) from error
    except GraphError as error:
        raise NotReplayable(f"card {card.id} can't be made again: {error}") from error
    kept_drafts = keep_best(drafts, choice).drafts
    draft = next((one for one in kept_drafts if one.signal_id == card.signal_id), None)
    if draft is None:
        raise NotReplayable(f"this version of Kairo makes no card of the signal {card.signal_id} any more")
    occasion = next(one for one in inputs.occasions if one.id == draft.signal_id)
    composed = {name: getattr(draft, name) for name in _COMPOSED}
    return kept.model_copy(update={**composed, "evidence": occasion.evidence, "sparkline": occasion.sparkline})


def _differences(kept: OpportunityDTO, again: OpportunityDTO) -> Iterator[tuple[str, tuple[Any, Any]]]:
    before, after = kept.model_dump(mode="json"), again.model_dump(mode="json")
    for name, value in before.items():
        if after[name] != value:
            yield name, (value, after[name])
