"""What the OpenAPI document has that FastAPI alone would not put there."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from kairo_api.problems import Problem
from kairo_api.routes.decisions import DECISION_PAGE, DecisionPageDTO
from kairo_hero.dto_examples import EXAMPLES


def complete_document(app: FastAPI) -> None:
    """Let the application's document have the schema of a problem, and examples with every key."""
    # FastAPI documents replacing this method as the way to extend the document
    app.openapi = _completed(app.openapi)  # type: ignore[method-assign]  # as FastAPI's own guide extends it


def _completed(generate: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    def generate_completed() -> dict[str, Any]:
        document = generate()
        schemas = document["components"]["schemas"]
        # FastAPI documents the models of further responses as application/json only, so this one is put in by hand
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update({**problem.pop("$defs"), Problem.__name__: problem})
        # it also leaves every null out of the document, even where an example answers null
        examples = EXAMPLES | {DecisionPageDTO.__name__: DECISION_PAGE}
        for name in examples.keys() & schemas.keys():
            schemas[name]["examples"] = [examples[name]]
        return document

    return generate_completed
