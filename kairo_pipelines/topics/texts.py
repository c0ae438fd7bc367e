"""Texts as columns of numbers: what topics compute with."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Document:
    """One text: its terms (see `terms`), its language (ISO 639-1), and the hour (UTC) whose texts it is judged with."""

    id: str
    terms: Sequence[str]
    hour: datetime
    language: str | None = None


@dataclass(frozen=True)
class Texts:
    """Texts in order, a column a property; the terms of all stand one after the other."""

    ids: NDArray[np.object_]
    sizes: Ints
    hours: NDArray[np.datetime64]
    languages: NDArray[np.object_]
    #: The same for texts of the same terms, 0 for a text without.
    keys: NDArray[np.uint64]
    #: The number of the topic; -1 while it has none.
    topics: Ints
    terms: Ints

    @classmethod
    def of(cls, documents: Sequence[Document], number: Callable[[Iterable[str]], list[int]]) -> Self:
        """The documents with their terms numbered."""
        terms = [list(dict.fromkeys(document.terms)) for document in documents]
        sizes = np.array([len(one) for one in terms], dtype=np.int64)
        numbers = np.array(number(chain.from_iterable(terms)), dtype=np.int64)
        return cls(
            ids=np.array([document.id for document in documents], dtype=object),
            sizes=sizes,
            hours=np.array([document.hour.replace(tzinfo=None) for document in documents], dtype="datetime64[us]"),
            languages=np.array([document.language for document in documents], dtype=object),
            keys=_sums(_scattered(numbers), sizes),
            topics=np.full(len(documents), -1, dtype=np.int64),
            terms=numbers,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """The chosen texts."""
        if chosen.all():
            return self
        columns = {column: getattr(self, column)[chosen] for column in _EACH}
        return type(self)(**columns, terms=self.terms[np.repeat(chosen, self.sizes)])

    def with_topics(self, topics: Ints) -> Self:
        """The same texts in these topics."""
        return replace(self, topics=topics)

    def renumbered(self, terms: Ints, topics: Ints) -> Self:
        """The same texts with the new number of each old term and topic."""
        return replace(self, terms=terms[self.terms], topics=topics[self.topics])

    def then(self, others: Self) -> Self:
        """These texts, and others after them."""
        names = (*_EACH, "terms")
        return type(self)(**{name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in names})

    def distinct(self) -> Self:
        """The first text of each set of terms, and none without terms."""
        first = np.zeros(len(self), dtype=bool)
        first[np.unique(self.keys, return_index=True)[1]] = True
        return self.where(first & (self.sizes > 0))


_EACH = tuple(field.name for field in fields(Texts) if field.name != "terms")


def _scattered(numbers: Ints) -> NDArray[np.uint64]:
    # the finalizer of splitmix64 (Steele, Lea and Flood, 2014), so that sums of few numbers hardly ever meet
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _sums(values: NDArray[np.uint64], sizes: Ints) -> NDArray[np.uint64]:
    totals = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(values, dtype=np.uint64)])
    ends = np.cumsum(sizes)
    keys: NDArray[np.uint64] = totals[ends] - totals[ends - sizes]
    return keys
