"""Capturing what is due from a real server: all surfaces at once, and a broken one is its own failure only."""

import json
import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import obstore
import pytest
from obstore.store import MemoryStore
from web_server import reply

from kairo_pipelines.capture.capturing import CaptureLimits, capture_due
from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetch import FetchLimits
from kairo_pipelines.capture.fetcher import Patience
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.reading import Reading, capture_run_rows, read_landed
from kairo_pipelines.capture.surface_state import SurfaceState
from kairo_pipelines.capture.usual_sizes import UsualSizes
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.erasure.redaction import CONTENT_TYPE
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.tables import CAPTURE_RUNS

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
QUICK = Patience(first_pause_seconds=0.01)
NOTHING = Erased(Authors(b"a key"))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def landing(store) -> Landing:
    return Landing(store)


@pytest.fixture
def feed(sample) -> bytes:
    return sample("feeds/wellformed/psc/atomsimplechapter.xml")


def surface(key: str, platform: str = "feeds", surface_type: str = "feed") -> Target:
    return Target(f"id of {key}", platform, surface_type, key)


def capture(landing, *targets: Target, states=None, patience=QUICK, due_at=NOON, **limits) -> int:
    limited = CaptureLimits(FetchLimits(**{"timeout_seconds": 30, "allow_private": True, **limits}), patience)
    due = [DueCapture(target, due_at) for target in targets]
    quotas = Quotas(MemoryStore())
    return capture_due(due, landing, quotas, NOON, states=states or {}, limits=limited, erased=NOTHING)


def read(landing) -> dict[str, Reading]:
    """The captures of the hour by the key of their surface; of several the last."""
    return {reading.receipt.surface_key: reading for reading in read_landed(landing, HourRange.single(NOON))}


def run_row(landing, key: str) -> dict:
    """The row of `capture_runs`, after a stay in a table of that shape."""
    return CAPTURE_RUNS.rows(capture_run_rows([read(landing)[key]], UsualSizes())).to_pylist()[0]


def raw_bytes(store, path: str | None) -> bytes:
    return bytes(obstore.get(store, path).bytes()) if path else b""


def state_after(landing, key: str) -> SurfaceState:
    """What the last capture leaves behind for the next."""
    row = run_row(landing, key)
    failures = int(row["status"] == "failed")
    known = {name: row[name] for name in ("due_at", "etag", "last_modified", "moved_to")}
    return SurfaceState(failures_in_a_row=failures, **known)


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
        (b"<rss version='2.0'><channel/></rss>", 200, "no_items", "the answer holds no items"),
        (
            b"<rss><channel><item/></channel></rss>",
            200,
            "changed_shape",
            "none of its 1 entries could be read; the first: the entry has neither text nor link",
        ),
        (
            b"<!DOCTYPE html><html><title>Just a moment...</title></html>",
            200,
            "challenge_page",
            "the server answered with a page that asks whether a person is there",
        ),
    ],
)
def test_an_answer_that_is_no_good_is_a_failed_row_with_its_reason_and_its_bytes_stay(
    landing, store, web, body, status, kind, sentence
):
    url = web.answer("/", body, status)
    capture(landing, surface(url))
    row = run_row(landing, url)
    assert (row["status"], row["item_count"]) == ("failed", 0)
    assert (row["error_kind"], row["error"], row["http_status"]) == (kind, sentence, status)
    assert row["body_bytes"] == len(body)
    assert raw_bytes(store, row["body_path"]) == body


def test_a_surface_that_hangs_is_a_failed_row_and_holds_up_no_other(landing, web, feed):
    good, hanging = web.answer("/feed", feed), web.hang("/hang")
    capture(landing, surface(hanging), surface(good), patience=Patience(attempts=1), timeout_seconds=1)
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
    capture(landing, target, states={target.surface_id: SurfaceState(etag='"7"')})
    row = run_row(landing, url)
    assert (row["status"], row["http_status"], row["item_count"], row["body_bytes"]) == ("unchanged", 304, 0, 0)
    assert (row["error_kind"], row["etag"]) == (None, '"7"')


def test_both_validators_are_sent_with_what_the_connector_asks_for(landing, web, feed):
    target = surface(web.answer("/feed", feed))
    known = SurfaceState(etag='W/"7"', last_modified="Fri, 10 Dec 2021 01:52:29 GMT")
    capture(landing, target, states={target.surface_id: known})
    [(_, headers)] = web.asked
    assert headers["If-None-Match"] == 'W/"7"'
    assert headers["If-Modified-Since"] == "Fri, 10 Dec 2021 01:52:29 GMT"
    assert headers["Accept"].startswith("application/atom+xml")


@pytest.mark.parametrize("etag", ['"café"', '"7\r\nX-Injected: 1"', '"\x00"'])
def test_a_validator_that_no_request_can_carry_is_left_out(landing, web, feed, etag):
    target = surface(web.answer("/feed", feed))
    capture(landing, target, states={target.surface_id: SurfaceState(etag=etag)})
    [(_, headers)] = web.asked
    assert "If-None-Match" not in headers
    assert "X-Injected" not in headers


def test_a_validator_beyond_ascii_is_kept_as_it_came(landing, web, feed):
    url = web.answer("/feed", feed, etag='"caf\xe9"')
    capture(landing, surface(url))
    assert run_row(landing, url)["etag"] == '"café"'


