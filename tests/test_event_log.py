"""Dagster's event log with connections that stay open, as `dagster.yaml` names it."""

import shutil
import sqlite3
import threading
from pathlib import Path

import dagster as dg
import pytest

from kairo_pipelines.dagster_event_log import OPEN_RUNS, PooledSqliteEventLogStorage

ROOT = Path(__file__).parent.parent


@dg.asset
def thing() -> None:
    """Something to materialize."""


@pytest.fixture
def instance(tmp_path, monkeypatch):
    shutil.copy(ROOT / "dagster.yaml", tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as opened:
        yield opened


def test_the_projects_instance_uses_it_and_keeps_the_files_of_dagsters_own(instance, tmp_path):
    assert isinstance(instance.event_log_storage, PooledSqliteEventLogStorage)
    run = dg.materialize([thing], instance=instance)
    files = {path.name for path in (tmp_path / "history" / "runs").glob("*.db")}
    assert files == {"index.db", f"{run.run_id}.db"}


def test_what_it_wrote_dagsters_own_storage_reads(instance, tmp_path):
    run = dg.materialize([thing], instance=instance)
    instance.dispose()
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.get() as plain:
        assert plain.get_latest_materialization_event(dg.AssetKey("thing")).run_id == run.run_id
        assert len(plain.all_logs(run.run_id)) > 5


def test_more_runs_than_are_kept_open_are_all_there(instance):
    runs = [dg.materialize([thing], instance=instance).run_id for _ in range(OPEN_RUNS + 3)]
    assert all(instance.all_logs(run_id) for run_id in runs)


def test_whoever_watches_a_run_is_told_of_its_events(instance):
    finished = threading.Event()
    run = dg.materialize([thing], instance=instance)
    instance.watch_event_logs(run.run_id, None, lambda _event, _cursor: finished.set())
    instance.report_engine_event("one more", instance.get_run_by_id(run.run_id))
    assert finished.wait(10)


def test_connections_are_closed_with_the_instance(instance, tmp_path):
    run = dg.materialize([thing], instance=instance)
    instance.dispose()
    # a database that nobody holds open can be locked whole
    with sqlite3.connect(tmp_path / "history" / "runs" / f"{run.run_id}.db", timeout=1) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert connection.in_transaction
