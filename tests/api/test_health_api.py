"""Whether the process is up, and whether it can serve."""

from importlib.metadata import version

import pytest
from fastapi.testclient import TestClient

from kairo_api.app import build_app
from kairo_pipelines.relational.database import Database


@pytest.fixture
def unreachable(tmp_path) -> Database:
    """A folder is no SQLite file."""
    return Database(f"sqlite:///{tmp_path}")


def test_a_running_process_is_healthy(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {"status": "ok", "version": version("kairo")}


def test_a_migrated_store_is_ready(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {"status": "ready"}


def test_a_process_without_its_database_is_healthy_and_not_ready(unreachable):
    client = TestClient(build_app(database=unreachable))
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "type": "urn:kairo:problem:database-unavailable",
        "title": "The database can't be reached",
        "status": 503,
        "detail": "the database can't be reached; the server's log says why, and `kairo doctor` checks it",
        "instance": "/readyz",
    }


def test_a_server_that_does_not_answer_is_not_ready():
    client = TestClient(build_app(database=Database("postgresql://kairo:secret@127.0.0.1:1/kairo")))
    assert client.get("/readyz").json()["type"] == "urn:kairo:problem:database-unavailable"


def test_a_store_that_was_never_migrated_is_not_ready(empty_database):
    answer = TestClient(build_app(database=empty_database)).get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:kairo:problem:schema-out-of-date")
    assert "kairo migrate" in answer.json()["detail"]


def test_why_it_is_not_ready_is_in_the_log_and_not_in_the_answer(empty_database, caplog):
    answer = TestClient(build_app(database=empty_database)).get("/readyz")
    where = str(empty_database.url.database)
    assert where not in answer.text
    assert where in caplog.text
