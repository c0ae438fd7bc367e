"""What an hour adds to clusters, from a few observations."""

from datetime import UTC, datetime, timedelta

import pytest

from kairo_pipelines.hours import HOUR, HourRange, capture_day
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
)
from kairo_pipelines.trends.history import read_history
from kairo_pipelines.trends.increments import added_authors, added_buckets

FIRST = datetime(2021, 12, 1, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path) -> Lake:
    """One item of one cluster, first seen in the first hour."""
    lake = Lake(str(tmp_path / "lake"))
    artifact = {
        "artifact_id": "a1",
        "evidence_id": "1",
        "platform": "hackernews",
        "normalized_text": "text",
        "phrase_keys": [],
        "phrases": [],
        "hashtags": [],
        "mentions": [],
        "signature": [],
        "happened_at": FIRST,
        "engagement_score": 1.0,
    }
    link = {"artifact_id": "a1", "cluster_id": "c", "role": "primary", "key_type": "phrase"}
    store(lake, NORMALIZED_ARTIFACTS, FIRST, artifact)
    store(lake, ARTIFACT_CLUSTER_LINKS, FIRST, link)
    return lake


def store(lake, table, hour, *rows) -> None:
    placed = [{**row, "capture_day": capture_day(hour), "capture_hour": hour} for row in rows]
    lake.replace(table, HourRange.single(hour), table.rows(placed))


def observe(lake, *points: int | None) -> None:
    for number, likes in enumerate(points):
        hour = FIRST + number * HOUR
        seen = {"evidence_id": "1", "capture_id": str(number), "surface_id": "s", "observed_at": hour}
        store(lake, EVIDENCE_OBSERVATIONS, hour, {**seen, "like_count": likes})


def gained(lake, hours: int) -> list[float]:
    rows = added_buckets(lake, HourRange(FIRST, FIRST + (hours - 1) * HOUR)).to_pylist()
    return [row["engagement_gained"] for row in rows]


def test_a_first_sight_gains_nothing_and_a_loss_is_no_gain(lake):
    observe(lake, 100, 130, 120, 135)
    assert gained(lake, 4) == [0, 30, 5]


def test_what_two_servers_know_differently_of_one_post_is_no_growth(lake):
    observe(lake, 100, 130, 120, 130, 120, 131)
    assert gained(lake, 6) == [0, 30, 1]


@pytest.mark.parametrize(("days", "posts"), [(28, [1]), (29, [])])
def test_what_is_found_long_after_it_was_posted_counts_to_no_bucket(lake, days, posts):
    [artifact] = lake.read(NORMALIZED_ARTIFACTS).to_pylist()
    store(lake, NORMALIZED_ARTIFACTS, FIRST, {**artifact, "happened_at": FIRST - timedelta(days=days), "author": "a"})
    added = added_buckets(lake, HourRange.single(FIRST)).to_pylist()
    assert [row["artifact_count"] for row in added] == posts
    assert added_authors(lake, HourRange.single(FIRST)).num_rows == len(posts)


def test_an_unknown_count_is_no_zero(lake):
    observe(lake, 500, None, 501)
    assert gained(lake, 3) == [0, 1]


def test_an_unknown_author_is_never_a_distinct_one(lake):
    assert added_authors(lake, HourRange.single(FIRST)).num_rows == 0
    assert added_buckets(lake, HourRange.single(FIRST)).to_pylist()[0]["artifact_count"] == 1


def test_who_repeats_a_text_is_no_further_author_and_the_repetition_is_counted(lake):
    [artifact] = lake.read(NORMALIZED_ARTIFACTS).to_pylist()
    posts = [
        {**artifact, "artifact_id": f"a{number}", "author": author, "signature": signature}
        for number, (author, signature) in enumerate([("ada", [1, 2]), ("bob", [2, 3]), ("cy", [4]), ("di", [])])
    ]
    store(lake, NORMALIZED_ARTIFACTS, FIRST, *posts)
    links = [
        {"artifact_id": post["artifact_id"], "cluster_id": "c", "role": "primary", "key_type": "phrase"}
        for post in posts
    ]
    store(lake, ARTIFACT_CLUSTER_LINKS, FIRST, *links)
    hours = HourRange.single(FIRST)
    assert added_authors(lake, hours).num_rows == 3
    assert added_buckets(lake, hours).to_pylist()[0]["artifact_count"] == 4


