"""Where the history of a backtest comes from: a recording, played into a lake of its own, or what has been captured."""

from collections.abc import Iterator
from datetime import datetime

import obstore

from kairo_pipelines.backtest.backtest import AFTER, BEFORE
from kairo_pipelines.backtest.playing import play
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.hours import HOUR, HourRange, hour_key
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.made_hours import record_made
from kairo_pipelines.lake.tables import CAPTURE_RUNS, CLUSTER_BUCKETS, MADE_HOURS

_PLAYED = "played.txt"


class NoSuchHours(Exception):
    """The source does not hold the hours that were asked for; the message says which it holds."""


class HoldsAnotherHistory(Exception):
    """The folder that a recording was to be played into holds something else."""


def captured_hours(lake: Lake) -> HourRange:
    """The first to the last hour that has been captured; NoSuchHours where there is none."""
    rows = lake.sql(
        "SELECT min(capture_hour) AS first, max(capture_hour) AS last FROM runs", runs=Slice(CAPTURE_RUNS)
    ).to_pylist()
    if rows[0]["first"] is None:
        raise NoSuchHours(f"nothing has been captured in {lake.uri} yet; see kairo ingest pipeline --help")
    return HourRange(rows[0]["first"], rows[0]["last"])


def chosen(held: HourRange, first: datetime | None, last: datetime | None) -> HourRange:
    """The hours asked for, or as far as the source goes where they are left open; NoSuchHours where it has them not."""
    first, last = first or held.first, last or held.last
    if first < held.first or last > held.last or first > last:
        raise NoSuchHours(
            f"{hour_key(first)} to {hour_key(last)} was asked for, and the source holds {hour_key(held.first)} to "
            f"{hour_key(held.last)}"
        )
    return HourRange(first, last)


def with_surroundings(hours: HourRange, held: HourRange) -> HourRange:
    """These hours, with what they are compared with and what tells how they went on, as far as the source has it."""
    return HourRange(max(hours.first - BEFORE, held.first), min(hours.last + AFTER, held.last))


def played(lake: Lake, recording: FrontPageRecording, hours: HourRange, erased: Erased) -> Iterator[HourRange]:
    """Play hours of a recording into a lake, but for those it holds; yields the hours of each step when they are made.

    Raises HoldsAnotherHistory unless the lake is new, or holds this recording from the first of the hours on.
    """
    _claim(lake, recording)
    made = lake.sql(
        "SELECT min(capture_hour) AS first, max(capture_hour) AS last FROM made",
        made=Slice(MADE_HOURS, only={"table_name": CLUSTER_BUCKETS.name}),
    ).to_pylist()[0]
    if made["first"] and not made["first"] <= hours.first <= made["last"] + HOUR:
        raise HoldsAnotherHistory(
            f"{lake.uri} holds {hour_key(made['first'])} to {hour_key(made['last'])} of the recording, and hours are "
            f"played in order: {hour_key(hours.first)} can't be added; name another folder"
        )
    first = made["last"] + HOUR if made["last"] else hours.first
    if first > hours.last:
        return
    for piece in play(lake, recording, HourRange(first, hours.last), erased):
        record_made(lake, CLUSTER_BUCKETS, piece)
        yield piece


def _claim(lake: Lake, recording: FrontPageRecording) -> None:
    """Put on record whose hours the lake holds."""
    covered = recording.hours()
    mine = f"{hour_key(covered.first)} to {hour_key(covered.last)}"
    try:
        theirs = bytes(obstore.get(lake.objects(), _PLAYED).bytes()).decode()
    except FileNotFoundError:
        if lake.delta(CAPTURE_RUNS) is not None:
            raise HoldsAnotherHistory(f"{lake.uri} is a lake, but not of a recording; name another folder") from None
        obstore.put(lake.objects(), _PLAYED, mine.encode())
        return
    if theirs != mine:
        raise HoldsAnotherHistory(
            f"{lake.uri} holds a recording of {theirs}, and this one is of {mine}; name another folder"
        )
