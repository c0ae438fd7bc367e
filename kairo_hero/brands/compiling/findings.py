"""What was found for each field of a brand, how sure that is, and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kairo_hero.brands.compiling.guides import Section

LONGEST_NAME, LONGEST_PLACE = 190, 900


class State(StrEnum):
    """Whether a guide says it, whether it was concluded from what guides say, or whether nothing says it."""

    FOUND = "found"
    INFERRED = "inferred"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One field, such as `tone_tags` or `personas[0].pains`."""

    field: str
    state: State
    value: Any = None
    places: tuple[str, ...] = ()
    note: str = ""


def missing(field: str) -> Finding:
    """Nothing says what the field is."""
    return Finding(field, State.MISSING)


def told(field: str, value: Any, places: Iterable[str | Section], *, inferred: bool = False, note: str = "") -> Finding:
    """The field with the places that say it, each once; missing where it has no value."""
    if not value:
        return Finding(field, State.MISSING, note=note)
    written = (place.place if isinstance(place, Section) else place for place in places)
    named = dict.fromkeys(shortened(place, LONGEST_PLACE) for place in written)
    return Finding(field, State.INFERRED if inferred else State.FOUND, value, tuple(named), note)


def once(values: Iterable[str]) -> list[str]:
    """The values in order, each once, whatever its capitals, and no longer than a name; empty ones left out."""
    seen: dict[str, str] = {}
    for value in values:
        text = shortened(value, LONGEST_NAME)
        if text:
            seen.setdefault(text.casefold(), text)
    return list(seen.values())


def shortened(text: str, longest: int) -> str:
    """The text up to the last whole word that fits."""
    text = text.strip()
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
