"""How every list is paged: by the key of the last item seen, so that what is added meanwhile shifts nothing."""

import base64
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator


def cursor_after(key: str) -> str:
    """What `next_cursor` says after the item with this key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str) -> str:
    """The key inside a cursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError:
        key = ""
    if cursor_after(key) != cursor or not key.isprintable():
        raise ValueError("this is no cursor of this list; take next_cursor of the page before, as it is")
    return key


Limit = Annotated[int, Query(ge=1, le=200, description="How many items a page has at most.")]
AfterKey = Annotated[
    str,
    AfterValidator(key_of),
    Query(alias="cursor", description="`next_cursor` of the page before; none for the first page."),
]
