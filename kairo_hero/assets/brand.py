"""A brand as it stands, compiled, and what its decisions taught."""

from datetime import UTC, datetime

import dagster as dg

from kairo_hero.assets.partitions import BRANDS, GROUP, ONE_RUN, OWNERS, brands_of
from kairo_hero.brands.brand_ir import compiled_brand
from kairo_hero.brands.snapshot import snapshot_brand
from kairo_hero.learning.summary import learning_summary as summarize
from kairo_pipelines.relational.database import Database


@dg.asset(
    partitions_def=BRANDS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.on_missing(),
    description="The brand as people describe it now: positioning, tone, taboos, pillars, personas.",
    group_name=GROUP,
    kinds={"sqlalchemy"},
    owners=OWNERS,
    code_version="1",
)
def brand_snapshot(context: dg.AssetExecutionContext, database: dg.ResourceParam[Database]) -> dg.MaterializeResult:
    """Take the snapshot of each brand."""
    now = datetime.now(UTC)
    with database.writing() as session:
        snapshots = [snapshot_brand(session, brand, now) for brand in brands_of(context, session)]
    return dg.MaterializeResult(
        metadata={
            "brands": ", ".join(snapshot.brand_name for snapshot in snapshots),
            "pillars": sum(len(snapshot.pillars) for snapshot in snapshots),
            "personas": sum(len(snapshot.personas) for snapshot in snapshots),
            "taboos": sum(len(snapshot.taboos) for snapshot in snapshots),
            "positioning": dg.MetadataValue.md("\n\n".join(snapshot.positioning_summary for snapshot in snapshots)),
        }
    )


@dg.asset(
    deps=[brand_snapshot],
    partitions_def=BRANDS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.eager(),
    description="The brand compiled for matching: embedding, pillar keywords, persona signals, taboo patterns.",
    group_name=GROUP,
    kinds={"sqlalchemy", "numpy"},
    owners=OWNERS,
    code_version="1",
)
def brand_ir(context: dg.AssetExecutionContext, database: dg.ResourceParam[Database]) -> dg.MaterializeResult:
    """Compile each brand that has changed since it was last compiled."""
    now = datetime.now(UTC)
    with database.writing() as session:
        compiled = [
            compiled_brand(session, snapshot_brand(session, brand, now), now) for brand in brands_of(context, session)
        ]
    return dg.MaterializeResult(
        metadata={
            "compiled now": sum(ir.compiled_at == now for ir in compiled),
            "source hash": ", ".join(ir.source_hash[:12] for ir in compiled),
            "pillar keywords": dg.MetadataValue.json(
                {key: words for ir in compiled for key, words in ir.pillar_keywords.items()}
            ),
        }
    )


@dg.asset(
    partitions_def=BRANDS,
    backfill_policy=ONE_RUN,
    automation_condition=dg.AutomationCondition.on_missing(),
    description="What people's decisions on earlier cards say about the next ones.",
    group_name=GROUP,
    kinds={"sqlalchemy"},
    owners=OWNERS,
    code_version="1",
)
def learning_summary(context: dg.AssetExecutionContext, database: dg.ResourceParam[Database]) -> dg.MaterializeResult:
    """Summarize each brand's decisions."""
    now = datetime.now(UTC)
    with database.reading() as session:
        summaries = [summarize(session, brand.id, now) for brand in brands_of(context, session)]
    return dg.MaterializeResult(
        metadata={
            "factors": sum(len(summary.factors) for summary in summaries),
            "notes": dg.MetadataValue.md("\n".join(f"- {note}" for summary in summaries for note in summary.notes)),
        }
    )
