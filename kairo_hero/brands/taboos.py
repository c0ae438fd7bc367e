"""What a brand never says: its taboos as patterns, and finding them in a text however they are written."""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kairo_hero.brands.plain_letters import UNSEEN, plain_letters

#: UNSEEN as an expression writes it, so that a stored pattern can be read.
_UNSEEN = r"\u200b"
#: Something that separates words, or hides that they meet.
_BETWEEN = rf"[\s_/\-{_UNSEEN}]+"


@dataclass(frozen=True)
class FoundTaboo:
    """A taboo in a text: in plain letters, and where it stands in the text as written."""

    taboo: str
    start: int
    end: int


def taboo_patterns(taboos: Iterable[str]) -> list[str]:
    """A regular expression per taboo, for a text in plain letters: its words whole, whatever separates them.

    Between two letters something invisible may stand. "e-mail" is not "email", "thought leader" not "thoughtleader".
    """
    patterns = []
    for taboo in taboos:
        plain = normalized(taboo)
        words = [word for word in re.split(r"[\s\-]+", plain) if word]
        spelled = _BETWEEN.join(f"{_UNSEEN}?".join(map(re.escape, word)) for word in words)
        if spelled:
            # no letter before or after it, nor beyond something that is not seen
            patterns.append(rf"(?<!\w)(?<!\w{_UNSEEN}){spelled}(?!{_UNSEEN}?\w)")
    return patterns


def find_taboos(text: str, patterns: Sequence[str]) -> list[FoundTaboo]:
    """Each taboo of a text, in order."""
    if not patterns:
        return []
    plain = plain_letters(text)
    return [
        FoundTaboo(match[0].replace(UNSEEN, ""), plain.starts[match.start()], plain.ends[match.end() - 1])
        for match in _any_of(tuple(patterns)).finditer(plain.text)
    ]


def taboos_in(text: str, patterns: Sequence[str]) -> list[str]:
    """What of a text breaks a taboo, in plain letters, each once; empty where nothing does."""
    return list(dict.fromkeys(found.taboo for found in find_taboos(text, patterns)))


def normalized(text: str) -> str:
    """A text in plain letters, without anything invisible."""
    return plain_letters(text).text.replace(UNSEEN, "")


@functools.lru_cache(maxsize=1_000)
def _any_of(patterns: tuple[str, ...]) -> "re.Pattern[str]":
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
