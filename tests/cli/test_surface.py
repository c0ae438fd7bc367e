"""`kairo surface`: adding, listing, pausing and trying them; what fails is said, what is tried is not stored."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from kairo_cli import terminal
from kairo_pipelines.connectors.registry import CONNECTORS
from kairo_pipelines.hours import HOUR, capture_day, hour_of
from kairo_pipelines.lake.tables import CAPTURE_RUNS

FEED = "https://example.org/feed.xml"


def listed(place) -> list[dict]:
    return json.loads(place.kairo("surface", "list", "--json").out)


@pytest.mark.parametrize(
    ("every", "minutes"), [((), 60), (("--every", "30m"), 30), (("--every", "1d"), 1440), (("--every", "45"), 45)]
)
def test_a_feed_is_captured_as_often_as_it_says(place, every, minutes):
    assert place.kairo("surface", "add", "feeds", "feed", FEED, *every).code == 0
    (surface,) = listed(place)
    assert surface["surface_key"] == FEED
    assert surface["cadence_minutes"] == minutes
    assert surface["is_active"]


@pytest.mark.parametrize("every", ["0", "-5", "90s", "soon", "1.5h", "400d", "999999999999d", "²"])
def test_what_is_no_cadence_is_refused(place, every):
    outcome = place.kairo("surface", "add", "feeds", "feed", FEED, f"--every={every}")
    assert outcome.code == 2
    assert "write 30m, 1h, 1d or a number of minutes" in outcome.words
    assert listed(place) == []


def test_adding_it_again_says_so_and_changes_nothing(place):
    place.kairo("surface", "add", "feeds", "feed", FEED, "--every", "2h")
    before = listed(place)
    again = place.kairo("surface", "add", "feeds", "feed", FEED, "--every", "1d")
    assert again.code == 0
    assert again.out == f"feeds/feed/{FEED} is there already, every 2h; nothing was changed\n"
    assert listed(place) == before


@pytest.mark.parametrize(("platform", "kind"), [("tiktok", "trending"), ("feeds", "podcast")])
def test_what_no_connector_captures_is_refused_with_what_there_is(place, platform, kind):
    outcome = place.kairo("surface", "add", platform, kind, "anything")
    assert outcome.code == 1
    assert f"no connector captures {platform}/{kind}; there are feeds/feed" in outcome.err
    assert listed(place) == []


@pytest.mark.parametrize(
    "key", ["news", "ftp://example.org/feed", "file:///etc/passwd", "", "http://[", f"{FEED}?" + "x" * 2000]
)
def test_a_feed_s_key_must_be_a_web_address(place, key):
    outcome = place.kairo("surface", "add", "feeds", "feed", key)
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")
    assert listed(place) == []


def test_what_can_only_be_replayed_is_not_active(place):
    added = place.kairo("surface", "add", "hackernews", "front_page", "news", "--every", "30m")
    assert "replayed from recordings only" in added.out
    assert not listed(place)[0]["is_active"]
    assert "30m" in place.kairo("surface", "list").out


# --- how they fare --------------------------------------------------------------------------------


def capture_run(surface: dict, due_at: datetime, status: str) -> dict:
    """A row of `capture_runs`."""
    is_failed = status == "failed"
    return {
        "capture_id": f"{surface['id']} {due_at}",
        "surface_id": surface["id"],
        **{name: surface[name] for name in ("platform", "surface_type", "surface_key", "cadence_minutes")},
        "status": status,
        "item_count": 0 if is_failed else 10,
        "quarantined_count": 0,
        "error_kind": "timeout" if is_failed else None,
        "error": "no whole answer within 20 s" if is_failed else None,
        "due_at": due_at,
        "started_at": due_at,
        "ended_at": due_at,
        "request_count": 1,
        "body_bytes": 0,
        "capture_day": capture_day(due_at),
        "capture_hour": hour_of(due_at),
    }


@pytest.fixture(autouse=True)
def wide(monkeypatch) -> None:
    """Tables have room."""
    monkeypatch.setattr(terminal.results, "_width", 300)


@pytest.fixture
def fared(place, one_hour):
    """A surface that fails since four hours, one that answers, one that was never captured; and the last hour."""
    for name in ("broken", "good", "new"):
        place.kairo("surface", "add", "feeds", "feed", f"https://example.org/{name}")
    last = hour_of(datetime.now(UTC))
    broken, good, _ = listed(place)
    statuses = ["succeeded", "failed", "failed", "failed", "failed"]
    rows = [capture_run(broken, last - number * HOUR, status) for number, status in enumerate(reversed(statuses))]
    place.lake.overwrite(CAPTURE_RUNS, CAPTURE_RUNS.rows([*rows, capture_run(good, last, "succeeded")]))
    return place, last


def test_the_list_says_how_each_has_fared(fared):
    place, last = fared
    broken, good, new = listed(place)
    known = ("is_broken", "failures_in_a_row", "last_success", "next_try", "error_kind", "error")
    assert [broken[name] for name in known] == [
        True,
        4,
        (last - 4 * HOUR).isoformat(),
        (last + 8 * HOUR).isoformat(),
        "timeout",
        "no whole answer within 20 s",
    ]
    assert [good[name] for name in known] == [False, 0, last.isoformat(), None, None, None]
    assert [new[name] for name in known] == [False, 0, None, None, None, None]


def test_the_table_shows_what_is_broken_and_when_it_is_tried_again(fared):
    place, last = fared
    _, _, _, broken, good, new, *_ = place.kairo("surface", "list").out.splitlines()
    assert "broken" in broken.split("│")[5]
    assert f"{last - 4 * HOUR:%Y-%m-%d %H:%M}" in broken
    next_try = f"{last + 8 * HOUR:%Y-%m-%d %H:%M}"
    assert f"4 in a row, next try {next_try}: timeout: no whole answer within 20 s" in broken
    assert "active" in good.split("│")[5]
    assert "active" in new.split("│")[5]


def test_without_surfaces_the_list_says_how_to_add_one(place):
    assert "kairo surface add feeds feed ADDRESS" in place.kairo("surface", "list").out


def test_what_can_be_captured_is_listed_with_what_its_keys_are(place):
    outcome = place.kairo("surface", "types")
    assert outcome.code == 0
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in outcome.out.splitlines()]
    types = [[one.platform, type_, key] for one in CONNECTORS for type_, key in one.surface_types.items()]
    assert [row for row in rows if len(row) == 3] == types


# --- pausing --------------------------------------------------------------------------------------


def test_a_surface_is_paused_until_it_is_resumed(place):
    place.kairo("surface", "add", "feeds", "feed", FEED)
    assert place.kairo("surface", "pause", "feeds", "feed", FEED).out == f"Paused feeds/feed/{FEED}\n"
    assert not listed(place)[0]["is_active"]
    assert "paused" in place.kairo("surface", "list").out
    assert place.kairo("surface", "resume", "feeds", "feed", FEED).out == f"Resumed feeds/feed/{FEED}\n"
    assert listed(place)[0]["is_active"]


def test_pausing_or_resuming_twice_says_so_and_changes_nothing(place):
    place.kairo("surface", "add", "feeds", "feed", FEED)
    resumed = place.kairo("surface", "resume", "feeds", "feed", FEED)
    assert resumed.out == f"feeds/feed/{FEED} is active already; nothing was changed\n"
    place.kairo("surface", "pause", "feeds", "feed", FEED)
    paused = place.kairo("surface", "pause", "feeds", "feed", FEED)
    assert paused.out == f"feeds/feed/{FEED} is paused already; nothing was changed\n"


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_a_surface_that_is_not_there_can_be_neither_paused_nor_resumed(place, command):
    outcome = place.kairo("surface", command, "feeds", "feed", FEED)
    assert outcome.code == 1
    assert (
        outcome.err == f"Error: there is no surface feeds/feed/{FEED}; kairo surface list shows those that there are\n"
    )


def test_what_can_only_be_replayed_can_not_be_resumed(place):
    place.kairo("surface", "add", "hackernews", "front_page", "news")
    outcome = place.kairo("surface", "resume", "hackernews", "front_page", "news")
    assert outcome.code == 1
    assert outcome.err == "Error: hackernews/front_page/news can only be replayed from recordings\n"
    assert not listed(place)[0]["is_active"]


# --- trying one -----------------------------------------------------------------------------------

RSS = b"""<rss version="2.0"><channel><title>News</title>
<item><guid>one</guid><title>Log4j exploited \x1b[31m</title><link>https://example.org/log4j</link>
<author>ada</author><pubDate>Fri, 10 Dec 2021 01:00:00 GMT</pubDate></item>
<item><guid>two</guid><title>Patch released</title><link>https://example.org/patch</link></item>
<item/>
</channel></rss>""".replace(b"\x1b", b"&#27;")


@pytest.fixture
def hasty(monkeypatch) -> None:
    """Nobody waits between tries."""
    monkeypatch.setenv("KAIRO_HTTP_RETRY_SECONDS", "0")


def everything(place) -> dict[str, object]:
    """All files of a place, and what is in its database, whose files change by being opened."""
    files = {path.relative_to(place.folder): path for path in place.folder.rglob("*") if path.is_file()}
    found: dict[str, object] = {
        str(name): path.read_bytes() for name, path in files.items() if not name.name.startswith("db.sqlite3")
    }
    if len(found) < len(files):
        with closing(sqlite3.connect(place.folder / "db.sqlite3")) as connection:
            found["db.sqlite3"] = list(connection.iterdump())
    return found


@pytest.mark.usefixtures("hasty")
def test_trying_a_surface_shows_what_would_be_stored_and_stores_nothing(place, web):
    url = web.answer("/feed", RSS, content_type="application/rss+xml")
    before = everything(place)
    outcome = place.kairo("surface", "test", "feeds", "feed", url)
    assert (outcome.code, outcome.err) == (0, "")
    first, second = [line for line in outcome.out.splitlines() if "https://example.org/" in line]
    assert "Log4j exploited" in first
    assert "2021-12-10 01:00" in first
    assert "Patch released" in second
    assert "quarantined, entry 2: the entry has neither text nor link" in outcome.out
    assert f"feeds/feed/{url}: succeeded; 2 items, 1 quarantined, {len(RSS)} bytes in 1 answers" in outcome.out
    assert outcome.out.endswith("nothing was stored\n")
    assert everything(place) == before
    assert web.times_asked("/feed") == 1


@pytest.mark.usefixtures("hasty")
def test_trying_takes_neither_store_nor_lake(empty_place, web):
    assert empty_place.kairo("surface", "test", "feeds", "feed", web.answer("/feed", RSS)).code == 0
    assert everything(empty_place) == {}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (404, b"", "not_found: the server answered 404 Not Found"),
        (503, b"", "server_error: the server answered 503 Service Unavailable"),
        (200, b"", "empty_body: the server answered with nothing"),
        (200, b"<p>Welcome</p>", "not_a_feed: the body is not a feed; it begins '<p>Welcome</p>'"),
        (200, b"<rss version='2.0'><channel/></rss>", "no_items: the answer holds no items"),
    ],
)
def test_a_surface_that_fails_ends_with_its_failure(place, web, status, body, failure):
    before = everything(place)
    outcome = place.kairo("surface", "test", "feeds", "feed", web.answer("/feed", body, status))
    assert outcome.code == 1
    assert outcome.err == f"Error: {failure}\n"
    assert "failed; 0 items" in outcome.out
    assert everything(place) == before


@pytest.mark.usefixtures("hasty")
def test_a_folder_can_be_tried_and_its_files_are_new_all_the_same(place, tmp_path_factory):
    folder = tmp_path_factory.mktemp("drop")
    (folder / "posts.jsonl").write_text('{"id": "1", "text": "dropped", "view_count": "1.2K"}')
    for _ in range(2):
        outcome = place.kairo("surface", "test", "drop", "folder", folder)
        assert outcome.code == 0
        assert "dropped" in outcome.out
        assert "1200" in outcome.out


@pytest.mark.usefixtures("hasty")
def test_what_a_server_wrote_can_not_steer_the_terminal(place, web):
    assert "\x1b" not in place.kairo("surface", "test", "feeds", "feed", web.answer("/feed", RSS)).out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("feeds", "feed", "example.org"), "'example.org' is not a web address"),
        (("feeds", "podcast", FEED), "no connector captures feeds/podcast"),
        (("hackernews", "front_page", "news"), "hackernews/front_page/news can only be replayed from recordings"),
    ],
)
def test_what_can_not_be_captured_can_not_be_tried(place, arguments, why):
    outcome = place.kairo("surface", "test", *arguments)
    assert outcome.code == 1
    assert outcome.err.startswith(f"Error: {why}")
