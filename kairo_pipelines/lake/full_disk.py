"""A disk without room, named in one way whichever library finds it."""

from collections.abc import Iterator
from contextlib import contextmanager

#: How the libraries that write say it.
_SAID = ("no space left", "disk quota exceeded", "os error 28", "file too large", "os error 27")


class LakeFull(Exception):
    """The disk that the lake lies on has no room left; the message says where and what to do."""


@contextmanager
def naming_a_full_disk(uri: str = "") -> Iterator[None]:
    """Raise LakeFull where something inside fails for want of room; every library says it in its own words."""
    try:
        yield
    except Exception as error:  # each library raises a kind of its own; any that says something else goes on as it is
        if not any(words in str(error).lower() for words in _SAID):
            raise
        raise LakeFull(
            f"there is no room left where the lake {uri}".rstrip() + " lies; what was there is unharmed. Free some, "
            "or let less be kept (KAIRO_RETAIN_RAW_DAYS, KAIRO_RETAIN_DAYS), and run this again"
        ) from error