def test_a_text_that_comes_again_after_days_is_no_copy(lake):
    [artifact] = lake.read(NORMALIZED_ARTIFACTS).to_pylist()
    [link] = lake.read(ARTIFACT_CLUSTER_LINKS).to_pylist()
    for days, author in enumerate(["ada", "bob", "cy"]):
        hour = FIRST + timedelta(days=2 * days)
        post = {**artifact, "artifact_id": author, "author": author, "signature": [days // 2], "happened_at": hour}
        store(lake, NORMALIZED_ARTIFACTS, hour, post)
        store(lake, ARTIFACT_CLUSTER_LINKS, hour, {**link, "artifact_id": author})
    added = [added_authors(lake, HourRange.single(FIRST + timedelta(days=day))).num_rows for day in (0, 2, 4)]
    assert added == [1, 0, 1]


def test_a_copy_is_one_however_many_hours_are_made_at_once(lake):
    [artifact] = lake.read(NORMALIZED_ARTIFACTS).to_pylist()
    [link] = lake.read(ARTIFACT_CLUSTER_LINKS).to_pylist()
    hours = [FIRST + timedelta(days=day) for day in (0, 2, 4, 9)]
    for number, hour in enumerate(hours):
        post = {**artifact, "artifact_id": f"a{number}", "author": f"b{number}", "signature": [7], "happened_at": hour}
        store(lake, NORMALIZED_ARTIFACTS, hour, post)
        store(lake, ARTIFACT_CLUSTER_LINKS, hour, {**link, "artifact_id": f"a{number}"})
    one_by_one = [row for hour in hours for row in added_authors(lake, HourRange.single(hour)).to_pylist()]
    at_once = added_authors(lake, HourRange(hours[0], hours[-1])).to_pylist()
    assert sorted(at_once, key=str) == sorted(one_by_one, key=str)
    assert len(one_by_one) == 2


@pytest.mark.parametrize(("minutes", "starts"), [(5, [10, 55]), (60, [0]), (24 * 60, [0])])
def test_buckets_are_as_wide_as_they_are_set(lake, minutes, starts):
    [artifact] = lake.read(NORMALIZED_ARTIFACTS).to_pylist()
    [link] = lake.read(ARTIFACT_CLUSTER_LINKS).to_pylist()
    posts = [
        {**artifact, "artifact_id": f"a{minute}", "happened_at": FIRST + timedelta(minutes=minute)}
        for minute in (11, 14, 59)
    ]
    store(lake, NORMALIZED_ARTIFACTS, FIRST, *posts)
    store(lake, ARTIFACT_CLUSTER_LINKS, FIRST, *({**link, "artifact_id": post["artifact_id"]} for post in posts))
    added = added_buckets(lake, HourRange.single(FIRST), timedelta(minutes=minutes)).to_pylist()
    assert sorted((row["bucket_start"] - FIRST) // timedelta(minutes=1) for row in added) == starts
    assert sum(row["artifact_count"] for row in added) == 3


def test_an_item_is_followed_for_three_days_however_many_hours_are_made_at_once(lake):
    for day in range(6):
        hour = FIRST + timedelta(days=day)
        seen = {"evidence_id": "1", "capture_id": str(day), "surface_id": "s", "observed_at": hour}
        store(lake, EVIDENCE_OBSERVATIONS, hour, {**seen, "like_count": 10 * day})
    at_once = gained(lake, 6 * 24)
    assert at_once == [0, 10, 10, 10]
    days = [HourRange(FIRST + timedelta(days=day), FIRST + timedelta(days=day, hours=23)) for day in range(6)]
    in_pieces = [row["engagement_gained"] for day in days for row in added_buckets(lake, day).to_pylist()]
    assert in_pieces == at_once


def test_an_answer_covers_the_hours_until_its_surface_is_due_again(lake):
    run = {
        "surface_id": "s",
        "platform": "feeds",
        "surface_type": "feed",
        "surface_key": "k",
        "cadence_minutes": 180,
        "status": "succeeded",
        "item_count": 1,
        "quarantined_count": 0,
        "request_count": 1,
        "body_bytes": 1,
    }
    for number in (0, 3, 9):
        hour = FIRST + number * HOUR
        status = "failed" if number == 3 else "succeeded"
        moments = {"due_at": hour, "started_at": hour, "ended_at": hour}
        store(lake, CAPTURE_RUNS, hour, {**run, **moments, "capture_id": str(number), "status": status})
    history = read_history(lake, HourRange(FIRST, FIRST + 11 * HOUR))
    covered = history.covered[history.index(FIRST) :].tolist()
    assert covered == [True] * 3 + [False] * 6 + [True] * 3
