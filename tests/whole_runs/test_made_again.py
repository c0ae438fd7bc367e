"""Hours made twice, rebuilt, or built on what is missing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kairo_pipelines.assets.evidence import evidence
from kairo_pipelines.assets.partitions import REBUILD_TAG
from kairo_pipelines.hours import HourRange, hour_key
from kairo_pipelines.lake.lake import Slice
from kairo_pipelines.lake.made_hours import HourNotMade, require_past
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_ITEMS, MADE_HOURS, TABLES

MORNING = HourRange(datetime(2021, 12, 4, tzinfo=UTC), datetime(2021, 12, 4, 7, tzinfo=UTC))


def test_hours_made_twice_are_the_same_hours(world):
    world.ingest(MORNING)
    before = world.content()
    world.ingest(MORNING)
    assert world.content() == before


def test_hours_made_in_pieces_are_the_hours_made_at_once(worlds):
    at_once, in_pieces = worlds(), worlds()
    at_once.ingest(MORNING)
    for hours in MORNING.split(3):
        in_pieces.ingest(hours)
    assert in_pieces.content() == at_once.content()


def test_rebuilding_from_the_middle_changes_nothing(world):
    world.ingest(MORNING)
    before = world.content()
    middle = datetime(2021, 12, 4, 3, tzinfo=UTC)
    for hours in HourRange(middle, MORNING.last).split(2):
        world.ingest(hours, replay=None, tags={REBUILD_TAG: hour_key(middle)})
    assert world.content() == before


def test_a_rebuild_drops_what_came_later_until_it_is_made_again(world):
    world.ingest(MORNING)
    middle = HourRange.single(datetime(2021, 12, 4, 3, tzinfo=UTC))
    world.ingest(middle, replay=None, tags={REBUILD_TAG: hour_key(middle.first)})
    for table in TABLES:
        if table.hourly and table not in (CAPTURE_RUNS, MADE_HOURS):
            later = world.lake.sql(
                "SELECT * FROM rows WHERE capture_hour > $hour", {"hour": middle.first}, rows=Slice(table)
            )
            assert later.num_rows == 0, table.name
    with pytest.raises(HourNotMade, match=r"evidence_items has not been made for 2021-12-04-04:00"):
        require_past(world.lake, EVIDENCE_ITEMS, HourRange.single(datetime(2021, 12, 4, 5, tzinfo=UTC)))


def test_an_hour_whose_captures_are_not_listed_is_refused_by_name(world):
    context = dg.build_asset_context(
        partition_key_range=dg.PartitionKeyRange(hour_key(MORNING.first), hour_key(MORNING.last)),
        resources=world.resources,
    )
    with pytest.raises(HourNotMade, match=r"capture_runs has not been made for 2021-12-04-00:00 and 7 more"):
        list(evidence(context))


def listed_for_days(path: Path) -> Path:
    """A recording of eight days, a page an hour: one story that stays and grows, two that burst at the end."""
    rows = []
    for number in range(187):
        at = datetime(2021, 12, 1, 0, 10, tzinfo=UTC) + timedelta(hours=number)
        rows.append((at, 1, 1, "A story that stays", "https://example.com/1", "ann", 10 + 2 * number, number))
        rows += [
            (at, 2 + n, 100 + 3 * number + n, f"Story {number}", None, f"author{number % 7}{n}", 5, 0) for n in range(3)
        ]
    for number in range(4):
        at = datetime(2021, 12, 8, 15, 10, tzinfo=UTC) + timedelta(hours=number)
        points = 50 + 150 * number
        rows += [
            (at, 2, 9001, "Log4j RCE Found", None, "bo", points, 5),
            (at, 21, 9002, "RCE 0-day exploit found in log4j, a popular Java logging package", None, "cy", 20, 1),
        ]
    names = ("snapshot_ts", "rank", "item_id", "title", "url", "author", "upvotes", "comments")
    pq.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    return path


def test_how_many_hours_are_made_at_once_changes_nothing_even_where_items_stay_listed_for_days(worlds, tmp_path):
    recording = listed_for_days(tmp_path / "recording.parquet")
    hours = HourRange(datetime(2021, 12, 1, tzinfo=UTC), datetime(2021, 12, 8, 18, tzinfo=UTC))
    contents = []
    for hours_per_run in (len(hours), 37):
        world = worlds()
        for part in hours.split(hours_per_run):
            world.ingest(part, replay=recording)
        contents.append(world.content())
    assert contents[0] == contents[1]
    observed = [row for row in contents[0]["evidence_observations"] if row["evidence_id"] == "hackernews:1"]
    assert len(observed) == 187
    assert all(row["changed_text"] is None for row in observed)
    assert "log4j" in {row["cluster_key"] for row in contents[0]["trend_candidates"]}
