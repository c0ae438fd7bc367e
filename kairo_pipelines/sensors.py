"""What watches the clock for ingestion: the sensor that finds due surfaces."""

import hashlib
from datetime import UTC, datetime

import dagster as dg

from kairo_pipelines.capture.due import due_captures
from kairo_pipelines.capture.landing import capture_id
from kairo_pipelines.capture.surface_state import surface_states
from kairo_pipelines.hours import hour_key, hour_of
from kairo_pipelines.jobs import job_name
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.surfaces import list_surfaces
from kairo_pipelines.relational.targets import active_targets


@dg.sensor(
    job_name=job_name("capture"),
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks each minute which surfaces are due by their cadence and requests this hour's capture for them.",
)
def due_surfaces(
    context: dg.SensorEvaluationContext, lake: dg.ResourceParam[Lake], database: dg.ResourceParam[Database]
) -> dg.SensorResult | dg.SkipReason:
    """Request one capture run when anything is due; the same due surfaces are requested once."""
    now = datetime.now(UTC)
    with database.reading() as session:
        targets = active_targets(list_surfaces(session))
    if not targets:
        return dg.SkipReason("no active surface; add one with: kairo surface add")
    due = due_captures(targets, surface_states(lake, targets, now), now)
    if not due:
        return dg.SkipReason(f"none of {len(targets)} active surfaces is due")
    wanted = sorted(capture_id(one.target, one.due_at) for one in due)
    run_key = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:32]
    return dg.SensorResult([dg.RunRequest(run_key=run_key, partition_key=hour_key(hour_of(now)))])
