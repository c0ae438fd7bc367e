"""`kairo detect`: the detector on any plain series of counts."""

import io
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from kairo_pipelines.trends.series import judge
from kairo_pipelines.trends.series_file import UnreadableSeries, read_series, write_judged


def detect(
    series: Annotated[
        str,
        typer.Argument(
            metavar="SERIES.csv",
            help="CSV with the columns timestamp and value, in order of time, evenly spaced; - reads standard input.",
        ),
    ],
) -> None:
    """Say of each value of a series how unlikely it is by those before it, and when something takes off.

    Prints CSV with score and alert: -log10 of the probability of so much, and 1 in the row in which a rise is noticed.
    """
    read = read_series(text_of(series), "standard input" if series == "-" else series)
    write_judged(read, judge(read.counts, read.step, read.start), sys.stdout)


def text_of(path: str) -> TextIO:
    """The text of a file, or of standard input for `-`; UnreadableSeries where there is none."""
    if path == "-":
        return io.TextIOWrapper(sys.stdin.buffer, "utf-8-sig", newline="")
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableSeries(f"{path} can't be read: {(error.strerror or str(error)).lower()}") from None
    return io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
