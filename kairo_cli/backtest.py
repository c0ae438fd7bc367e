"""`kairo backtest`: what the platform would have said in the past, and what came of it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from kairo_cli.hour_options import hour
from kairo_cli.stores import open_lake, reachable_database
from kairo_cli.terminal import notes, plain, results, say
from kairo_hero.migrating import current_revision, require_current
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.erasure.loading import authors_of, erased_now
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.settings import PipelineSettings

#: Says that what has been captured already is the history.
LAKE = "lake"


def backtest(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="A recording of front pages (Parquet), or `lake`: what was captured."),
    ],
    first: Annotated[
        datetime | None,
        typer.Option("--from", parser=hour, metavar="HOUR", help="The first hour.", show_default="the source's first"),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", parser=hour, metavar="HOUR", help="The last hour.", show_default="the source's last"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the report goes.", show_default="var/backtest/FROM_TO"),
    ] = None,
    kept: Annotated[
        Path | None,
        typer.Option("--lake", metavar="FOLDER", help="Keep what is played of a recording here, for the next time."),
    ] = None,
) -> None:
    """Run history through the detector, hour by hour as of each hour, and report what came of its trends."""
    # pandas and pictures take long to load, and no other command needs them
    from kairo_pipelines.backtest import sources
    from kairo_pipelines.backtest.backtest import judged
    from kairo_pipelines.backtest.report import figures, write_report
    from kairo_pipelines.backtest.running import run
    from kairo_pipelines.embedding import embed

    if kept and source == LAKE:
        raise typer.BadParameter("--lake is for recordings; what has been captured already is only read")
    recording = None if source == LAKE else FrontPageRecording(source)
    with _lake(recording, kept) as lake:
        held = recording.hours() if recording else sources.captured_hours(lake)
        hours = sources.chosen(held, first, last)
        around = sources.with_surroundings(hours, held)
        if recording:
            with _bar("Playing", around) as made:
                for piece in sources.played(lake, recording, around, _erased(lake)):
                    made(len(piece))
        found = []
        with _bar("Judging", hours) as made:
            for one in run(lake, hours, embed):
                found.append(one)
                made(1)
        told = judged(lake, hours, found, around.end, embed)
        folder = out or Path("var/backtest") / f"{hours.first:%Y-%m-%d-%H}_{hours.last:%Y-%m-%d-%H}"
        write_report(lake, told, Path(source).name, folder)
    table = Table.grid(padding=(0, 2))
    for name, value in figures(told).items():
        table.add_row(plain(name, "dim"), plain(value))
    results.print(table)
    say(f"The report is {folder / 'report.md'}")


@contextmanager
def _lake(recording: FrontPageRecording | None, kept: Path | None) -> Iterator[Lake]:
    """Where the history is: the lake of the settings, or one for the recording, which is gone when the block ends."""
    if recording is None:
        yield open_lake()
    elif kept:
        yield Lake(str(kept))
    else:
        with tempfile.TemporaryDirectory(prefix="kairo-backtest-") as folder:
            yield Lake(folder)


def _erased(lake: Lake) -> Erased:
    """What must not be played: where there is no store yet, nothing was ever erased."""
    settings, database = PipelineSettings.from_environment(), reachable_database()
    if current_revision(database) is None:
        return Erased(authors_of(lake, settings))
    require_current(database)
    # by the key of the lake that it was erased from
    return erased_now(database, open_lake(), settings)


@contextmanager
def _bar(description: str, hours: HourRange) -> Iterator[Callable[[int], None]]:
    """A bar that shows how many of the hours are done, and a function to say that some more are."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("hours"))
    with Progress(*columns, TimeElapsedColumn(), console=notes) as progress:
        task = progress.add_task(description, total=len(hours))
        yield lambda done: progress.advance(task, done)
