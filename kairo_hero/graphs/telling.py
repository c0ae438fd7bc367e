"""How a board stays varied: what was said on it is not said again, and of its patterns the least used comes first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import regex

from kairo_hero.brands.taboos import taboos_in

#: A full stop, and then something that can begin a sentence; but not after an initial, as in "U.S. Treasury".
_SENTENCE_END = regex.compile(r"(?<=[.!?])(?<!\b\p{Lu}\.)\s+(?=[\p{Lu}\p{N}“‘\"'(])")


@dataclass
class Telling:
    """What a board has said so far. The same questions in the same order get the same answers."""

    taboo_patterns: list[str]
    said: set[str] = field(default_factory=set)
    used: Counter[str] = field(default_factory=Counter)

    def remember(self, text: str) -> None:
        """Take the sentences of a text as said."""
        self.said.update(map(_folded, sentences(text)))

    def first_new(self, candidates: Iterable[str]) -> str:
        """The first candidate of which no sentence was said and that breaks no taboo, now said; empty for none."""
        for candidate in candidates:
            told = {_folded(one) for one in sentences(candidate)}
            if told and not told & self.said and not taboos_in(candidate, self.taboo_patterns):
                self.said |= told
                return candidate
        return ""

    def least_used(self, patterns: Sequence[str]) -> list[str]:
        """The patterns, those used least on this board first, then in their own order."""
        return sorted(patterns, key=lambda pattern: self.used[pattern])

    def from_pattern(self, patterns: Sequence[str], **words: str) -> str:
        """A sentence from the least used pattern that says something new; empty where none does."""
        for pattern in self.least_used(patterns):
            if told := self.first_new([pattern.format(**words)]):
                self.used[pattern] += 1
                return told
        return ""


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def _folded(sentence: str) -> str:
    return " ".join(sentence.casefold().split()).rstrip(".!?")
