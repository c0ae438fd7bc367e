"""What is kept for how long: old raw bytes and rows go, what is still referred to stays."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import obstore
import pytest
from aged_world import EVERGREEN, FORGOTTEN, LATER, LONG_AGO, MONTHS_AGO, NEW, NEWEST
from killing import killed_before
from small_world import SmallWorld, at, record

import kairo_pipelines.lake.lake
from kairo_pipelines.assets.capture import CaptureConfig, capture_runs
from kairo_pipelines.assets.evidence import evidence
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.connectors.connector import Quota
from kairo_pipelines.hours import HourRange, capture_day, hour_key
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    MADE_HOURS,
    NORMALIZED_ARTIFACTS,
    TABLES,
)
from kairo_pipelines.upkeep.retention import KEPT_SINCE, Deleted, RawBytesDeleted, kept_since, retain

pytestmark = pytest.mark.xdist_group("aged")
#: What the settings say unless told otherwise.
USUAL = {"raw_days": 90, "row_days": 400}


def days_of_raw(world: SmallWorld) -> set[str]:
    return {path.split("capture_day=")[1][:10] for path in world.raw() if path != KEPT_SINCE}


def days_of(world: SmallWorld, *tables) -> dict[str, set[str]]:
    return {name: {row["capture_day"] for row in rows} for name, rows in world.content(*tables).items()}


@pytest.fixture(scope="module")
def retained(before, tmp_path_factory) -> SmallWorld:
    """The world after retention. Tests only read it."""
    world = before.copied(tmp_path_factory.mktemp("retained") / "world")
    retain(world.lake, **USUAL)
    return world


def test_raw_bytes_older_than_the_setting_go_and_newer_ones_stay(before, world):
    went = retain(world.lake, **USUAL)
    assert days_of_raw(before) == {capture_day(hour) for hour in (LONG_AGO, MONTHS_AGO, NEWEST)}
    assert days_of_raw(world) == {capture_day(NEWEST)}
    assert went.objects == 4
    newest = {path: body for path, body in before.raw().items() if capture_day(NEWEST) in path}
    assert newest.items() <= world.raw().items()


def test_rows_older_than_the_setting_go_and_newer_ones_stay(before, world):
    by_age = (CAPTURE_RUNS, EVIDENCE_OBSERVATIONS, CLUSTER_BUCKETS, CLUSTER_AUTHORS, DETECTOR_HOURS)
    went = retain(world.lake, **USUAL)
    assert all(capture_day(LONG_AGO) in days for days in days_of(before, *by_age).values())
    assert all(days == {capture_day(MONTHS_AGO), capture_day(NEWEST)} for days in days_of(world, *by_age).values())
    rows = [sum(map(len, of.content().values())) for of in (before, world)]
    assert went.rows == rows[0] - rows[1] > 0


def test_an_old_item_that_is_still_observed_stays_with_all_that_is_made_of_it(before, retained):
    titles = {row["title"] for row in retained.lake.read(EVIDENCE_ITEMS).to_pylist()}
    assert titles == {EVERGREEN.title, LATER.title, NEW.title}
    item = f"hackernews:{EVERGREEN.item_id}"
    for table in (EVIDENCE_ITEMS, NORMALIZED_ARTIFACTS, ARTIFACT_CLUSTER_LINKS):
        kept, was = (
            [row for row in of.content(table)[table.name] if item in repr(row) and row["capture_hour"] == LONG_AGO]
            for of in (retained, before)
        )
        assert kept == was
        assert kept


def test_nothing_that_is_kept_refers_to_what_went(before, retained):
    lake = retained.lake

    def ids(table, column: str) -> set[str]:
        return set(lake.read(table).column(column).to_pylist())

    items, artifacts, clusters = (
        ids(EVIDENCE_ITEMS, "evidence_id"),
        ids(NORMALIZED_ARTIFACTS, "artifact_id"),
        ids(CLUSTERS, "cluster_id"),
    )
    assert ids(EVIDENCE_OBSERVATIONS, "evidence_id") == ids(NORMALIZED_ARTIFACTS, "evidence_id") == items
    assert ids(ARTIFACT_CLUSTER_LINKS, "artifact_id") == artifacts
    assert ids(ARTIFACT_CLUSTER_LINKS, "cluster_id") == clusters
    assert ids(CLUSTER_BUCKETS, "cluster_id") | ids(CLUSTER_AUTHORS, "cluster_id") <= clusters
    assert not any("quokkas" in row["cluster_key"] for row in lake.read(CLUSTERS).to_pylist())
    assert any("quokkas" in row["cluster_key"] for row in before.lake.read(CLUSTERS).to_pylist())


def test_age_is_counted_from_the_newest_hour_so_that_a_recording_of_the_past_is_kept(before, world):
    assert datetime.now(UTC) - timedelta(days=400) > NEWEST
    assert retain(world.lake, raw_days=527, row_days=527) == Deleted(0, 0)
    assert world.content() == before.content()
    assert retain(world.lake, raw_days=526, row_days=527).objects == 2


def test_raw_bytes_do_not_outlive_the_rows_that_lead_to_them(world):
    retain(world.lake, raw_days=527, row_days=60)
    assert days_of_raw(world) == {capture_day(NEWEST)}


def test_which_hours_were_made_is_remembered(before, retained):
    assert retained.content(MADE_HOURS) == before.content(MADE_HOURS)


def test_an_empty_lake_stays_one(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    assert retain(lake, **USUAL) == Deleted(0, 0)
    assert not list(lake.objects().list().collect())


def versions_of(lake: Lake) -> list[int]:
    return [stored.version() for table in TABLES if (stored := lake.delta(table))]


def test_done_twice_it_changes_nothing_more(retained, tmp_path):
    world = retained.copied(tmp_path / "world")
    content, raw = world.content(), world.raw()
    versions = versions_of(world.lake)
    assert retain(world.lake, **USUAL) == Deleted(0, 0)
    assert (world.content(), world.raw()) == (content, raw)
    assert versions_of(world.lake) == versions


@pytest.mark.parametrize(
    ("holder", "name", "number"),
    [
        pytest.param(obstore, "put", 1, id="before-anything-is-deleted"),
        pytest.param(obstore, "delete", 1, id="before-raw-bytes-are-deleted"),
        *(pytest.param(kairo_pipelines.lake.lake, "write_deltalake", n, id=f"before-table-{n}") for n in (1, 3, 6, 9)),
    ],
)
def test_cut_short_and_done_again_it_ends_the_same(retained, world, holder, name, number):
    with killed_before(holder, name, number):
        retain(world.lake, **USUAL)
    retain(world.lake, **USUAL)
    assert world.content() == retained.content()
    assert world.raw() == retained.raw()


def made_again(world: SmallWorld, asset: dg.AssetsDefinition, hour: datetime) -> None:
    """Call the asset for this hour."""
    key = hour_key(hour)
    resources = {"lake": world.lake, "database": world.database, "settings": world.settings}
    context = dg.build_asset_context(partition_key_range=dg.PartitionKeyRange(key, key), resources=resources)
    if asset is evidence:
        list(evidence(context))
    else:
        capture_runs(context, CaptureConfig())


@pytest.mark.parametrize("asset", [capture_runs, evidence], ids=["capture_runs", "evidence"])
def test_an_hour_whose_raw_bytes_are_gone_is_not_made_again_from_less(retained, tmp_path, asset):
    world = retained.copied(tmp_path / "world")
    before = world.content()
    with pytest.raises(RawBytesDeleted) as told:
        made_again(world, asset, MONTHS_AGO)
    assert str(told.value) == (
        "the raw bytes before 2021-09-11-00:00 were deleted (KAIRO_RETAIN_RAW_DAYS), so 2021-09-01-06:00 can't be "
        "made again from them; its rows stay as they are. Begin at 2021-09-11-00:00 or later"
    )
    assert world.content() == before


def test_also_where_retention_was_killed_before_it_deleted_a_byte(world):
    with killed_before(obstore, "delete", 1):
        retain(world.lake, **USUAL)
    with pytest.raises(RawBytesDeleted):
        made_again(world, evidence, MONTHS_AGO)


def test_an_hour_whose_raw_bytes_are_kept_is_made_again_the_same(retained, tmp_path):
    world = retained.copied(tmp_path / "world")
    before = world.content()
    assert world.ingest(HourRange.single(NEWEST), rebuild_from=NEWEST).success
    assert world.content() == before


def test_keeping_more_again_brings_no_bytes_back_and_does_not_pretend_to(retained, tmp_path):
    world = retained.copied(tmp_path / "world")
    since = kept_since(world.lake.objects())
    retain(world.lake, raw_days=500, row_days=500)
    assert kept_since(world.lake.objects()) == since == datetime(2021, 9, 11, tzinfo=UTC)


def test_allowances_of_days_long_past_go(world):
    quotas, now = Quotas(world.lake.objects()), datetime.now(UTC)
    quota = Quota("youtube", 100, 10_000, "America/Los_Angeles")
    moments = [now - timedelta(days=days) for days in (0, 3, 30)]
    assert all(quotas.reserve(quota, moment) for moment in moments)
    retain(world.lake, **USUAL)
    assert [quotas.spent(quota, moment) for moment in moments] == [100, 100, 0]


def test_an_item_seen_after_it_was_forgotten_is_seen_for_the_first_time(retained, tmp_path):
    world = retained.copied(tmp_path / "world")
    later = NEWEST + timedelta(hours=1)
    replay = record(world.folder / "later.parquet", {at(later): [FORGOTTEN, EVERGREEN]})
    assert world.ingest(HourRange.single(later), replay=replay).success
    seen = {row["title"]: row["capture_hour"] for row in world.lake.read(EVIDENCE_ITEMS).to_pylist()}
    assert (seen[FORGOTTEN.title], seen[EVERGREEN.title]) == (later, LONG_AGO)
