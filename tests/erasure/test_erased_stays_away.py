"""What was erased does not come back, however often its source lists it."""

import json
from datetime import UTC, datetime

import pytest
from erased_world import HOURS, ITEM, OF_ITEM, SOURCE, STAYS, ZANZIBAR, erase_in, land, left_of
from small_world import SmallWorld, at, record
from web_server import Web

from kairo_pipelines.capture.replay import FRONT_PAGE
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.hours import HOUR, HourRange, hour_of
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS
from kairo_pipelines.relational.surfaces import Surface

pytestmark = pytest.mark.xdist_group("erased")
CAPTURE = ("surfaces", "capture_runs", "evidence_items", "evidence_observations")


def entry(guid: str, title: str, author: str) -> str:
    return (
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://example.com/{guid}</link>"
        f"<author>{author}@example.com ({author})</author></item>"
    )


def feed(*entries: str) -> bytes:
    return f'<rss version="2.0"><channel><title>News</title>{"".join(entries)}</channel></rss>'.encode()


KEPT, GONE = entry("tag:kept", "It stays", "ann"), entry("tag:zanzibar", "Zanzibarquux leaks", "vexillologist9")
OF_ENTRY = ("zanzibar", "vexillologist9")


@pytest.fixture
def empty(tmp_path) -> SmallWorld:
    return SmallWorld.new(tmp_path / "world")


def capture(world: SmallWorld, *surfaces: tuple[str, str, str]) -> None:
    """Add these surfaces, and capture what is due now."""
    with world.database.writing() as session:
        session.add_all(Surface(platform=one[0], surface_type=one[1], surface_key=one[2]) for one in surfaces)
    assert world.ingest(HourRange.single(hour_of(datetime.now(UTC))), only=CAPTURE).success


@pytest.mark.usefixtures("one_hour")
@pytest.mark.parametrize(
    "subject", [Subject("item", "feeds", "tag:zanzibar"), Subject("author", "feeds", "vexillologist9")], ids=str
)
def test_a_feed_that_lists_it_again_lands_without_it(empty, web: Web, subject):
    capture(empty, ("feeds", "feed", web.answer("/first", feed(GONE, KEPT), content_type="text/xml")))
    assert {name for _, name in left_of(OF_ENTRY, empty.folder / "lake")} >= {"zanzibar"}
    erase_in(empty, subject)
    again = feed(KEPT, GONE, entry("tag:new", "Something new", "ann"))
    capture(empty, ("feeds", "feed", web.answer("/second", again, content_type="text/xml", etag='"v7"')))
    assert left_of(OF_ENTRY, empty.folder / "lake") == []
    items = {row["platform_item_id"]: row["title"] for row in empty.lake.read(EVIDENCE_ITEMS).to_pylist()}
    assert items == {"tag:kept": "It stays", "tag:new": "Something new"}
    assert empty.lake.read(EVIDENCE_OBSERVATIONS).num_rows == 3
    [run] = [row for row in empty.lake.read(CAPTURE_RUNS).to_pylist() if row["surface_key"] == web.url("/second")]
    assert (run["status"], run["item_count"], run["etag"]) == ("succeeded", 2, '"v7"')


@pytest.mark.usefixtures("one_hour")
def test_a_list_whose_items_are_fetched_one_by_one_lands_without_it(empty, web: Web, monkeypatch):
    monkeypatch.setenv("KAIRO_HACKERNEWS_URL", web.address)
    stories = {
        number: {"id": number, "type": "story", "by": "ann", "title": f"Story {number}"} for number in (11, 777000111)
    }
    web.answer("/topstories.json", json.dumps(list(stories)).encode())
    for number, story in stories.items():
        web.answer(f"/item/{number}.json", json.dumps(story).encode())
    erase_in(empty, ITEM)
    capture(empty, ("hackernews", "top", "news"))
    assert web.times_asked("/item/777000111.json") == 1
    assert left_of(("777000111",), empty.folder / "lake") == []
    assert [row["title"] for row in empty.lake.read(EVIDENCE_ITEMS).to_pylist()] == ["Story 11"]


@pytest.mark.usefixtures("one_hour")
def test_a_listing_of_nothing_else_is_an_empty_one_and_no_failure(empty, web: Web):
    erase_in(empty, Subject("author", "feeds", "vexillologist9"))
    capture(empty, ("feeds", "feed", web.answer("/feed", feed(GONE), content_type="text/xml")))
    [run] = empty.lake.read(CAPTURE_RUNS).to_pylist()
    assert (run["status"], run["item_count"], run["error"]) == ("succeeded", 0, None)
    assert left_of(OF_ENTRY, empty.folder / "lake") == []


def test_a_recording_played_later_lands_without_it(world, tmp_path):
    erase_in(world, ITEM)
    later = HOURS.last + HOUR
    replay = record(tmp_path / "later.parquet", {at(later): [ZANZIBAR, STAYS], at(later, 40): [STAYS, SOURCE]})
    assert world.ingest(HourRange.single(later), replay=replay).success
    assert left_of(OF_ITEM, world.folder / "lake") == []
    captured = world.lake.read(CAPTURE_RUNS, HourRange.single(later)).to_pylist()
    assert [row["item_count"] for row in captured] == [1, 2]


def test_a_capture_that_landed_as_the_erasure_began_gives_no_evidence_of_it(world):
    """Its raw bytes keep it until they are erased again."""
    later = HourRange.single(HOURS.last + HOUR)
    erase_in(world, ITEM)
    page = [
        {"rank": 1, "item_id": story.item_id, "title": story.title, "url": story.url, "author": story.author}
        for story in (ZANZIBAR, STAYS)
    ]
    land(world, FRONT_PAGE, at(later.first), json.dumps(page).encode())
    assert world.ingest(later).success
    assert left_of(OF_ITEM, world.folder / "lake" / "tables") == []
    seen = world.lake.read(EVIDENCE_OBSERVATIONS, later).to_pylist()
    assert [row["evidence_id"] for row in seen] == ["hackernews:1001"]
    erase_in(world, ITEM)
    assert left_of(OF_ITEM, world.folder / "lake") == []
