"""F1: a brand's Today Board from end to end. Answers with a board whatever fails, and says when it is degraded."""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.brands.brand_ir import compiled_brand
from kairo_hero.brands.snapshot import snapshot_brand
from kairo_hero.decisions.standing import rejected_cards
from kairo_hero.dto import (
    BrandIRDTO,
    BrandSnapshotDTO,
    ExternalSignalBundleDTO,
    LearningSummaryDTO,
    OpportunityDTO,
    TodayBoardDTO,
    TodayBoardMetaDTO,
)
from kairo_hero.engines.cards import current_cards, earlier_cards, persist_cards, silenced_trends
from kairo_hero.engines.dropping import Kept, keep_best
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.graphs.grounded import compose_opportunities
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.learning.summary import default_summary, learning_summary
from kairo_hero.models import Brand, Opportunity, TodayBoard
from kairo_hero.observability import RunLog
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.bundle import Signals
from kairo_hero.signals.gathering import gather_signals, kept_signals
from kairo_hero.signals.relevance import BrandMatcher
from kairo_hero.signals.trends import Trend, todays_trends
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BoardStores:
    """What a board is made from and kept in."""

    database: Database
    lake: Lake
    settings: HeroSettings


@dataclass(frozen=True)
class _Brand:
    """A brand as it stands when its board is made."""

    row: Brand
    snapshot: BrandSnapshotDTO
    ir: BrandIRDTO
    learning: LearningSummaryDTO
    silenced: set[str]
    rejected: list[Opportunity]


@dataclass(frozen=True)
class _Outcome:
    """What came of the graph: drafts with the trends they rest on; or the reason why there are none."""

    kept: Kept
    trends: dict[str, Trend]
    degraded_reason: str | None = None


def generate_today_board(
    stores: BoardStores, brand_id: uuid.UUID, *, run_id: str, gather: bool = True, at: datetime | None = None
) -> TodayBoardDTO:
    """Make the brand's board, keep it and return it.

    `gather` looks for signals anew; otherwise the board is made from those last gathered. A board that has been kept
    for this run is returned as it is. Raises ObjectNotFoundError for an unknown brand, and nothing else: a failure
    on the way leaves a degraded board that says why.
    """
    at = at or datetime.now(UTC)
    log = RunLog(run_id, stores.settings.obs_dir if stores.settings.obs_enabled else None)
    log.write("run_start", flow="f1", brand_id=brand_id)
    with stores.database.writing() as session:
        if kept := _kept_for_run(session, brand_id, run_id):
            return kept
        brand = _read_brand(session, brand_id, at)
    signals = _signals(stores, brand, gather, at)
    outcome = _compose(stores, brand, signals, log)
    with stores.database.writing() as session:
        board = _persist(session, brand, signals, outcome, run_id, at)
    for card in board.opportunities:
        log.write("opportunity", **card.model_dump(mode="json", include={"id", "title", "score", "trend_id"}))
    health = "degraded" if board.meta.degraded else "ok"
    log.write("run_complete", flow="f1", cards=len(board.opportunities), obs_health=health)
    return board


def _kept_for_run(session: Session, brand_id: uuid.UUID, run_id: str) -> TodayBoardDTO | None:
    kept = session.scalar(select(TodayBoard).where(TodayBoard.brand_id == brand_id, TodayBoard.run_id == run_id))
    return TodayBoardDTO.model_validate(kept.board) if kept else None


def _read_brand(session: Session, brand_id: uuid.UUID, at: datetime) -> _Brand:
    row = session.get(Brand, brand_id)
    if row is None:
        raise ObjectNotFoundError(f"there is no brand {brand_id}")
    snapshot = snapshot_brand(session, row, at)
    try:
        with session.begin_nested():
            learning = learning_summary(session, brand_id, at)
    except Exception:  # whatever it is: a board without learning is better than none
        logger.warning("the learning summary of %s failed; the board is made without it", brand_id, exc_info=True)
        learning = default_summary(brand_id, at)
    ir = compiled_brand(session, snapshot, at)
    return _Brand(
        row, snapshot, ir, learning, silenced_trends(session, brand_id, at), rejected_cards(session, brand_id, at)
    )


