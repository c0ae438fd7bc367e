"""Errors over HTTP: every one a problem, none with internals."""

import logging

import pytest
from fastapi.testclient import TestClient

from kairo_api.app import build_app
from kairo_api.problems import KINDS, BrandMissing
from kairo_pipelines.relational.database import Database

STANDARD = ["type", "title", "status", "detail", "instance"]


@pytest.fixture
def bare_client(tmp_path) -> TestClient:
    """An application whose store can't be opened."""
    return TestClient(build_app(database=Database(f"sqlite:///{tmp_path}")), raise_server_exceptions=False)


def failing(error: Exception, database: Database) -> TestClient:
    app = build_app(database=database)

    @app.get("/fails")
    def fails() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)


def test_an_unknown_route_is_a_problem(bare_client):
    answer = bare_client.get("/api/brnads")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is nothing at /api/brnads; /docs shows what there is",
        "instance": "/api/brnads",
    }


def test_a_wrong_method_is_a_problem_that_names_the_right_one(bare_client):
    answer = bare_client.post("/api/brands")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "/api/brands doesn't take POST; it takes GET",
        "instance": "/api/brands",
    }


def test_wrong_values_are_a_problem_that_names_each(bare_client):
    answer = bare_client.get("/api/brands?limit=0&cursor=!")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert list(problem) == [*STANDARD, "errors"]
    assert problem["type"] == "urn:kairo:problem:invalid-request"
    assert [list(wrong) for wrong in problem["errors"]] == [["location", "field", "detail"]] * 2
    assert [wrong["field"] for wrong in problem["errors"]] == ["limit", "cursor"]
    assert problem["detail"].startswith("query limit: Input should be greater than or equal to 1; query cursor: this")


def test_a_problem_is_not_cached(bare_client):
    assert bare_client.get("/api/brnads").headers["cache-control"] == "no-store"


def test_the_path_of_a_problem_is_a_uri(bare_client):
    assert bare_client.get("/api/%22é%0A").json()["instance"] == "/api/%22%C3%A9%0A"


def test_an_unexpected_error_says_nothing_of_itself(tmp_path):
    answer = failing(RuntimeError("password=hunter2"), Database(f"sqlite:///{tmp_path}")).get("/fails")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    problem = answer.json()
    assert list(problem) == STANDARD
    assert problem["title"] == "Internal Server Error"
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text


def test_an_unexpected_error_is_logged_under_the_number_that_the_answer_names(tmp_path, caplog):
    answer = failing(RuntimeError("out of cheese"), Database(f"sqlite:///{tmp_path}")).get("/fails")
    (logged,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert answer.json()["detail"].split()[-1] in logged.getMessage()
    assert "GET /fails: RuntimeError('out of cheese')" in logged.getMessage()


def test_a_more_special_error_is_answered_as_its_kind(tmp_path):
    class RetiredBrand(BrandMissing):
        pass

    answer = failing(RetiredBrand("retired"), Database(f"sqlite:///{tmp_path}")).get("/fails")
    assert (answer.status_code, answer.json()["title"]) == (404, KINDS[BrandMissing].title)


def test_a_database_that_went_away_is_a_problem_of_the_database(bare_client):
    answer = bare_client.get("/api/brands")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:kairo:problem:database-unavailable")


def test_a_store_that_was_never_migrated_says_what_to_run(empty_database):
    answer = TestClient(build_app(database=empty_database)).get("/api/brands")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:kairo:problem:schema-out-of-date")
    assert "kairo migrate" in answer.json()["detail"]


def test_a_query_that_a_sound_database_refuses_is_unexpected(database):
    app = build_app(database=database)

    @app.get("/fails")
    def fails() -> None:
        with database.reading() as session:
            session.connection().exec_driver_sql("SELECT no_such_column FROM brand")

    answer = TestClient(app, raise_server_exceptions=False).get("/fails")
    assert answer.status_code == 500
    assert "no_such_column" not in answer.text


def test_kinds_of_problem_have_names_of_their_own():
    types = [kind.type for kind in KINDS.values()]
    assert len(set(types)) == len(types)
