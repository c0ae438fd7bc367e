"""The lake: replace, append what is new, read as of an hour, whoever else writes at once."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from kairo_pipelines.hours import HourRange, capture_day
from kairo_pipelines.lake.lake import DuplicateKey, Lake, LakeUnavailable, Slice
from kairo_pipelines.lake.table import MOMENT, TEXT, TEXTS, WHOLE, Column, RowsDoNotFit, Table

THINGS = Table(
    name="things",
    description="For these tests.",
    key=("name",),
    first_sight_of="name",
    columns={
        "name": Column(TEXT, "key"),
        "size": Column(WHOLE, "may be unknown", nullable=True),
        "tags": Column(TEXTS, "a list"),
    },
)
NOON = datetime(2021, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def things(hour: datetime, *names: str, size: int | None = 1) -> pa.Table:
    return THINGS.rows(
        {"name": name, "size": size, "tags": [name], "capture_day": capture_day(hour), "capture_hour": hour}
        for name in names
    )


def names(lake: Lake, hours: HourRange | None = None) -> list[str]:
    return sorted(lake.read(THINGS, hours).column("name").to_pylist())


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def test_a_table_never_written_reads_as_empty_with_its_types(lake):
    assert lake.read(THINGS).num_rows == 0
    assert lake.read(THINGS).schema.field("capture_hour").type == MOMENT


@pytest.mark.parametrize("folder", ["a b", "50%", "o'neill", "café"])
def test_a_lake_may_lie_in_any_folder(tmp_path, folder):
    lake = Lake(str(tmp_path / folder))
    lake.replace(THINGS, HourRange.single(NOON), things(NOON, "one"))
    assert names(lake) == ["one"]


def test_replacing_an_hour_leaves_its_neighbours_alone(lake):
    for hour, name in ((NOON, "a"), (NOON + HOUR, "b"), (NOON + 20 * HOUR, "c")):
        lake.replace(THINGS, HourRange.single(hour), things(hour, name))
    lake.replace(THINGS, HourRange.single(NOON + HOUR), things(NOON + HOUR, "x", "y"))
    assert names(lake) == ["a", "c", "x", "y"]
    assert names(lake, HourRange(NOON, NOON + HOUR)) == ["a", "x", "y"]


def test_replacing_from_an_hour_drops_everything_later_in_the_same_commit(lake):
    for offset, name in enumerate("abc"):
        hour = NOON + offset * 14 * HOUR
        lake.replace(THINGS, HourRange.single(hour), things(hour, name))
    second = NOON + 14 * HOUR
    lake.replace(THINGS, HourRange.single(second), things(second, "z"), drop_later=True)
    assert names(lake) == ["a", "z"]


def test_a_key_already_held_is_not_added_again(lake):
    lake.append_new(THINGS, things(NOON, "a", "b"))
    added = lake.append_new(THINGS, things(NOON + HOUR, "b", "c", "c")).added
    assert added.column("name").to_pylist() == ["c"]
    assert names(lake) == ["a", "b", "c"]


def test_rows_that_repeat_a_key_are_refused_whole(lake):
    with pytest.raises(DuplicateKey, match="things"):
        lake.replace(THINGS, HourRange.single(NOON), things(NOON, "a", "a"))
    assert names(lake) == []


def test_a_null_where_none_may_be_is_refused_by_name():
    rows = things(NOON, "a").set_column(0, "name", pa.array([None], TEXT))
    with pytest.raises(RowsDoNotFit, match=r"things\.name is null in 1 of 1 rows"):
        THINGS.fitted(rows)


def test_a_column_added_later_is_null_in_older_rows(lake):
    lake.append_new(THINGS, things(NOON, "old"))
    wider = Table(
        name="things",
        description="with one column more",
        key=("name",),
        first_sight_of="name",
        columns={**THINGS.columns, "colour": Column(TEXT, "new", nullable=True)},
    )
    assert lake.read(wider).column("colour").to_pylist() == [None]
    tomorrow = NOON + 24 * HOUR
    row = {"name": "new", "tags": [], "colour": "red", "capture_day": capture_day(tomorrow), "capture_hour": tomorrow}
    lake.append_new(wider, wider.rows([row]))
    assert lake.read(wider, HourRange.single(NOON)).column("colour").to_pylist() == [None]
    read = lake.sql("SELECT name, colour FROM rows ORDER BY name", rows=Slice(wider)).to_pylist()
    assert read == [{"name": "new", "colour": "red"}, {"name": "old", "colour": None}]


def test_reading_opens_only_the_files_of_the_days_asked_for(lake):
    for day in range(5):
        hour = NOON + timedelta(days=day)
        lake.replace(THINGS, HourRange.single(hour), things(hour, f"day{day}"))
    for path in (Path(lake.uri) / "tables/things").glob("capture_day=2021-12-0[1-4]/*.parquet"):
        path.unlink()
    assert names(lake, HourRange.single(NOON + timedelta(days=4))) == ["day4"]


def test_two_writers_of_one_hour_leave_one_version_of_it(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[3]); import test_lake as t;"
        "lake = t.Lake(sys.argv[1]);"
        "[lake.replace(t.THINGS, t.HourRange.single(t.NOON), t.things(t.NOON, 'a', 'b', size=int(sys.argv[2])))"
        " for _ in range(10)]"
    )
    folder, here = str(tmp_path / "lake"), str(Path(__file__).parent)
    writers = [subprocess.Popen([sys.executable, "-c", code, folder, str(n), here]) for n in (1, 2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    rows = Lake(folder).read(THINGS)
    assert sorted(rows.column("name").to_pylist()) == ["a", "b"]
    assert len(set(rows.column("size").to_pylist())) == 1


def test_three_processes_appending_the_same_items_one_of_them_killed_keep_every_item_once(tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import test_lake as t;"
        "lake = t.Lake(sys.argv[1]);"
        "print('started', flush=True);"
        "[lake.append_new(t.THINGS, t.things(t.NOON, *[f'{n:03d}' for n in range(start, start + 40)]))"
        " for start in range(0, 400, 20)]"
    )
    folder, here = str(tmp_path / "lake"), str(Path(__file__).parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", code, folder, here], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    time.sleep(0.15)
    os.kill(writers[0].pid, signal.SIGKILL)
    assert [writer.wait(120) for writer in writers] == [-signal.SIGKILL, 0, 0]
    assert names(Lake(folder)) == [f"{n:03d}" for n in range(420)]


def test_a_lake_that_cannot_be_written_says_so_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LakeUnavailable, match="KAIRO_LAKE_URI"):
        Lake(str(tmp_path / "file" / "lake")).check()
