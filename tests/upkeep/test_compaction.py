"""Few large files for many small ones: the same rows, whoever reads or writes at the time."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from kairo_pipelines.hours import HourRange, capture_day
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.table import TEXT, Column, Table
from kairo_pipelines.lake.tables import SURFACES, TABLES
from kairo_pipelines.upkeep.compaction import (
    DAY_CLOSES_AFTER,
    FILES_KEPT,
    Compacted,
    compact,
    delete_old_files,
    delete_replaced_files,
)

NOTES = Table(name="notes", description="For these tests.", key=("note",), columns={"note": Column(TEXT, "its text")})
FIRST = datetime(2021, 12, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
#: Noon of the fourth day: the three before are closed.
NOW = FIRST + 3 * DAY + 12 * HOUR


def notes(hour: datetime, *texts: str) -> pa.Table:
    hours = {"capture_day": capture_day(hour), "capture_hour": hour}
    return NOTES.rows({"note": text or f"note of {hour}", **hours} for text in texts or [""])


def write(lake: Lake, hour: datetime, *texts: str) -> None:
    lake.replace(NOTES, HourRange.single(hour), notes(hour, *texts))


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """Four days, each hour a commit and a file of its own. Tests only read it."""
    lake = Lake(str(tmp_path_factory.mktemp("written") / "lake"))
    for day in range(4):
        for hour in range(6):
            write(lake, FIRST + day * DAY + hour * HOUR)
    return Path(lake.uri)


@pytest.fixture
def lake(written, tmp_path) -> Lake:
    shutil.copytree(written, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))


def rows(lake: Lake) -> list[str]:
    return sorted(lake.read(NOTES).column("note").to_pylist())


def files(lake: Lake, day: datetime | None = None) -> set[str]:
    """The files that the table is made of, or those of one day."""
    stored = lake.delta(NOTES)
    assert stored is not None
    return {file for file in stored.file_uris() if day is None or capture_day(day) in file}


def stored_files(lake: Lake) -> set[Path]:
    """The files that lie there, of whichever version."""
    return set((Path(lake.uri) / "tables/notes").glob("capture_day=*/*.parquet"))


def test_a_closed_day_becomes_one_file_with_the_same_rows(lake):
    before = rows(lake)
    assert compact(lake, NOTES, NOW) == Compacted("notes", 24, 9, 0)
    assert rows(lake) == before
    assert [len(files(lake, FIRST + day * DAY)) for day in range(4)] == [1, 1, 1, 6]


def test_rows_of_an_hour_are_found_as_before(lake):
    hours = HourRange(FIRST + 2 * HOUR, FIRST + 3 * HOUR)
    before = lake.read(NOTES, hours)
    compact(lake, NOTES, NOW)
    assert sorted(lake.read(NOTES, hours).to_pylist(), key=repr) == sorted(before.to_pylist(), key=repr)


def test_a_day_is_open_until_some_hours_after_its_end(lake):
    last = FIRST + 3 * DAY
    before = files(lake, last)
    compact(lake, NOTES, last + DAY + DAY_CLOSES_AFTER - timedelta(seconds=1))
    assert files(lake, last) == before
    compact(lake, NOTES, last + DAY + DAY_CLOSES_AFTER)
    assert len(files(lake, last)) == 1


def test_what_is_compact_is_not_written_again(lake):
    compact(lake, NOTES, NOW)
    before, there = files(lake), stored_files(lake)
    assert compact(lake, NOTES, NOW) == Compacted("notes", 9, 9, 0)
    assert (files(lake), stored_files(lake)) == (before, there)


def test_a_table_that_was_never_written_is_left_so(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    assert compact(lake, NOTES, NOW) == Compacted("notes", 0, 0, 0)
    assert (delete_old_files(lake, NOTES, FILES_KEPT), delete_replaced_files(lake, NOTES)) == (0, 0)
    assert not Path(lake.uri, "tables").exists()


def test_a_table_without_hours_is_compacted_too(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    row = {"platform": "feeds", "surface_type": "feed", "surface_key": "k", "cadence_minutes": 60, "is_active": True}
    for number in range(3):
        lake.overwrite(SURFACES, SURFACES.rows([{"surface_id": str(number), **row}]))
    assert compact(lake, SURFACES, NOW).files_after == 1
    assert lake.read(SURFACES).column("surface_id").to_pylist() == ["2"]


class Meddled(Lake):
    """A lake in which somebody does something right after the table was opened, once."""

    def __init__(self, uri: str, meddle: Callable[[], object]) -> None:
        super().__init__(uri)
        self.meddle = meddle

    def delta(self, table: Table) -> DeltaTable | None:
        stored = super().delta(table)
        meddle, self.meddle = self.meddle, lambda: None
        meddle()
        return stored


def test_where_somebody_wrote_to_such_a_day_it_is_left_to_the_next_time(lake):
    meddled = Meddled(lake.uri, lambda: write(lake, FIRST, "written meanwhile"))
    assert compact(meddled, NOTES, NOW) == Compacted("notes", 24, 24, 0)
    assert "written meanwhile" in rows(lake)
    assert compact(lake, NOTES, NOW).files_after == 9
    assert "written meanwhile" in rows(lake)


def test_a_writer_of_the_same_days_loses_nothing_and_fails_at_nothing(lake):
    code = """
