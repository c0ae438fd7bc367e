"""The OpenAPI document: everything explained, with an example, and with the problems that may come instead."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from kairo_api.app import build_app
from kairo_api.problems import Problem
from kairo_api.routes.brands import BrandPageDTO
from kairo_api.routes.decisions import DecisionPageDTO
from kairo_api.routes.health import HealthDTO, ReadinessDTO
from kairo_hero.dto import DecisionResponseDTO, RegenerateResponseDTO, TodayBoardDTO
from kairo_pipelines.relational.database import Database

PROBLEMS = {
    "/api/brands": {"422", "500", "503"},
    "/api/brands/{brand_id}/today": {"404", "422", "500", "503"},
    "/api/brands/{brand_id}/today/regenerate": {"404", "422", "500", "503"},
    "/api/{kind}/{object_id}/decision": {"404", "409", "422", "500", "503"},
    "/api/{kind}/{object_id}/decisions": {"404", "422", "500", "503"},
    "/healthz": {"500"},
    "/readyz": {"500", "503"},
}
ANSWERS = {
    "/api/brands": BrandPageDTO,
    "/api/brands/{brand_id}/today": TodayBoardDTO,
    "/api/brands/{brand_id}/today/regenerate": RegenerateResponseDTO,
    "/api/{kind}/{object_id}/decision": DecisionResponseDTO,
    "/api/{kind}/{object_id}/decisions": DecisionPageDTO,
    "/healthz": HealthDTO,
    "/readyz": ReadinessDTO,
}


@pytest.fixture(scope="module")
def document() -> dict:
    return TestClient(build_app(database=Database("sqlite://"))).get("/openapi.json").json()


def operation_at(document: dict, path: str) -> dict:
    """The one thing that can be done at a path."""
    (operation,) = document["paths"][path].values()
    return operation


@pytest.fixture(params=PROBLEMS)
def path(request) -> str:
    return request.param


def schema_at(document: dict, reference: str) -> dict:
    for name in reference.removeprefix("#/").split("/"):
        document = document[name]
    return document


def test_every_path_is_known_here(document):
    assert set(document["paths"]) == set(PROBLEMS)


def test_a_path_has_a_summary_a_description_and_a_tag(document, path):
    for operation in document["paths"][path].values():
        assert operation["summary"]
        assert len(operation["description"]) > len(operation["summary"])
        assert {tag["name"] for tag in document["tags"]} >= set(operation["tags"])


def test_every_parameter_is_described(document, path):
    for operation in document["paths"][path].values():
        assert all(parameter.get("description") for parameter in operation.get("parameters", []))


def test_a_path_shows_a_valid_example_of_its_answer(document, path):
    answer = operation_at(document, path)["responses"]["200"]["content"]["application/json"]["schema"]
    (example,) = schema_at(document, answer["$ref"])["examples"]
    assert ANSWERS[path].model_validate(example)


def test_a_path_declares_its_problems_each_with_a_valid_example(document, path):
    responses = operation_at(document, path)["responses"]
    assert {status for status in responses if status >= "400"} == PROBLEMS[path]
    for status in PROBLEMS[path]:
        (media_type, content), *others = responses[status]["content"].items()
        assert (media_type, others) == ("application/problem+json", [])
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        for example in content["examples"].values():
            problem = Problem.model_validate(example["value"])
            assert problem.status == int(status)
            assert problem.instance.split("/")[-1] == path.split("/")[-1]


def test_what_may_be_cached_says_so(document):
    for path in ("/api/brands", "/api/brands/{brand_id}/today", "/api/{kind}/{object_id}/decisions"):
        responses = operation_at(document, path)["responses"]
        assert set(responses["200"]["headers"]) == {"ETag", "Cache-Control"}
        assert "content" not in responses["304"]


def test_every_reference_leads_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            yield from [node["$ref"]] if "$ref" in node else []
            for child in node.values():
                yield from references(child)
        elif isinstance(node, list):
            for child in node:
                yield from references(child)

    for reference in set(references(document)):
        assert schema_at(document, reference) is not None


def test_operations_are_named_after_what_they_do(document):
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert names == {
        "list_brands",
        "read_today_board",
        "regenerate_board",
        "decide",
        "list_decisions",
        "check_health",
        "check_readiness",
    }


def test_the_document_is_the_same_each_time():
    app = build_app(database=Database("sqlite://"))
    assert app.openapi() == app.openapi()


def test_parameters_have_their_limits_and_formats(document):
    parameters = {
        parameter["name"]: parameter["schema"]
        for path in document["paths"]
        for parameter in operation_at(document, path).get("parameters", [])
    }
    limit = parameters["limit"]
    assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 200, 50)
    assert parameters["brand_id"]["format"] == "uuid"
    assert {"type": "string", "format": "date-time"} in parameters["as_of"]["anyOf"]


def test_the_example_brand_has_the_id_of_the_example_board(document):
    (page,) = document["components"]["schemas"]["BrandPageDTO"]["examples"]
    (board,) = document["components"]["schemas"]["TodayBoardDTO"]["examples"]
    assert UUID(page["items"][0]["id"]) == UUID(board["brand_id"])