def _signals(stores: BoardStores, brand: _Brand, gather: bool, at: datetime) -> Signals:
    try:
        if not gather:
            with stores.database.reading() as session:
                if kept := kept_signals(session, brand.row):
                    return kept
        return gather_signals(stores.database, stores.lake, brand.row, at)
    except Exception:  # whatever it is: the board degrades to no signals
        logger.warning("the signals of %s failed; the board is made without", brand.snapshot.brand_name, exc_info=True)
        nothing = ExternalSignalBundleDTO(
            brand_id=brand.row.id, fetched_at=at, trends=[], web_mentions=[], competitor_posts=[], social_moments=[]
        )
        return Signals(nothing, silence="the signals could not be read")


def _compose(stores: BoardStores, brand: _Brand, signals: Signals, log: RunLog) -> _Outcome:
    if signals.trend_hour is None:
        return _Outcome(Kept(), {}, signals.silence)
    try:
        offered = {signal.id for signal in signals.bundle.trends}
        trends = [
            trend for trend in todays_trends(stores.lake, signals.trend_hour) if trend.candidate["trend_id"] in offered
        ]
        fits = BrandMatcher(brand.snapshot).fits([". ".join(trend.texts) for trend in trends])
        drafts = compose_opportunities(
            OpportunityInputs(
                snapshot=brand.snapshot,
                ir=brand.ir,
                trends=tuple(zip(trends, fits, strict=True)),
                learning=brand.learning,
                trend_hour=signals.trend_hour,
            )
        )
    except Exception as error:  # whatever it is: the board degrades to the cards there are
        logger.warning("no cards of %s could be composed", brand.snapshot.brand_name, exc_info=True)
        log.write("run_fail", flow="f1", error=repr(error), obs_health="degraded")
        return _Outcome(Kept(), {}, f"no new cards could be composed ({type(error).__name__})")
    kept = keep_best(drafts, silenced_trends=brand.silenced, rejected=brand.rejected, most=stores.settings.board_cards)
    kept.dropped["not_relevant"] += len(trends) - len(drafts)
    kept.dropped["taboo"] += signals.taboo_topics
    return _Outcome(kept, {trend.candidate["trend_id"]: trend for trend in trends}, signals.silence)


def _persist(
    session: Session, brand: _Brand, signals: Signals, outcome: _Outcome, run_id: str, at: datetime
) -> TodayBoardDTO:
    fresh = persist_cards(session, brand.row.id, outcome.kept.drafts, outcome.trends, run_id)
    if outcome.degraded_reason and not fresh:
        fresh = earlier_cards(session, brand.row.id, at)
    cards = current_cards(
        session, brand.row.id, fresh, at, silenced=brand.silenced, taboo_patterns=brand.ir.taboo_patterns
    )
    dropped = {reason: number for reason, number in sorted(outcome.kept.dropped.items()) if number}
    board = TodayBoardDTO(
        brand_id=brand.row.id,
        snapshot=brand.snapshot,
        opportunities=cards,
        meta=_meta(brand.snapshot, signals, outcome, cards, dropped, run_id, at),
    )
    session.add(
        TodayBoard(
            brand_id=brand.row.id,
            run_id=run_id,
            generated_at=at,
            board=board.model_dump(mode="json"),
            signal_bundle=signals.bundle.model_dump(mode="json"),
        )
    )
    return board


def _meta(
    snapshot: BrandSnapshotDTO,
    signals: Signals,
    outcome: _Outcome,
    cards: Iterable[OpportunityDTO],
    dropped: dict[str, int],
    run_id: str,
    at: datetime,
) -> TodayBoardMetaDTO:
    lacks = {
        "positioning": not snapshot.positioning,
        "pillars": not any(pillar.is_active for pillar in snapshot.pillars),
        "personas": not snapshot.personas,
        "channels": not snapshot.channels,
        "tone_tags": not snapshot.tone_tags,
    }
    return TodayBoardMetaDTO(
        generated_at=at,
        run_id=run_id,
        degraded=outcome.degraded_reason is not None,
        degraded_reason=outcome.degraded_reason,
        source="grounded" if outcome.kept.drafts or outcome.degraded_reason is None else "existing",
        opportunity_count=len(list(cards)),
        signals_considered=len(signals.bundle.trends),
        dropped=dropped,
        missing=[name for name, is_missing in lacks.items() if is_missing],
        cost_usd=0.0,
        input_tokens=0,
        output_tokens=0,
        trend_hour=signals.trend_hour,
        as_of=None,
    )
