"""From signals to the drafts that stay: by models where they may be asked, else from the signals alone."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kairo_hero.dto import OpportunityDraftDTO
from kairo_hero.engines.brand_state import BrandState
from kairo_hero.engines.cards import in_brief
from kairo_hero.engines.dropping import Choice, Kept, keep_best
from kairo_hero.errors import GraphError
from kairo_hero.graphs.grounded import compose_opportunities
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.synthesis import synthesize_opportunities
from kairo_hero.llm.recorded import RecordingModels
from kairo_hero.llm.task import AnswersTasks
from kairo_hero.observability import RunLog
from kairo_hero.signals.bundle import Signals
from kairo_hero.signals.occasions import Occasion
from kairo_hero.vocabulary import BoardSource

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Composed:
    """The drafts that stay, and what they were made from; and why there are none, or fewer than there could be."""

    kept: Kept = field(default_factory=Kept)
    inputs: OpportunityInputs | None = None
    choice: Choice | None = None
    answers: dict[str, str] = field(default_factory=dict)
    source: BoardSource = "grounded"
    degraded_reason: str | None = None
    models_failed: bool = False

    @property
    def occasions(self) -> dict[str, Occasion]:
        """What the drafts are made of, by signal id."""
        return {occasion.id: occasion for occasion in self.inputs.occasions} if self.inputs else {}

    @property
    def made_from(self) -> dict[str, Any] | None:
        """All that is needed to compose the same drafts again."""
        if self.inputs is None or self.choice is None:
            return None
        return {
            "source": self.source,
            "inputs": self.inputs.model_dump(mode="json"),
            "choice": self.choice.model_dump(mode="json"),
            "answers": self.answers,
        }


def compose(brand: BrandState, signals: Signals, models: AnswersTasks | None, log: RunLog, most: int) -> Composed:
    """The best drafts of the day, at most so many. Raises nothing: what fails is told as the reason."""
    if signals.trend_hour is None:
        return Composed(source="existing", degraded_reason=signals.silence)
    recording = RecordingModels(models) if models else None
    try:
        inputs = opportunity_inputs(brand, signals, signals.trend_hour)
        drafts, failure = _drafts(inputs, recording, log)
        pinned = [in_brief(card) for card in brand.pinned]
        choice = Choice(put_away=brand.put_away, pinned=pinned, most=most - len(pinned))
        kept = keep_best(drafts, choice)
    except Exception as error:  # whatever it is: the board degrades to the cards there are
        logger.warning("no cards of %s could be composed", brand.snapshot.brand_name, exc_info=True)
        _put_on_record(log, error)
        return Composed(source="existing", degraded_reason=f"no new cards could be composed ({type(error).__name__})")
    kept.dropped.update(signals.set_aside)
    kept.dropped["not_relevant"] += len(inputs.occasions) - len({draft.signal_id for draft in drafts})
    return Composed(
        kept,
        inputs,
        choice,
        recording.answers if recording else {},
        source="grounded" if recording is None or failure else "model",
        degraded_reason=failure or signals.silence,
        models_failed=failure is not None,
    )


def opportunity_inputs(brand: BrandState, signals: Signals, trend_hour: datetime) -> OpportunityInputs:
    """What a graph is given: all occasions but those of the cards that stay, whose words it is not to repeat."""
    staying = {card.signal_id for card in brand.pinned}
    return OpportunityInputs(
        snapshot=brand.snapshot,
        taboo_patterns=brand.ir.taboo_patterns,
        patterns=brand.patterns,
        competitors=brand.row.competitors,
        occasions=[occasion for occasion in signals.occasions if occasion.id not in staying],
        learning=brand.learning,
        trend_hour=trend_hour,
        other_brands=list(brand.other_brands),
        said=[text for card in brand.pinned for text in (card.title, card.angle, card.why_now)],
    )


def _drafts(
    inputs: OpportunityInputs, models: AnswersTasks | None, log: RunLog
) -> tuple[list[OpportunityDraftDTO], str | None]:
    """Drafts; and why models composed none, where they should have."""
    if models is None:
        return compose_opportunities(inputs), None
    try:
        return synthesize_opportunities(inputs, models), None
    except GraphError as error:
        logger.warning("models composed nothing for %s: %s", inputs.snapshot.brand_name, error)
        _put_on_record(log, error)
        return compose_opportunities(inputs), f"models composed nothing: {error}"


def _put_on_record(log: RunLog, error: Exception) -> None:
    log.write("run_fail", flow="f1", error=repr(error), obs_health="degraded")
