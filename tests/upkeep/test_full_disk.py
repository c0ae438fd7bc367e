"""A disk without room fails what runs with a sentence, and harms nothing that was there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from aged_world import LONG_AGO, NEWEST, PAGES
from small_world import SmallWorld, record

from kairo_hero.erasing import erase
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.full_disk import LakeFull, naming_a_full_disk
from kairo_pipelines.lake.tables import MADE_HOURS
from kairo_pipelines.upkeep.compaction import compact, delete_replaced_files
from kairo_pipelines.upkeep.retention import retain

pytestmark = pytest.mark.xdist_group("aged")
SENTENCE = (
    "there is no room left where the lake{} lies; what was there is unharmed. Free some, or let less be kept "
    "(KAIRO_RETAIN_RAW_DAYS, KAIRO_RETAIN_DAYS), and run this again"
)
CAPTURE, EVIDENCE = ("surfaces", "capture_runs"), ("evidence_items",)
RECORDING = "front_pages.parquet"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def world(disk: Path, tmp_path: Path) -> SmallWorld:
    """A world with an hour of evidence, whose lake lies on that disk and its store elsewhere."""
    world = SmallWorld.new(tmp_path / "world")
    (world.folder / "lake").symlink_to(disk)
    record(world.folder / RECORDING, PAGES)
    assert all(make(world, assets, LONG_AGO).success for assets in (CAPTURE, EVIDENCE))
    return world


@contextmanager
def full_but_for(blocks: int, world: SmallWorld) -> Iterator[None]:
    """The disk with room for so many blocks only."""
    ballast = world.folder / "lake" / "ballast"
    disk = os.statvfs(ballast.parent)
    ballast.write_bytes(b"x" * (disk.f_bavail - blocks) * disk.f_frsize)
    try:
        yield
    finally:
        ballast.unlink()


def make(world: SmallWorld, assets: Sequence[str], hour: datetime = NEWEST) -> dg.ExecuteInProcessResult:
    """Run these assets for an hour."""
    replay = world.folder / RECORDING if assets == CAPTURE else None
    return world.ingest(HourRange.single(hour), replay=replay, only=assets, fails=True)


def failure(result: dg.ExecuteInProcessResult) -> str | None:
    """What the step failed with; None where none did."""
    failed = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    for error in failed:
        while error.cause and error.cls_name.startswith(("Dagster", "RetryRequested")):
            error = error.cause
        return error.message.strip()
    return None


def is_unharmed(before: dict[str, list[dict]], raw: dict[str, bytes], world: SmallWorld) -> bool:
    """Whether every row and every raw object there was still is, as it was."""
    now = world.content()
    return all(row in now[table] for table, rows in before.items() for row in rows) and raw.items() <= (
        world.raw().items()
    )


@pytest.mark.parametrize(
    ("assets", "rooms"), [(CAPTURE, (0, 1, 2, 3)), (EVIDENCE, (0, 3))], ids=["capture", "evidence"]
)
def test_a_run_without_room_fails_with_a_sentence_and_goes_on_once_there_is_some(world, assets, rooms):
    if assets == EVIDENCE:
        assert make(world, CAPTURE).success
    rows, raw = world.content(), world.raw()
    told = set()
    # the less room, the earlier it ends: at the raw bytes, at the receipt, at the rows, at the table's log
    for blocks in rooms:
        with full_but_for(blocks, world):
            told.add(failure(make(world, assets)))
        assert is_unharmed(rows, raw, world)
    sentences = {
        f"kairo_pipelines.lake.full_disk.LakeFull: {SENTENCE.format(lake)}" for lake in ("", f" {world.lake.uri}")
    }
    assert told - {None} <= sentences
    assert told - {None}
    assert make(world, assets).success
    assert is_unharmed(rows, raw, world)


def test_what_is_made_after_there_was_no_room_is_what_would_have_been_made(world, tmp_path):
    undisturbed = world.copied(tmp_path / "undisturbed")
    for one in (world, undisturbed):
        for assets in (CAPTURE, EVIDENCE):
            for blocks in (0, 3) if one is world else ():
                with full_but_for(blocks, world):
                    assert not make(world, assets).success
            assert make(one, assets).success
    assert world.content() == undisturbed.content()


def test_upkeep_without_room_harms_nothing_and_is_done_later(world):
    assert make(world, CAPTURE).success
    rows, raw = world.content(), world.raw()
    lake = world.lake
    work = {
        "compaction": (lambda: compact(lake, MADE_HOURS, datetime.now(UTC)), lambda done: done.files_after == 2),
        "vacuum": (lambda: delete_replaced_files(lake, MADE_HOURS), lambda done: done > 0),
        "retention": (lambda: retain(lake, raw_days=90, row_days=400), lambda done: done.rows > 0),
    }
    for name, (do, is_done) in work.items():
        with full_but_for(0, world), pytest.raises(LakeFull):
            do()
        assert (world.content(), world.raw()) == (rows, raw), name
        assert is_done(do()), name


def test_an_erasure_without_room_harms_nothing_and_is_done_later(world):
    rows, raw = world.content(), world.raw()
    subject = Subject("item", "hackernews", "1")
    with full_but_for(0, world), pytest.raises(LakeFull):
        erase(world.database, world.lake, world.settings, subject)
    assert (world.content(), world.raw()) == (rows, raw)
    record = erase(world.database, world.lake, world.settings, subject)
    assert record.removed["evidence_items"] == 1


def test_what_fails_for_another_reason_is_not_called_a_full_disk():
    with pytest.raises(OSError, match="Permission denied"), naming_a_full_disk("/srv/lake"):
        raise OSError(13, "Permission denied")


@pytest.mark.skipif(os.geteuid() == 0, reason="who is root mounts without further ado")
def test_all_of_this_holds_in_a_namespace_in_which_anybody_is_root():
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no namespace can be made here")
    command = ["unshare", "-rm", sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", __file__]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stdout[-3000:]
    assert "no file system" not in done.stdout
