"""`kairo rebuild`: hours made again from what landed, in order."""

import time
from collections.abc import Collection
from datetime import datetime
from typing import Annotated

import typer

from kairo_cli.hour_options import HoursPerRunOption, hour
from kairo_cli.ingest import HOURS_PER_RUN
from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import say, warn
from kairo_pipelines.hours import HOUR, HourRange, hour_key
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import CAPTURE_RUNS, MADE_HOURS
from kairo_pipelines.upkeep.retention import require_raw


class NothingCaptured(Exception):
    """There is no captured hour to make again."""


def rebuild(
    first: Annotated[
        datetime, typer.Option("--from", parser=hour, metavar="HOUR", help="The first hour to make again.")
    ],
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to", parser=hour, metavar="HOUR", help="The last of them.", show_default="the last captured hour"
        ),
    ] = None,
    hours_per_run: HoursPerRunOption = HOURS_PER_RUN,
) -> None:
    """Make captured hours again, in order, from the raw bytes that landed; nothing is fetched for past hours.

    What first sight and growth are depends on every hour before, so those after the first are dropped and made anew.
    """
    from kairo_cli.dagster_runs import run_in_order
    from kairo_pipelines.assets.partitions import REBUILD_TAG

    open_database()
    lake = open_lake()
    captured = captured_hours(lake, since=first)
    chosen = [captured_hour for captured_hour in captured if last is None or captured_hour <= last]
    if not chosen:
        raise NothingCaptured(
            f"no hour has been captured from {hour_key(first)} to {hour_key(last) if last else 'now'}"
        )
    require_raw(lake, HourRange(chosen[0], chosen[-1]))
    began = time.monotonic()
    ranges = [hours for span in spans(chosen) for hours in span.split(hours_per_run)]
    run_in_order("pipeline", ranges, extra_tags={REBUILD_TAG: hour_key(chosen[0])})
    say(
        f"rebuilt {len(chosen)} captured hours, {hour_key(chosen[0])} to {hour_key(chosen[-1])}, "
        f"in {time.monotonic() - began:.1f} s"
    )
    if len(chosen) < len(captured):
        following = hour_key(captured[len(chosen)])
        warn(f"the hours from {following} on were dropped; make them with: kairo rebuild --from {following}")


def captured_hours(lake: Lake, since: datetime) -> list[datetime]:
    """The hours since then that have been captured, in order; a rebuild that was interrupted leaves them so."""
    made = Slice(MADE_HOURS, since=since, only={"table_name": CAPTURE_RUNS.name})
    hours = lake.sql("SELECT capture_hour FROM made ORDER BY capture_hour", made=made)
    return [row["capture_hour"] for row in hours.to_pylist()]


def spans(hours: Collection[datetime]) -> list[HourRange]:
    """Hours in order as unbroken ranges: a run is for one."""
    there = set(hours)
    starts = [hour for hour in hours if hour - HOUR not in there]
    ends = [hour for hour in hours if hour + HOUR not in there]
    return [HourRange(start, end) for start, end in zip(starts, ends, strict=True)]
