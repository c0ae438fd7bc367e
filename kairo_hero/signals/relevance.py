"""How much a text matters to a brand, from 0 to 1, and which pillar and persona it is for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kairo_hero.brands.words import meaningful_words
from kairo_hero.dto import BrandSnapshotDTO
from kairo_hero.signals.subjects import subjects_of
from kairo_pipelines.embedding import Vectors, embed

#: The cosine of unrelated texts, and the one at which the embedding alone is sure.
UNRELATED_COSINE, SURE_COSINE = 0.12, 0.60
#: What sharing a subject that the pillar is much about says of a text.
SUBJECT_WEIGHT = 0.55
#: Words of a pillar that a text must share for half of what words can say.
WORDS_HALVE = 2.0
WORDS_WEIGHT = 0.6


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
        self._vectors = embed([theme.text for theme in self.themes])

    def fits(self, texts: Sequence[str]) -> list[Fit]:
        """The fit of each text, in order."""
        return [self._fit(text, vector) for text, vector in zip(texts, embed(texts), strict=True)]

    def _fit(self, text: str, vector: Vectors) -> Fit:
        words = meaningful_words(text)
        subjects = subjects_of(text)
        return max(
            (
                _theme_fit(theme, float(vector @ theme_vector), words, subjects)
                for theme, theme_vector in zip(self.themes, self._vectors, strict=True)
            ),
            key=lambda fit: fit.relevance,
        )


def _themes(snapshot: BrandSnapshotDTO) -> list[Theme]:
    themes = [
        _theme(str(pillar.id), pillar.name, f"{pillar.name}. {pillar.description}")
        for pillar in snapshot.pillars
        if pillar.is_active
    ]
    if themes:
        return themes
    return [_theme(None, snapshot.brand_name, snapshot.positioning or snapshot.brand_name)]


def _theme(pillar_id: str | None, name: str, text: str) -> Theme:
    counted = subjects_of(text)
    most = max(counted.values(), default=1)
    words = meaningful_words(text)
    return Theme(pillar_id, name, text, frozenset(words), {name: count / most for name, count in counted.items()})


def _theme_fit(theme: Theme, cosine: float, words: set[str], subjects: dict[str, int]) -> Fit:
    """1 − (1 − meaning)(1 − subject)(1 − words): each kind of likeness alone can make a text matter."""
    meaning = float(np.clip((cosine - UNRELATED_COSINE) / (SURE_COSINE - UNRELATED_COSINE), 0, 1))
    shared_subjects = {name: share for name, share in theme.subjects.items() if name in subjects}
    about = max((share * (1 - 0.5 ** subjects[name]) * 2 / 1.5 for name, share in shared_subjects.items()), default=0.0)
    shared_words = words & theme.keywords
    spoken = WORDS_WEIGHT * (1 - 0.5 ** (len(shared_words) / WORDS_HALVE))
    relevance = 1 - (1 - meaning) * (1 - SUBJECT_WEIGHT * min(about, 1.0)) * (1 - spoken)
    return Fit(
        round(float(relevance), 4),
        theme,
        tuple(sorted(shared_subjects, key=lambda name: -shared_subjects[name])),
        tuple(sorted(shared_words)),
    )
