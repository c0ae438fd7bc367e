"""A capture without what was erased: in the place of its raw bytes stands what its connector had read of the rest.

Which bytes of a page are an item only the connector knows; taking items out of what it read works for all alike.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kairo_pipelines.connectors.connector import Answer, Item, Quarantined

CONTENT_TYPE = "application/vnd.kairo.redacted+json"
REMOVED = "[removed]"


def is_redacted(answers: Sequence[Answer]) -> bool:
    """Whether these are the bytes of a redacted capture."""
    return bool(answers) and answers[0].headers.get("content-type") == CONTENT_TYPE


def redacted_body(items: Sequence[Item], quarantined: Sequence[Quarantined]) -> bytes:
    """What is left of a capture, as bytes to land. Of what could not be read only the reason stays."""
    left = {
        "items": [_fields(item) for item in items],
        "quarantined": [{"position": entry.position, "reason": entry.reason} for entry in quarantined],
    }
    return json.dumps(left, default=str).encode()


def read_redacted(answer: Answer) -> Iterator[Item | Quarantined]:
    """The entries of a redacted capture, equal to those that it was made from."""
    left = json.loads(answer.content)
    for item in left["items"]:
        published_at = item["published_at"] and datetime.fromisoformat(item["published_at"])
        known = {"hashtags": tuple(item["hashtags"]), "published_at": published_at, "raw": _parsed(item["raw"])}
        yield Item(**{**item, **known})
    for entry in left["quarantined"]:
        yield Quarantined(entry["position"], entry["reason"], REMOVED)


def _fields(item: Item) -> dict[str, Any]:
    """An item's fields; the source's own JSON as a text of its own, so that whatever it is costs no other item."""
    return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)} | {"raw": _written(item.raw)}


def _written(raw: Mapping[str, Any]) -> str:
    try:
        return json.dumps(raw, default=str)
    except (ValueError, TypeError, RecursionError):
        # Nested too deeply: evidence keeps nothing of it either.
        return "{}"


def _parsed(raw: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(raw)
    except RecursionError:
        return {}
    return parsed
