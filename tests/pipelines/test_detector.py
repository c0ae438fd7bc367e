"""The detector on plain counts: what it is surprised by, and what not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kairo_pipelines.trends.detector import Past, Surprise, surprise, unlikely_together

WINDOWS = 42
THRESHOLD = 3.5


def surprised(now: float, *past: float, volume: float = 100.0, volume_now: float = 100.0, season: int = 1) -> Surprise:
    """Of one cluster; `past` is the latest window first, and zero before."""
    counts = np.zeros((1, WINDOWS))
    counts[0, : len(past)] = past
    shared = np.full((1, WINDOWS), volume)
    return surprise(
        np.array([now]), Past(counts, shared, np.array([volume_now]), np.ones((1, WINDOWS), dtype=bool), season)
    )


def decades(now: float, *past: float, **known) -> float:
    return float(surprised(now, *past, **known).decades[0])


def test_two_authors_of_what_was_never_seen_are_over_the_threshold_and_one_is_not():
    assert decades(2) > THRESHOLD > decades(1)


def test_two_of_what_is_seen_every_other_day_are_nothing():
    assert decades(2, *[1, 0] * 21) < 1.5


def test_more_is_more_surprising():
    assert decades(5, 1) > decades(3, 1) > decades(2, 1) > decades(0, 1) == 0


def test_an_old_burst_does_not_hide_a_new_one():
    quiet = [3, 2, 4, 3] * 10
    assert decades(20, *quiet[:20], 90, *quiet[21:]) > THRESHOLD


def test_what_varies_more_than_chance_surprises_less():
    steady, bursty = [10] * WINDOWS, [2, 18] * 21
    assert decades(25, *steady) > decades(25, *bursty)


def test_the_same_share_of_a_doubled_volume_is_no_trend():
    usual = [50] * WINDOWS
    assert decades(100, *usual, volume_now=200.0) < 1
    assert decades(100, *usual) > THRESHOLD


def test_what_every_seventh_window_brings_is_expected_when_it_is_due():
    weekly = [20.0 if back % 7 == 6 else 5.0 for back in range(WINDOWS)]
    due = surprised(20, *weekly, season=7)
    assert due.decades[0] < 1
    assert due.expected[0] == pytest.approx(20, rel=0.35)
    # a day earlier nothing of the kind is due
    assert decades(20, *weekly[1:], 20.0, season=7) > decades(20, *weekly, season=7)


def test_a_window_that_was_not_captured_is_left_out_not_taken_for_zero():
    counts = np.full((1, WINDOWS), 12.0)
    counts[0, 10:20] = 0
    usable = counts > 0
    known = surprise(np.array([24.0]), Past(counts, np.ones((1, WINDOWS)), np.ones(1), usable))
    unknown = surprise(np.array([24.0]), Past(counts, np.ones((1, WINDOWS)), np.ones(1), np.ones_like(usable)))
    assert known.expected[0] == pytest.approx(12, rel=0.05)
    assert unknown.expected[0] < 10


def test_a_short_past_says_less_than_a_long_one():
    usable = np.zeros((1, WINDOWS), dtype=bool)
    usable[0, :5] = True
    short = surprise(np.array([2.0]), Past(np.zeros((1, WINDOWS)), np.ones((1, WINDOWS)), np.ones(1), usable))
    assert short.decades[0] < decades(2)


def test_with_no_past_at_all_nothing_is_surprising():
    nothing = np.zeros((1, WINDOWS))
    found = surprise(np.array([5.0]), Past(nothing, nothing, np.ones(1), nothing.astype(bool)))
    assert np.isfinite(found.decades[0])
    assert found.decades[0] < 1


@settings(max_examples=50)
@given(arrays(np.float64, (3, WINDOWS), elements=st.integers(0, 50).map(float)), st.integers(0, 500))
def test_each_cluster_is_judged_by_its_own_past_alone(counts, now):
    shared = np.ones((1, WINDOWS))
    everything = np.ones((1, WINDOWS), dtype=bool)
    together = surprise(np.full(3, float(now)), Past(counts, shared, np.ones(3), everything, 7)).decades
    alone = [
        surprise(np.array([float(now)]), Past(row[None, :], shared, np.ones(1), everything, 7)).decades[0]
        for row in counts
    ]
    np.testing.assert_allclose(together, alone)
    assert np.isfinite(together).all()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 1.0, 30.0]))
def test_chance_alone_is_as_rarely_surprising_as_the_score_says(seed, rate):
    chance = np.random.default_rng(seed).poisson(rate, (3000, WINDOWS + 1)).astype(float)
    past = Past(chance[:, 1:], np.ones((1, WINDOWS)), np.ones(3000), np.ones((1, WINDOWS), dtype=bool))
    found = surprise(chance[:, 0], past).decades
    assert (found >= 2).mean() < 0.02
    assert (found >= THRESHOLD).mean() < 0.003


def test_among_thousands_looked_at_together_a_single_one_in_a_thousand_is_chance():
    many = np.full(5000, 0.1)
    many[7] = 3.5
    assert not unlikely_together(many, 0.05).any()
    many[7] = 6.0
    assert unlikely_together(many, 0.05).nonzero()[0].tolist() == [7]
    assert unlikely_together(np.array([3.5]), 0.05).all()
    assert unlikely_together(np.array([]), 0.05).size == 0


def test_chance_among_thousands_is_held_down_to_the_share_that_is_allowed():
    # decades of uniform probabilities, as chance gives them
    chance = -np.log10(np.random.default_rng(5).uniform(size=(200, 1000)))
    assert sum(unlikely_together(row, 0.05).any() for row in chance) < 20
