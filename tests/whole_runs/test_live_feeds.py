"""Feeds on a server, captured in the hour in progress: a broken one is its own failure, never the hour's."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import dagster as dg
import pytest

import kairo_pipelines.definitions
from kairo_pipelines.assets.partitions import hour_tags
from kairo_pipelines.hours import HourRange, hour_of
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, NORMALIZED_ARTIFACTS
from kairo_pipelines.relational.surfaces import Surface

FEED = b"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>Security news</title>
<item><guid>one</guid><title>Log4j exploited</title><link>https://example.com/log4j?utm_source=rss</link>
<author>jane@example.com (Jane)</author><pubDate>Fri, 10 Dec 2021 01:00:00 GMT</pubDate>
<description>&lt;p&gt;A &lt;b&gt;remote code execution&lt;/b&gt; #security&lt;/p&gt;</description></item>
<item><guid>two</guid><title>Patch released</title><link>https://example.com/patch</link></item>
</channel></rss>"""
ANSWERS = {
    "/feed": (200, FEED),
    "/page": (200, b"<html><p>no feed</p></html>"),
    "/empty": (200, b""),
    "/gone": (404, b""),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/feed" and self.headers.get("If-None-Match") == '"v1"':
            self.send_response(304)
            self.end_headers()
            return
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"v1"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def ingest_now(world) -> dg.ExecuteInProcessResult:
    result = dg.materialize(
        kairo_pipelines.definitions.ASSETS,
        instance=world.instance,
        resources=world.resources,
        tags=hour_tags(HourRange.single(hour_of(datetime.now(UTC)))),
    )
    assert result.success
    return result


def capture_statuses(world) -> dict[str, tuple[str, str | None]]:
    rows = world.lake.read(CAPTURE_RUNS).to_pylist()
    return {row["surface_key"].rsplit("/", 1)[1]: (row["status"], row["error_kind"]) for row in rows}


@pytest.fixture
def captured(world, server, one_hour):
    with world.database.writing() as session:
        session.add_all(Surface(platform="feeds", surface_type="feed", surface_key=server + path) for path in ANSWERS)
    ingest_now(world)
    return world


def test_every_surface_has_its_row_and_the_broken_ones_their_reason(captured):
    assert capture_statuses(captured) == {
        "feed": ("succeeded", None),
        "page": ("failed", "not_a_feed"),
        "empty": ("failed", "empty_body"),
        "gone": ("failed", "not_found"),
    }


def test_the_good_feed_becomes_evidence_in_comparable_form(captured):
    items = {row["platform_item_id"]: row for row in captured.lake.read(EVIDENCE_ITEMS).to_pylist()}
    assert len(items) == 2
    first = next(row for key, row in items.items() if "one" in key)
    assert first["title"] == "Log4j exploited"
    assert first["published_at"] == datetime(2021, 12, 10, 1, tzinfo=UTC)
    assert first["like_count"] is None
    artifact = next(
        row
        for row in captured.lake.read(NORMALIZED_ARTIFACTS).to_pylist()
        if row["evidence_id"] == first["evidence_id"]
    )
    assert artifact["normalized_text"] == "Log4j exploited A remote code execution #security"
    assert artifact["canonical_url"] == "https://example.com/log4j"
    assert artifact["hashtags"] == ["security"]


def test_the_same_hour_again_fetches_nothing_that_has_landed(captured):
    before = captured.content()
    ingest_now(captured)
    assert captured.content() == before


def test_what_did_not_answer_is_a_warning_that_names_it_and_stops_nothing(captured):
    result = ingest_now(captured)
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert not checks["surfaces_answered"].passed
    assert not checks["surfaces_answered"].blocking
    failures = checks["surfaces_answered"].metadata["failures"].data
    assert len(failures) == len(ANSWERS) - 1
    assert any(reason.endswith("/gone: the server answered 404 Not Found") for reason in failures)
    assert checks["no_surface_is_broken"].passed
    assert checks["within_byte_budget"].passed


def test_authors_are_stored_under_a_hash(captured):
    rows = captured.lake.read(EVIDENCE_ITEMS).to_pylist()
    [author] = {row["author"] for row in rows} - {None}
    assert author.startswith("~")
    assert not any("jane" in row["raw_json"].lower() for row in rows)


def test_the_raw_bytes_of_a_page_that_is_no_feed_are_kept(captured):
    row = next(row for row in captured.lake.read(CAPTURE_RUNS).to_pylist() if row["error_kind"] == "not_a_feed")
    assert bytes(captured.lake.objects().get(row["body_path"]).bytes()) == ANSWERS["/page"][1]


def test_an_item_seen_once_is_observed_once(captured):
    assert captured.lake.read(EVIDENCE_OBSERVATIONS).num_rows == captured.lake.read(EVIDENCE_ITEMS).num_rows
