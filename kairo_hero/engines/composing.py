"""From signals to the drafts that stay: by models where they may be asked, else from the signals alone."""

import logging
from dataclasses import dataclass, field

from kairo_hero.dto import OpportunityDraftDTO
from kairo_hero.engines.brand_state import BrandState
from kairo_hero.engines.dropping import Kept, keep_best
from kairo_hero.errors import GraphError
from kairo_hero.graphs.grounded import compose_opportunities
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.graphs.synthesis import synthesize_opportunities
from kairo_hero.llm.task import AnswersTasks
from kairo_hero.observability import RunLog
from kairo_hero.signals.bundle import Signals
from kairo_hero.signals.relevance import BrandMatcher
from kairo_hero.signals.trends import Trend, todays_trends
from kairo_hero.vocabulary import BoardSource
from kairo_pipelines.lake.lake import Lake

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Composed:
    """The drafts that stay, with the trends they rest on; and why there are none, or fewer than there could be."""

    kept: Kept = field(default_factory=Kept)
    trends: dict[str, Trend] = field(default_factory=dict)
    source: BoardSource = "grounded"
    degraded_reason: str | None = None
    models_failed: bool = False


def compose(
    lake: Lake, brand: BrandState, signals: Signals, models: AnswersTasks | None, log: RunLog, most: int
) -> Composed:
    """The best drafts of the day, at most so many. Raises nothing: what fails is told as the reason."""
    if signals.trend_hour is None:
        return Composed(source="existing", degraded_reason=signals.silence)
    try:
        inputs = _inputs(lake, brand, signals)
        drafts, failure = _drafts(inputs, models, log)
        kept = keep_best(drafts, silenced_trends=brand.silenced, rejected=brand.rejected, most=most)
    except Exception as error:  # whatever it is: the board degrades to the cards there are
        logger.warning("no cards of %s could be composed", brand.snapshot.brand_name, exc_info=True)
        _put_on_record(log, error)
        return Composed(source="existing", degraded_reason=f"no new cards could be composed ({type(error).__name__})")
    kept.dropped["not_relevant"] += len(inputs.trends) - len({draft.trend_id for draft in drafts})
    kept.dropped["taboo"] += signals.taboo_topics
    trends = {str(trend.candidate["trend_id"]): trend for trend, _ in inputs.trends}
    return Composed(
        kept,
        trends,
        source="grounded" if models is None or failure else "model",
        degraded_reason=failure or signals.silence,
        models_failed=failure is not None,
    )


def _inputs(lake: Lake, brand: BrandState, signals: Signals) -> OpportunityInputs:
    assert signals.trend_hour is not None
    offered = {signal.id for signal in signals.bundle.trends}
    trends = [trend for trend in todays_trends(lake, signals.trend_hour) if trend.candidate["trend_id"] in offered]
    fits = BrandMatcher(brand.snapshot).fits([". ".join(trend.texts) for trend in trends])
    return OpportunityInputs(
        snapshot=brand.snapshot,
        ir=brand.ir,
        trends=tuple(zip(trends, fits, strict=True)),
        learning=brand.learning,
        trend_hour=signals.trend_hour,
        other_brands=brand.other_brands,
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
