"""The nightly job, run by Dagster: retention, compaction, vacuum, and pruning of Dagster's own log."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from small_world import SmallWorld
from sqlalchemy import text

from kairo_pipelines.dagster_event_log import PooledSqliteEventLogStorage
from kairo_pipelines.definitions import build_defs
from kairo_pipelines.lake.tables import MADE_HOURS, TABLES
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.upkeep import compaction, retention
from kairo_pipelines.upkeep_job import RUNS_AT_ONCE

pytestmark = pytest.mark.xdist_group("aged")
ROOT = Path(__file__).parents[2]


@dg.asset
def thing() -> None:
    """Something to materialize."""
    sys.stdout.write("it was printed")


@dg.asset
def broken() -> None:
    """Something that fails."""
    raise ValueError("broken")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The instance that the project's own file describes."""
    home = tmp_path / "dagster"
    home.mkdir()
    shutil.copy(ROOT / "dagster.yaml", home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.get() as opened:
        assert isinstance(opened.event_log_storage, PooledSqliteEventLogStorage)
        yield opened


def upkeep(world: SmallWorld, instance: dg.DagsterInstance, **settings: int) -> dg.ExecuteInProcessResult:
    chosen = PipelineSettings(**settings)
    defs = build_defs({"lake": world.lake, "database": world.database, "settings": chosen})
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    return defs.get_job_def("upkeep").execute_in_process(instance=instance, run_config=quiet)


def test_old_rows_and_bytes_go_and_many_files_become_few(before, world, instance):
    lake = world.lake
    result = upkeep(world, instance, retain_raw_days=90, retain_days=400)
    assert result.success
    by_hand = before.copied(world.folder.with_name("by_hand"))
    retention.retain(by_hand.lake, raw_days=90, row_days=400)
    assert world.content() == by_hand.content()
    assert world.raw() == by_hand.raw()
    made = lake.delta(MADE_HOURS)
    assert made is not None
    assert len(made.file_uris()) == 3
    assert len(before.lake.delta(MADE_HOURS).file_uris()) == 24


def test_what_it_did_is_in_the_log_of_its_run(world, instance):
    result = upkeep(world, instance, retain_raw_days=90, retain_days=400)
    told = "\n".join(event.message or "" for event in result.all_events)
    told += "\n".join(record.user_message for record in instance.all_logs(result.run_id))
    assert "4 raw objects and " in told
    for table in TABLES:
        assert f"\n{table.name}: " in told
    assert "made_hours: 24 files are 3; 0 deleted" in told
    assert "0 runs deleted" in told


def test_what_is_out_of_use_for_days_is_deleted(world, instance, monkeypatch):
    monkeypatch.setattr(compaction, "FILES_KEPT", timedelta(0))
    assert upkeep(world, instance).success
    for table in TABLES:
        if stored := world.lake.delta(table):
            there = {str(path) for path in (world.folder / "lake/tables" / table.name).rglob("*.parquet")}
            assert {path for path in there if "_delta_log" not in path} == set(stored.file_uris())


def data_files(world: SmallWorld) -> list[list[str]]:
    return [stored.file_uris() for table in TABLES if (stored := world.lake.delta(table))]


def test_done_again_it_changes_nothing_more(world, instance):
    upkeep(world, instance)
    content, raw = world.content(), world.raw()
    files = data_files(world)
    assert upkeep(world, instance).success
    assert (world.content(), world.raw()) == (content, raw)
    assert data_files(world) == files


def began(instance: dg.DagsterInstance, run_id: str, days_ago: float) -> None:
    """Let a run have begun so long ago."""
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    with instance.run_storage.connect() as connection:
        connection.execute(
            text("UPDATE runs SET create_timestamp = :moment WHERE run_id = :run_id"),
            {"moment": f"{moment:%Y-%m-%d %H:%M:%S.%f}", "run_id": run_id},
        )


def traces(run_id: str) -> list[Path]:
    """Every file and folder below Dagster's home that is of a run."""
    return [path for path in Path(os.environ["DAGSTER_HOME"]).rglob("*") if run_id in str(path)]


@pytest.fixture
def empty(tmp_path: Path) -> SmallWorld:
    return SmallWorld.new(tmp_path / "empty")


def test_runs_of_long_ago_are_deleted_with_their_events_and_files_and_newer_ones_stay(empty, instance):
    old, failed, newer = (
        dg.materialize([asset], instance=instance, raise_on_error=False).run_id for asset in (thing, broken, thing)
    )
    for run_id, days_ago in ((old, 8), (failed, 31), (newer, 6.9)):
        began(instance, run_id, days_ago)
        assert any("compute_logs" in str(path) for path in traces(run_id))
    result = upkeep(empty, instance, retain_run_days=7)
    assert result.success
    assert {run.run_id for run in instance.get_runs()} == {newer, result.run_id}
    for run_id in (old, failed):
        assert traces(run_id) == []
        assert instance.all_logs(run_id) == []
    assert len(instance.all_logs(newer)) > 5
    assert instance.get_latest_materialization_event(dg.AssetKey("thing")).run_id == newer


def test_a_run_that_is_not_over_stays_however_old(empty, instance):
    run = instance.create_run_for_job(
        dg.Definitions(assets=[thing]).resolve_implicit_global_asset_job_def(), status=dg.DagsterRunStatus.STARTED
    )
    began(instance, run.run_id, 400)
    assert upkeep(empty, instance, retain_run_days=1).success
    assert instance.get_run_by_id(run.run_id)


def test_more_runs_than_are_fetched_at_once_all_go(empty, instance, monkeypatch):
    assert RUNS_AT_ONCE > 2
    monkeypatch.setattr("kairo_pipelines.upkeep_job.RUNS_AT_ONCE", 2)
    job = dg.Definitions(assets=[thing]).resolve_implicit_global_asset_job_def()
    runs = [instance.create_run_for_job(job, status=dg.DagsterRunStatus.SUCCESS).run_id for _ in range(5)]
    for run_id in runs:
        began(instance, run_id, 31)
    upkeep(empty, instance)
    assert not [run_id for run_id in runs if instance.get_run_by_id(run_id)]


def test_it_is_run_each_night(empty, instance):
    defs = build_defs({"lake": empty.lake, "database": empty.database})
    schedule = defs.resolve_schedule_def("nightly_upkeep")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("17 3 * * *", "UTC")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.job.name == "upkeep"
    night = datetime(2021, 12, 10, 3, 17, tzinfo=UTC)
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=night)
    assert len(schedule.evaluate_tick(context).run_requests) == 1
