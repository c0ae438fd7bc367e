"""A text as it looks to a reader: small Latin letters for all that look like them, and where each was written."""

import functools
import string
import unicodedata
from dataclasses import dataclass

import regex
from confusable_homoglyphs import confusables

#: Stands where something invisible stood: it may have hidden that two words meet, or torn one apart.
UNSEEN = "\u200b"

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′＇"), "'") | dict.fromkeys(map(ord, "“”„‟″＂"), '"')
#: What is plain already, up to a letter that something may be set upon; or one letter as a reader sees it.
_PIECE = regex.compile(r"[ -~]+(?![^ -~])|\X")
_LETTERS = frozenset(string.ascii_lowercase)


@dataclass(frozen=True)
class PlainLetters:
    """A text in plain letters; letter n of it comes from `starts[n]` to `ends[n]` of the text as written."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def plain_letters(written: str) -> PlainLetters:
    """NFKC and case folded, dashes and quotes plain, look-alikes as Latin letters, UNSEEN for what can't be seen.

    Look-alikes are those of Unicode's confusables (UTS #39) that are letters of another script and one Latin letter.
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece in _PIECE.finditer(written):
        start, end = piece.span()
        if piece[0].isascii() and piece[0].isprintable():
            letters.extend(piece[0].lower())
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
            continue
        for letter in _folded(piece[0]):
            if letter == UNSEEN and letters and letters[-1] == UNSEEN:
                ends[-1] = end
                continue
            letters.append(letter)
            starts.append(start)
            ends.append(end)
    return PlainLetters("".join(letters), tuple(starts), tuple(ends))


@functools.lru_cache(maxsize=20_000)
def _folded(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", cluster).casefold().translate(_DASHES).translate(_QUOTES)
    return "".join(_plain(letter) for letter in folded)


def _plain(letter: str) -> str:
    if (letter.isascii() and letter.isprintable()) or letter.isspace():
        return letter
    if unicodedata.category(letter) in ("Cf", "Cc"):
        return UNSEEN
    return _latin_lookalikes().get(letter, letter)


@functools.cache
def _latin_lookalikes() -> dict[str, str]:
    """The Latin letter that each letter of another script looks like."""
    latin: dict[str, str] = {}
    for letter, alike in confusables.confusables_data.items():
        if len(letter) != 1 or letter.isascii() or not letter.isalpha():
            continue
        found = [one["c"].casefold() for one in alike if one["c"].casefold() in _LETTERS]
        if found:
            latin[letter.casefold()] = found[0]
    return latin
