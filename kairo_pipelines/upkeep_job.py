"""The job that keeps the lake and Dagster's own log small and quick, each night; what it does stands in `upkeep`."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import TABLES
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.upkeep.compaction import compact
from kairo_pipelines.upkeep.retention import retain

#: Runs fetched at once when old ones are deleted.
RUNS_AT_ONCE = 200
_OVER = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


@dg.op(
    description="Deletes raw bytes and rows older than KAIRO_RETAIN_RAW_DAYS and KAIRO_RETAIN_DAYS.",
    out=dg.Out(dg.Nothing),
)
def delete_what_is_old(
    context: dg.OpExecutionContext, lake: dg.ResourceParam[Lake], settings: dg.ResourceParam[PipelineSettings]
) -> None:
    """Retention, of raw bytes and rows."""
    went = retain(lake, raw_days=settings.retain_raw_days, row_days=settings.retain_days)
    context.log.info(f"{went.objects} raw objects and {went.rows} rows deleted")


@dg.op(
    description="Rewrites the many small files of closed days as few large ones, and deletes files out of use.",
    ins={"after": dg.In(dg.Nothing)},
    out=dg.Out(dg.Nothing),
)
def compact_tables(context: dg.OpExecutionContext, lake: dg.ResourceParam[Lake]) -> None:
    """Compaction and vacuum of every table."""
    for table in TABLES:
        did = compact(lake, table, datetime.now(UTC))
        context.log.info(f"{did.table}: {did.files_before} files are {did.files_after}; {did.files_deleted} deleted")


@dg.op(
    description="Deletes the runs that began KAIRO_RETAIN_RUN_DAYS ago or longer, their events and what they printed.",
    out=dg.Out(dg.Nothing),
)
def prune_event_log(context: dg.OpExecutionContext, settings: dg.ResourceParam[PipelineSettings]) -> None:
    """Pruning of Dagster's event log, which grows for ever otherwise."""
    before = datetime.now(UTC) - timedelta(days=settings.retain_run_days)
    old = dg.RunsFilter(statuses=_OVER, created_before=before)
    deleted = 0
    while runs := context.instance.get_runs(old, limit=RUNS_AT_ONCE):
        for run in runs:
            context.instance.delete_run(run.run_id)
            context.instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        deleted += len(runs)
    context.log.info(f"{deleted} runs deleted")


@dg.job(description="Retention, compaction, vacuum, and pruning of the event log.")
def upkeep() -> None:
    """What a platform needs that is left running."""
    compact_tables(after=delete_what_is_old())
    prune_event_log()


nightly_upkeep = dg.ScheduleDefinition(
    name="nightly_upkeep",
    job=upkeep,
    cron_schedule="17 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Runs upkeep each night at 03:17 UTC.",
)
