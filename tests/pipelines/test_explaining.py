"""What there is to say about the trends of some recorded days."""

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from played_days import HOURS, LOG4J_HOUR, judge_days, play_days

from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import DETECTOR_HOURS, TREND_CANDIDATES
from kairo_pipelines.trends.explaining import (
    AmbiguousTrend,
    NothingJudged,
    UnknownTrend,
    as_plain,
    trend_story,
    trends_as_of,
)

pytestmark = pytest.mark.xdist_group("explaining")


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Lake:
    lake = play_days(tmp_path_factory.mktemp("played"))
    judge_days(lake)
    return lake


@pytest.fixture(scope="module")
def log4j(lake) -> str:
    rows = lake.sql("SELECT trend_id FROM rows WHERE display_name ILIKE 'log4j%'", rows=Slice(TREND_CANDIDATES))
    trend_id: str = rows.to_pylist()[0]["trend_id"]
    return trend_id


# --- the trends of an hour --------------------------------------------------------------------------


def test_the_trends_of_the_last_hour_come_with_their_last_two_days(lake):
    said = trends_as_of(lake)
    assert (said.hour, said.verdict) == (HOURS.last, "scored")
    assert said.answer.startswith(f"{len(said.trends)} trends: ")
    scores = [trend["trend_score"] for trend in said.trends]
    assert scores == sorted(scores, reverse=True)
    assert all(len(trend["sparkline"]) == 48 for trend in said.trends)
    assert all(sum(trend["sparkline"]) >= trend["artifact_count"] for trend in said.trends)


def test_an_earlier_hour_knows_nothing_of_what_came_later(lake, log4j):
    before, then = (trends_as_of(lake, hour, over_too=True).trends for hour in (LOG4J_HOUR - HOUR, LOG4J_HOUR))
    assert log4j not in [trend["trend_id"] for trend in before]
    assert log4j in [trend["trend_id"] for trend in then]


def test_those_that_are_over_are_there_when_asked_for_with_the_numbers_they_had(lake):
    everything = {trend["trend_id"]: trend for trend in trends_as_of(lake, over_too=True).trends}
    assert everything.keys() == set(lake.read(TREND_CANDIDATES).column("trend_id").to_pylist())
    assert everything.keys() > {trend["trend_id"] for trend in trends_as_of(lake).trends}
    over = [trend for trend in everything.values() if trend["status"] == "stale"]
    assert over
    assert all(trend["author_count"] >= 2 and max(trend["sparkline"]) > 0 for trend in over)


def test_a_cold_start_is_said_to_be_one(lake):
    said = trends_as_of(lake, HOURS.first + 30 * HOUR)
    assert said.answer.startswith("Cold start: ")
    assert said.trends == []


@pytest.mark.parametrize(
    ("verdict", "answer"),
    [
        ("broken_coverage", "Coverage is broken: the reason"),
        ("too_little_volume", "Too little volume: the reason"),
        ("scored", "Nothing is taking off: the reason"),
    ],
)
def test_what_keeps_the_detector_from_saying_something_is_said(tmp_path, verdict, answer):
    lake, hours = Lake(str(tmp_path)), Slice(DETECTOR_HOURS)
    row = play_row() | {"verdict": verdict, "reason": "the reason", "candidates": 0}
    lake.replace_slice(hours, DETECTOR_HOURS.rows([row]))
    assert trends_as_of(lake).answer == answer


def play_row() -> dict:
    numbers = ("covered_hours", "window_artifacts", "window_authors", "minimum_authors", "clusters_tested")
    return {**dict.fromkeys(numbers, 0), "capture_hour": HOURS.first, "capture_day": "2021-11-30"}


def test_where_no_hour_was_judged_the_message_says_how_to_make_one(lake):
    with pytest.raises(NothingJudged, match="no hour until 2021-11-29-23:00 has been judged; make hours with: kairo"):
        trends_as_of(lake, HOURS.first - HOUR)


# --- one trend --------------------------------------------------------------------------------------


def test_the_points_of_the_parts_add_up_to_the_score(lake, log4j):
    story = trend_story(lake, log4j)
    assert sum(part.points for part in story.parts) == pytest.approx(story.trend["trend_score"], abs=0.03)
    assert sum(part.weight for part in story.parts) == pytest.approx(1)


