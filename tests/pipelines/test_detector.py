"""The detector on plain counts: what it fires on, what it does not, and that it never looks ahead."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kairo_pipelines.normalize.artifacts import normalize
from kairo_pipelines.trends.detector import surprise

WINDOW, DAYS = 12, 14
HOURS = DAYS * 24 + WINDOW
ALL_COVERED = np.ones(HOURS, dtype=bool)
STEADY = np.full(HOURS, 4.0)


def z_of(counts: np.ndarray, volume: np.ndarray = STEADY, covered: np.ndarray = ALL_COVERED) -> float:
    return float(surprise(counts[None, :], volume, covered, WINDOW).z[0])


def series(*posts: tuple[int, float]) -> np.ndarray:
    """Counts per hour; each of `posts` is (hours before the end, count)."""
    counts = np.zeros(HOURS)
    for back, count in posts:
        counts[-1 - back] += count
    return counts


def test_two_posts_of_what_was_never_seen_lie_above_the_usual_threshold():
    assert z_of(series((1, 1), (3, 1))) > 1.75


def test_two_posts_of_what_is_seen_every_other_day_do_not():
    past = [(24 * day, 1.0) for day in range(1, DAYS, 2)]
    assert z_of(series((1, 1), (3, 1), *past)) < 1.75


def test_more_posts_are_more_surprising():
    assert z_of(series((1, 5))) > z_of(series((1, 3))) > z_of(series((1, 2)))


def test_an_old_burst_does_not_hide_a_new_one():
    # without the cap the past burst alone would push the deviation to several posts
    assert z_of(series((1, 6), (24 * 9, 60))) > 1.75


def test_the_same_share_of_a_doubled_volume_is_no_trend():
    every_hour = np.ones(HOURS)
    doubled = every_hour.copy()
    doubled[-WINDOW:] = 2.0
    volume = STEADY.copy()
    volume[-WINDOW:] = 8.0
    assert z_of(doubled, volume) == pytest.approx(z_of(every_hour), abs=0.5)
    assert z_of(doubled) > 1.75


def test_an_hour_that_was_not_captured_is_left_out_not_taken_for_zero():
    every_hour = np.ones(HOURS)
    gap = ALL_COVERED.copy()
    gap[100:160] = False
    silent = every_hour.copy()
    silent[100:160] = 0
    known_gap = surprise(silent[None, :], STEADY * gap, gap, WINDOW)
    assert known_gap.expected[0] == pytest.approx(12.0, abs=0.01)
    assert z_of(silent) > float(known_gap.z[0])


def test_a_short_past_says_less_than_a_long_one():
    short = slice(-WINDOW - 60, None)
    counts = series((1, 1), (3, 1))
    z_after_days = float(surprise(counts[None, short], STEADY[short], ALL_COVERED[short], WINDOW).z[0])
    assert z_after_days < 1.75 < z_of(counts)


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, (3, HOURS), elements=st.integers(0, 50).map(float)))
def test_each_cluster_is_judged_by_its_own_past_alone(counts):
    together = surprise(counts, STEADY, ALL_COVERED, WINDOW).z
    alone = [z_of(row) for row in counts]
    np.testing.assert_allclose(together, alone)


def test_a_post_after_the_hour_it_is_filed_under_counts_to_the_end_of_that_hour():
    hour = datetime(2021, 12, 10, 10, tzinfo=UTC)
    item = {
        "evidence_id": "feeds:x",
        "platform": "feeds",
        "title": "late",
        "text_content": "late",
        "author": None,
        "audio_id": None,
        "hashtags": [],
        "url": None,
        "permalink": None,
        "language": None,
        "published_at": None,
        "first_seen_at": hour + timedelta(hours=1, seconds=4),
        "like_count": None,
        "comment_count": None,
        "share_count": None,
        "view_count": None,
        "capture_day": "2021-12-10",
        "capture_hour": hour,
    }
    [artifact] = normalize([item])
    assert hour <= artifact["happened_at"] < hour + timedelta(hours=1)