import sys
from datetime import timedelta
sys.path.insert(0, sys.argv[2])
import test_compaction as t
lake = t.Lake(sys.argv[1])
for number in range(12):
    t.write(lake, t.FIRST + number % 6 * t.HOUR, f"number {number}")
    print(number, flush=True)
"""
    here = Path(__file__).parent
    command = [sys.executable, "-c", code, lake.uri, here]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    compacted = 0
    while writer.poll() is None:
        compact(lake, NOTES, NOW)
        delete_replaced_files(lake, NOTES)
        compacted += 1
    assert writer.wait(60) == 0
    assert compacted
    compact(lake, NOTES, NOW)
    assert len(files(lake, FIRST)) == 1
    first_day = [text for text in rows(lake) if text.startswith("number")]
    assert first_day == sorted(f"number {number}" for number in range(6, 12))
    assert len(rows(lake)) == 24


def test_a_reader_whose_files_are_deleted_before_it_reads_them_gets_its_rows(lake):
    before = rows(lake)
    deleted = []

    def replace_all() -> None:
        compact(lake, NOTES, NOW)
        deleted.append(delete_replaced_files(lake, NOTES))

    assert rows(Meddled(lake.uri, replace_all)) == before
    assert deleted == [18]


def test_a_writer_whose_files_are_deleted_before_it_commits_begins_again(lake):
    def replace_all() -> None:
        compact(lake, NOTES, NOW)
        assert delete_replaced_files(lake, NOTES) == 18

    write(Meddled(lake.uri, replace_all), FIRST, "written all the same")
    assert len(rows(lake)) == 24
    assert "written all the same" in rows(lake)


def test_so_does_one_that_looks_up_what_is_there(tmp_path):
    names = dataclasses.replace(NOTES, name="names", first_sight_of="note")
    lake = Lake(str(tmp_path / "lake"))
    for number in range(3):
        lake.append_new(names, notes(FIRST, f"name {number}"))

    def replace_all() -> None:
        compact(lake, names, NOW)
        assert delete_replaced_files(lake, names) == 3

    meddled = Meddled(lake.uri, replace_all)
    assert meddled.append_new(names, notes(FIRST, "name 2", "name 3")).added.column("note").to_pylist() == ["name 3"]
    assert sorted(lake.read(names).column("note").to_pylist()) == [f"name {number}" for number in range(4)]


def test_readers_at_any_moment_see_all_rows(lake):
    before, over, seen = rows(lake), threading.Event(), []

    def read() -> None:
        reader = Lake(lake.uri)
        while not over.is_set():
            seen.append(rows(reader) == before)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        for number in range(1, 5):
            compact(lake, NOTES, NOW + number * DAY)
            delete_replaced_files(lake, NOTES)
            time.sleep(0.1)
    finally:
        over.set()
        reading.join()
    assert seen
    assert all(seen)


def test_compaction_leaves_the_files_it_replaced_to_whoever_reads_them(lake):
    stored = lake.delta(NOTES)
    before = rows(lake)
    compact(lake, NOTES, NOW)
    read = lake.sql("SELECT note FROM rows ORDER BY note", rows=Slice(NOTES, version=stored))
    assert read.column("note").to_pylist() == before


def test_replaced_files_go_and_are_counted_once(lake):
    compact(lake, NOTES, NOW)
    assert len(stored_files(lake)) == 24 + 3
    assert delete_replaced_files(lake, NOTES) == 18
    assert stored_files(lake) == {Path(file) for file in files(lake)}
    assert delete_replaced_files(lake, NOTES) == 0
    assert delete_old_files(lake, NOTES, timedelta(0)) == 0


def orphan(lake: Lake, age: timedelta) -> Path:
    """A file that a writer made and never committed."""
    path = sorted(stored_files(lake))[0].with_name(f"part-00000-{int(age.total_seconds())}.parquet")
    pq.write_table(notes(FIRST, "never committed"), path)
    made_at = time.time() - age.total_seconds()
    os.utime(path, (made_at, made_at))
    return path


def test_what_a_killed_writer_left_goes_after_the_limit_and_not_before(lake):
    old, new = orphan(lake, FILES_KEPT + HOUR), orphan(lake, FILES_KEPT - HOUR)
    assert "never committed" not in rows(lake)
    assert compact(lake, NOTES, NOW).files_deleted == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_files_of_a_commit_under_way_are_left_alone_where_replaced_ones_go_at_once(lake):
    written = [orphan(lake, age) for age in (timedelta(0), HOUR, 3 * DAY)]
    write(lake, FIRST, "replaced")
    assert delete_replaced_files(lake, NOTES) == 1
    assert all(path.exists() for path in written)
    assert len(rows(lake)) == 24


def test_a_log_of_months_is_shortened_and_still_tells_the_table(lake):
    stored = lake.delta(NOTES)
    assert stored is not None
    stored.create_checkpoint()
    log = Path(lake.uri) / "tables/notes/_delta_log"
    long_ago = time.time() - 40 * 24 * 3600
    for path in log.iterdir():
        os.utime(path, (long_ago, long_ago))
    before, entries = rows(lake), len(list(log.glob("*.json")))
    compact(lake, NOTES, NOW)
    assert len(list(log.glob("*.json"))) < entries
    assert rows(Lake(lake.uri)) == before


@pytest.mark.xdist_group("aged")
def test_the_log_of_a_table_holds_no_text_of_its_rows(world):
    lake = world.lake
    for table in TABLES:
        compact(lake, table, datetime.now(UTC))
        if stored := lake.delta(table):
            stored.create_checkpoint()
    logs = list((world.folder / "lake" / "tables").glob("*/_delta_log/*"))
    texts = {"wombats", "quokkas", "platypus", "hackernews:2", "bob"}
    assert any(path.suffix == ".parquet" for path in logs)
    for path in logs:
        said = path.read_bytes().decode("latin-1").lower()
        said += repr(pq.read_table(path).to_pylist()).lower() if path.suffix == ".parquet" else ""
        assert not [text for text in texts if text in said], path
    added = [
        json.loads(line)["add"]
        for path in logs
        if path.suffix == ".json" and "/surfaces/" not in str(path)
        for line in path.read_text().splitlines()
        if '"add"' in line
    ]
    stats = [json.loads(one["stats"]) for one in added if one["stats"]]
    assert stats
    assert {column for one in stats for column in one["minValues"] | one["maxValues"]} == {"capture_hour"}
