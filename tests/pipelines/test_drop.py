"""Files dropped into a folder or a bucket: each is read once, and what can't be read is quarantined and counted."""

import io
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from mutated import mutated
from obstore.store import MemoryStore

from kairo_pipelines.capture.capturing import CaptureLimits, capture_due
from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetch import FetchLimits
from kairo_pipelines.capture.fetcher import Patience
from kairo_pipelines.capture.files import FILES_AT_ONCE
from kairo_pipelines.capture.landing import Landing, Receipt
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.reading import Reading, read_landed
from kairo_pipelines.capture.surface_state import SurfaceState
from kairo_pipelines.connectors import registry
from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, Request, Target
from kairo_pipelines.connectors.drop import Drop
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.rows import evidence_rows
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, QUARANTINE
from kairo_pipelines.normalize.artifacts import normalize

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
ERASED = Erased(Authors(b"a key"))
ROW = {
    "id": "7",
    "platform": "tiktok",
    "text": "Dance #Log4j",
    "title": "A title",
    "author": "ada",
    "audio_id": "6789012345678901234",
    "hashtags": ["log4j", "dance"],
    "url": "https://example.org/7",
    "permalink": "https://example.org/p/7",
    "language": "en",
    "published_at": "2021-12-10T01:00:00+00:00",
    "view_count": "541.2K",
    "like_count": 12,
    "comment_count": None,
    "share_count": "1,234",
    "mood": "good",
}


class Folder(Protocol):
    """Where files are dropped."""

    key: str

    def drop(self, name: str, content: bytes) -> None: ...


class LocalFolder:
    def __init__(self, path: Path) -> None:
        self.path, self.key = path, str(path)
        path.mkdir()

    def drop(self, name: str, content: bytes) -> None:
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)


class Bucket:
    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix, self.key = bucket, prefix, f"s3://{bucket}/{prefix}"

    def drop(self, name: str, content: bytes) -> None:
        client = boto3.client("s3", region_name="us-east-1")
        client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=content)


@pytest.fixture
def local(tmp_path) -> LocalFolder:
    return LocalFolder(tmp_path / "drop")


@pytest.fixture(params=["local", "s3"])
def folder(request, tmp_path) -> Folder:
    if request.param == "local":
        return request.getfixturevalue("local")
    return Bucket(request.getfixturevalue("bucket"), f"drops/{tmp_path.name}")


class Captures:
    """Captures of one folder, a minute apart, each knowing how far the one before it came."""

    def __init__(self, key: str, limits: FetchLimits) -> None:
        self.target, self.limits = Target("s", "drop", "folder", key), CaptureLimits(limits, Patience(attempts=1))
        self.landing, self.due_at, self.etag = Landing(MemoryStore()), NOON, None

    def next(self) -> Reading:
        self.due_at += timedelta(minutes=1)
        capture_due(
            [DueCapture(self.target, self.due_at)],
            self.landing,
            Quotas(MemoryStore()),
            NOON,
            states={"s": SurfaceState(etag=self.etag)},
            limits=self.limits,
            erased=ERASED,
        )
        *_, reading = read_landed(self.landing, HourRange.single(NOON))
        if reading.status in ("succeeded", "unchanged"):
            self.etag = reading.receipt.pages[0].headers["etag"]
        return reading


@pytest.fixture
def captures(folder) -> Captures:
    return Captures(folder.key, FetchLimits())


def capture(folder: Folder, **limits) -> Reading:
    """The first capture of a folder."""
    return Captures(folder.key, FetchLimits(**limits)).next()


def lines(*rows: dict | str) -> bytes:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()


def posts(*ids: str) -> bytes:
    return lines(*({"id": one, "text": f"post {one}"} for one in ids))


def parquet(rows: list[dict], schema: pa.Schema | None = None) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), written)
    return written.getvalue()


def ids(reading: Reading) -> list[str]:
    return sorted(item.platform_item_id for item in reading.items)


def reasons(reading: Reading) -> list[str]:
    return [entry.reason for entry in reading.quarantined]


# --- what is in a file ----------------------------------------------------------------------------


