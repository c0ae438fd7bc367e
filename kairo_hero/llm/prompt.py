"""Lays a task out as messages and as a request, and names it by a hash."""

import hashlib
import json
from typing import Any

from kairo_hero.llm.capability import RequestOptions
from kairo_hero.llm.quoted import DATA_RULE, between_marks
from kairo_hero.llm.task import Task
from kairo_hero.llm.wire import WireModel, wire_schema

Message = dict[str, str]

#: Characters of a bad answer, and of what is wrong with it, that are shown to the model again.
_SHOWN_AGAIN = 6000
_PROBLEM_SHOWN = 2000


def messages(task: Task[Any], mark: str) -> list[Message]:
    """What never changes first, what is of today last: providers charge less for a prefix that they have seen.

    The schema is told in words too, whatever the endpoint is held to: some ignore the option that holds them to it.
    """
    system = f"{task.instructions}\n\n{_form_in_words(task.form)}"
    user = task.context
    if len(task.items):
        system = f"{DATA_RULE}\n\n{system}"
        user = f"{task.context}\n\n{between_marks(task.items.as_json(), mark)}"
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def repair_messages(asked: list[Message], answered: str, problem: str) -> list[Message]:
    """The question again, with the answer that does not do and what is wrong with it."""
    again = f"That answer can't be used: {problem[:_PROBLEM_SHOWN]}\nAnswer again, with the one JSON object only."
    return [
        *asked,
        {"role": "assistant", "content": answered[:_SHOWN_AGAIN] or "(nothing)"},
        {"role": "user", "content": again},
    ]


def request_body(
    model: str, asked: list[Message], form: type[WireModel], limit: int, options: RequestOptions
) -> dict[str, Any]:
    """The request for one completion, with the options that the endpoint takes."""
    body: dict[str, Any] = {"model": model, "messages": asked, options.token_limit: limit}
    if options.output == "json_schema":
        named = {"name": form.__name__, "schema": wire_schema(form), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    elif options.output == "json_object":
        body["response_format"] = {"type": "json_object"}
    return body


def request_hash(endpoint_host: str, model: str, task: Task[Any]) -> str:
    """SHA-256 of all that an answer depends on; not of the random mark, nor of how the endpoint is held to the form."""
    canonical = {
        "endpoint": endpoint_host,
        "model": model,
        "messages": messages(task, mark=""),
        "max_output_tokens": task.max_output_tokens,
        "prompt_version": task.prompt_version,
    }
    return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()


def prompt_token_bound(asked: list[Message], form: type[WireModel]) -> int:
    """An upper bound of the prompt's tokens: half its bytes, where a token of prose has about four."""
    size = sum(len(message["content"].encode()) for message in asked) + len(json.dumps(wire_schema(form)))
    return size // 2 + 16 * len(asked)


def _form_in_words(form: type[WireModel]) -> str:
    schema = json.dumps(wire_schema(form), ensure_ascii=False)
    return f"Answer with one JSON object and nothing else. It follows this JSON schema:\n{schema}"
