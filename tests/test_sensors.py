"""What watches the clock: due surfaces, brand partitions, mornings, and assets that follow their inputs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

import kairo_hero.definitions
import kairo_pipelines.definitions
from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.importing import find_brand, import_brand
from kairo_hero.models import Brand
from kairo_hero.sensors import brand_partitions, morning_boards
from kairo_hero.settings import HeroSettings
from kairo_pipelines.hours import capture_day, hour_key, hour_of
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import CAPTURE_RUNS
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.surfaces import Surface, list_surfaces
from kairo_pipelines.sensors import due_surfaces

pytestmark = [pytest.mark.parametrize("stores", ["sqlite"], indirect=True), pytest.mark.usefixtures("one_hour")]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as temporary:
        yield temporary


def due_now(database: Database, lake: Lake) -> dg.SensorResult | dg.SkipReason:
    return due_surfaces(dg.build_sensor_context(), lake=lake, database=database)


def add_feed(database: Database, key: str = "https://example.com/feed.xml", **fields) -> None:
    with database.writing() as session:
        session.add(Surface(platform="feeds", surface_type="feed", surface_key=key, **fields))


def test_without_surfaces_the_sensor_says_what_to_do(database, lake):
    skipped = due_now(database, lake)
    assert isinstance(skipped, dg.SkipReason)
    assert "kairo surface add" in skipped.skip_message


def test_a_due_surface_requests_this_hour_and_the_same_due_surfaces_the_same_run(database, lake):
    add_feed(database)
    first, second = due_now(database, lake), due_now(database, lake)
    assert isinstance(first, dg.SensorResult)
    assert isinstance(second, dg.SensorResult)
    [request] = first.run_requests
    assert request.partition_key == hour_key(hour_of(datetime.now(UTC)))
    assert [again.run_key for again in second.run_requests] == [request.run_key]


def test_another_due_surface_is_another_run(database, lake):
    add_feed(database)
    [before] = due_now(database, lake).run_requests
    add_feed(database, "https://example.com/other.xml")
    [after] = due_now(database, lake).run_requests
    assert after.run_key != before.run_key


def test_a_paused_surface_is_never_due(database, lake):
    add_feed(database, is_active=False)
    assert isinstance(due_now(database, lake), dg.SkipReason)


def test_a_surface_that_keeps_failing_is_not_requested_before_its_next_try(database, lake):
    add_feed(database, cadence_minutes=1)
    with database.reading() as session:
        [surface] = list_surfaces(session)
    now = datetime.now(UTC)
    failed = {
        "surface_id": str(surface.id),
        "platform": "feeds",
        "surface_type": "feed",
        "surface_key": surface.surface_key,
        "cadence_minutes": 1,
        "status": "failed",
        "item_count": 0,
        "quarantined_count": 0,
        "error_kind": "timeout",
        "error": "no whole answer within 20 s",
        "request_count": 0,
        "body_bytes": 0,
        "capture_day": capture_day(now),
        "capture_hour": hour_of(now),
    }
    moments = [now - timedelta(minutes=30 - number) for number in range(10)]
    lake.overwrite(
        CAPTURE_RUNS,
        CAPTURE_RUNS.rows(
            {**failed, "capture_id": str(moment), "due_at": moment, "started_at": moment, "ended_at": moment}
            for moment in moments
        ),
    )
    skipped = due_now(database, lake)
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "none of 1 active surfaces is due"
    lake.overwrite(CAPTURE_RUNS, CAPTURE_RUNS.rows([]))
    assert isinstance(due_now(database, lake), dg.SensorResult)


def brands(database: Database) -> None:
    with database.writing() as session:
        for file in BRAND_FILES:
            import_brand(session, read_brand_file(file))


def test_partitions_follow_the_brands_of_the_store(database, instance):
    brands(database)
    instance.add_dynamic_partitions("brands", ["gone.brand"])
    result = brand_partitions(dg.build_sensor_context(instance=instance), database=database)
    assert isinstance(result, dg.SensorResult)
    added, deleted = result.dynamic_partitions_requests
    assert added.partition_keys == ["gsa.18f", "sourcegraph.sourcegraph"]
    assert deleted.partition_keys == ["gone.brand"]


def test_brands_in_step_request_nothing(database, instance):
    brands(database)
    instance.add_dynamic_partitions("brands", ["gsa.18f", "sourcegraph.sourcegraph"])
    result = brand_partitions(dg.build_sensor_context(instance=instance), database=database)
    assert isinstance(result, dg.SkipReason)


@pytest.fixture
def mornings(database, instance) -> Callable[[datetime], list[str]]:
    """Which brands' boards are requested at a moment in UTC."""
    brands(database)
    instance.add_dynamic_partitions("brands", ["gsa.18f", "sourcegraph.sourcegraph"])

    def requested(moment: datetime) -> list[str]:
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=moment)
        answer = morning_boards(context, database=database, hero_settings=HeroSettings.from_environment())
        return [] if isinstance(answer, dg.SkipReason) else [str(request.run_key) for request in answer]

    return requested