def as_csv(row: dict) -> bytes:
    values = {**row, "hashtags": "log4j #dance", "share_count": "1234", "comment_count": ""}
    return (",".join(values) + "\n" + ",".join(map(str, values.values())) + "\n").encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("posts.jsonl", lines(ROW)),
        ("posts.NDJSON", b"\xef\xbb\xbf" + lines("", ROW, " ")),
        ("posts.csv", b"\xef\xbb\xbf" + as_csv(ROW)),
        ("posts.parquet", parquet([ROW])),
    ],
)
def test_a_row_is_an_item_in_each_format(folder, name, content):
    folder.drop(name, content)
    reading = capture(folder)
    assert (reading.status, reading.quarantined) == ("succeeded", ())
    [item] = reading.items
    assert (item.platform_item_id, item.platform, item.title) == ("7", "tiktok", "A title")
    assert (item.text_content, item.author) == ("Dance #Log4j", "ada")
    assert item.audio_id == "6789012345678901234"
    assert [tag.lstrip("#") for tag in item.hashtags] == ["log4j", "dance"]
    assert (item.url, item.permalink) == ("https://example.org/7", "https://example.org/p/7")
    assert (item.language, item.published_at) == ("en", datetime(2021, 12, 10, 1, tzinfo=UTC))
    assert (item.view_count, item.like_count, item.comment_count, item.share_count) == (541_200, 12, None, 1234)
    assert item.raw["mood"] == "good"


def test_parquet_values_keep_their_types(local):
    at = datetime(2021, 12, 10, 1, tzinfo=UTC)
    typed = pa.schema(
        {
            "id": pa.int64(),
            "text": pa.large_string(),
            "published_at": pa.timestamp("ns", "Asia/Tokyo"),
            "like_count": pa.float64(),
            "view_count": pa.float64(),
            "hashtags": pa.list_(pa.string()),
        }
    )
    row = {"id": 7, "text": "x", "published_at": at, "like_count": 3.0, "view_count": float("nan"), "hashtags": ["a"]}
    local.drop("typed.parquet", parquet([row], typed))
    [item] = capture(local).items
    assert (item.platform_item_id, item.published_at, item.hashtags) == ("7", at, ("a",))
    assert (item.like_count, item.view_count) == (3, None)
    [stored] = evidence_rows([capture(local)], ERASED).sightings
    assert json.loads(stored["raw_json"])["view_count"] is None


def test_what_is_no_number_is_null_in_what_is_kept_of_the_row(local):
    local.drop("posts.jsonl", b'{"id": "1", "text": "x", "like_count": NaN, "more": [Infinity]}')
    [stored] = evidence_rows([capture(local)], ERASED).sightings
    assert json.loads(stored["raw_json"]) == {"id": "1", "text": "x", "like_count": None, "more": [None]}
    assert "NaN" not in stored["raw_json"]
    assert "Infinity" not in stored["raw_json"]


def test_a_line_separator_within_a_text_ends_no_line(local):
    local.drop("posts.jsonl", json.dumps({"id": "1", "text": "a\u2028b\u0085c"}, ensure_ascii=False).encode())
    [item] = capture(local).items
    assert item.text_content == "a\u2028b\u0085c"


def test_a_value_of_several_lines_is_one_row_of_a_csv(local):
    local.drop("posts.csv", b'id,text\n1,"two\nlines, and ""more"""\n2,plain\n')
    assert [item.text_content for item in capture(local).items] == ['two\nlines, and "more"', "plain"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "x"}, "the row has no id"),
        ({"id": "", "text": "x"}, "the row has no id"),
        ({"id": "1", "text": " ", "title": None}, "the row has neither text nor title"),
        (
            {"id": "1", "text": "x", "platform": "Tik Tok"},
            "platform is 'Tik Tok'; it takes small letters, digits and _",
        ),
    ],
)
def test_a_row_that_is_no_post_is_quarantined_and_the_others_are_read(local, row, reason):
    local.drop("posts.jsonl", lines({"id": "1", "text": "a"}, row, {"id": "2", "text": "b"}))
    reading = capture(local)
    assert (reading.status, ids(reading)) == ("succeeded", ["1", "2"])
    [entry] = reading.quarantined
    assert (entry.position, entry.reason) == (1, reason)
    assert json.loads(entry.fragment) == row


def test_a_broken_line_is_quarantined_with_its_place_and_the_others_are_read(folder):
    folder.drop("posts.jsonl", lines({"id": "1", "text": "a"}, '{"id": "2", "te', "[1]", {"id": "3", "text": "c"}))
    reading = capture(folder)
    assert (reading.status, ids(reading)) == ("succeeded", ["1", "3"])
    broken, no_object = reasons(reading)
    assert broken.startswith("posts.jsonl: line 2 is not JSON (")
    assert no_object == "posts.jsonl: line 3 is not an object"


