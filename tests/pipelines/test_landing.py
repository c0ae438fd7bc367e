"""Where captures land: bytes as they came, a receipt once, and nothing half done."""

from datetime import UTC, datetime, timedelta

import obstore
import pytest

from kairo_pipelines.capture.landing import Landing, Page, Receipt, capture_id, page_of
from kairo_pipelines.connectors.connector import Answer, Target
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
FEED = Target("s1", "feeds", "feed", "https://example.org/feed")


def receipt(due_at: datetime = NOON, target: Target = FEED, **known) -> Receipt:
    return Receipt(
        capture_id=capture_id(target, due_at),
        surface_id=target.surface_id,
        platform=target.platform,
        surface_type=target.surface_type,
        surface_key=target.surface_key,
        due_at=due_at,
        started_at=due_at + timedelta(seconds=3),
        ended_at=due_at + timedelta(seconds=4),
        **known,
    )


@pytest.fixture
def store(tmp_path):
    return Lake(str(tmp_path / "lake")).objects()


def paths(store) -> list[str]:
    return sorted(entry["path"] for page in obstore.list(store) for entry in page)


def land(landing: Landing, content: bytes, **known) -> bool:
    """Land a capture of one answer with this body."""
    return landing.land(receipt(pages=(Page(bytes=len(content)),), **known), [content])


def bodies(landing: Landing, hours: HourRange) -> list[bytes]:
    """What each capture brought, all its answers as one."""
    return [b"".join(answer.content for answer in answers) for answers in landing.answers(landing.receipts(hours))]


@pytest.mark.parametrize("content", [b"<rss/>\r\n", b"\x00\xff\xfe caf\xe9", b"x" * 1_000_000])
def test_bytes_are_kept_as_they_came(landing, content):
    assert land(landing, content)
    assert bodies(landing, HourRange.single(NOON)) == [content]


def test_a_receipt_comes_back_with_all_that_was_known(landing):
    first = Page(url=FEED.surface_key, headers={"etag": '"é"', "content-type": "text/xml"}, bytes=6)
    second = Page(url=f"{FEED.surface_key}?page=2", status=500, bytes=4, is_answer=False)
    known = {"retry_at": NOON + HOUR, "moved_to": "https://example.org/new", "cadence_minutes": 30}
    given = receipt(pages=(first, second), failure="server_error", failure_sentence="why", **known)
    landing.land(given, [b"<rss/>", b"oops"])
    [kept] = landing.receipts(HourRange.single(NOON))
    assert kept == given.model_copy(update={"body_path": kept.body_path})
    assert kept.body_bytes == 10
    assert kept.body_path.startswith(f"raw/capture_day=2021-12-10/capture_hour=12/{given.capture_id}-")
    assert kept.due_at.tzinfo is not None


def test_a_capture_that_brought_nothing_has_a_receipt_and_no_body(landing, store):
    landing.land(receipt(failure="timeout", failure_sentence="no whole answer within 20 s"), [])
    [kept] = landing.receipts(HourRange.single(NOON))
    assert (kept.failure, kept.body_path, kept.body_bytes) == ("timeout", None, 0)
    assert bodies(landing, HourRange.single(NOON)) == [b""]
    assert len(paths(store)) == 1


def test_a_receipt_is_written_once_and_the_first_bytes_stay(landing):
    assert land(landing, b"first")
    assert not land(landing, b"second", failure="server_error")
    [kept] = landing.receipts(HourRange.single(NOON))
    assert kept.failure is None
    assert bodies(landing, HourRange.single(NOON)) == [b"first"]


def test_bytes_without_a_receipt_are_no_capture_and_a_second_try_completes_it(landing, store):
    land(landing, b"cut short")
    # As a process leaves it that is killed after the body and before the receipt.
    [receipt_path] = [path for path in paths(store) if path.endswith(".json")]
    obstore.delete(store, receipt_path)
    hours = HourRange.single(NOON)
    assert landing.landed_ids(hours) == set()
    assert landing.receipts(hours) == []

    assert land(landing, b"whole")
    assert landing.landed_ids(hours) == {receipt().capture_id}
    assert bodies(landing, hours) == [b"whole"]


def test_hours_list_what_was_due_in_them(landing):
    for hour in (-13, -1, 0, 1, 13):
        land(landing, str(hour).encode(), due_at=NOON + hour * HOUR)
    assert bodies(landing, HourRange.single(NOON)) == [b"0"]
    assert bodies(landing, HourRange(NOON - HOUR, NOON + 13 * HOUR)) == [b"-1", b"0", b"1", b"13"]
    assert bodies(landing, HourRange.single(NOON + 2 * HOUR)) == []


def test_a_capture_belongs_to_the_hour_in_which_it_was_due_not_in_which_it_ended(landing):
    land(landing, b"late", due_at=NOON + timedelta(minutes=59, seconds=58))
    [kept] = landing.receipts(HourRange.single(NOON))
    assert kept.ended_at >= NOON + HOUR
    assert bodies(landing, HourRange.single(NOON)) == [b"late"]


def test_several_answers_of_a_capture_come_back_one_by_one_and_errors_are_none_of_them(landing):
    came = [Answer(b"first", {"etag": "1"}, "https://example.org/1"), Answer(b"", {}, "https://example.org/2", 404)]
    refused = Answer(b"not you", {}, "https://example.org/3", 403)
    pages = (page_of(came[0]), page_of(refused, is_answer=False), page_of(came[1]))
    landing.land(receipt(pages=pages), [b"first", b"not you", b""])
    [answers] = landing.answers(landing.receipts(HourRange.single(NOON)))
    assert answers == came


def test_a_capture_can_be_put_in_the_place_of_another_whose_bytes_then_are_gone(landing, store):
    land(landing, b"with what was erased")
    land(landing, b"another surface", target=Target("s2", "feeds", "feed", "https://example.org/other"))
    landing.land_instead(receipt(pages=(Page(bytes=4),)), [b"rest"])
    assert sorted(bodies(landing, HourRange.single(NOON))) == [b"another surface", b"rest"]
    assert len(paths(store)) == 4


def test_captures_are_listed_in_the_order_in_which_they_were_due(landing):
    for minute in (45, 0, 30, 15):
        land(landing, str(minute).encode(), due_at=NOON + timedelta(minutes=minute))
    assert bodies(landing, HourRange.single(NOON)) == [b"0", b"15", b"30", b"45"]


def test_the_same_surface_due_at_the_same_time_is_the_same_capture():
    other_id = Target("another id", "feeds", "feed", FEED.surface_key, cadence_minutes=5)
    assert capture_id(FEED, NOON) == capture_id(other_id, NOON)
    assert capture_id(FEED, NOON) != capture_id(FEED, NOON + HOUR)
    assert capture_id(FEED, NOON) != capture_id(Target("s1", "feeds", "feed", "https://example.org/other"), NOON)
