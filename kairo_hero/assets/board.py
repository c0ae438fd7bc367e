"""A brand's external signals and its Today Board."""

import uuid
from datetime import UTC, datetime

import dagster as dg
from sqlalchemy import select

from kairo_hero.assets.brand import brand_ir, brand_snapshot, learning_summary
from kairo_hero.assets.partitions import BRANDS, GROUP, ONE_RUN, OWNERS, brands_of
from kairo_hero.brands.taboos import taboo_patterns, taboos_in
from kairo_hero.dto import ExternalSignalBundleDTO, OpportunityDTO, TodayBoardDTO
from kairo_hero.engines.opportunities_engine import BoardStores
from kairo_hero.engines.regenerating import regenerate_today_board
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.ledger import spent_by_step
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models import TodayBoard
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.gathering import gather_signals
from kairo_pipelines.assets.partitions import CAPTURE_HOURS
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database
from kairo_pipelines.trends.sparkline import sparkline

GROUNDED = "cards_rest_on_offered_evidence"
NO_TABOO = "no_taboo_on_the_board"
#: Rows of a brand's signals in the metadata.
MOST_SHOWN = 15

#: Made by the ingestion location; named here so that the lineage goes through.
TREND_CANDIDATES = dg.AssetSpec(
    "trend_candidates",
    partitions_def=CAPTURE_HOURS,
    group_name="ingestion",
    description="Clusters that lie far above their own past as of this hour, with a score, its parts and the reason.",
)


@dg.asset(
    deps=[brand_ir, dg.AssetDep("trend_candidates", partition_mapping=dg.LastPartitionMapping())],
    partitions_def=BRANDS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    description="What of today matters to the brand: trends, hot posts, mentions, competitors; and what else is hot.",
    group_name=GROUP,
    kinds={"duckdb", "sqlalchemy"},
    owners=OWNERS,
    code_version="1",
)
def external_signals(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    lake: dg.ResourceParam[Lake],
    hero_settings: dg.ResourceParam[HeroSettings],
) -> dg.MaterializeResult:
    """Gather each brand's signals from the last hour that was scored, or from fixtures."""
    now = datetime.now(UTC)
    with database.reading() as session:
        brands = brands_of(context, session)
    gathered = gather_signals(database, lake, hero_settings, brands, now)
    return dg.MaterializeResult(
        metadata={
            "trend hour": ", ".join(sorted({str(signals.trend_hour) for signals in gathered})),
            "trends": sum(len(signals.bundle.trends) for signals in gathered),
            "social moments": sum(len(signals.bundle.social_moments) for signals in gathered),
            "mentions": sum(len(signals.bundle.web_mentions) for signals in gathered),
            "competitor posts": sum(len(signals.bundle.competitor_posts) for signals in gathered),
            "ranked": dg.MetadataValue.md("\n\n".join(_ranked(signals.bundle) for signals in gathered)),
        }
    )


@dg.asset(
    deps=[brand_snapshot, external_signals, learning_summary],
    partitions_def=BRANDS,
    backfill_policy=ONE_RUN,
    description="What the brand should say today: ranked cards, each with its reason, its evidence and its score.",
    group_name=GROUP,
    kinds={"sqlalchemy"},
    owners=OWNERS,
    code_version="1",
    check_specs=[
        dg.AssetCheckSpec(
            GROUNDED, asset="today_board", blocking=True, description="Every card cites evidence that was offered."
        ),
        dg.AssetCheckSpec(NO_TABOO, asset="today_board", blocking=True, description="No card breaks a taboo."),
    ],
)
def today_board(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    lake: dg.ResourceParam[Lake],
    hero_settings: dg.ResourceParam[HeroSettings],
    model_settings: dg.ResourceParam[ModelSettings],
) -> dg.MaterializeResult:
    """Make and keep each brand's board from the signals last gathered."""
    stores = BoardStores(database, lake, hero_settings, ModelClient.where_enabled(model_settings, database))
    with database.reading() as session:
        brand_ids: list[uuid.UUID] = [brand.id for brand in brands_of(context, session)]
    run_id = context.run.run_id
    made = [regenerate_today_board(stores, brand_id, run_id=run_id, gather=False) for brand_id in brand_ids]
    boards = [one.today_board for one in made]
    return dg.MaterializeResult(
        metadata={
            "cards": sum(len(board.opportunities) for board in boards),
            "joined one under way": sum(one.status == "joined" for one in made),
            "degraded": sum(board.meta.degraded for board in boards),
            "cost in USD": round(sum(board.meta.cost_usd for board in boards), 6),
            **_cost_by_step(database, context.run.run_id),
            "board": dg.MetadataValue.md("\n\n".join(_as_markdown(board) for board in boards)),
        },
        check_results=[_grounded(database, boards), _no_taboo(boards)],
    )


