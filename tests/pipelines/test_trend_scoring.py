"""Scores people can open, and sentences made from numbers."""

from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.trends.candidates import minimum_authors
from kairo_pipelines.trends.scoring import score_parts, why
from kairo_pipelines.trends.sparkline import sparkline


def test_the_reason_is_made_from_the_numbers():
    sentence = why(posts=14, authors=12, window_hours=3, expected=0.4, baseline_hours=600)
    assert sentence == "14 posts by 12 authors in 3 h; usually 0.4"


def test_never_seen_is_said_together_with_how_long_one_has_looked():
    sentence = why(posts=2, authors=2, window_hours=12, expected=0.0, baseline_hours=268)
    assert sentence == "2 posts by 2 authors in 12 h; not once in the 11 days before"


def test_a_front_page_needs_two_authors_and_a_busy_platform_five():
    assert [minimum_authors(posts) for posts in (0, 45, 200, 600, 100_000)] == [2, 2, 3, 4, 5]


@given(
    z=st.floats(0, 50),
    authors=st.integers(0, 10_000),
    platforms=st.integers(0, 10),
    engagement=st.floats(0, 1e9),
)
def test_a_score_lies_between_0_and_100_and_is_the_weighted_sum_of_its_parts(z, authors, platforms, engagement):
    parts = score_parts(z=z, authors=authors, platforms=platforms, engagement_gained=engagement)
    assert 0 <= parts.trend_score <= 100
    assert abs(parts.trend_score - (50 * parts.growth + 30 * parts.breadth + 20 * parts.engagement)) < 0.01


def test_each_part_grows_with_what_it_measures():
    low = score_parts(z=2, authors=2, platforms=1, engagement_gained=100)
    high = score_parts(z=4, authors=6, platforms=2, engagement_gained=1_000)
    assert high.growth > low.growth
    assert high.breadth > low.breadth
    assert high.engagement > low.engagement


def test_a_sparkline_shows_the_course_of_counts_in_as_many_bars_as_there_is_room_for():
    assert sparkline([0, 1, 2, 4]) == "▁▃▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([1, 1, 0, 0, 4, 0], bars=3) == "▅▁█"
