"""Which single posts are hot: beside what the same surface brought before, and as of an hour."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kairo_pipelines.hours import HOUR, HourRange, capture_day
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, NORMALIZED_ARTIFACTS
from kairo_pipelines.trends.hot_posts import LEAST_POSTS, hot_posts

NOW = datetime(2021, 12, 10, 5, tzinfo=UTC)


class Surface:
    """A lake to which posts are added, each with the likes it had in each hour that it was seen."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._rows: dict[datetime, dict[str, list[dict]]] = {}

    def post(
        self,
        name: str,
        likes: dict[datetime, int | None],
        *,
        surface: str = "front page",
        comments: int | None = None,
        link: str | None = None,
        happened_at: datetime | None = None,
    ) -> None:
        first = min(likes)
        at = self._at(first)
        evidence_id = f"hackernews:{name}"
        at["items"].append(_item(name, evidence_id, surface, first))
        at["artifacts"].append(_artifact(name, evidence_id, link, happened_at or first))
        for hour, count in likes.items():
            self._at(hour)["observations"].append(
                {
                    "evidence_id": evidence_id,
                    "platform": "hackernews",
                    "capture_id": f"{hour:%d%H}",
                    "surface_id": surface,
                    "observed_at": hour + timedelta(minutes=10),
                    "like_count": count,
                    "comment_count": comments,
                }
            )

    def usual(self, posts: int = LEAST_POSTS, surface: str = "front page") -> None:
        """Four days of posts that end with 100, 102, 104, … likes."""
        for number in range(posts):
            seen = NOW - timedelta(hours=26 + number * 72 // posts)
            self.post(f"{surface} {number}", {seen: 10, seen + HOUR: 100 + 2 * number}, surface=surface)

    def hot(self, hour: datetime = NOW) -> list[dict]:
        for at, rows in self._rows.items():
            place = {"capture_day": capture_day(at), "capture_hour": at}
            for table, name in (
                (EVIDENCE_ITEMS, "items"),
                (NORMALIZED_ARTIFACTS, "artifacts"),
                (EVIDENCE_OBSERVATIONS, "observations"),
            ):
                self.lake.replace(table, HourRange.single(at), table.rows(row | place for row in rows[name]))
        return hot_posts(self.lake, hour)

    def _at(self, hour: datetime) -> dict[str, list[dict]]:
        return self._rows.setdefault(hour, {"items": [], "artifacts": [], "observations": []})


def _item(name: str, evidence_id: str, surface: str, first: datetime) -> dict:
    return {
        "evidence_id": evidence_id,
        "platform": "hackernews",
        "platform_item_id": name,
        "capture_id": "c",
        "surface_id": surface,
        "title": name,
        "text_content": name,
        "text_hash": 1,
        "hashtags": [],
        "first_seen_at": first,
        "raw_json": "{}",
    }


def _artifact(name: str, evidence_id: str, link: str | None, happened_at: datetime) -> dict:
    return {
        "artifact_id": f"a{evidence_id}",
        "evidence_id": evidence_id,
        "platform": "hackernews",
        "normalized_text": name,
        "canonical_url": link,
        "phrase_keys": [],
        "phrases": [],
        "hashtags": [],
        "mentions": [],
        "signature": [],
        "happened_at": happened_at,
        "engagement_score": 1.0,
    }


@pytest.fixture
def surface(tmp_path: Path) -> Surface:
    return Surface(Lake(str(tmp_path / "lake")))


def test_a_post_that_outdoes_most_of_its_surface_is_hot_and_says_of_how_many(surface):
    surface.usual()
    surface.post("log4j", {NOW - 2 * HOUR: 20, NOW: 180})
    [hot] = surface.hot()
    assert hot["title"] == "log4j"
    # those with 100 to 178 likes
    assert (hot["share"], hot["compared_posts"], hot["compared_days"]) == (40 / LEAST_POSTS, LEAST_POSTS, 3)


def test_an_ordinary_post_is_not_hot(surface):
    surface.usual()
    surface.post("another editor", {NOW - 2 * HOUR: 20, NOW: 110})
    assert surface.hot() == []


def test_nothing_is_known_of_what_comes_later(surface):
    surface.usual()
    surface.post("log4j", {NOW - HOUR: 20, NOW: 180})
    assert surface.hot(NOW - HOUR) == []


def test_yesterdays_news_is_not_hot(surface):
    surface.usual()
    surface.post("old", {NOW - 30 * HOUR: 20, NOW: 500})
    assert surface.hot() == []


def test_a_surface_is_compared_with_itself(surface):
    surface.usual()
    surface.usual(surface="a busier page")
    surface.post("in the small one", {NOW: 180}, surface="an empty page")
    assert surface.hot() == []


def test_with_fewer_posts_than_tell_what_is_usual_nothing_is_hot(surface):
    surface.usual(LEAST_POSTS - 1)
    surface.post("log4j", {NOW: 1_000})
    assert surface.hot() == []


def test_a_post_whose_counts_nobody_knows_is_not_hot(surface):
    surface.usual()
    surface.post("uncounted", {NOW: None})
    assert surface.hot() == []


def test_a_few_likes_are_not_many_however_quiet_the_surface_is(surface):
    for number in range(LEAST_POSTS):
        surface.post(str(number), {NOW - timedelta(hours=26 + number * 72 // LEAST_POSTS): 0})
    surface.post("three of my friends", {NOW: 3})
    assert surface.hot() == []


def test_a_link_that_was_posted_twice_is_hot_once(surface):
    surface.usual()
    surface.post("first", {NOW: 180}, link="https://example.com/log4j")
    surface.post("again", {NOW: 190}, link="https://example.com/log4j")
    surface.post("elsewhere", {NOW: 170})
    assert [one["title"] for one in surface.hot()] == ["again", "elsewhere"]


def test_a_surface_that_was_captured_for_the_first_time_lists_old_posts_and_tells_nothing_yet(surface):
    for number in range(LEAST_POSTS):
        surface.post(str(number), {NOW - HOUR: 100}, happened_at=NOW - timedelta(days=2 + number))
    surface.post("log4j", {NOW: 1_000})
    assert surface.hot() == []


def test_what_is_still_listed_from_long_ago_is_no_measure(surface):
    surface.usual()
    for number in range(LEAST_POSTS):
        seen = NOW - timedelta(hours=60)
        surface.post(f"old {number}", {seen: 5_000}, happened_at=NOW - timedelta(days=100))
    surface.post("log4j", {NOW: 180})
    [hot] = surface.hot()
    assert hot["compared_posts"] == LEAST_POSTS


def test_comments_count_twice(surface):
    surface.usual()
    surface.post("argued about", {NOW: 60}, comments=60)
    [hot] = surface.hot()
    assert (hot["acts"], hot["like_count"], hot["comment_count"]) == (180, 60, 60)


def test_its_course_is_what_it_gained_in_each_hour_up_to_now(surface):
    surface.usual()
    surface.post("log4j", {NOW - 3 * HOUR: 20, NOW - HOUR: 170, NOW: 165})
    [hot] = surface.hot()
    assert len(hot["course"]) == 48
    # a count that goes down takes nothing back
    assert hot["course"][-4:] == [20, 0, 150, 0]
