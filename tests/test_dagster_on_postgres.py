"""Dagster's own storage on Postgres, chosen by one setting."""

import uuid

import dagster as dg
import pytest
from dagster_postgres import PostgresEventLogStorage

from kairo_cli.dagster_runs import open_instance
from kairo_pipelines.relational.database import normalized_url


@dg.asset
def thing() -> None:
    """Something to materialize."""


@pytest.mark.parametrize("stores", ["postgres"], indirect=True)
def test_one_setting_moves_dagsters_storage_to_postgres(stores, tmp_path, monkeypatch):
    name = f"dagster_{uuid.uuid4().hex[:8]}"
    stores.create(name)
    url = normalized_url(stores.url(name)).set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("KAIRO_DAGSTER", "postgres")
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)  # names no driver, as people write it
    with open_instance() as instance:
        assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
        run = dg.materialize([thing], instance=instance)
        assert instance.get_latest_materialization_event(dg.AssetKey("thing")).run_id == run.run_id
    stores.drop(name)
