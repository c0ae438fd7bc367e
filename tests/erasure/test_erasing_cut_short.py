"""An erasure that is killed at any moment, and done again, ends as one that was not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import deltalake
import obstore
import pytest
from erased_world import AUTHOR, ITEM, OF_AUTHOR, OF_ITEM, erase_in, left_of, strays_are_old
from killing import killed_before
from sqlalchemy import select

import kairo_hero.erasing
import kairo_pipelines.lake.lake
from kairo_pipelines.erasure.records import Erasure

pytestmark = pytest.mark.xdist_group("erased")


@pytest.mark.parametrize(
    ("holder", "name", "number"),
    [
        pytest.param(obstore, "put", 1, id="before-anything-is-redacted"),
        pytest.param(obstore, "put", 2, id="between-new-bytes-and-their-receipt"),
        pytest.param(obstore, "delete", 1, id="between-a-receipt-and-the-old-bytes"),
        pytest.param(kairo_hero.erasing, "follow_bytes", 1, id="between-bytes-and-tables"),
        pytest.param(kairo_hero.erasing, "redact_kept", 1, id="before-boards"),
        pytest.param(kairo_pipelines.lake.lake, "write_deltalake", 4, id="among-the-tables-of-clusters"),
        pytest.param(kairo_pipelines.lake.lake, "write_deltalake", 14, id="between-the-days-of-the-items"),
        pytest.param(deltalake.DeltaTable, "vacuum", 5, id="among-old-files"),
    ],
)
def test_killed_at_a_step_and_done_again_it_ends_the_same(without_author, world, holder, name, number):
    with killed_before(holder, name, number):
        erase_in(world, AUTHOR)
    strays_are_old(world)
    erase_in(world, AUTHOR)
    assert left_of(OF_AUTHOR, world.folder / "lake") == []
    assert (world.content(), world.raw()) == (without_author[0].content(), without_author[0].raw())


def test_from_the_first_step_on_what_is_erased_can_not_come_back(world):
    with killed_before(obstore, "put", 1):
        erase_in(world, ITEM)
    with world.database.reading() as session:
        [record] = session.scalars(select(Erasure))
    assert record.finished_at is None


def test_killed_again_and_again_it_ends_the_same(without_author, world):
    code = """
import os, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from erased_world import AUTHOR, erase_in
from killing import killed_before
from small_world import SmallWorld

world = SmallWorld(Path(sys.argv[1]))
for tenths in range(1, 5):
    child = os.fork()
    if not child:
        erase_in(world, AUTHOR)
        os._exit(0)
    time.sleep(tenths / 10)
    os.kill(child, signal.SIGKILL)
    print(os.waitpid(child, 0)[1], flush=True)
"""
    killing = subprocess.run(
        [sys.executable, "-c", code, world.folder, Path(__file__).parents[1]],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert killing.returncode == 0, killing.stderr
    assert str(int(signal.SIGKILL)) in killing.stdout.split(), killing.stdout
    strays_are_old(world)
    erase_in(world, AUTHOR)
    assert left_of(OF_AUTHOR, world.folder / "lake") == []
    assert (world.content(), world.raw()) == (without_author[0].content(), without_author[0].raw())


def test_bytes_that_a_killed_capture_left_go_as_well(world):
    stray = world.folder / "lake/raw/capture_day=2021-12-10/capture_hour=01/killed-0123.body"
    stray.write_bytes(b"777000111")
    erase_in(world, ITEM)
    # as long as its capture may be under way, its bytes are
    assert stray.exists()
    strays_are_old(world)
    erase_in(world, ITEM)
    assert left_of(OF_ITEM, world.folder / "lake") == []
    assert os.listdir(stray.parent)
