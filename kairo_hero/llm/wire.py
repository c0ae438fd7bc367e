"""What a model is asked to fill in: a form whose every field is required, and its JSON schema."""

import functools
from collections.abc import Iterator
from typing import Any

import openai
from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """The base of every form.

    A form is not a domain model: all of its fields are required (`str | None` for what may be missing), none has a
    default, and none is a free dict, because endpoints that hold a model to a schema take nothing else. Some of them
    refuse a schema for the length or the pattern of a string: check those afterwards.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@functools.cache
def wire_schema(form: type[WireModel]) -> dict[str, Any]:
    """The form's JSON schema, as strict structured output takes it. Raise TypeError for what is not a form."""
    for path, problem in _problems(form.model_json_schema(), form.__name__):
        raise TypeError(f"{path} {problem}; a model can't be held to that")
    parameters: Any = openai.pydantic_function_tool(form)["function"]["parameters"]
    return dict(parameters)


def _problems(schema: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if not schema.keys() & {"type", "$ref", "anyOf", "enum", "const", "allOf", "oneOf"}:
        yield path, "takes anything"
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield path, "is a free dict, or not a WireModel"
        for name in schema.get("properties", {}).keys() - set(schema.get("required", ())):
            yield f"{path}.{name}", "has a default"
    for name, part in _parts(schema, path):
        yield from _problems(part, name)


def _parts(schema: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, part in schema.get("$defs", {}).items():
        yield name, part
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", part
    if "items" in schema:
        yield f"{path}[]", schema["items"]
    for alternative in schema.get("anyOf", ()):
        yield path, alternative
