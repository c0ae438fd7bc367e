"""How much a text matters to a brand, from 0 to 1, and which of the brand's themes it is for."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from kairo_hero.brands.words import meaningful_words
from kairo_hero.dto import BrandSnapshotDTO
from kairo_hero.signals.subjects import subject_words, subjects_of
from kairo_pipelines.embedding import Vectors, embed

#: What each kind of likeness adds to the log-odds that a text is the brand's business: a logistic regression on the
#: `tuning` half of `benchmarks/relevance/publishers.yaml`, with more weight on subjects and less on words, which costs
#: nothing there (.001) and keeps "programming language" from a brand that writes in plain language.
MEANING, FIELD, SUBJECT, WORDS, NAME = 7.4, 1.4, 2.4, 2.4, 2.9
#: The sum at which it is even odds, so chosen that one story of others in fifty passes; and by how much the sum is
#: stretched, so that few texts stay undecided.
EVEN, STRETCH = 3.0, 1.5
#: Words that a text must share for half of what words can say.
WORDS_HALVE = 2.0
#: Characters of a text that are looked at: what it is about stands at its beginning.
LONGEST_TEXT = 4_000

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Theme:
    """What a brand talks about: a pillar; or, for a brand without any, its positioning."""

    pillar_id: str | None
    name: str
    text: str
    keywords: frozenset[str]
    subjects: dict[str, float]


@dataclass(frozen=True)
class Fit:
    """How much a text matters to a brand, and why: the theme, the subjects and words it shares."""

    relevance: float
    theme: Theme
    shared_subjects: tuple[str, ...]
    shared_words: tuple[str, ...]


class BrandMatcher:
    """Matches texts against one brand; made once per brand, used for all its signals."""

    def __init__(self, snapshot: BrandSnapshotDTO) -> None:
        self.snapshot = snapshot
        self.themes = _themes(snapshot)
        # the whole brand last: half of the verdict, lest one of many narrow pillars lets anything in
        self._grounds = [*self.themes, _theme(None, snapshot.brand_name, _whole(snapshot))]
        self._vectors = _meanings([ground.text for ground in self._grounds])
        self._fields = _fields(self._vectors)
        self._subjects = np.array([[ground.subjects.get(name, 0.0) for name in _places()] for ground in self._grounds])
        self._name = regex.compile(rf"(?<!\w){regex.escape(snapshot.brand_name)}(?!\w)")

    def fits(self, texts: Sequence[str]) -> list[Fit]:
        """The fit of each text, in order."""
        if not texts:
            return []
        texts = [text[:LONGEST_TEXT] for text in texts]
        likeness = self._likeness(texts)
        themes, whole = likeness[:, :-1], likeness[:, -1]
        nearest = themes.argmax(axis=1)
        named = np.array([bool(self._name.search(text)) for text in texts])
        log_odds = (themes.max(axis=1) + whole) / 2 + NAME * named - EVEN
        relevances = 1 / (1 + np.exp(-STRETCH * log_odds))
        return [
            _fit(text, self.themes[theme], relevance)
            for text, theme, relevance in zip(texts, nearest, relevances, strict=True)
        ]

    def _likeness(self, texts: Sequence[str]) -> Numbers:
        """The weighted sum of all likenesses but the brand's name, texts × grounds."""
        vectors, heard = _meanings(texts), [_heard(text) for text in texts]
        meaning = vectors @ self._vectors.T
        field = _fields(vectors) @ self._fields.T
        told = np.zeros((len(texts), len(_places())))
        for row, (_, subjects) in enumerate(heard):
            for name, count in subjects.items():
                told[row, _places()[name]] = 1 - 0.5**count
        subject = np.stack([(told * ground).max(axis=1) for ground in self._subjects], axis=1)
        shared = np.array([[len(words & ground.keywords) for ground in self._grounds] for words, _ in heard])
        return MEANING * meaning + FIELD * field + SUBJECT * subject + WORDS * (1 - 0.5 ** (shared / WORDS_HALVE))


def _themes(snapshot: BrandSnapshotDTO) -> list[Theme]:
    themes = [
        _theme(str(pillar.id), pillar.name, f"{pillar.name}. {pillar.description}")
        for pillar in snapshot.pillars
        if pillar.is_active
    ]
    return themes or [_theme(None, snapshot.brand_name, _whole(snapshot))]


def _whole(snapshot: BrandSnapshotDTO) -> str:
    """All that a brand says of what it is about; its name alone where it says nothing."""
    parts = [snapshot.positioning]
    parts += [f"{pillar.name}. {pillar.description}" for pillar in snapshot.pillars if pillar.is_active]
    for persona in snapshot.personas:
        parts += [*persona.priorities, *persona.pains]
    return ". ".join(part for part in parts if part) or snapshot.brand_name


def _theme(pillar_id: str | None, name: str, text: str) -> Theme:
    counted = subjects_of(text)
    most = max(counted.values(), default=1)
    shares = {subject: count / most for subject, count in counted.items()}
    return Theme(pillar_id, name, text, frozenset(meaningful_words(text)), shares)


def _fit(text: str, theme: Theme, relevance: float) -> Fit:
    words, subjects = _heard(text)
    shared = sorted(theme.subjects.keys() & subjects.keys(), key=lambda name: (-theme.subjects[name], name))
    return Fit(round(float(relevance), 4), theme, tuple(shared), tuple(sorted(words & theme.keywords)))


# the same texts are matched with one brand after the other
@functools.lru_cache(maxsize=50_000)
def _heard(text: str) -> tuple[frozenset[str], dict[str, int]]:
    return frozenset(meaningful_words(text)), subjects_of(text)


@functools.cache
def _places() -> dict[str, int]:
    return {name: place for place, name in enumerate(subject_words())}


@functools.cache
def _anchors() -> tuple[Vectors, Vectors]:
    """The mean of all subjects, and each subject from there."""
    vectors = embed([", ".join(words) for words in subject_words().values()])
    centre: Vectors = vectors.mean(axis=0)
    return centre, _unit(vectors - centre)


def _meanings(texts: Sequence[str]) -> Vectors:
    """Unit vectors of texts, seen from the middle of all subjects: what every text has in common is no likeness.

    Mu and Viswanath, 2018, "All-but-the-top": static embeddings tell more once their common mean is taken off.
    """
    vectors = embed(texts)
    known = vectors.any(axis=1, keepdims=True)
    return _unit(np.where(known, vectors - _anchors()[0], vectors))


def _fields(vectors: Vectors) -> Vectors:
    """How near texts lie to each subject, as unit vectors about their own mean: the product of two is a correlation."""
    nearness = vectors @ _anchors()[1].T
    return _unit(nearness - nearness.mean(axis=1, keepdims=True))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
