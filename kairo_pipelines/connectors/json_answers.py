"""JSON out of an answer, or the name of what came instead: nothing, a challenge, a web page, another shape."""

import json
import math
from collections.abc import Mapping
from typing import Any

import regex

from kairo_pipelines.connectors.connector import Answer, Failure, Quarantined, UnreadableBody
from kairo_pipelines.connectors.fields import at

FRAGMENT = 500
#: What pages say that want to know whether a person is asking.
_CHALLENGE = regex.compile(
    rb"(?i)captcha|cf-chl|challenge-platform|just a moment|are you (?:a )?human|verify (?:that )?you|unusual traffic"
    rb"|access denied|blocked by (?:network )?security|enable javascript and cookies|datadome|perimeterx|px-captcha"
    rb"|please wait for verification|bot detection|attention required"
)
_PAGE = regex.compile(rb"(?i)\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|script|title|meta)\b")


def require_content(answer: Answer) -> bytes:
    """The bytes of an answer; UnreadableBody where there are none, or a page that asks for proof of being human."""
    if not answer.content.strip():
        raise UnreadableBody("empty_body", "the server answered with nothing")
    beginning = answer.content[:200_000]
    if _PAGE.match(beginning) and _CHALLENGE.search(beginning):
        raise UnreadableBody("challenge_page", "the server answered with a page that asks whether a person is there")
    return answer.content


def json_of(answer: Answer) -> Any:
    """The JSON of an answer. UnreadableBody: empty_body, challenge_page, web_page or not_json."""
    content = require_content(answer)
    if _PAGE.match(content):
        raise UnreadableBody("web_page", "the server answered with a web page where JSON was expected")
    try:
        return json.loads(content.decode("utf-8-sig", "replace"), parse_constant=lambda _: None, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise UnreadableBody("not_json", f"the answer is not JSON ({error})") from error


def _finite(written: str) -> float | None:
    number = float(written)
    return number if math.isfinite(number) else None


def listed(value: Any, *path: str | int) -> list[Any]:
    """The list at a path; UnreadableBody `changed_shape` where there is none."""
    found = at(value, *path)
    if not isinstance(found, list):
        where = ".".join(str(step) for step in path) or "the answer"
        held = f"; it has {', '.join(sorted(map(str, value))[:8])}" if isinstance(value, Mapping) else ""
        raise UnreadableBody("changed_shape", f"{where} is not a list{held}")
    return found


def quarantined(position: int, reason: str, entry: Any) -> Quarantined:
    """An entry that is no item, with its beginning to look at."""
    try:
        fragment = json.dumps(entry, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        fragment = repr(type(entry))
    return Quarantined(position, reason, fragment[:FRAGMENT])


def error_message(answer: Answer, *path: str) -> str | None:
    """What an error answer says of itself, at a path of its JSON."""
    try:
        message = at(json_of(answer), *path)
    except UnreadableBody:
        return None
    return " ".join(message.split())[:300] if isinstance(message, str) and message.strip() else None


def told(kind: str, status: int, message: str | None, *, can_pass: bool = False) -> Failure:
    """A failure whose sentence holds the status and what the server said."""
    return Failure(
        kind, f"the server answered {status}: {message}" if message else f"the server answered {status}", can_pass
    )
