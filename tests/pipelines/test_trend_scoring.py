"""Scores people can open, and sentences made from numbers."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.trends.gates import minimum_authors
from kairo_pipelines.trends.scoring import WEIGHTS, Parts, score_parts, why
from kairo_pipelines.trends.sparkline import sparkline

QUIET = {
    "decades": 3.5,
    "authors": 2,
    "platforms": 1,
    "engagement_gained": 100.0,
    "heat": 0.1,
    "seen_before": 9,
    "past_hours": 300,
    "coverage": 0.8,
}


def test_the_reason_is_made_from_the_numbers():
    sentence = why(posts=14, authors=12, window_hours=2, expected=0.4, seen_before=20, past_hours=600)
    assert sentence == "14 posts by 12 authors in 2 h; usually 0.4"


def test_never_seen_is_said_together_with_how_long_one_has_looked():
    sentence = why(posts=2, authors=2, window_hours=24, expected=0.04, seen_before=0, past_hours=268)
    assert sentence == "2 posts by 2 authors in 24 h; not once in the 11 days before"


def test_a_front_page_needs_two_authors_and_a_busy_platform_five():
    assert [minimum_authors(posts) for posts in (0, 90, 400, 1_200, 4_000, 1_000_000)] == [2, 2, 3, 4, 5, 5]


def test_growth_is_half_at_the_threshold():
    assert score_parts(**QUIET).growth == pytest.approx(0.5)


@given(
    decades=st.floats(0, 300),
    authors=st.integers(0, 10_000),
    platforms=st.integers(0, 10),
    engagement_gained=st.floats(0, 1e9),
    heat=st.none() | st.floats(0, 1),
    seen_before=st.integers(0, 10_000),
    past_hours=st.integers(0, 10_000),
    coverage=st.floats(0, 1),
)
def test_a_score_lies_between_0_and_100_and_is_the_weighted_sum_of_its_parts(**measured):
    parts = score_parts(**measured)
    assert all(0 <= value <= 1 for value in asdict(parts).values())
    assert 0 <= parts.trend_score <= 100
    assert parts.trend_score == pytest.approx(
        100 * sum(WEIGHTS[name] * part for name, part in asdict(parts).items()), abs=0.01
    )
    assert Parts(1, 1, 1, 1, 1).trend_score == 100


@pytest.mark.parametrize(
    ("part", "more"),
    [
        ("growth", {"decades": 5.0}),
        ("breadth", {"authors": 3}),
        ("breadth", {"platforms": 2}),
        ("engagement", {"engagement_gained": 1000.0}),
        ("engagement", {"heat": 0.9}),
        ("novelty", {"seen_before": 0}),
        ("confidence", {"past_hours": 600}),
        ("confidence", {"coverage": 1.0}),
    ],
    ids=["surprise", "authors", "platforms", "gained", "heat", "novelty", "past", "coverage"],
)
def test_each_part_grows_with_what_it_measures_and_the_others_stay(part, more):
    low, high = asdict(score_parts(**QUIET)), asdict(score_parts(**{**QUIET, **more}))
    assert high[part] > low[part]
    assert {name for name in low if low[name] != high[name]} == {part}


def test_a_sparkline_shows_the_course_of_counts_in_as_many_bars_as_there_is_room_for():
    assert sparkline([0, 1, 2, 4]) == "▁▃▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([1, 1, 0, 0, 4, 0], bars=3) == "▅▁█"
