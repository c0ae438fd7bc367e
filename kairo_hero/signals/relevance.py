"""How much a text matters to a brand, from 0 to 1, and which of the brand's themes it is for."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import regex
from numpy.typing import NDArray

from kairo_hero.brands.words import meaningful_words
from kairo_hero.dto import BrandSnapshotDTO
from kairo_hero.signals.subjects import subject_weights_of, subject_words, subjects_of
from kairo_pipelines.embedding import Vectors, embed
from kairo_pipelines.normalize.text import plain_text

#: What each kind of likeness adds to the log-odds that a text is the brand's business, chosen on stories that were
#: graded blind for two brands (`benchmarks/boards`), as far as publishers' own posts (`benchmarks/relevance`) allow.
MEANING, FIELD, SUBJECT, WORDS, NAME = 5.0, 1.4, 6.0, 1.2, 4.8
#: The sum at which it is even odds, so chosen that three in four of the graded stories above it are the brand's; and by
#: how much the sum is stretched, so that few texts stay undecided.
EVEN, STRETCH = 5.0, 1.5
#: How much of the verdict is the best theme's; the rest is the whole brand's, lest one of many narrow pillars lets
#: anything in.
BEST_THEME = 0.65
#: A brand as a whole is about each of its subjects more than by its share of the words (an exponent of the share).
OF_THE_WHOLE = 0.5
#: Beside the subject that takes most of a brand's words, those that take so much of that are its main ones.
MAIN_SUBJECT = 0.6
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


@dataclass(frozen=True)
class Heard:
    """Texts as every brand hears them: looked at once, matched with one brand after the other."""

    texts: tuple[str, ...]
    meanings: Vectors
    fields: Vectors
    #: Texts × subjects: 0 where a text gives a subject away by no word, towards 1 by many.
    told: Numbers
    words: tuple[frozenset[str], ...]
    subjects: tuple[frozenset[str], ...]

    @functools.cached_property
    def rows_with(self) -> dict[str, list[int]]:
        """The texts that have each word."""
        rows: dict[str, list[int]] = {}
        for row, words in enumerate(self.words):
            for word in words:
                rows.setdefault(word, []).append(row)
        return rows

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Heard":
        """What stands at the beginning of each text."""
        texts = [_seen(text[:LONGEST_TEXT]) for text in texts]
        meanings = _meanings(texts)
        counted = [subjects_of(text) for text in texts]
        told = np.zeros((len(texts), len(_places())))
        for row, subjects in enumerate(counted):
            for name, count in subjects.items():
                told[row, _places()[name]] = count
        return cls(
            tuple(texts),
            meanings,
            _fields(meanings),
            told,
            tuple(frozenset(meaningful_words(text)) for text in texts),
            tuple(frozenset(subjects) for subjects in counted),
        )


class BrandMatcher:
    """Matches texts against one brand; made once per brand, used for all its signals."""

    def __init__(self, snapshot: BrandSnapshotDTO) -> None:
        self.snapshot = snapshot
        self.themes = _themes(snapshot)
        self._grounds = [*self.themes, _whole_brand(snapshot)]
        self._vectors = _meanings([ground.text for ground in self._grounds])
        self._fields = _fields(self._vectors)
        self._subjects = np.array([[ground.subjects.get(name, 0.0) for name in _places()] for ground in self._grounds])
        self._name = regex.compile(rf"(?<!\w){regex.escape(snapshot.brand_name)}(?!\w)")

    def fits(self, texts: Sequence[str]) -> list[Fit]:
        """The fit of each text, in order."""
        if not texts:
            return []
        heard = Heard.of(texts)
        likeness = self._likeness(heard)
        nearest = likeness[:, :-1].argmax(axis=1)
        return [
            _fit(self.themes[theme], words, subjects, relevance)
            for theme, words, subjects, relevance in zip(
                nearest, heard.words, heard.subjects, self._judged(likeness, heard), strict=True
            )
        ]

    def relevances(self, heard: Heard) -> list[float]:
        """The relevance of each text, in order: all that is needed of very many."""
        return [round(one, 4) for one in self._judged(self._likeness(heard), heard).tolist()] if heard.texts else []

    def _judged(self, likeness: Numbers, heard: Heard) -> Numbers:
        named = np.array([bool(self._name.search(text)) for text in heard.texts])
        best, whole = likeness[:, :-1].max(axis=1), likeness[:, -1]
        log_odds = BEST_THEME * best + (1 - BEST_THEME) * whole + NAME * named - EVEN
        relevances: Numbers = 1 / (1 + np.exp(-STRETCH * log_odds))
        return relevances

    def _likeness(self, heard: Heard) -> Numbers:
        """The weighted sum of all likenesses but the brand's name, texts × grounds."""
        meaning = heard.meanings @ self._vectors.T
        field = heard.fields @ self._fields.T
        subject = np.stack([(heard.told * ground).max(axis=1) for ground in self._subjects], axis=1)
        shared = np.zeros((len(heard.texts), len(self._grounds)))
        for place, ground in enumerate(self._grounds):
            for word in ground.keywords:
                shared[heard.rows_with.get(word, []), place] += 1
        return MEANING * meaning + FIELD * field + SUBJECT * subject + WORDS * (1 - 0.5 ** (shared / WORDS_HALVE))


def _themes(snapshot: BrandSnapshotDTO) -> list[Theme]:
    themes = [
        _theme(str(pillar.id), pillar.name, f"{pillar.name}. {pillar.description}")
        for pillar in snapshot.pillars
        if pillar.is_active
    ]
    return themes or [_instead_of_pillars(_whole_brand(snapshot))]


def _instead_of_pillars(whole: Theme) -> Theme:
    """The brand as its one theme, whose main subjects are its own as much as a pillar's is the pillar's."""
    return replace(
        whole,
        subjects={
            name: 1.0 if share >= MAIN_SUBJECT**OF_THE_WHOLE else share for name, share in whole.subjects.items()
        },
    )


def _whole_brand(snapshot: BrandSnapshotDTO) -> Theme:
    """All that a brand says of what it is about; its name alone where it says nothing."""
    parts = [snapshot.positioning]
    parts += [f"{pillar.name}. {pillar.description}" for pillar in snapshot.pillars if pillar.is_active]
    for persona in snapshot.personas:
        parts += [*persona.priorities, *persona.pains]
    whole = _theme(None, snapshot.brand_name, ". ".join(part for part in parts if part) or snapshot.brand_name)
    return replace(whole, subjects={name: share**OF_THE_WHOLE for name, share in whole.subjects.items()})


def _theme(pillar_id: str | None, name: str, text: str) -> Theme:
    weights = subject_weights_of(text)
    most = max(weights.values(), default=1.0)
    shares = {subject: weight / most for subject, weight in weights.items()}
    return Theme(pillar_id, name, text, frozenset(meaningful_words(text)), shares)


def _fit(theme: Theme, words: frozenset[str], subjects: frozenset[str], relevance: float) -> Fit:
    shared = sorted(theme.subjects.keys() & subjects, key=lambda name: (-theme.subjects[name], name))
    return Fit(round(float(relevance), 4), theme, tuple(shared), tuple(sorted(words & theme.keywords)))


def _seen(text: str) -> str:
    """What a reader sees of a text: markup and what is invisible count for nothing, also where none is expected."""
    return plain_text(text, marked_up=True) if "<" in text or not text.isprintable() else text


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
