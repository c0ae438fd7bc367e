"""Reading a series of counts from CSV onto a regular grid, and writing back what the detector said of it."""

import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.trends.detector import Counts
from kairo_pipelines.trends.series import Judged

COLUMNS = ("timestamp", "value")
LEAST_STEP = timedelta(minutes=1)
#: Places on the grid up to which a series is judged: nineteen years of minutes.
MOST_STEPS = 10_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH_SECONDS = re.compile(r"\d{9,11}(\.\d+)?")


class UnreadableSeries(Exception):
    """The text is no regular series of counts; the message names the line and says what is wrong with it."""


@dataclass(frozen=True)
class Row:
    """A row as it was given, with the line it ended on, and what was read from it; NaN where nothing was captured."""

    line: int
    timestamp: str
    value: str
    moment: datetime
    count: float


@dataclass(frozen=True)
class Series:
    """Counts at regular steps from `start` on, NaN where not captured, and where each row has its place among them."""

    rows: list[Row]
    start: datetime
    step: timedelta
    counts: Counts
    places: NDArray[np.int64]


def read_series(lines: Iterable[str], name: str) -> Series:
    """The series in CSV with a header that names `timestamp` and `value`, in order of time, evenly spaced.

    A row that is missing, and an empty or NaN value, is a gap: not captured, never zero. Naive times are UTC. The
    spacing is the commonest one between rows. Raises UnreadableSeries, which calls the text by this name.
    """
    try:
        rows = list(_rows(lines))
        return _on_a_grid(rows)
    except _Refused as refused:
        raise UnreadableSeries(f"{name}, {refused}") from None
    except UnicodeDecodeError:
        raise UnreadableSeries(f"{name} is no text in UTF-8") from None
    except csv.Error as error:
        raise UnreadableSeries(f"{name} is no CSV: {error}") from error


def write_judged(series: Series, judged: Judged, out: TextIO) -> None:
    """CSV `timestamp,value,score,alert`: a row for each that was given, its timestamp and value as they were."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "score", "alert"])
    scores, alerts = judged.scores[series.places].tolist(), judged.alerts[series.places].tolist()
    for row, score, alert in zip(series.rows, scores, alerts, strict=True):
        writer.writerow([row.timestamp, row.value, f"{score:.4f}", int(alert)])


class _Refused(Exception):
    """What is wrong with a line."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")


def _rows(lines: Iterable[str]) -> Iterator[Row]:
    reader = csv.reader(lines)
    header = [cell.strip().lower() for cell in next(reader, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise _Refused(1, f"the header must name the columns {' and '.join(COLUMNS)}; there is no {missing[0]}")
    at_timestamp, at_value = map(header.index, COLUMNS)
    for cells in reader:
        if not cells:
            continue
        if len(cells) <= max(at_timestamp, at_value):
            raise _Refused(
                reader.line_num, f"the row has {len(cells)} of the {len(header)} cells that the header names"
            )
        timestamp, value = cells[at_timestamp], cells[at_value]
        yield Row(
            reader.line_num,
            timestamp,
            value,
            _moment(timestamp.strip(), reader.line_num),
            _count(value.strip(), reader.line_num),
        )


def _moment(text: str, line: int) -> datetime:
    try:
        # before ISO 8601, whose shortest forms are digits alone as well
        if _EPOCH_SECONDS.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _Refused(line, f"the timestamp {text!r} is no time; write it as 2021-12-10 02:25:00") from None


def _count(text: str, line: int) -> float:
    try:
        count = float(text or "nan")
    except ValueError:
        raise _Refused(line, f"the value {text!r} is no number; leave it empty where nothing was captured") from None
    if count < 0 or math.isinf(count):
        raise _Refused(line, f"the value {text} is no count: a count is 0 or more, and finite")
    return count


def _on_a_grid(rows: list[Row]) -> Series:
    if not rows:
        return Series([], _EPOCH, LEAST_STEP, np.zeros(0), np.zeros(0, dtype=np.int64))
    for before, row in pairwise(rows):
        if row.moment <= before.moment:
            how = "the same time as" if row.moment == before.moment else "before"
            raise _Refused(
                row.line, f"{row.timestamp} is {how} the row above; rows must be in order of time, each once"
            )
    start = rows[0].moment
    since = np.asarray([(row.moment - start) // _MICROSECOND for row in rows])
    step = _commonest(np.diff(since)) if len(rows) > 1 else LEAST_STEP // _MICROSECOND
    if step < LEAST_STEP // _MICROSECOND:
        raise _Refused(rows[1].line, f"rows are {step * _MICROSECOND} apart; at least one minute is needed")
    astray = np.flatnonzero(since % step)
    if len(astray):
        row = rows[astray[0]]
        raise _Refused(
            row.line,
            f"{row.timestamp} is no whole number of steps after the first row; most rows are {step * _MICROSECOND} "
            "apart, and all must be, or a multiple of it",
        )
    places = since // step
    far = np.flatnonzero(places >= MOST_STEPS)
    if len(far):
        row = rows[far[0]]
        raise _Refused(row.line, f"{row.timestamp} is {places[far[0]]:,} steps after the first row; is the year right?")
    counts = np.full(places[-1] + 1, np.nan)
    counts[places] = [row.count for row in rows]
    return Series(rows, start, step * _MICROSECOND, counts, places)


def _commonest(distances: NDArray[np.int64]) -> int:
    different, times = np.unique(distances, return_counts=True)
    return int(different[times.argmax()])
