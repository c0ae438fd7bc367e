"""One batch of texts against the live topics: which one each text joins, in order."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kairo_pipelines.topics.texts import Ints, Texts

#: The cosine from which a text joins a topic; see the decision on topics.
LIKE_ENOUGH = 0.17
#: The length of a shorter text is taken for this, in nats: common words alone make no text like another.
LEAST_LENGTH = 4.0
#: Cosines that differ by less are the same: in which order numbers are added must not decide.
_ROUNDING = 1e-9
#: As many texts are compared with all topics in one product, which bounds its memory.
_ROWS = 256

Weights = NDArray[np.float64]
#: scipy.sparse.csr_matrix; SciPy comes without types.
Matrix: TypeAlias = Any


class Matching:
    """The live topics, each the sum of its texts, and those that the batch has founded or added to."""

    def __init__(self, live: Texts, batch: Texts, weights: Weights, like_enough: float = LIKE_ENOUGH) -> None:
        """Take each distinct live text once, and the texts of the batch as they are."""
        self._batch = batch
        self._like_enough = like_enough - _ROUNDING
        self._weights = weights
        numbers, first, columns = np.unique(live.topics, return_index=True, return_inverse=True)
        # the topic that has the oldest live text first, whatever their numbers
        order = np.argsort(first)
        self.topics: Ints = numbers[order]
        columns = np.argsort(order)[columns]
        counts = _summed(live, columns, len(order), weights > 0)
        self._lengths: list[float] = (counts.power(2) @ weights**2).tolist()
        self._counts: Matrix = _with_columns(counts, batch.terms)
        self._by_key = dict(zip(live.keys.tolist(), columns.tolist(), strict=True))
        self._changed = _Changed((weights**2).tolist())

    def match(self) -> list[int]:
        """The place in `topics` of the topic of each text; beyond them, by its row, of one that a text founds."""
        near, texts = self._near(), self._batch
        ends = np.cumsum(texts.sizes).tolist()
        terms = texts.terms.tolist()
        found: list[int] = []
        start = 0
        for row, (key, end) in enumerate(zip(texts.keys.tolist(), ends, strict=True)):
            own, start = terms[start:end], end
            # a text without terms is like no other
            topic = self._by_key.get(key) if own else None
            if topic is None:
                topic = self._join(own, near[row])
                if topic is None:
                    topic = len(self.topics) + row
                if own:
                    self._add(own, topic)
                    self._by_key[key] = topic
            found.append(topic)
        return found

    def _join(self, terms: list[int], near: list[tuple[int, float]]) -> int | None:
        best, best_cosine = self._changed.nearest(terms, self._like_enough)
        for topic, cosine in near:
            if cosine > best_cosine + _ROUNDING and topic not in self._changed:
                best, best_cosine = topic, cosine
        return best

    def _add(self, terms: list[int], topic: int) -> None:
        if topic < len(self.topics) and topic not in self._changed:
            row = slice(*self._counts.indptr[topic : topic + 2])
            counts = zip(self._counts.indices[row].tolist(), self._counts.data[row].tolist(), strict=True)
            self._changed.load(topic, counts, self._lengths[topic])
        self._changed.add(topic, terms)

    def _near(self) -> list[list[tuple[int, float]]]:
        """For each text the live topics that are like enough, and the cosine with each as the batch began."""
        texts, weights = self._batch, self._weights
        counts = _summed(texts, np.arange(len(texts)), len(texts), weights > 0)
        rows = _weighted(counts, weights, counts @ weights**2)
        topics = _weighted(self._counts, weights, np.array(self._lengths)).T.tocsr()
        near: list[list[tuple[int, float]]] = []
        for start in range(0, len(texts), _ROWS):
            cosines = (rows[start : start + _ROWS] @ topics).tocsr()
            enough = cosines.data >= self._like_enough
            places = np.repeat(np.arange(cosines.shape[0]), np.diff(cosines.indptr))[enough]
            of_row: list[list[tuple[int, float]]] = [[] for _ in range(cosines.shape[0])]
            columns, values = cosines.indices[enough].tolist(), cosines.data[enough].tolist()
            for place, column, value in sorted(zip(places.tolist(), columns, values, strict=True)):
                of_row[place].append((column, value))
            near.extend(of_row)
        return near


class _Changed:
    """Topics that a batch has changed: counts of terms, found by term."""

    def __init__(self, squares: list[float]) -> None:
        """Take the squared weight of each term."""
        self._squares = squares
        self._counts: dict[int, dict[int, float]] = defaultdict(dict)
        self._lengths: dict[int, float] = {}

    def __contains__(self, topic: int) -> bool:
        return topic in self._lengths

    def load(self, topic: int, counts: Iterable[tuple[int, float]], length: float) -> None:
        """Take a topic as it is: its terms with their counts, and its squared length."""
        for term, count in counts:
            self._counts[term][topic] = count
        self._lengths[topic] = length

    def add(self, topic: int, terms: list[int]) -> None:
        """Add a text."""
        grown = 0.0
        for term in terms:
            if not self._squares[term]:
                continue
            counts = self._counts[term]
            before = counts.get(topic, 0.0)
            counts[topic] = before + 1
            grown += self._squares[term] * (2 * before + 1)
        self._lengths[topic] = self._lengths.get(topic, 0.0) + grown

    def nearest(self, terms: list[int], least: float) -> tuple[int | None, float]:
        """The topic with the highest cosine above the least, and that cosine; None and 0 where none has."""
        products: dict[int, float] = defaultdict(float)
        own = 0.0
        for term in terms:
            square = self._squares[term]
            own += square
            if square and term in self._counts:
                for topic, count in self._counts[term].items():
                    products[topic] += square * count
        own = max(own, LEAST_LENGTH**2)
        best, best_cosine = None, 0.0
        # squared and multiplied out: this is where the time goes
        bar = least * least * own
        for topic, product in products.items():
            length = self._lengths[topic]
            if product * product > bar * length:
                cosine = product / (own * max(length, LEAST_LENGTH**2)) ** 0.5
                if cosine > max(best_cosine, least) + _ROUNDING:
                    best, best_cosine = topic, cosine
                    bar = cosine * cosine * own
        return best, best_cosine


def _summed(texts: Texts, rows: Ints, height: int, weighty: NDArray[np.bool_]) -> Matrix:
    """Rows × terms: how many of the texts of a row have the term, of terms that have weight."""
    # half as wide as they are kept: the index arrays are what takes the time
    places, terms = np.repeat(rows.astype(np.int32), texts.sizes), texts.terms.astype(np.int32)
    counted = weighty[texts.terms]
    ones = np.ones(counted.sum())
    return sparse.csr_matrix((ones, (places[counted], terms[counted])), shape=(height, len(weighty)))


def _with_columns(matrix: Matrix, columns: Ints) -> Matrix:
    """The matrix with all other columns empty."""
    wanted = np.zeros(matrix.shape[1], dtype=bool)
    wanted[columns] = True
    kept = wanted[matrix.indices]
    ends = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr]
    return sparse.csr_matrix((matrix.data[kept], matrix.indices[kept], ends), shape=matrix.shape)


def _weighted(counts: Matrix, weights: Weights, squared_lengths: Weights) -> Matrix:
    """The rows with their terms weighed, divided by their lengths."""
    lengths = np.maximum(np.sqrt(squared_lengths), LEAST_LENGTH)
    values = counts.data * weights[counts.indices] / np.repeat(lengths, np.diff(counts.indptr))
    return sparse.csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)
