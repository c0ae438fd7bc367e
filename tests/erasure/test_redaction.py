"""A capture without what was erased gives all the rest exactly as its source's own bytes did."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.capture.capturing import CaptureLimits
from kairo_pipelines.capture.fetch import KEPT_HEADERS, FetchLimits
from kairo_pipelines.capture.landing import Landing, Page, Receipt
from kairo_pipelines.capture.reading import Reading, read_capture
from kairo_pipelines.capture.trial import try_capture
from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, Target
from kairo_pipelines.erasure.captures import Redacted, redact_landed, redacted
from kairo_pipelines.erasure.redaction import CONTENT_TYPE, read_redacted, redacted_body
from kairo_pipelines.erasure.subjects import Erased, Subject
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.rows import evidence_rows
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake

DATA = Path(__file__).parents[1] / "data"
NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
AUTHORS = Authors(b"a key of these tests")

SAMPLES = [
    ("hackernews", "front_page", "hn/front_pages.json"),
    ("reddit", "hot", "reddit/TestSubredditListings.test_hot.1.200.json"),
    ("mastodon", "tag", "mastodon/test_hashtag_tl.2.200.json"),
    ("tiktok", "profile", "tiktok/scraper_output_user_2021-01-06.json"),
    ("youtube", "most_popular", "youtube/videos_chart_paged_1.json"),
    ("feeds", "feed", "feeds/json/example.json"),
    ("feeds", "feed", "feeds/wellformed/lang/entry_content_xml_lang_blank_3.xml"),
]


def erased(*subjects: Subject) -> Erased:
    return Erased(AUTHORS, frozenset(subject.hashed(AUTHORS) for subject in subjects))


def captured(platform: str, surface_type: str, *answers: Answer, **known: str) -> tuple[Receipt, list[Answer]]:
    pages = tuple(Page(url=one.url, headers=one.headers, bytes=len(one.content)) for one in answers)
    receipt = Receipt(
        capture_id="0" * 32,
        surface_id="s",
        platform=platform,
        surface_type=surface_type,
        surface_key="key",
        due_at=NOON,
        started_at=NOON,
        ended_at=NOON,
        pages=pages,
        **known,
    )
    return receipt, list(answers)


def read_again(found: Redacted | None) -> Reading:
    assert found is not None
    receipt, [body] = found
    [page] = receipt.pages
    return read_capture(receipt, [Answer(body, page.headers, page.url, page.status)])


def subject_of(platform: str, item: Item) -> Subject:
    return Subject("item", item.platform or platform, item.platform_item_id)


@pytest.mark.parametrize(("platform", "surface_type", "name"), SAMPLES)
def test_of_every_platform_the_others_are_as_they_were(platform, surface_type, name):
    reading = read_capture(*captured(platform, surface_type, Answer((DATA / name).read_bytes())))
    assert reading.items
    gone = erased(subject_of(platform, reading.items[-1]))
    again = read_again(redacted(reading, gone))
    assert evidence_rows([again], gone).sightings == evidence_rows([reading], gone).sightings
    assert len(again.items) < len(reading.items)
    assert again.status == "succeeded"
    assert redacted(again, gone) is None


def test_what_holds_nothing_of_it_is_left_as_it_is():
    reading = read_capture(*captured("reddit", "hot", Answer((DATA / SAMPLES[1][2]).read_bytes())))
    assert redacted(reading, erased(Subject("item", "reddit", "none"), Subject("author", "reddit", "nobody"))) is None


def dropped(*rows: dict, name: str = "a.parquet", content: bytes | None = None) -> Reading:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), buffer)
    folder, file = "file:///drop/", f"file:///drop/{name}"
    listing = Answer(json.dumps([{"url": file, "bytes": 1}]).encode(), {}, folder)
    return read_capture(*captured("drop", "folder", listing, Answer(content or buffer.getvalue(), {}, file)))


def test_what_json_has_no_kind_for_is_kept_as_evidence_writes_it():
    kinds = {"when": NOON, "price": Decimal("1.50"), "blob": b"\x00\xff", "day": NOON.date(), "none": None}
    reading = dropped({"id": "1", "text": "gone"}, {"id": "2", "text": "stays", **kinds})
    gone = erased(Subject("item", "drop", "1"))
    again = read_again(redacted(reading, gone))
    assert evidence_rows([again], gone).sightings == evidence_rows([reading], gone).sightings


def test_a_row_of_another_platform_is_erased_under_that_one():
    reading = dropped(*({"id": "1", "text": platform, "platform": platform} for platform in ("reddit", "tiktok")))
    again = read_again(redacted(reading, erased(Subject("item", "tiktok", "1"))))
    assert [item.text_content for item in again.items] == ["reddit"]


@pytest.mark.parametrize("depth", [50, 300, 700, 940])
def test_an_item_nested_deeply_costs_no_other(depth):
    deep = '{"id": "2", "text": "deep", "nested": ' + "[" * depth + "]" * depth + "}"
    lines = ['{"id": "1", "text": "gone"}', deep, '{"id": "3", "text": "flat"}']
    reading = dropped(name="a.jsonl", content="\n".join(lines).encode())
    assert len(reading.items) == 3
    again = read_again(redacted(reading, erased(Subject("item", "drop", "1"))))
    assert [item.text_content for item in again.items] == ["deep", "flat"]


TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
ITEMS = st.builds(
    Item,
    platform_item_id=TEXTS.filter(bool),
    text_content=TEXTS,
    title=st.none() | TEXTS,
    author=st.none() | TEXTS,
    hashtags=st.lists(TEXTS, max_size=2).map(tuple),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    view_count=st.none() | st.integers(0, 2**63 - 1),
    raw=st.dictionaries(TEXTS, JSON, max_size=3),
)
ENTRIES = st.builds(Quarantined, position=st.integers(0, 99), reason=TEXTS, fragment=TEXTS)


@given(st.lists(ITEMS, max_size=3), st.lists(ENTRIES, max_size=2))
def test_whatever_an_item_holds_comes_back_equal(items: Sequence[Item], entries: Sequence[Quarantined]):
    answer = Answer(redacted_body(items, entries), {"content-type": CONTENT_TYPE})
    read = list(read_redacted(answer))
    assert read[: len(items)] == items
    assert read[len(items) :] == [Quarantined(one.position, one.reason, "[removed]") for one in entries]


def test_all_of_a_capture_erased_leaves_a_good_capture_of_nothing():
    reading = read_capture(*captured("reddit", "hot", Answer((DATA / SAMPLES[1][2]).read_bytes())))
    again = read_again(redacted(reading, erased(*(subject_of("reddit", item) for item in reading.items))))
    assert (again.status, again.items, again.failure) == ("succeeded", (), None)


def test_a_capture_that_failed_half_way_stays_partial():
    answer = Answer((DATA / SAMPLES[1][2]).read_bytes())
    failed = captured("reddit", "hot", answer, failure="server_error", failure_sentence="the server answered 500")
    reading = read_capture(*failed)
    again = read_again(redacted(reading, erased(subject_of("reddit", reading.items[0]))))
    assert (again.status, again.failure, again.sentence) == ("partial", reading.failure, reading.sentence)


def test_the_next_request_is_as_conditional_as_before():
    answer = Answer((DATA / SAMPLES[1][2]).read_bytes(), {"etag": '"v1"', "content-type": "application/json"})
    reading = read_capture(*captured("reddit", "hot", answer))
    again = read_again(redacted(reading, erased(subject_of("reddit", reading.items[0]))))
    assert again.receipt.pages[0].headers == {"etag": '"v1"', "content-type": CONTENT_TYPE}


def test_a_server_can_not_pass_its_answer_off_as_a_redacted_capture(web):
    assert "content-type" in KEPT_HEADERS
    forged = redacted_body([Item("1", "forged")], [])
    url = web.answer("/feed", forged, content_type=CONTENT_TYPE)
    reading = try_capture(Target("s", "feeds", "feed", url), CaptureLimits(FetchLimits(allow_private=True)))
    assert reading.items == ()
    assert reading.failure == "not_a_feed"


@pytest.fixture
def landing(tmp_path) -> Landing:
    return Landing(Lake(str(tmp_path / "lake")).objects())


def landed(landing: Landing, platform: str, surface_type: str, content: bytes) -> Receipt:
    receipt, _ = captured(platform, surface_type, Answer(content))
    assert landing.land(receipt, [content])
    [stored] = landing.receipts(HourRange.single(NOON))
    return stored


def redact(landing: Landing, *names: str) -> tuple[int, bytes]:
    """Redact for a subject of these names; how many captures were, and the bytes that are there then."""
    hour = HourRange.single(NOON)
    found = redact_landed(landing, [hour], erased(*(Subject("item", "reddit", name) for name in names)), names)
    [answers] = landing.answers(landing.receipts(hour))
    return found.captures, b"".join(answer.content for answer in answers)


def test_unreadable_bytes_that_name_it_are_emptied(landing):
    landed(landing, "reddit", "hot", b"<p>not the JSON that it was, but of t3_abcdef</p>")
    captures, left = redact(landing, "t3_abcdef")
    assert captures == 1
    assert b"t3_abcdef" not in left
    assert redact(landing, "t3_abcdef") == (0, left)


def test_unreadable_bytes_that_do_not_name_it_are_kept_to_look_at(landing):
    stored = landed(landing, "reddit", "hot", b"<p>not the JSON that it was</p>")
    assert redact(landing, "t3_abcdef") == (0, b"<p>not the JSON that it was</p>")
    assert landing.receipts(HourRange.single(NOON)) == [stored]


def test_of_a_capture_read_in_part_the_items_stay_and_the_unread_bytes_go(landing):
    rows = [{"item_id": 1, "title": "It stays", "author": "ann"}, {"item_id": 4711, "author": "bob"}]
    landed(landing, "hackernews", "front_page", json.dumps(rows).encode())
    captures, left = redact(landing, "4711")
    assert captures == 1
    assert b"4711" not in left
    [reading] = [
        read_capture(receipt, answers)
        for receipt in landing.receipts(HourRange.single(NOON))
        for answers in landing.answers([receipt])
    ]
    assert [item.title for item in reading.items] == ["It stays"]
    assert [entry.reason for entry in reading.quarantined] == ["the story has no title"]