def test_a_broken_line_of_a_csv_is_quarantined_with_its_place_and_the_others_are_read(folder):
    folder.drop("posts.csv", b'id,text\n1,a\n2,b,c\n\n3,"c"d\n4,' + b"x" * 200_000 + b"\n5,e\n6\n")
    reading = capture(folder)
    assert ids(reading) == ["1", "5"]
    more, quotes, long, no_text = reasons(reading)
    assert more == "posts.csv: row 3 has more values than columns"
    assert quotes == """posts.csv: line 5 is not CSV (',' expected after '"')"""
    assert long == "posts.csv: line 6 is not CSV (field larger than field limit (131072))"
    assert no_text == "the row has neither text nor title"


def test_a_quotation_mark_that_nobody_closed_swallows_nothing_quietly(local):
    local.drop("posts.csv", b'id,text\n1,a\n2,"b\n3,c\n')
    reading = capture(local)
    assert ids(reading) == ["1"]
    assert reasons(reading) == ["posts.csv: line 4 is not CSV (unexpected end of data)"]


def test_a_csv_whose_columns_have_no_readable_names_is_one_entry_of_the_quarantine(local):
    local.drop("a.jsonl", posts("1"))
    local.drop("posts.csv", b'id,"text"s\n1,a\n2,b\n')
    reading = capture(local)
    assert ids(reading) == ["1"]
    [reason] = reasons(reading)
    assert reason.endswith("without the names of its columns nothing of it was read")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not Parquet", parquet([ROW])[:-20]])
def test_a_broken_parquet_file_is_one_entry_of_the_quarantine(folder, content):
    folder.drop("a.jsonl", posts("1"))
    folder.drop("b.parquet", content)
    reading = capture(folder)
    assert (reading.status, ids(reading)) == ("succeeded", ["1"])
    [reason] = reasons(reading)
    assert reason.startswith("b.parquet: it is not Parquet (")


def test_of_nothing_but_broken_files_the_capture_says_so(local):
    local.drop("b.parquet", b"not Parquet")
    reading = capture(local)
    assert (reading.status, reading.failure, len(reading.quarantined)) == ("failed", "changed_shape", 1)
    assert reading.sentence.startswith("none of its 1 entries could be read; the first: b.parquet: it is not Parquet")


def test_a_file_of_another_kind_is_quarantined_by_its_name(folder):
    folder.drop("a.jsonl", posts("1"))
    folder.drop("notes.txt", b"to do")
    reading = capture(folder)
    assert ids(reading) == ["1"]
    assert reasons(reading) == ["notes.txt: its name must end in .jsonl, .ndjson, .csv, .parquet"]


def test_a_file_that_is_too_large_is_quarantined_and_never_opened(folder):
    folder.drop("large.jsonl", posts(*map(str, range(100))))
    folder.drop("small.jsonl", posts("1"))
    reading = capture(folder, max_file_bytes=100)
    assert (reading.status, ids(reading)) == ("succeeded", ["1"])
    assert reasons(reading) == ["large.jsonl: it is larger than KAIRO_FILE_MAX_BYTES"]
    assert reading.receipt.body_bytes < 1000


def test_an_empty_file_is_no_failure(local):
    local.drop("empty.jsonl", b"")
    local.drop("head.csv", b"id,text\n")
    reading = capture(local)
    assert (reading.status, reading.items, reading.quarantined) == ("succeeded", (), ())


# --- which files are read -------------------------------------------------------------------------


def test_each_file_is_read_once(folder, captures):
    folder.drop("a.jsonl", posts("1"))
    assert ids(captures.next()) == ["1"]
    assert captures.next().status == "unchanged"
    folder.drop("b.jsonl", posts("2"))
    assert ids(captures.next()) == ["2"]
    assert captures.next().status == "unchanged"


def test_a_folder_without_files_is_nothing_new(folder, captures):
    folder.drop(".keep", b"")
    assert captures.next().status == "unchanged"
    folder.drop("a.jsonl", posts("1"))
    assert ids(captures.next()) == ["1"]


def test_files_of_the_same_moment_are_told_apart_by_their_names(folder, captures):
    # Within one second, which is all that a bucket tells of a file's time.
    folder.drop("b.jsonl", posts("1"))
    assert ids(captures.next()) == ["1"]
    folder.drop("a.jsonl", posts("2"))
    folder.drop("c.jsonl", posts("3"))
    assert ids(captures.next()) == ["2", "3"]
    assert captures.next().status == "unchanged"