def test_its_life_has_a_row_of_each_hour_from_its_detection_on(lake, log4j):
    life = trend_story(lake, log4j).life
    assert life[0]["detected_at"] == life[0]["capture_hour"] + HOUR
    assert all(later["capture_hour"] - row["capture_hour"] == HOUR for row, later in pairwise(life))


def test_its_buckets_hold_the_posts_that_it_was_noticed_by(lake, log4j):
    story = trend_story(lake, log4j, LOG4J_HOUR)
    assert sum(bucket.posts for bucket in story.buckets) == story.trend["artifact_count"]
    assert sum(bucket.authors for bucket in story.buckets) >= story.trend["author_count"]
    assert len(story.buckets) == story.trend["window_hours"]


def test_velocity_is_posts_an_hour_and_acceleration_how_that_changed(lake, log4j):
    hourly, two_hourly = (trend_story(lake, log4j, bucket_width=width).buckets for width in (HOUR, 2 * HOUR))
    assert [bucket.velocity for bucket in hourly] == [bucket.posts for bucket in hourly]
    assert [bucket.velocity for bucket in two_hourly] == [bucket.posts / 2 for bucket in two_hourly]
    for before, bucket in pairwise(two_hourly):
        assert bucket.acceleration == pytest.approx((bucket.velocity - before.velocity) / 2)


def test_narrow_buckets_hold_as_many_posts_as_wide_ones(lake, log4j):
    wide, narrow = (trend_story(lake, log4j, bucket_width=width).buckets for width in (HOUR, timedelta(minutes=15)))
    assert sum(bucket.posts for bucket in narrow) == sum(bucket.posts for bucket in wide)


def test_its_posts_show_what_they_gained_since_first_sight_and_only_what_was_known_then(lake, log4j):
    first = next(one for one in trend_story(lake, log4j).evidence if one.evidence_id == "hackernews:29504755")
    assert (first.counts_at_first_sight["likes"], first.counts_now["likes"]) == (29, 338)
    earlier = next(one for one in trend_story(lake, log4j, LOG4J_HOUR).evidence if one.evidence_id == first.evidence_id)
    assert 29 < earlier.counts_now["likes"] < 338
    assert first.author.startswith("~")


def test_the_beginning_of_an_id_is_enough_while_it_is_the_only_one(lake, log4j):
    assert trend_story(lake, log4j[:10]).trend["trend_id"] == log4j
    with pytest.raises(AmbiguousTrend, match=r"the ids of \d+ trends begin with ''.*; write more of it"):
        trend_story(lake, "")


def test_an_id_that_nobody_has_is_refused_and_so_is_one_from_later(lake, log4j):
    with pytest.raises(UnknownTrend, match="there is no trend 'x' as of 2021-12-10-05:00; kairo trends --all lists"):
        trend_story(lake, "x")
    with pytest.raises(UnknownTrend):
        trend_story(lake, log4j, LOG4J_HOUR - HOUR)


def test_every_candidate_of_every_hour_leads_to_posts_that_stand_in_raw_bytes(lake):
    rows = lake.read(TREND_CANDIDATES).to_pylist()
    assert rows
    bodies: dict[str, str] = {}
    for trend_id in {row["trend_id"] for row in rows}:
        posts = trend_story(lake, trend_id).evidence
        for row in (row for row in rows if row["trend_id"] == trend_id):
            end = row["capture_hour"] + HOUR
            known = [post for post in posts if post.first_seen_at < end]
            assert known
            in_window = [post for post in known if post.happened_at >= end - row["window_hours"] * HOUR]
            assert len(in_window) == row["artifact_count"]
        for post in posts:
            body = bodies.setdefault(post.raw_path, Path(post.raw_path).read_text())
            written = {str(story["item_id"]): story["title"] for story in json.loads(body)}
            assert written[post.evidence_id.removeprefix("hackernews:")] == post.title


def test_all_of_it_can_be_written_as_json(lake, log4j):
    for said in (trends_as_of(lake), trend_story(lake, log4j)):
        assert json.loads(json.dumps(as_plain(said), default=str))
