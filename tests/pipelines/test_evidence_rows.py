"""From readings to rows: who was seen first, every sighting, and what could not be read."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from kairo_pipelines.capture.landing import Page, Receipt, capture_id
from kairo_pipelines.capture.reading import Reading, read_capture
from kairo_pipelines.capture.replay import FRONT_PAGE
from kairo_pipelines.connectors.connector import Answer, Item, Quarantined
from kairo_pipelines.erasure.subjects import Erased, Subject
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.rows import EvidenceRows, evidence_id, evidence_rows
from kairo_pipelines.evidence.storing import StoredEvidence, store_evidence
from kairo_pipelines.evidence.tables import evidence_tables
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, QUARANTINE

SEEN_AT = datetime(2021, 12, 10, 1, 52, 29, tzinfo=UTC)
AUTHORS = Authors(b"a key")


def rows_of(readings: Iterable[Reading], authors: Authors = AUTHORS, *erased: Subject) -> EvidenceRows:
    return evidence_rows(readings, Erased(authors, frozenset(one.hashed(authors) for one in erased)))


def receipt(due_at: datetime = SEEN_AT) -> Receipt:
    return Receipt(
        capture_id=capture_id(FRONT_PAGE, due_at),
        surface_id=FRONT_PAGE.surface_id,
        platform=FRONT_PAGE.platform,
        surface_type=FRONT_PAGE.surface_type,
        surface_key=FRONT_PAGE.surface_key,
        due_at=due_at,
        started_at=due_at,
        ended_at=due_at + timedelta(seconds=1),
        pages=(Page(),),
    )


def page(*stories: dict | str, due_at: datetime = SEEN_AT) -> Reading:
    return read_capture(receipt(due_at), [Answer(json.dumps(stories).encode())])


@pytest.fixture
def readings(front_page_rows) -> list[Reading]:
    """The four recorded pages."""
    moments = sorted({row["snapshot_ts"] for row in front_page_rows})
    return [
        page(
            *({**row, "snapshot_ts": None} for row in front_page_rows if row["snapshot_ts"] == moment),
            due_at=moment.replace(tzinfo=UTC),
        )
        for moment in moments
    ]


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def stored(lake: Lake, readings: list[Reading]) -> StoredEvidence:
    hours = HourRange(readings[0].receipt.hour, readings[-1].receipt.hour)
    return store_evidence(lake, hours, lambda: evidence_tables(readings, Erased(AUTHORS)), starts_over=False)


def sighting_of(rows, item_id: str) -> list[dict]:
    return [row for row in rows.sightings if row["platform_item_id"] == item_id]


def test_an_item_is_a_sighting_in_each_capture_that_saw_it(readings):
    rows = rows_of(readings)
    log4j = sighting_of(rows, "29504755")
    assert [row["like_count"] for row in log4j] == [110, 152, 179, 203]
    assert len({row["evidence_id"] for row in log4j}) == 1
    assert len({row["capture_id"] for row in log4j}) == 4


def test_each_sighting_is_an_observation_with_its_counts(lake, readings):
    observations = stored(lake, readings).observations.to_pylist()
    assert len(observations) == len(rows_of(readings).sightings) == 19
    [*_, last] = [row for row in observations if row["evidence_id"] == evidence_id("hackernews", "29504755")]
    assert (last["like_count"], last["comment_count"], last["rank"]) == (203, 53, 1)
    assert last["observed_at"] == datetime(2021, 12, 10, 3, 10, 25, tzinfo=UTC)
    assert last["capture_hour"] == datetime(2021, 12, 10, 3, tzinfo=UTC)
    assert (last["changed_title"], last["changed_text"]) == (None, None)


def test_a_text_that_changes_is_kept_with_the_observations_that_saw_it(lake):
    titles = ["Log4j RCE", "Log4j RCE", "Log4j RCE [fixed]", "Log4j RCE"]
    pages = [
        page({"item_id": 1, "title": title, "author": "a"}, due_at=SEEN_AT + n * HOUR) for n, title in enumerate(titles)
    ]
    first, *later = pages
    stored(lake, [first])
    observations = stored(lake, later).observations.to_pylist()
    assert [row["changed_title"] for row in observations] == [None, "Log4j RCE [fixed]", None]
    assert lake.read(EVIDENCE_ITEMS).column("title").to_pylist() == ["Log4j RCE"]


def test_an_item_is_stored_as_it_was_first_seen(lake, readings):
    stored(lake, readings)
    stored(lake, readings[1:])
    [item] = [row for row in lake.read(EVIDENCE_ITEMS).to_pylist() if row["platform_item_id"] == "29504755"]
    assert (item["like_count"], item["first_seen_at"]) == (110, SEEN_AT + timedelta(seconds=1))
    assert lake.read(EVIDENCE_OBSERVATIONS).num_rows == 19


def test_rows_fit_the_tables_they_are_for(readings):
    rows = rows_of([*readings, page("no story")])
    assert EVIDENCE_ITEMS.rows(rows.sightings).num_rows == 19
    assert QUARANTINE.rows(rows.quarantined).num_rows == 1


def test_an_item_has_what_the_page_shows_of_it(readings):
    [row] = [row for row in sighting_of(rows_of(readings), "29504755") if row["like_count"] == 110]
    assert row["evidence_id"] == evidence_id("hackernews", "29504755")
    assert (row["title"], row["text_content"]) == ("Log4j RCE Found", "Log4j RCE Found")
    assert (row["author"], row["comment_count"], row["rank"]) == (AUTHORS.hashed("hackernews", "usmannk"), 31, 1)
    assert row["url"] == "https://github.com/apache/logging-log4j2/pull/608"
    assert row["permalink"] == "https://news.ycombinator.com/item?id=29504755"
    assert (row["view_count"], row["share_count"], row["published_at"]) == (None, None, None)
    assert (row["capture_day"], row["capture_hour"]) == ("2021-12-10", datetime(2021, 12, 10, 1, tzinfo=UTC))
    assert json.loads(row["raw_json"])["upvotes"] == 110


def test_a_question_to_the_readers_links_to_its_own_page(readings):
    first, *_ = sighting_of(rows_of(readings), "29505524")
    assert first["url"] == first["permalink"] == "https://news.ycombinator.com/item?id=29505524"


def test_a_job_posting_without_id_author_and_points_is_one_item_over_time(readings):
    jobs = [row for row in rows_of(readings).sightings if row["title"] == "Etleap"]
    assert len(jobs) == 4
    assert len({row["evidence_id"] for row in jobs}) == 1
    assert jobs[0]["platform_item_id"].startswith("job-")
    assert (jobs[0]["author"], jobs[0]["like_count"], jobs[0]["permalink"]) == (None, None, None)


def test_a_number_in_the_link_of_a_job_posting_is_not_the_id_of_a_story():
    job = {
        "item_id": 2895577,
        "title": "ZeroCater",
        "url": "https://zerocater.com/about/careers/?gh_jid=2895577",
        "author": None,
    }
    [row] = rows_of([page(job)]).sightings
    assert row["platform_item_id"].startswith("job-")
    assert row["permalink"] is None


def test_a_job_posting_on_the_site_itself_has_its_id():
    job = {"item_id": 26045978, "title": "Docbot (YC W19) Is Hiring a C++ Engineer", "url": "item?id=26045978"}
    [row] = rows_of([page(job)]).sightings
    assert row["platform_item_id"] == "26045978"
    assert row["url"] == row["permalink"] == "https://news.ycombinator.com/item?id=26045978"


def test_an_item_listed_twice_in_a_capture_is_seen_once_there():
    story = {"item_id": 1, "title": "x", "author": "a", "rank": 1}
    rows = rows_of([page(story, {**story, "rank": 2}, {**story, "item_id": 2, "rank": 3})])
    assert [row["rank"] for row in rows.sightings] == [1, 3]


def test_the_same_bytes_always_give_the_same_rows(readings):
    assert rows_of(readings) == rows_of(readings)


def test_what_could_not_be_read_keeps_its_place_reason_and_beginning():
    untitled = {"item_id": 2, "title": None, "url": "https://example.org/", "rank": 2}
    rows = rows_of([page({"item_id": 1, "title": "x", "author": "a"}, untitled, "text", {"title": "  "})])
    assert [row["position"] for row in rows.quarantined] == [1, 2, 3]
    assert {row["reason"] for row in rows.quarantined} == {"the story has no title"}
    assert rows.quarantined[0]["fragment"] == json.dumps(untitled)
    assert rows.quarantined[0]["capture_id"] == capture_id(FRONT_PAGE, SEEN_AT)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", "empty_body"), (b"<html>", "web_page"), (b'{"error": 1}', "changed_shape"), (b"[]", "no_items")],
)
def test_a_page_that_is_none_gives_no_rows(body, kind):
    reading = read_capture(receipt(), [Answer(body)])
    assert reading.failure == kind
    rows = rows_of([reading])
    assert (rows.sightings, rows.quarantined) == ([], [])


def test_half_an_emoji_at_the_end_of_a_cut_text_can_be_stored():
    cut = "launch day \ud83d"
    item = Item(platform_item_id=f"id {cut}", text_content=cut, title=cut, hashtags=(cut,), raw={"text": cut})
    reading = Reading(receipt(), (item,), (Quarantined(1, "cut", cut),))
    rows = rows_of([reading])
    [stored] = EVIDENCE_ITEMS.rows(rows.sightings).to_pylist()
    assert stored["text_content"] == stored["title"] == stored["hashtags"][0] == "launch day ?"
    assert json.loads(stored["raw_json"]) == {"text": "launch day ?"}
    assert QUARANTINE.rows(rows.quarantined).column("fragment").to_pylist() == ["launch day ?"]


def test_an_entry_nested_deeper_than_can_be_written_is_stored_without_its_json():
    deep: dict = {}
    for _ in range(900):
        deep = {"a": deep}
    item = Item(platform_item_id="1", text_content="x", raw=deep)
    [row] = rows_of([Reading(receipt(), (item,))]).sightings
    assert (row["platform_item_id"], row["raw_json"]) == ("1", "{}")


def test_an_item_gathered_elsewhere_is_of_the_platform_it_was_posted_on():
    item = Item(platform_item_id="1", text_content="x", author="ada", platform="tiktok")
    [row] = rows_of([Reading(receipt(), (item,))]).sightings
    assert (row["platform"], row["evidence_id"]) == ("tiktok", "tiktok:1")
    assert row["author"] == AUTHORS.hashed("tiktok", "ada")


@pytest.mark.parametrize("subject", [Subject("item", "hackernews", "1"), Subject("author", "hackernews", "ada")])
def test_what_has_been_erased_gives_no_row(subject):
    reading = page({"item_id": 1, "title": "x", "author": "ada"}, {"item_id": 2, "title": "y", "author": "bo"})
    assert [row["platform_item_id"] for row in rows_of([reading], AUTHORS, subject).sightings] == ["2"]


def test_the_same_item_has_the_same_id_wherever_it_is_seen_and_platforms_are_kept_apart():
    assert evidence_id("hackernews", "1") == evidence_id("hackernews", "1")
    assert evidence_id("hackernews", "1") != evidence_id("feeds", "1")
