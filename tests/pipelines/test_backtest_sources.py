"""Which hours a backtest has, and a recording played into a folder of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from kairo_cli.demo.demo import RECORDING
from kairo_pipelines.backtest.sources import (
    HoldsAnotherHistory,
    NoSuchHours,
    captured_hours,
    chosen,
    played,
    with_surroundings,
)
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import CLUSTER_BUCKETS, EVIDENCE_OBSERVATIONS

FIRST = datetime(2021, 11, 28, 6, tzinfo=UTC)
ERASED = Erased(Authors(b"a key of the tests"))
YEAR = HourRange(datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 12, 31, 23, tzinfo=UTC))


def hours(first: int, last: int) -> HourRange:
    """Hours of the recording, counted from its first."""
    return HourRange(FIRST + first * HOUR, FIRST + last * HOUR)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "played"))


def play(lake: Lake, wanted: HourRange) -> list[HourRange]:
    return list(played(lake, FrontPageRecording(RECORDING), wanted, ERASED))


def test_what_is_held_already_is_not_played_again(lake):
    assert play(lake, hours(0, 2)) == [hours(0, 2)]
    assert play(lake, hours(0, 2)) == play(lake, hours(1, 2)) == []
    assert play(lake, hours(0, 4)) == [hours(3, 4)]


def test_played_in_two_goes_it_is_as_played_in_one(lake, tmp_path):
    play(lake, hours(0, 2))
    play(lake, hours(0, 4))
    play(one_go := Lake(str(tmp_path / "one_go")), hours(0, 4))
    for table in (EVIDENCE_OBSERVATIONS, CLUSTER_BUCKETS):
        in_two, in_one = (
            each.sql("SELECT * FROM rows ORDER BY ALL", rows=each.read(table)).to_pylist() for each in (lake, one_go)
        )
        assert in_two == in_one


@pytest.mark.parametrize("wanted", [hours(0, 4), hours(7, 8)], ids=["hours before", "a gap"])
def test_hours_are_played_in_order(lake, wanted):
    play(lake, hours(3, 5))
    with pytest.raises(HoldsAnotherHistory, match="holds 2021-11-28-09:00 to 2021-11-28-11:00 of the recording"):
        play(lake, wanted)


def test_a_lake_that_was_captured_is_not_played_into(lake):
    play(lake, hours(0, 1))
    lake.objects().delete("played.txt")
    with pytest.raises(HoldsAnotherHistory, match="is a lake, but not of a recording; name another folder"):
        play(lake, hours(0, 1))


def test_what_is_left_open_goes_as_far_as_the_source():
    assert chosen(YEAR, None, None) == YEAR
    assert chosen(YEAR, datetime(2021, 5, 1, tzinfo=UTC), None).last == YEAR.last


@pytest.mark.parametrize(
    ("first", "last"),
    [(YEAR.first - HOUR, None), (None, YEAR.last + HOUR), (YEAR.last, YEAR.first)],
    ids=["before it", "after it", "the wrong way round"],
)
def test_hours_that_the_source_has_not_are_refused(first, last):
    with pytest.raises(NoSuchHours, match="the source holds 2021-01-01-00:00 to 2021-12-31-23:00"):
        chosen(YEAR, first, last)


def test_what_lies_around_is_read_too_as_far_as_there_is_any():
    may = HourRange(datetime(2021, 5, 1, tzinfo=UTC), datetime(2021, 5, 31, 23, tzinfo=UTC))
    around = with_surroundings(may, YEAR)
    assert (may.first - around.first, around.last - may.last) == (timedelta(days=43), timedelta(days=3))
    assert with_surroundings(YEAR, YEAR) == YEAR


def test_an_empty_lake_has_no_hours(lake):
    with pytest.raises(NoSuchHours, match="nothing has been captured in"):
        captured_hours(lake)
