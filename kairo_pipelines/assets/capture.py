"""Capture: the only asset that talks to the outside. It lands what it receives, verbatim, and lists what landed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import described
from kairo_pipelines.assets.partitions import CAPTURE_HOURS, ONE_RUN, hours_of
from kairo_pipelines.assets.policies import OWNED
from kairo_pipelines.assets.surfaces import surfaces
from kairo_pipelines.capture.capturing import Concurrency, Validators, capture_due
from kairo_pipelines.capture.due import due_captures
from kairo_pipelines.capture.fetch import FetchLimits
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.reading import Reading, capture_run_rows, read_capture
from kairo_pipelines.capture.replay import FRONT_PAGE, FrontPageRecording
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import HOUR, HourRange, hour_of
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.made_hours import record_made
from kairo_pipelines.lake.tables import CAPTURE_RUNS, SURFACES
from kairo_pipelines.settings import PipelineSettings

ANSWERED = "surfaces_answered"
#: A source that has had nothing newer for so long is asked for all of it again.
VALIDATORS_LAST = timedelta(days=7)


class CaptureConfig(dg.Config):
    """`replay` names a recording to play instead of fetching; without it past hours fetch nothing."""

    replay: str | None = None


@dg.asset(
    deps=[surfaces],
    partitions_def=CAPTURE_HOURS,
    backfill_policy=ONE_RUN,
    description="One row per attempt to capture a surface in this hour: what landed, or why nothing did.",
    kinds={"python", "deltalake"},
    code_version="1",
    check_specs=[
        schema_check("capture_runs"),
        dg.AssetCheckSpec(ANSWERED, asset="capture_runs", description="Every surface that was captured answered."),
    ],
    **OWNED,
)
def capture_runs(
    context: dg.AssetExecutionContext,
    config: CaptureConfig,
    lake: dg.ResourceParam[Lake],
    settings: dg.ResourceParam[PipelineSettings],
) -> dg.MaterializeResult:
    """Fetch what is due in the hour in progress, or play a recording, then list what has landed in these hours."""
    hours, landing = hours_of(context), Landing(lake.objects())
    now = datetime.now(UTC)
    landed = 0
    if config.replay:
        landed = FrontPageRecording(config.replay).land(landing, hours, _recorded_surface(lake))
    elif hour_of(now) in hours:
        landed = _fetch_due(lake, landing, settings, now)
    rows = lake.replace(CAPTURE_RUNS, hours, lambda: CAPTURE_RUNS.rows(capture_run_rows(read_landed(landing, hours))))
    record_made(lake, CAPTURE_RUNS, hours)

    columns = ["due_at", "platform", "surface_key", "status", "item_count", "error"]
    failed = [row for row in rows.to_pylist() if row["status"] == "failed"]
    return dg.MaterializeResult(
        metadata=described(
            rows,
            hours,
            columns,
            landed_now=landed,
            failed=len(failed),
            items=sum(rows.column("item_count").to_pylist()),
        ),
        check_results=[fits_schema(lake, CAPTURE_RUNS, hours=hours), _answered(failed)],
    )


def read_landed(landing: Landing, hours: HourRange) -> list[Reading]:
    """Every capture that landed in these hours, read by its connector, in the order in which they were due."""
    receipts = landing.receipts(hours)
    return [read_capture(*landed) for landed in zip(receipts, landing.bodies(receipts), strict=True)]


def _recorded_surface(lake: Lake) -> str:
    """The surface that people set up for the recording, where they did."""
    identity = (FRONT_PAGE.platform, FRONT_PAGE.surface_type, FRONT_PAGE.surface_key)
    known = {
        tuple(row[column] for column in SURFACES.key): row["surface_id"] for row in lake.read(SURFACES).to_pylist()
    }
    return str(known.get(identity, FRONT_PAGE.surface_id))


def _fetch_due(lake: Lake, landing: Landing, settings: PipelineSettings, now: datetime) -> int:
    targets = [
        Target(row["surface_id"], row["platform"], row["surface_type"], row["surface_key"], row["cadence_minutes"])
        for row in lake.read(SURFACES).to_pylist()
        if row["is_active"]
    ]
    last = last_captures(lake, targets, now)
    return capture_due(
        due_captures(targets, {row["surface_id"]: row["due_at"] for row in last}, now),
        landing,
        hour_of(now),
        validators={row["surface_id"]: Validators(row["etag"], row["last_modified"]) for row in last},
        limits=FetchLimits(settings.http_timeout_seconds, settings.http_max_bytes, settings.http_allow_private),
        concurrency=Concurrency(settings.http_concurrency, settings.http_per_host),
    )


def last_captures(lake: Lake, targets: list[Target], now: datetime) -> list[dict[str, Any]]:
    """The latest capture of each surface, for a week or the longest cadence: when it was due, and its validators."""
    longest = max(VALIDATORS_LAST, *(timedelta(minutes=target.cadence_minutes) for target in targets))
    return lake.sql(
        """
        SELECT
            surface_id,
            max(due_at) AS due_at,
            arg_max(etag, due_at) FILTER (WHERE etag IS NOT NULL) AS etag,
            arg_max(last_modified, due_at) FILTER (WHERE last_modified IS NOT NULL) AS last_modified
        FROM runs
        GROUP BY surface_id
        """,
        runs=Slice(CAPTURE_RUNS, hour_of(now) - longest - HOUR, hour_of(now)),
    ).to_pylist()


def _answered(failed: list[dict[str, Any]]) -> dg.AssetCheckResult:
    reasons = Counter(f"{row['surface_key']}: {row['error']}" for row in failed)
    return dg.AssetCheckResult(
        check_name=ANSWERED,
        asset_key="capture_runs",
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"failures": dict(reasons.most_common(20))},
    )