def test_a_surface_that_has_moved_is_asked_at_its_new_address_the_next_time(landing, web, feed):
    web.answer("/new", feed)
    url = web.answer("/old", status=301, location="/new")
    target = surface(url)
    capture(landing, target)
    assert run_row(landing, url)["moved_to"] == web.url("/new")
    later = NOON + timedelta(minutes=30)
    capture(landing, target, states={target.surface_id: state_after(landing, url)}, due_at=later)
    assert [path for path, _ in web.asked] == ["/old", "/new", "/new"]
    assert run_row(landing, url)["status"] == "succeeded"


def test_a_surface_that_fails_where_it_has_moved_is_asked_at_its_old_address_again(landing, web, feed):
    web.answer("/new", status=404)
    url = web.answer("/old", feed)
    target = surface(url)
    moved = SurfaceState(due_at=NOON - timedelta(hours=1), moved_to=web.url("/new"))
    capture(landing, target, states={target.surface_id: moved})
    assert run_row(landing, url)["error_kind"] == "not_found"
    failed = SurfaceState(due_at=NOON, moved_to=web.url("/new"), failures_in_a_row=1)
    capture(landing, target, states={target.surface_id: failed}, due_at=NOON + timedelta(minutes=30))
    assert [path for path, _ in web.asked] == ["/new", "/old"]
    assert run_row(landing, url)["status"] == "succeeded"


def test_the_same_due_capture_twice_is_fetched_once(landing, web, feed):
    target = surface(web.answer("/feed", feed))
    assert capture(landing, target) == 1
    assert capture(landing, target) == 0
    assert web.times_asked("/feed") == 1


def test_a_failed_capture_is_not_tried_again_before_it_is_due_again(landing, web):
    target = surface(web.answer("/feed", b"", 503))
    assert [capture(landing, target), capture(landing, target)] == [1, 0]
    assert web.times_asked("/feed") == QUICK.attempts


def test_what_fails_twice_and_then_answers_lands_as_one_good_capture(landing, web, feed):
    url = web.answer_in_turn("/feed", reply(b"oops", 500), reply(b"oops", 500), reply(feed))
    capture(landing, surface(url))
    row = run_row(landing, url)
    assert (row["status"], row["request_count"], row["body_bytes"]) == ("succeeded", 1, len(feed))


def test_when_the_source_wants_to_be_asked_again_is_on_record(landing, web):
    url = web.answer("/feed", status=429, retry_after="600")
    capture(landing, surface(url))
    row = run_row(landing, url)
    assert row["error_kind"] == "rate_limited"
    assert timedelta(minutes=9) < row["retry_at"] - row["ended_at"] <= timedelta(minutes=10)


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
    capture(landing, *targets, patience=Patience(total=50, per_host=6))
    assert web.most_at_once == 6
    assert {reading.status for reading in read(landing).values()} == {"succeeded"}


@pytest.mark.parametrize("patience", [Patience(total=50, per_host=2), Patience(total=2, per_host=50)])
def test_no_more_than_the_limit_are_asked_at_once(landing, web, feed, patience):
    targets = [surface(web.answer(f"/{number}", feed)) for number in range(8)]
    web.answer_in_company_of(2)
    capture(landing, *targets, patience=patience)
    assert web.most_at_once == 2
    assert len(web.asked) == 8


def test_fifty_surfaces_of_a_slow_server_are_done_in_under_five_seconds_with_the_defaults(landing, web, feed):
    targets = [surface(web.answer(f"/{number}", feed)) for number in range(50)]
    web.answer_in_company_of(Patience().per_host, once=True)
    assert capture(landing, *targets, patience=Patience()) == 50
    # As many at once as this, and each answer half a second late:
    assert math.ceil(50 / web.most_at_once) * 0.5 < 5
    assert web.most_at_once == Patience().per_host
    assert {reading.status for reading in read(landing).values()} == {"succeeded"}


def test_a_body_larger_than_the_limit_is_a_failed_row(landing, web):
    url = web.stream("/")
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
    assert row["error"].startswith("the feed could not be read: TypeError")
    assert row["body_bytes"] == len(body)


def test_a_surface_that_has_landed_all_it_may_in_a_day_is_not_asked(landing, web, feed):
    heavy, light = surface(web.answer("/heavy", feed)), surface(web.answer("/light", feed))
    states = {heavy.surface_id: SurfaceState(bytes_today=10**9), light.surface_id: SurfaceState(bytes_today=10**9 - 1)}
    capture(landing, heavy, light, states=states)
    row = run_row(landing, heavy.surface_key)
    assert (row["status"], row["error_kind"], row["body_bytes"]) == ("failed", "over_budget", 0)
    assert row["error"] == "not asked: 1000000000 bytes landed today, 1000000000 are allowed a day"
    assert web.times_asked("/heavy") == 0
    assert run_row(landing, light.surface_key)["status"] == "succeeded"


def test_a_server_can_not_pass_its_answer_off_as_one_of_ours(landing, web):
    item = {"platform_item_id": 7, "text_content": "anything", "hashtags": [], "published_at": None, "like_count": "x"}
    body = json.dumps({"items": [item], "quarantined": []}).encode()
    url = web.answer("/", body, content_type=CONTENT_TYPE)
    capture(landing, surface(url))
    assert run_row(landing, url)["item_count"] == 0


def test_nothing_due_is_nothing_done(landing):
    assert capture(landing) == 0
    assert read(landing) == {}


def test_links_in_a_feed_are_relative_to_where_it_came_from(landing, web, feed):
    web.answer("/blog/feed", feed.replace(b"http://podlove.org/podcast/1", b"podcast/1"))
    url = web.answer("/feed", status=301, location="/blog/feed")
    capture(landing, surface(url))
    [item] = read(landing)[url].items
    assert item.url == web.url("/blog/podcast/1")
