"""Capturing what is due from a real server: all surfaces at once, and a broken one is its own failure only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from kairo_pipelines.capture.capturing import Concurrency, Validators, capture_due
from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetch import FetchLimits
from kairo_pipelines.capture.reading import Reading, capture_run_rows, read_capture
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.tables import CAPTURE_RUNS

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
MANY = Concurrency()


@pytest.fixture
def feed(sample) -> bytes:
    return sample("feeds/atomsimplechapter.xml")


def surface(key: str, platform: str = "feeds", surface_type: str = "feed") -> Target:
    return Target(f"id of {key}", platform, surface_type, key)


def capture(landing, *targets: Target, validators=None, concurrency=MANY, **limits) -> int:
    limits = FetchLimits(**{"timeout_seconds": 30, "allow_private": True, **limits})
    due = [DueCapture(target, NOON) for target in targets]
    return capture_due(due, landing, NOON, validators=validators or {}, limits=limits, concurrency=concurrency)


def read(landing) -> dict[str, Reading]:
    """Every capture of the hour by the key of its surface."""
    receipts = landing.receipts(HourRange.single(NOON))
    readings = [read_capture(*landed) for landed in zip(receipts, landing.bodies(receipts), strict=True)]
    return {reading.receipt.surface_key: reading for reading in readings}


def run_row(landing, key: str) -> dict:
    """The row of `capture_runs`, after a stay in a table of that shape."""
    return CAPTURE_RUNS.rows(capture_run_rows([read(landing)[key]])).to_pylist()[0]


def test_what_a_feed_answers_lands_and_is_a_good_capture(landing, web, feed):
    url = web.answer("/feed", feed, content_type="application/atom+xml", etag='"7"', last_modified="yesterday")
    assert capture(landing, surface(url)) == 1
    row = run_row(landing, url)
    assert (row["status"], row["item_count"], row["quarantined_count"]) == ("succeeded", 1, 0)
    assert (row["error_kind"], row["error"]) == (None, None)
    assert (row["http_status"], row["etag"], row["last_modified"]) == (200, '"7"', "yesterday")
    assert (row["due_at"], row["capture_day"], row["capture_hour"]) == (NOON, "2021-12-10", NOON)
    assert row["started_at"] <= row["ended_at"]
    assert row["body_bytes"] == len(feed)


def test_one_broken_surface_among_several_is_its_own_failure(landing, web, feed):
    good = [web.answer(f"/{name}", feed) for name in ("a", "b", "c")]
    broken = web.answer("/broken", b"gone fishing", 500)
    assert capture(landing, surface(good[0]), surface(broken), surface(good[1]), surface(good[2])) == 4
    readings = read(landing)
    assert [readings[url].status for url in good] == ["succeeded"] * 3
    assert readings[broken].status == "failed"
    assert (readings[broken].failure, readings[broken].sentence) == (
        "server_error",
        "the server answered 500 Internal Server Error",
    )


@pytest.mark.parametrize(
    ("body", "status", "kind", "sentence"),
    [
        (
            b"<html><title>Shop</title></html>",
            200,
            "not_a_feed",
            "the body is not a feed; it begins '<html><title>Shop</title></html>'",
        ),
        (b"Not found, sorry", 404, "not_found", "the server answered 404 Not Found"),
        (b"", 200, "empty_body", "the server answered with nothing"),
        (b" \n", 200, "empty_body", "the server answered with nothing"),
        (b"<rss version='2.0'><channel/></rss>", 200, "no_items", "the body holds no items"),
        (b"<rss><channel><item/></channel></rss>", 200, "no_items", "none of its entries could be read"),
    ],
)
def test_an_answer_that_is_no_good_is_a_failed_row_with_its_reason_and_its_bytes_stay(
    landing, web, body, status, kind, sentence
):
    url = web.answer("/", body, status)
    capture(landing, surface(url))
    row = run_row(landing, url)
    assert (row["status"], row["item_count"]) == ("failed", 0)
    assert (row["error_kind"], row["error"], row["http_status"]) == (kind, sentence, status)
    assert row["body_bytes"] == len(body)
    assert landing.bodies([read(landing)[url].receipt])[0].content == body


def test_a_surface_that_hangs_is_a_failed_row_and_holds_up_no_other(landing, web, feed):
    good, hanging = web.answer("/feed", feed), web.hang("/hang")
    capture(landing, surface(hanging), surface(good), timeout_seconds=1)
    assert run_row(landing, good)["status"] == "succeeded"
    row = run_row(landing, hanging)
    assert (row["status"], row["error_kind"], row["error"]) == ("failed", "timeout", "no whole answer within 1 s")
    assert (row["http_status"], row["body_path"], row["body_bytes"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("target", "kind", "sentence"),
    [
        (surface("example.org/feed"), "misconfigured", "'example.org/feed' is not a web address"),
        (surface("http://[bad"), "misconfigured", "'http://[bad' is not a web address"),
        (surface("http://a:99999/"), "misconfigured", "'http://a:99999/' is not a web address"),
        (surface("x", "myspace", "wall"), "misconfigured", "no connector captures myspace/wall; there are feeds/feed"),
        (
            surface("news", "hackernews", "front_page"),
            "not_fetchable",
            "hackernews/front_page/news can only be replayed",
        ),
    ],
)
def test_a_surface_that_cannot_be_asked_is_a_failed_row_that_says_why(landing, web, feed, target, kind, sentence):
    good = web.answer("/feed", feed)
    assert capture(landing, target, surface(good)) == 2
    row = run_row(landing, target.surface_key)
    assert (row["status"], row["error_kind"]) == ("failed", kind)
    assert row["error"].startswith(sentence)
    assert run_row(landing, good)["status"] == "succeeded"


def test_what_has_not_changed_since_is_unchanged_and_no_failure(landing, web, feed):
    url = web.answer("/feed", feed, etag='"7"')
    target = surface(url)
    capture(landing, target, validators={target.surface_id: Validators(etag='"7"')})
    row = run_row(landing, url)
    assert (row["status"], row["http_status"], row["item_count"], row["body_bytes"]) == ("unchanged", 304, 0, 0)
    assert (row["error_kind"], row["etag"]) == (None, '"7"')


def test_both_validators_are_sent_with_what_the_connector_asks_for(landing, web, feed):
    target = surface(web.answer("/feed", feed))
    capture(landing, target, validators={target.surface_id: Validators('W/"7"', "Fri, 10 Dec 2021 01:52:29 GMT")})
    [(_, headers)] = web.asked
    assert headers["If-None-Match"] == 'W/"7"'
    assert headers["If-Modified-Since"] == "Fri, 10 Dec 2021 01:52:29 GMT"
    assert headers["Accept"].startswith("application/atom+xml")


def test_a_validator_that_no_request_can_carry_is_left_out(landing, web, feed):
    url = web.answer("/feed", feed, etag='"caf\xe9"')
    capture(landing, surface(url))
    landed = read(landing)[url].receipt
    assert landed.headers["etag"] == '"café"'
    assert Validators(landed.headers["etag"]).headers() == {}


def test_the_same_due_capture_twice_is_fetched_once(landing, web, feed):
    target = surface(web.answer("/feed", feed))
    assert capture(landing, target) == 1
    assert capture(landing, target) == 0
    assert web.times_asked("/feed") == 1


def test_a_failed_capture_is_not_tried_again_before_it_is_due_again(landing, web):
    target = surface(web.answer("/feed", b"", 503))
    assert [capture(landing, target), capture(landing, target)] == [1, 0]
    assert web.times_asked("/feed") == 1


def test_two_processes_that_capture_the_same_at_once_agree_on_one_capture_each(landing, web, feed):
    targets = [surface(web.answer(f"/{number}", feed)) for number in range(10)]
    with ThreadPoolExecutor(2) as processes:
        landed = list(processes.map(lambda _: capture(landing, *targets), range(2)))
    assert sum(landed) == 10
    readings = read(landing)
    assert [readings[target.surface_key].status for target in targets] == ["succeeded"] * 10


def test_surfaces_are_asked_at_once(landing, web, feed):
    targets = [surface(web.answer(f"/{number}", feed)) for number in range(6)]
    web.answer_in_company_of(6)
    capture(landing, *targets, concurrency=Concurrency(total=50, per_host=6))
    assert web.most_at_once == 6
    assert {reading.status for reading in read(landing).values()} == {"succeeded"}


@pytest.mark.parametrize("concurrency", [Concurrency(total=50, per_host=2), Concurrency(total=2, per_host=50)])
def test_no_more_than_the_limit_are_asked_at_once(landing, web, feed, concurrency):
    targets = [surface(web.answer(f"/{number}", feed)) for number in range(8)]
    web.answer_in_company_of(2)
    capture(landing, *targets, concurrency=concurrency)
    assert web.most_at_once == 2
    assert len(web.asked) == 8


def test_a_body_larger_than_the_limit_is_a_failed_row(landing, web):
    url = web.stream_for_ever("/")
    capture(landing, surface(url), max_bytes=100_000)
    row = run_row(landing, url)
    assert (row["error_kind"], row["error"]) == ("too_large", "the body is larger than 100000 bytes")


def test_a_parser_that_fails_is_a_failed_row_and_the_bytes_stay(landing, web, feed):
    # A podcast's chapter that does not say when it starts: feedparser raises TypeError.
    body = feed.replace(b'start="00:00:00"', b"")
    url = web.answer("/feed", body)
    capture(landing, surface(url))
    row = run_row(landing, url)
    assert (row["status"], row["error_kind"]) == ("failed", "parser_failed")
    assert row["error"].startswith("the parser failed: TypeError")
    assert row["body_bytes"] == len(body)


def test_nothing_due_is_nothing_done(landing):
    assert capture(landing) == 0
    assert read(landing) == {}


def test_links_in_a_feed_are_relative_to_where_it_came_from(landing, web, feed):
    web.answer("/blog/feed", feed.replace(b"http://podlove.org/podcast/1", b"podcast/1"))
    url = web.answer("/feed", status=301, location="/blog/feed")
    capture(landing, surface(url))
    [item] = read(landing)[url].items
    assert item.url == web.url("/blog/podcast/1")