def test_a_board_is_made_at_seven_where_the_brand_is(mornings):
    # New York is five hours behind UTC in December, Los Angeles eight
    assert mornings(datetime(2021, 12, 10, 12, 0, tzinfo=UTC)) == ["gsa.18f-2021-12-10"]
    assert mornings(datetime(2021, 12, 10, 15, 0, tzinfo=UTC)) == ["sourcegraph.sourcegraph-2021-12-10"]
    assert mornings(datetime(2021, 12, 10, 13, 0, tzinfo=UTC)) == []


def test_summer_time_moves_the_morning(mornings):
    assert mornings(datetime(2021, 7, 1, 11, 0, tzinfo=UTC)) == ["gsa.18f-2021-07-01"]


def test_a_morning_comes_once(mornings):
    quarters = [datetime(2021, 12, 10, tzinfo=UTC) + number * timedelta(minutes=15) for number in range(96)]
    requested = [key for quarter in quarters for key in mornings(quarter)]
    assert sorted(requested) == ["gsa.18f-2021-12-10", "sourcegraph.sourcegraph-2021-12-10"]


def test_a_time_zone_off_by_half_an_hour_has_its_morning_too(database, mornings):
    with database.writing() as session:
        brand = find_brand(session, "gsa.18f")
        session.get_one(Brand, brand.id).timezone = "Asia/Kolkata"
    assert mornings(datetime(2021, 12, 10, 1, 30, tzinfo=UTC)) == ["gsa.18f-2021-12-10"]


def test_ingestion_follows_a_capture_of_this_hour_and_leaves_old_hours_alone(database, lake, instance):
    resources = {"lake": lake, "database": database}
    defs = kairo_pipelines.definitions.build_defs(resources)
    first = dg.evaluate_automation_conditions(defs, instance=instance)
    now, old = hour_key(hour_of(datetime.now(UTC))), "2021-12-04-00:00"
    for partition in (now, old):
        report_captured(instance, partition, fits_schema=True)
    ticked = dg.evaluate_automation_conditions(defs, instance=instance, cursor=first.cursor)
    requested = {
        (key.to_user_string(), partition)
        for key in (dg.AssetKey("evidence_items"), dg.AssetKey("trend_candidates"))
        for partition in ticked.get_requested_partitions(key)
    }
    assert requested == {("evidence_items", now), ("trend_candidates", now)}


def test_nothing_follows_a_capture_whose_rows_do_not_fit(database, lake, instance):
    defs = kairo_pipelines.definitions.build_defs({"lake": lake, "database": database})
    first = dg.evaluate_automation_conditions(defs, instance=instance)
    report_captured(instance, hour_key(hour_of(datetime.now(UTC))), fits_schema=False)
    ticked = dg.evaluate_automation_conditions(defs, instance=instance, cursor=first.cursor)
    assert ticked.total_requested == 0


def report_captured(instance, partition, *, fits_schema):
    """What a run of captures reports of an hour: that it was made, and whether its rows fit."""
    instance.report_runless_asset_event(dg.AssetMaterialization("capture_runs", partition=partition))
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("capture_runs"), check_name="fits_schema", passed=fits_schema, blocking=True
        )
    )


def test_a_new_hour_of_trends_requests_the_signals_of_every_brand_once(database, lake, instance):
    keys = {"gsa.18f", "sourcegraph.sourcegraph"}
    instance.add_dynamic_partitions("brands", sorted(keys))
    defs = kairo_hero.definitions.build_defs({"lake": lake, "database": database})
    for key in keys:
        for asset in ("brand_snapshot", "brand_ir", "learning_summary"):
            instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=key))
    first = dg.evaluate_automation_conditions(defs, instance=instance)
    this_hour = hour_key(hour_of(datetime.now(UTC)))
    instance.report_runless_asset_event(dg.AssetMaterialization("trend_candidates", partition=this_hour))
    ticked = dg.evaluate_automation_conditions(defs, instance=instance, cursor=first.cursor)
    assert ticked.get_requested_partitions(dg.AssetKey("external_signals")) == keys
    # a board is made in the morning, not with every hour
    assert ticked.get_requested_partitions(dg.AssetKey("today_board")) == set()
    after = dg.evaluate_automation_conditions(defs, instance=instance, cursor=ticked.cursor)
    assert after.total_requested == 0
