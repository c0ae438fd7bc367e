"""Evidence out of raw bytes: items at first sight, and how their counts went on."""

import functools
from collections.abc import Iterator

import dagster as dg

from kairo_pipelines.assets.capture import capture_runs
from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import described
from kairo_pipelines.assets.partitions import hours_of, start_over
from kairo_pipelines.assets.policies import FOLLOWING, HOURLY, OWNED
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.reading import read_landed
from kairo_pipelines.erasure.loading import erased_now
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.storing import store_evidence
from kairo_pipelines.evidence.tables import EvidenceTables, evidence_tables
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.made_hours import comes_out_of_order, record_made, require_made, require_past
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, QUARANTINE
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.upkeep.retention import require_raw


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            "evidence_items",
            deps=[capture_runs],
            description="Raw items as first seen: immutable, each once. What could not be read is quarantined.",
            kinds={"python", "deltalake"},
            code_version="1",
            **OWNED,
            **FOLLOWING,
        ),
        dg.AssetSpec(
            "evidence_observations",
            deps=[capture_runs],
            description="The counts of each item at each capture that saw it, and its text where that changed.",
            kinds={"python", "deltalake"},
            code_version="1",
            **OWNED,
            **FOLLOWING,
        ),
    ],
    check_specs=[schema_check("evidence_items"), schema_check("evidence_observations")],
    **HOURLY,
)
def evidence(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    database: dg.ResourceParam[Database],
    settings: dg.ResourceParam[PipelineSettings],
) -> Iterator[dg.MaterializeResult]:
    """Parse the raw bytes of these hours; keep each item once, and every sighting of it as an observation."""
    hours = hours_of(context)
    require_made(lake, CAPTURE_RUNS, hours)
    require_past(lake, EVIDENCE_ITEMS, hours)
    require_raw(lake, hours)
    if warning := comes_out_of_order(lake, EVIDENCE_ITEMS, hours):
        context.log.warning(warning)
    starts_over = start_over(context, lake, hours, EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS)
    landing = Landing(lake.objects())

    @functools.lru_cache(maxsize=1)
    def read_once(_captures: frozenset[str], erased: Erased) -> EvidenceTables:
        return evidence_tables(read_landed(landing, hours), erased)

    def read() -> EvidenceTables:
        return read_once(frozenset(landing.landed_ids(hours)), erased_now(database, lake, settings))

    stored = store_evidence(lake, hours, read, starts_over=starts_over)
    for table in (EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS):
        record_made(lake, table, hours)

    yield dg.MaterializeResult(
        asset_key="evidence_items",
        metadata=described(
            stored.items,
            hours,
            ["platform", "title", "author", "like_count", "published_at"],
            quarantined=stored.quarantined,
        ),
        check_results=[fits_schema(lake, EVIDENCE_ITEMS, QUARANTINE, hours=hours)],
    )
    yield dg.MaterializeResult(
        asset_key="evidence_observations",
        metadata=described(
            stored.observations,
            hours,
            ["observed_at", "evidence_id", "rank", "like_count", "comment_count", "changed_text"],
            changed_texts=len(stored.observations.column("changed_text").drop_null()),
        ),
        check_results=[fits_schema(lake, EVIDENCE_OBSERVATIONS, hours=hours)],
    )
