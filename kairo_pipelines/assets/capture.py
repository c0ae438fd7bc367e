"""Capture: the only asset that talks to the outside. It lands what it receives, verbatim, and lists what landed."""

from datetime import UTC, datetime

import dagster as dg
import pyarrow as pa

from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import described
from kairo_pipelines.assets.partitions import CAPTURE_HOURS, ONE_RUN, hours_of
from kairo_pipelines.assets.policies import OWNED
from kairo_pipelines.assets.surface_checks import SURFACE_CHECKS, surface_check_results
from kairo_pipelines.assets.surfaces import surfaces
from kairo_pipelines.capture.capturing import capture_due, capture_limits
from kairo_pipelines.capture.due import due_captures
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.reading import capture_run_rows, read_landed
from kairo_pipelines.capture.replay import FRONT_PAGE, FrontPageRecording
from kairo_pipelines.capture.surface_state import surface_states
from kairo_pipelines.capture.usual_sizes import usual_sizes
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.erasure.loading import erased_now
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.hours import HourRange, hour_of
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.made_hours import record_made
from kairo_pipelines.lake.tables import CAPTURE_RUNS, SURFACES
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.upkeep.retention import require_raw


class CaptureConfig(dg.Config):
    """`replay` names a recording to play instead of fetching; without it past hours fetch nothing."""

    replay: str | None = None


@dg.asset(
    deps=[surfaces],
    partitions_def=CAPTURE_HOURS,
    backfill_policy=ONE_RUN,
    description="One row per attempt to capture a surface in this hour: what landed, or why nothing did.",
    kinds={"python", "deltalake"},
    code_version="2",
    check_specs=[schema_check("capture_runs"), *SURFACE_CHECKS],
    **OWNED,
)
def capture_runs(
    context: dg.AssetExecutionContext,
    config: CaptureConfig,
    lake: dg.ResourceParam[Lake],
    database: dg.ResourceParam[Database],
    settings: dg.ResourceParam[PipelineSettings],
) -> dg.MaterializeResult:
    """Fetch what is due in the hour in progress, or play a recording, then list what has landed in these hours."""
    hours, landing = hours_of(context), Landing(lake.objects())
    now, targets = datetime.now(UTC), _targets(lake)
    require_raw(lake, hours)
    landed, erased = 0, erased_now(database, lake, settings)
    if config.replay:
        landed = FrontPageRecording(config.replay).land(landing, hours, _recorded_surface(lake), erased)
    elif hour_of(now) in hours:
        landed = _fetch_due(lake, landing, settings, targets, erased, now)
    rows = lake.replace(CAPTURE_RUNS, hours, lambda: _listed(lake, landing, hours))
    record_made(lake, CAPTURE_RUNS, hours)

    states = surface_states(lake, targets, now)
    failed = rows.column("status").to_pylist().count("failed")
    return dg.MaterializeResult(
        metadata=described(
            rows,
            hours,
            ["due_at", "platform", "surface_key", "status", "item_count", "error"],
            landed_now=landed,
            failed=failed,
            items=_total(rows, "item_count"),
            megabytes=round(_total(rows, "body_bytes") / 1e6, 3),
        ),
        check_results=[
            fits_schema(lake, CAPTURE_RUNS, hours=hours),
            *surface_check_results(rows.to_pylist(), targets, states, settings.surface_daily_bytes),
        ],
    )


def _total(rows: pa.Table, column: str) -> int:
    return sum(value or 0 for value in rows.column(column).to_pylist())


def _listed(lake: Lake, landing: Landing, hours: HourRange) -> pa.Table:
    return CAPTURE_RUNS.rows(capture_run_rows(read_landed(landing, hours), usual_sizes(lake, hours)))


def _targets(lake: Lake) -> list[Target]:
    return [
        Target(row["surface_id"], row["platform"], row["surface_type"], row["surface_key"], row["cadence_minutes"])
        for row in lake.read(SURFACES).to_pylist()
        if row["is_active"]
    ]


def _recorded_surface(lake: Lake) -> str:
    """The surface that people set up for the recording, where they did."""
    identity = (FRONT_PAGE.platform, FRONT_PAGE.surface_type, FRONT_PAGE.surface_key)
    known = {
        tuple(row[column] for column in SURFACES.key): row["surface_id"] for row in lake.read(SURFACES).to_pylist()
    }
    return str(known.get(identity, FRONT_PAGE.surface_id))


def _fetch_due(
    lake: Lake, landing: Landing, settings: PipelineSettings, targets: list[Target], erased: Erased, now: datetime
) -> int:
    states = surface_states(lake, targets, now)
    return capture_due(
        due_captures(targets, states, now),
        landing,
        Quotas(lake.objects()),
        hour_of(now),
        states=states,
        limits=capture_limits(settings),
        erased=erased,
    )
