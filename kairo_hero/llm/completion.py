"""Reads what an endpoint sent back, believing none of it: what is missing or odd is unknown, and nothing raises."""

import json
from dataclasses import dataclass
from typing import Any

from kairo_hero.llm.quoted import storable


@dataclass(frozen=True)
class Completion:
    """An answer's envelope. Token counts are None where the endpoint does not say, which is not zero."""

    #: Whether it is a chat completion at all, and not a login page or an error in disguise.
    is_completion: bool = False
    response_id: str | None = None
    response_model: str | None = None
    finish_reasons: tuple[str, ...] = ()
    content: str = ""
    refusal: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    #: Of the input tokens, those that the provider had in its prompt cache.
    cached_tokens: int | None = None


def read_completion(body: bytes) -> Completion:
    """The envelope, as far as it can be read."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return Completion()
    if not isinstance(data, dict):
        return Completion()
    listed = data.get("choices")
    choices = [choice for choice in listed if isinstance(choice, dict)] if isinstance(listed, list) else []
    message = _dict(choices[0].get("message")) if choices else {}
    usage = _dict(data.get("usage"))
    return Completion(
        is_completion=isinstance(listed, list),
        response_id=_text(data.get("id")),
        response_model=_text(data.get("model")),
        finish_reasons=tuple(reason for choice in choices if (reason := _text(choice.get("finish_reason")))),
        content=_content(message.get("content")),
        refusal=_text(message.get("refusal")),
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=_count(_dict(usage.get("prompt_tokens_details")).get("cached_tokens")),
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return storable(value)[:200] if isinstance(value, str) and value else None


def _count(value: Any) -> int | None:
    # a bool is an int to Python; the column holds 32 bits
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _content(value: Any) -> str:
    """A text, or the texts of a list of parts, which some endpoints send."""
    if isinstance(value, list):
        return "".join(_content(_dict(part).get("text")) for part in value)
    return storable(value) if isinstance(value, str) else ""
