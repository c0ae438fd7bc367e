"""The detector on one series of counts."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kairo_pipelines.trends.series import judge, trailing

START = datetime(2014, 8, 24, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPACINGS = [MINUTE, 5 * MINUTE, 7 * MINUTE, HOUR, 90 * MINUTE, DAY, 7 * DAY]
by_spacing = pytest.mark.parametrize("step", SPACINGS, ids=str)


@pytest.fixture(scope="module")
def scotus() -> np.ndarray:
    """How often #scotus was written in each hour of eighteen days."""
    with (Path(__file__).parents[1] / "data/gnip/scotus.csv").open() as file:
        return np.asarray([float(row[2]) for row in csv.reader(file)])


def steps_of(span: timedelta, step: timedelta, least: int = 60) -> int:
    return max(span // step, least)


def fired(counts: np.ndarray, step: timedelta) -> list[int]:
    return np.flatnonzero(judge(counts, step, START).alerts).tolist()


def test_a_burst_in_a_real_series_fires_once_in_the_hour_in_which_it_is_seen(scotus):
    alerts = [START + position * HOUR for position in fired(scotus, HOUR)]
    assert alerts == [datetime(2014, 9, 5, 12, tzinfo=UTC), datetime(2014, 9, 10, 14, tzinfo=UTC)]


@settings(max_examples=50)
@given(st.integers(0, 432), arrays(float, 40, elements=st.floats(0, 1e6) | st.just(np.nan)))
def test_what_comes_later_changes_nothing(scotus, end, later):
    before = judge(scotus[:end], HOUR, START)
    after = judge(np.concatenate([scotus[:end], later]), HOUR, START)
    assert after.scores[:end].tolist() == before.scores.tolist()
    assert after.alerts[:end].tolist() == before.alerts.tolist()


@by_spacing
@pytest.mark.parametrize("count", [0.0, 7.0, 1e15], ids=["zeros", "sevens", "huge"])
def test_what_never_changes_never_fires(step, count):
    judged = judge(np.full(steps_of(15 * DAY, step), count), step, START)
    assert not judged.alerts.any()
    assert judged.scores.max() < 1


@by_spacing
def test_a_hundred_times_the_usual_fires_at_once(step):
    counts = np.full(steps_of(15 * DAY, step), 4.0)
    counts[-3] = 100 * max(HOUR / step, 1) * 4
    assert fired(counts, step) == [len(counts) - 3]


@by_spacing
def test_before_there_is_enough_past_nothing_is_said(step):
    counts = np.full(max((3 * DAY) // step, 7), 4.0)
    counts[-1] = 1e6
    assert judge(counts, step, START).scores.tolist() == [0.0] * len(counts)


def test_in_a_gap_nothing_is_said(scotus):
    with_gap = scotus.copy()
    with_gap[200:224] = np.nan
    judged = judge(with_gap, HOUR, START)
    assert judged.scores[200:224].tolist() == [0.0] * 24
    assert fired(with_gap, HOUR) == fired(scotus, HOUR)


def test_after_a_gap_the_usual_is_less_of_a_surprise_than_after_zeros():
    with_gap = np.full(24 * 14, 7.0)
    with_gap[200:224] = np.nan
    after_gap, after_zeros = (judge(counts, HOUR, START).scores[230:] for counts in (with_gap, np.nan_to_num(with_gap)))
    assert (after_gap < after_zeros).all()


def test_one_huge_value_leaves_no_error_behind():
    counts = np.full(3000, 3.0)
    counts[100] = 1e18
    after_a_season = slice(100 + 24 * 43, None)
    usual = judge(np.full(3000, 3.0), HOUR, START).scores
    assert judge(counts, HOUR, START).scores[after_a_season] == pytest.approx(usual[after_a_season])


def test_what_goes_on_fires_once():
    counts = np.concatenate([np.full(24 * 14, 3.0), np.full(24, 60.0)])
    assert fired(counts, HOUR) == [24 * 14]


def test_after_a_day_the_same_may_fire_again():
    quiet, burst = np.full(24 * 14, 3.0), np.full(2, 60.0)
    counts = np.concatenate([quiet, burst, np.full(12, 3.0), burst, np.full(24, 3.0), 3 * burst])
    assert fired(counts, HOUR) == [336, 376]


@settings(max_examples=50)
@given(arrays(float, st.integers(0, 60), elements=st.integers(0, 1000).map(float)), st.integers(1, 30))
def test_trailing_sums_are_those_of_the_last_values(values, length):
    assert trailing(values, length).tolist() == [
        values[max(0, end - length) : end].sum() for end in range(1, len(values) + 1)
    ]