def test_files_below_folders_are_found_and_read_in_the_order_in_which_they_came(local):
    for number, name in enumerate(["z.jsonl", "2021/b.jsonl", "a.jsonl"]):
        local.drop(name, posts(str(number)))
    # Where the clock of the file system stands still, names decide.
    stamps = {path.stat().st_ctime_ns for path in local.path.rglob("*.jsonl")}
    found = [item.platform_item_id for item in capture(local).items]
    assert found == ["0", "1", "2"] if len(stamps) == 3 else sorted(found) == ["0", "1", "2"]


def test_files_that_are_still_being_written_are_left_alone(folder, captures):
    for name in (".a.jsonl", "b.jsonl.part", "c.jsonl.tmp", "below/.d.jsonl"):
        folder.drop(name, posts("unfinished"))
    folder.drop("whole.jsonl", posts("1"))
    assert ids(captures.next()) == ["1"]


def test_names_are_read_whatever_they_are(folder):
    names = ["mit Leerzeichen.jsonl", "50%20off.jsonl", "a#b?c.jsonl", "Größe/東京.jsonl", "a+b&c=d.jsonl", "'\".jsonl"]
    for name in names:
        folder.drop(name, posts(name))
    reading = capture(folder)
    assert (reading.status, ids(reading)) == ("succeeded", sorted(names))


def test_a_folder_that_is_not_there_is_a_failure_with_a_name(tmp_path):
    missing = tmp_path / "nowhere"
    reading = Captures(str(missing), FetchLimits()).next()
    assert (reading.status, reading.failure) == ("failed", "not_found")
    assert reading.sentence == f"there is nothing at file://{missing}/"


def test_a_bucket_that_is_not_there_is_a_failure_with_a_name(bucket):
    reading = Captures("s3://no-such-bucket/drop", FetchLimits()).next()
    assert (reading.status, reading.failure) == ("failed", "unreachable")
    assert "404 Not Found" in reading.sentence


def test_a_folder_is_named_by_its_path_whatever_that_is(tmp_path):
    folder = LocalFolder(tmp_path / "50%20off #1?")
    folder.drop("a.jsonl", posts("1"))
    assert ids(capture(folder)) == ["1"]


def test_a_folder_may_be_named_by_its_address(local):
    local.drop("a.jsonl", posts("1"))
    assert ids(Captures(local.path.as_uri(), FetchLimits()).next()) == ["1"]


@pytest.mark.parametrize("days", [-3650, 3650])
def test_a_file_that_was_written_long_ago_or_is_dated_ahead_is_found_and_hides_no_other(local, days):
    captures = Captures(local.key, FetchLimits())
    local.drop("a.jsonl", posts("1"))
    captures.next()
    local.drop("b.jsonl", posts("2"))
    other_time = datetime.now(UTC).timestamp() + days * 86_400
    os.utime(local.path / "b.jsonl", (other_time, other_time))
    assert ids(captures.next()) == ["2"]
    local.drop("c.jsonl", posts("3"))
    assert ids(captures.next()) == ["3"]


def test_a_file_that_was_moved_here_is_found(local, tmp_path):
    captures = Captures(local.key, FetchLimits())
    (tmp_path / "elsewhere.jsonl").write_bytes(posts("2"))
    local.drop("a.jsonl", posts("1"))
    captures.next()
    (tmp_path / "elsewhere.jsonl").rename(local.path / "b.jsonl")
    assert ids(captures.next()) == ["2"]


def test_a_file_that_was_written_anew_is_read_anew(local):
    captures = Captures(local.key, FetchLimits())
    local.drop("a.jsonl", posts("1"))
    captures.next()
    for _ in range(100):  # until the clock of the file system has moved on
        local.drop("a.jsonl", posts("1", "2"))
        if (reading := captures.next()).items:
            break
    assert ids(reading) == ["1", "2"]


def test_what_is_no_file_is_left_alone(local):
    os.mkfifo(local.path / "pipe.jsonl")
    (local.path / "dangling.jsonl").symlink_to(local.path / "nowhere")
    (local.path / "folder.jsonl").mkdir()
    local.drop("a.jsonl", posts("1"))
    reading = capture(local)
    assert (reading.status, ids(reading)) == ("succeeded", ["1"])


