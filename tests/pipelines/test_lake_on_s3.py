"""The lake on an S3-compatible store, by its address alone."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_lake import HOUR, NOON, THINGS, names, things

from kairo_cli.demo.demo import RECORDING
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake, LakeUnavailable

ADDRESS = "s3://kairo-lake/below"


def test_tables_are_appended_to_and_replaced_as_in_a_folder(bucket):
    lake = Lake(f"{ADDRESS}/tables-test")
    lake.check()
    lake.append_new(THINGS, things(NOON, "a", "b"))
    lake.append_new(THINGS, things(NOON, "b", "c"))
    lake.replace(THINGS, HourRange.single(NOON + HOUR), things(NOON + HOUR, "z"))
    assert names(lake) == ["a", "b", "c", "z"]
    assert names(lake, HourRange.single(NOON)) == ["a", "b", "c"]


def test_captures_land_once(bucket):
    landing = Landing(Lake(f"{ADDRESS}/landing-test").objects())
    hours = HourRange.single(datetime(2021, 12, 1, 3, tzinfo=UTC))
    recording = FrontPageRecording(RECORDING)
    assert [recording.land(landing, hours), recording.land(landing, hours)] == [2, 0]
    assert all(answer.content for [answer] in landing.answers(landing.receipts(hours)))


def test_three_processes_appending_the_same_items_keep_every_item_once(bucket):
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); import test_lake as t; lake = t.Lake(sys.argv[1]);"
        "[lake.append_new(t.THINGS, t.things(t.NOON, *[f'{n:03d}' for n in range(start, start + 10)]))"
        " for start in range(0, 50, 5)]"
    )
    address, here = f"{ADDRESS}/processes-test", str(Path(__file__).parent)
    writers = [subprocess.Popen([sys.executable, "-c", code, address, here]) for _ in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    assert names(Lake(address)) == [f"{n:03d}" for n in range(55)]


def test_a_bucket_that_is_not_there_is_named(bucket):
    with pytest.raises(LakeUnavailable, match="s3://no-such-bucket/lake"):
        Lake("s3://no-such-bucket/lake").check()
