"""F1: a brand's Today Board from end to end. Answers with a board whatever fails, and says when it is degraded."""

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from kairo_hero.boards.reading import board_of_run
from kairo_hero.dto import (
    BrandSnapshotDTO,
    OpportunityDTO,
    TodayBoardDTO,
    TodayBoardMetaDTO,
)
from kairo_hero.engines.brand_state import BrandState, read_brand_state
from kairo_hero.engines.cards import current_cards, earlier_cards, persist_cards
from kairo_hero.engines.composing import Composed, compose
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.ledger import Spent, spent
from kairo_hero.models import Opportunity, TodayBoard
from kairo_hero.observability import RunLog
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.bundle import Signals
from kairo_hero.signals.gathering import gather_signals, kept_signals
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database

logger = logging.getLogger(__name__)
#: For so long a board that models composed stands in for one that they could not.
STILL_STANDS = timedelta(hours=36)


@dataclass(frozen=True)
class BoardStores:
    """What a board is made from and kept in."""

    database: Database
    lake: Lake
    settings: HeroSettings
    #: Whom models are asked through; None where none may be asked.
    models: ModelClient | None = None


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
        if kept := board_of_run(session, brand_id, run_id):
            return kept
        brand = read_brand_state(session, brand_id, at, stores.settings.board_cards)
    signals = _signals(stores, brand, gather, at)
    models = stores.models.for_run(run_id, brand_id, log) if stores.models else None
    composed = compose(brand, signals, models, log, stores.settings.board_cards)
    with stores.database.writing() as session:
        board = _persist(session, brand, signals, composed, stores.settings.board_cards, run_id, at)
    for card in board.opportunities:
        log.write("opportunity", **card.model_dump(mode="json", include={"id", "title", "score", "trend_id"}))
    health = "degraded" if board.meta.degraded else "ok"
    log.write("run_complete", flow="f1", cards=len(board.opportunities), obs_health=health)
    return board


def _signals(stores: BoardStores, brand: BrandState, gather: bool, at: datetime) -> Signals:
    try:
        if not gather:
            with stores.database.reading() as session:
                if kept := kept_signals(session, brand.row):
                    return kept
        [signals] = gather_signals(stores.database, stores.lake, stores.settings, [brand.row], at)
        return signals
    except Exception as error:  # whatever it is: the board degrades to no signals
        logger.warning("the signals of %s failed; the board is made without", brand.snapshot.brand_name, exc_info=True)
        is_sentence = type(error).__module__.startswith("kairo_")
        why = "the signals could not be read" + (f": {error}" if is_sentence else "")
        return Signals.none_for(brand.snapshot, at, why)


def _persist(
    session: Session, brand: BrandState, signals: Signals, composed: Composed, most: int, run_id: str, at: datetime
) -> TodayBoardDTO:
    earlier = _standing_in(session, brand, composed, at)
    fresh = earlier or persist_cards(session, brand.row.id, composed.kept.drafts, composed.occasions, run_id)
    cards = current_cards(
        session, brand.row.id, fresh, at, put_away=brand.put_away, taboo_patterns=brand.ir.taboo_patterns, most=most
    )
    cost = spent(session, run_id, brand.row.id)
    dropped = {reason: number for reason, number in sorted(composed.kept.dropped.items()) if number}
    board = TodayBoardDTO(
        brand_id=brand.row.id,
        snapshot=brand.snapshot,
        opportunities=cards,
        meta=_meta(brand.snapshot, signals, composed, cards, dropped, cost, run_id, at).model_copy(
            update={"source": "existing"} if earlier else {}
        ),
    )
    session.add(
        TodayBoard(
            brand_id=brand.row.id,
            run_id=run_id,
            generated_at=at,
            board=board.model_dump(mode="json"),
            signal_bundle=signals.bundle.model_dump(mode="json"),
            made_from=None if earlier else composed.made_from,
        )
    )
    return board


def _standing_in(session: Session, brand: BrandState, composed: Composed, at: datetime) -> list[Opportunity]:
    """The earlier cards, where none could be composed, or where models failed that had composed them a day before."""
    if composed.models_failed:
        return earlier_cards(session, brand.row.id, at, since=at - STILL_STANDS)
    if composed.degraded_reason and not composed.kept.drafts:
        return earlier_cards(session, brand.row.id, at)
    return []


def _meta(
    snapshot: BrandSnapshotDTO,
    signals: Signals,
    composed: Composed,
    cards: Iterable[OpportunityDTO],
    dropped: dict[str, int],
    cost: Spent,
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
        degraded=composed.degraded_reason is not None,
        degraded_reason=composed.degraded_reason,
        source=composed.source if composed.kept.drafts or composed.degraded_reason is None else "existing",
        opportunity_count=len(list(cards)),
        signals_considered=signals.considered,
        dropped=dropped,
        missing=[name for name, is_missing in lacks.items() if is_missing],
        cost_usd=round(cost.cost_usd, 6),
        input_tokens=cost.input_tokens,
        output_tokens=cost.output_tokens,
        trend_hour=signals.trend_hour,
        as_of=None,
    )