def test_a_name_that_is_no_text_keeps_nobody_from_reading_the_file(local):
    with open(os.fsencode(local.path) + b"/caf\xe9.jsonl", "wb") as file:
        file.write(posts("1"))
    reading = capture(local)
    assert (reading.status, ids(reading)) == ("succeeded", ["1"])


def test_of_many_files_each_capture_reads_some_until_all_are_read(local):
    captures, number = Captures(local.key, FetchLimits()), FILES_AT_ONCE + 50
    for one in range(number):
        local.drop(f"{one}.jsonl", posts(str(one)))
    first, second = captures.next(), captures.next()
    assert (len(first.items), len(second.items)) == (FILES_AT_ONCE, 50)
    assert len({*ids(first), *ids(second)}) == number
    assert captures.next().status == "unchanged"


def test_of_large_files_each_capture_reads_no_more_than_one_file_may_hold(local):
    captures, content = Captures(local.key, FetchLimits(max_file_bytes=100)), posts("1").ljust(45)
    for one in range(5):
        local.drop(f"{one}.jsonl", content)
    local.drop("large.jsonl", content * 3)
    readings = [captures.next() for _ in range(4)]
    assert [len(reading.items) for reading in readings] == [2, 2, 1, 0]
    assert [len(reading.quarantined) for reading in readings] == [0, 0, 1, 0]


def test_a_file_that_goes_before_it_is_read_costs_no_other_and_no_file_is_forgotten(local, monkeypatch):
    class Hindered(Drop):
        """Somebody takes a file away between the listing and the reading."""

        def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
            wanted = super().requests(target, due_at, answers)
            if answers:
                (local.path / "b.jsonl").unlink(missing_ok=True)
            return wanted

    monkeypatch.setattr(registry, "CONNECTORS", (Hindered,))
    captures = Captures(local.key, FetchLimits())
    local.drop("a.jsonl", posts("1"))
    local.drop("b.jsonl", posts("2"))
    reading = captures.next()
    assert (reading.status, reading.failure, ids(reading)) == ("partial", "not_found", ["1"])
    local.drop("b.jsonl", posts("3"))
    monkeypatch.undo()
    assert ids(captures.next()) == ["1", "3"]


# --- which keys are folders -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["/drop", "/", "file:///drop", "s3://bucket", "s3://bucket/below/"])
def test_a_path_or_an_address_is_a_folder(key):
    Drop().check(Target("", "drop", "folder", key))


@pytest.mark.parametrize("key", ["", " ", "drop", "./drop", "~/drop", "https://example.org/drop", "ftp://a/b"])
def test_what_is_neither_is_refused(key):
    with pytest.raises(ValueError, match=r"the key is empty|is no folder; write its whole path, or an s3:// address"):
        Drop().check(Target("", "drop", "folder", key))


# --- whatever stands in a file --------------------------------------------------------------------


RECEIPT = Receipt(
    capture_id="c",
    surface_id="s",
    platform="drop",
    surface_type="folder",
    surface_key="/drop",
    due_at=NOON,
    started_at=NOON,
    ended_at=NOON,
)


def read(*rows: object) -> list[Item | Quarantined]:
    """What a file with these rows gives, without a folder around it."""
    listing = [{"url": "file:///drop/a.jsonl", "bytes": 1, "stamp": "", "too_large": False}]
    answers = [
        Answer(json.dumps(listing).encode(), url="file:///drop/"),
        Answer("\n".join(map(json.dumps, rows)).encode(), url="file:///drop/a.jsonl"),
    ]
    return list(Drop().parse(Target("s", "drop", "folder", "/drop"), answers))


@given(mutated([ROW, {**ROW, "id": "8", "platform": None}, {**ROW, "id": "9", "hashtags": "a, b;c"}]))
def test_whatever_a_row_holds_it_is_an_item_that_can_be_stored_or_quarantined(rows):
    if not isinstance(rows, list):
        rows = [rows]
    entries = read(*rows)
    assert len(entries) == len(rows)
    items = tuple(entry for entry in entries if isinstance(entry, Item))
    unread = tuple(entry for entry in entries if isinstance(entry, Quarantined))
    written = evidence_rows([Reading(RECEIPT, items, unread)], ERASED)
    assert QUARANTINE.rows(written.quarantined).num_rows == len(unread)
    stored = EVIDENCE_ITEMS.rows(written.sightings).to_pylist()
    assert len(stored) == len({(item.platform or "drop", item.platform_item_id) for item in items})
    assert len(normalize(stored)) == len(stored)
