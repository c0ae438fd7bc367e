"""Values out of JSON that anyone may have written: of the right type, or nothing."""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import regex

#: 541.2K, 1,234, 3.1 Mio: a number, and what it is multiplied by.
_COUNT = regex.compile(r"\s*([+-]?[0-9][0-9,_]*(?:\.[0-9]+)?)\s*([kKmMbB]?)\s*")
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
#: What a column of whole numbers holds.
_LARGEST = 2**63 - 1
#: Seconds of the year 5138 or milliseconds of 1973: what is larger counts milliseconds.
_SECONDS_BEFORE = 10**11


def at(value: Any, *path: str | int) -> Any:
    """What lies at a path of keys and positions; None where the path leads nowhere."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def text(value: Any) -> str | None:
    """A string with something in it, or a whole number as written (ids are numbers on some platforms)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) <= _LARGEST else None
    return value if isinstance(value, str) and value.strip() else None


def count(value: Any) -> int | None:
    """A count, as a number or as people write it: `541.2K` is 541,200. None where there is none, never 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        written = _COUNT.fullmatch(value[:40])
        if not written:
            return None
        number = float(written[1].replace(",", "").replace("_", "")) * _TIMES[written[2].lower()]
        value = int(written[1].replace(",", "").replace("_", "")) if _is_plain(written) else round(number)
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else None
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None


def _is_plain(written: regex.Match[str]) -> bool:
    return "." not in written[1] and not written[2]


def moment(value: Any) -> datetime | None:
    """A moment from ISO 8601 or from seconds or milliseconds since 1970, in UTC; None outside 1900 to 2200."""
    if isinstance(value, str):
        if regex.fullmatch(r"[0-9]{1,16}(?:\.[0-9]+)?", value):
            value = float(value)
        else:
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                return None
    try:
        if isinstance(value, datetime):
            found = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1000 if abs(value) >= _SECONDS_BEFORE else value, UTC)
        else:
            return None
    except (OverflowError, ValueError, OSError):
        return None
    return found if 1900 <= found.year < 2200 else None


def texts(value: Any) -> tuple[str, ...]:
    """The strings of a list; nothing where it is none."""
    return (
        tuple(entry for entry in value if isinstance(entry, str) and entry.strip()) if isinstance(value, list) else ()
    )


def entries(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, for lists where others have no meaning; nothing where it is none."""
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())


def web_address(value: Any) -> str | None:
    """An http or https address; None for what else stands in a link."""
    if not isinstance(value, str):
        return None
    try:
        parts = urlsplit(value.strip())
        return value.strip() if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None
