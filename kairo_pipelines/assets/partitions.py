"""The hours of capture as Dagster partitions them, and which of them a run is for."""

import dagster as dg

from kairo_pipelines.hours import KEY_FORMAT, HourRange, hour_from_key
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.made_hours import take_back
from kairo_pipelines.lake.table import Table
from kairo_pipelines.settings import PipelineSettings

#: Set on every run of a rebuild: the first hour that is made again.
REBUILD_TAG = "kairo/rebuild_from"

#: One partition an hour, the hour in progress among them: it is captured while it lasts.
CAPTURE_HOURS = dg.HourlyPartitionsDefinition(
    start_date=PipelineSettings.from_environment().first_hour, fmt=KEY_FORMAT, timezone="UTC", end_offset=1
)

#: A range of hours is one run: reading and committing once costs little more for a day than for an hour.
ONE_RUN = dg.BackfillPolicy.single_run()


def hours_of(context: dg.AssetExecutionContext) -> HourRange:
    """The hours this run is for."""
    keys = context.partition_key_range
    return HourRange(hour_from_key(keys.start), hour_from_key(keys.end))


def start_over(context: dg.AssetExecutionContext, lake: Lake, hours: HourRange, *tables: Table) -> bool:
    """Whether this run is the first of a rebuild; then it first takes back that these and later hours are made."""
    tag = context.run.tags.get(REBUILD_TAG)
    starts_over = tag is not None and hour_from_key(tag) == hours.first
    if starts_over:
        for table in tables:
            take_back(lake, table, hours.first)
    return starts_over


def hour_tags(hours: HourRange) -> dict[str, str]:
    """The tags that make a run one for these hours."""
    return {
        "dagster/asset_partition_range_start": hours.first.strftime(KEY_FORMAT),
        "dagster/asset_partition_range_end": hours.last.strftime(KEY_FORMAT),
    }
