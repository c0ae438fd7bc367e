"""Recorded front pages, played at their own times."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kairo_pipelines.capture.landing import capture_id
from kairo_pipelines.capture.reading import read_capture
from kairo_pipelines.capture.replay import FRONT_PAGE, FrontPageRecording, UnreadableRecording
from kairo_pipelines.hours import HourRange

ONE, TWO, THREE = (datetime(2021, 12, 10, hour, tzinfo=UTC) for hour in (1, 2, 3))


def played(landing, hours: HourRange) -> dict[str, list[tuple]]:
    """What landed, by the time it was due: title and points of each story, in the order of the page."""
    receipts = landing.receipts(hours)
    pages = {}
    for receipt, answers in zip(receipts, landing.answers(receipts), strict=True):
        reading = read_capture(receipt, answers)
        assert reading.status == "succeeded"
        pages[f"{receipt.due_at:%H:%M:%S}"] = [(item.title, item.like_count) for item in reading.items]
    return pages


def recording_of(path, **columns) -> FrontPageRecording:
    pq.write_table(pa.table(columns), path)
    return FrontPageRecording(path)


def test_a_recording_knows_which_hours_it_covers(recording):
    assert FrontPageRecording(recording).hours() == HourRange(ONE, THREE)


def test_each_snapshot_is_a_capture_of_its_own_time_in_the_order_of_its_ranks(landing, recording):
    assert FrontPageRecording(recording).land(landing, HourRange(ONE, THREE)) == 4
    pages = played(landing, HourRange(ONE, THREE))
    assert list(pages) == ["01:52:29", "02:25:46", "02:49:36", "03:10:24"]
    assert pages["02:25:46"] == [
        ("Log4j RCE Found", 152),
        ("Tailwind CSS v3.0", 536),
        ("Etleap", None),
        ("RCE 0-day exploit found in log4j, a popular Java logging package", 3),
    ]


def test_only_the_hours_asked_for_are_played(landing, recording):
    assert FrontPageRecording(recording).land(landing, HourRange.single(TWO)) == 2
    assert list(played(landing, HourRange(ONE, THREE))) == ["02:25:46", "02:49:36"]


def test_an_hour_without_a_snapshot_lands_nothing(landing, recording):
    assert FrontPageRecording(recording).land(landing, HourRange.single(datetime(2021, 12, 10, 9, tzinfo=UTC))) == 0


def test_playing_twice_changes_nothing(landing, recording):
    hours = HourRange(ONE, THREE)
    FrontPageRecording(recording).land(landing, hours)
    before = landing.receipts(hours)
    assert FrontPageRecording(recording).land(landing, hours) == 0
    assert landing.receipts(hours) == before


def test_two_that_play_the_same_at_once_land_each_snapshot_once(landing, recording):
    hours = HourRange(ONE, THREE)
    with ThreadPoolExecutor(2) as players:
        landed = list(players.map(lambda _: FrontPageRecording(recording).land(landing, hours), range(2)))
    assert sum(landed) == 4
    assert len(played(landing, hours)) == 4


def test_a_capture_looks_as_if_it_had_been_made_then(landing, recording):
    FrontPageRecording(recording).land(landing, HourRange.single(ONE), surface_id="7")
    [receipt] = landing.receipts(HourRange.single(ONE))
    moment = datetime(2021, 12, 10, 1, 52, 29, tzinfo=UTC)
    assert (receipt.due_at, receipt.started_at, receipt.ended_at) == (moment, moment, moment)
    assert receipt.capture_id == capture_id(FRONT_PAGE, moment)
    assert (receipt.surface_id, receipt.platform, receipt.surface_type) == ("7", "hackernews", "front_page")


def test_the_body_holds_the_stories_as_they_were_recorded(landing, recording, front_page_rows):
    FrontPageRecording(recording).land(landing, HourRange.single(ONE))
    [[page]] = landing.answers(landing.receipts(HourRange.single(ONE)))
    first = [{**row} for row in front_page_rows if row["snapshot_ts"].hour == 1]
    for row in first:
        del row["snapshot_ts"]
    assert json.loads(page.content) == first


def test_times_with_a_zone_are_played_at_the_same_moment(tmp_path, recording, landing):
    table = pq.read_table(recording)
    zoned = table.column("snapshot_ts").cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", "Asia/Tokyo"))
    path = tmp_path / "zoned.parquet"
    pq.write_table(table.set_column(0, "snapshot_ts", zoned), path)
    assert FrontPageRecording(path).hours() == HourRange(ONE, THREE)
    assert FrontPageRecording(path).land(landing, HourRange.single(TWO)) == 2
    assert list(played(landing, HourRange.single(TWO))) == ["02:25:46", "02:49:36"]


# --- what is no recording -------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableRecording, match=r"there is no recording at .*nowhere\.parquet"):
        FrontPageRecording(tmp_path / "nowhere.parquet")


def test_a_file_that_is_not_parquet_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("snapshot_ts,rank\n")
    with pytest.raises(UnreadableRecording, match=r"notes\.txt is no Parquet file of front pages: .+"):
        FrontPageRecording(path)


def test_columns_that_are_missing_are_listed(tmp_path):
    with pytest.raises(
        UnreadableRecording, match="lacks the columns author, comments, item_id, rank, snapshot_ts, upvotes"
    ):
        recording_of(tmp_path / "other.parquet", title=["x"], url=["y"])


def test_a_recording_without_a_snapshot_says_so(tmp_path, recording):
    path = tmp_path / "empty.parquet"
    pq.write_table(pq.read_table(recording).slice(0, 0), path)
    with pytest.raises(UnreadableRecording, match="holds no snapshot"):
        FrontPageRecording(path).hours()


def test_a_column_that_holds_something_else_is_named_with_what_it_holds(tmp_path, recording, landing):
    path = tmp_path / "words.parquet"
    table = pq.read_table(recording)
    points = pa.array(["12k"] * table.num_rows)
    pq.write_table(table.set_column(table.schema.get_field_index("upvotes"), "upvotes", points), path)
    with pytest.raises(UnreadableRecording, match=r"words\.parquet is no Parquet file of front pages: .*12k"):
        FrontPageRecording(path).land(landing, HourRange(ONE, THREE))
    assert landing.landed_ids(HourRange(ONE, THREE)) == set()
