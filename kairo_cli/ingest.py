"""`kairo ingest`: each step of ingestion for some hours, as the Dagster job of the same name."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kairo_cli.hour_options import FromOption, HourOption, HoursPerRunOption, ToOption, chosen_hours, this_hour
from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import say
from kairo_pipelines.hours import HourRange, hour_key

app = typer.Typer(help="Run a step of ingestion, or all of it, for some hours.", no_args_is_help=True)

#: Two days: long enough that a run's own cost is small, short enough to see it move.
HOURS_PER_RUN = 48

ReplayOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Play this recording instead of fetching; all its hours, where none are given."),
]


@app.command()
def capture(
    hour: HourOption = None,
    first: FromOption = None,
    last: ToOption = None,
    replay: ReplayOption = None,
    hours_per_run: HoursPerRunOption = HOURS_PER_RUN,
) -> None:
    """Fetch the surfaces that are due, or play a recording, and list what landed; a past hour fetches nothing."""
    _ingest("capture", _hours(hour, first, last, replay), hours_per_run, replay)


@app.command()
def normalize(
    hour: HourOption = None,
    first: FromOption = None,
    last: ToOption = None,
    hours_per_run: HoursPerRunOption = HOURS_PER_RUN,
) -> None:
    """Parse what landed into evidence, and evidence into comparable artifacts."""
    _ingest("normalize", _hours(hour, first, last), hours_per_run)


@app.command()
def aggregate(
    hour: HourOption = None,
    first: FromOption = None,
    last: ToOption = None,
    hours_per_run: HoursPerRunOption = HOURS_PER_RUN,
) -> None:
    """Link artifacts to clusters, and count what each hour added."""
    _ingest("aggregate", _hours(hour, first, last), hours_per_run)


@app.command()
def score(
    hour: HourOption = None,
    first: FromOption = None,
    last: ToOption = None,
    hours_per_run: HoursPerRunOption = HOURS_PER_RUN,
) -> None:
    """Find the clusters that are taking off."""
    _ingest("score", _hours(hour, first, last), hours_per_run)


@app.command()
def pipeline(
    hour: HourOption = None,
    first: FromOption = None,
    last: ToOption = None,
    replay: ReplayOption = None,
    hours_per_run: HoursPerRunOption = HOURS_PER_RUN,
) -> None:
    """All of ingestion, from surfaces to trend candidates."""
    _ingest("pipeline", _hours(hour, first, last, replay), hours_per_run, replay)


def recorded_hours(recording: Path) -> HourRange:
    """The hours that a recording covers; UnreadableRecording where it is none."""
    from kairo_pipelines.capture.replay import FrontPageRecording

    return FrontPageRecording(recording).hours()


def _hours(
    hour: datetime | None, first: datetime | None, last: datetime | None, replay: Path | None = None
) -> HourRange:
    return chosen_hours(hour, first, last, otherwise=recorded_hours(replay) if replay else this_hour())


def _ingest(step: str, hours: HourRange, hours_per_run: int, replay: Path | None = None) -> None:
    from kairo_cli.dagster_runs import run_in_order

    if step in ("capture", "pipeline"):
        open_database()
    open_lake()
    began = time.monotonic()
    run_in_order(step, list(hours.split(hours_per_run)), replay=replay)
    say(f"{step} made {described(hours)} in {time.monotonic() - began:.1f} s")


def described(hours: HourRange) -> str:
    """The hours in words."""
    if len(hours) == 1:
        return f"hour {hour_key(hours.first)}"
    return f"{len(hours)} hours, {hour_key(hours.first)} to {hour_key(hours.last)},"
