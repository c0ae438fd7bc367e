"""What a composed text claims that its evidence does not hold: links, handles, numbers, quotations, other brands."""

from collections.abc import Iterable, Sequence

import regex

from kairo_hero.brands.taboos import normalized

_LINK = regex.compile(
    r"(?i)\b(?:https?://|www\.)\S+|\b[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:com|org|net|io|dev|ai|co|gov|edu)\b(?:/\S*)?"
)
_HANDLE = regex.compile(r"(?<![\p{L}\p{N}@.])@[\p{L}\p{N}_][\p{L}\p{N}_.-]*")
_NUMBER = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*")
#: What stands between quotation marks and is longer than a name.
_QUOTATION = regex.compile(r"[“\"«]([^”\"»]{20,})[”\"»]")
_SPACES = regex.compile(r"\s+")


def unsupported(text: str, sources: Sequence[str], other_brands: Iterable[str] = ()) -> list[str]:
    """Each claim of a text that none of its sources holds, named; empty where there is none.

    A link or handle must stand in a source as it is, a number as a number, a quotation word for word; the name of
    another brand that Kairo works for must not stand there at all.
    """
    held = _folded(" \n ".join(sources))
    numbers = {_plain_number(number) for number in _NUMBER.findall(held)}
    found = [f"link: {link}" for link in _LINK.findall(text) if _folded(link).rstrip(".,;:!?)") not in held]
    found += [f"handle: {handle}" for handle in _HANDLE.findall(text) if _folded(handle) not in held]
    found += [f"number: {number}" for number in _NUMBER.findall(text) if _plain_number(number) not in numbers]
    found += [f"quotation: {quoted}" for quoted in _QUOTATION.findall(text) if _folded(quoted) not in held]
    return found + [f"another brand: {name}" for name in other_brands if _names(text, name)]


def _folded(text: str) -> str:
    return str(_SPACES.sub(" ", normalized(text))).strip()


def _plain_number(number: str) -> str:
    return number.replace(",", "")


def _names(text: str, name: str) -> bool:
    return bool(regex.search(rf"(?<!\w){regex.escape(normalized(name))}(?!\w)", normalized(text)))
