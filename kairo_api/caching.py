"""Answers that a client may keep and ask about again (RFC 9110): an entity tag made of the content itself."""

import hashlib
import re
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

_TAG = re.compile(r'(?:W/)?("[^"]*")')

IfNoneMatch = Annotated[
    str | None,
    Header(description="The `ETag` of an answer already held; if it still stands, 304 is the answer."),
]

CACHEABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "ETag": {"description": "Names exactly this content.", "schema": {"type": "string"}},
            "Cache-Control": {
                "description": "`private, no-cache`: keep it for one user, and ask before using it again.",
                "schema": {"type": "string"},
            },
        }
    },
    304: {"description": "The answer that `If-None-Match` names still stands."},
}


def json_answer(content: BaseModel, if_none_match: str | None) -> Response:
    """The content with its tag, or 304 where the client holds it already."""
    body = content.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and (if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