def _cost_by_step(database: Database, run_id: str) -> dict[str, float]:
    with database.reading() as session:
        return {f"{step} in USD": round(one.cost_usd, 6) for step, one in spent_by_step(session, run_id).items()}


def _grounded(database: Database, boards: list[TodayBoardDTO]) -> dg.AssetCheckResult:
    with database.reading() as session:
        runs = {board.meta.run_id for board in boards}
        kept = session.scalars(select(TodayBoard).where(TodayBoard.run_id.in_(runs)))
        bundles = [ExternalSignalBundleDTO.model_validate(row.signal_bundle) for row in kept]
    offered = {
        **{trend.id: set(trend.evidence_ids) for bundle in bundles for trend in bundle.trends},
        # a moment or a mention is one post
        **{one.id: {one.id} for bundle in bundles for one in bundle.social_moments},
        **{one.id: {one.id} for bundle in bundles for one in bundle.web_mentions},
    }
    adrift = [
        card.title
        for board in boards
        for card in board.opportunities
        if not card.evidence
        # A pinned card, or one of an earlier board, stands on what was offered then.
        or not (card.is_pinned or board.meta.source == "existing" or _ids(card) <= offered.get(_signal_of(card), set()))
    ]
    return dg.AssetCheckResult(check_name=GROUNDED, passed=not adrift, metadata={"cards adrift": adrift})


def _signal_of(card: OpportunityDTO) -> str:
    return card.trend_id or card.evidence[0].evidence_id


def _ids(card: OpportunityDTO) -> set[str]:
    return {one.evidence_id for one in card.evidence}


def _no_taboo(boards: list[TodayBoardDTO]) -> dg.AssetCheckResult:
    broken = {
        card.title: words
        for board in boards
        for card in board.opportunities
        if (words := taboos_in(f"{card.title}\n{card.angle}\n{card.why_now}", taboo_patterns(board.snapshot.taboos)))
    }
    return dg.AssetCheckResult(check_name=NO_TABOO, passed=not broken, metadata={"broken": broken})


def _ranked(bundle: ExternalSignalBundleDTO) -> str:
    rows = [(one.relevance, one.topic, f"trend, {one.status}", one.lane, one.why) for one in bundle.trends]
    rows += [(one.relevance, one.description, "hot post", one.lane, "") for one in bundle.social_moments]
    rows += [(one.relevance, one.title, "mention", "brand", "") for one in bundle.web_mentions]
    rows.sort(key=lambda row: -row[0])
    lines = [f"| {one[1]} | {one[2]} | {one[0]:.2f} | {one[3]} | {one[4]} |" for one in rows[:MOST_SHOWN]]
    head = ["| signal | kind | relevance | lane | why |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *lines])


def _as_markdown(board: TodayBoardDTO) -> str:
    cards = [
        f"{rank}. **{card.title}** ({card.score:.0f}) `{sparkline(card.sparkline, bars=16)}`\n\n   {card.why_now}"
        for rank, card in enumerate(board.opportunities, 1)
    ]
    notes = [f"Missing from the brand: {', '.join(board.meta.missing)}."] if board.meta.missing else []
    if board.meta.degraded_reason:
        notes.append(f"Degraded: {board.meta.degraded_reason}.")
    return "\n\n".join([f"**{board.snapshot.brand_name}**", *(cards or ["No card today."]), *notes])
