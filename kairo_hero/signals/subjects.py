"""What a text is about, in broad subjects: the words that give each away stand in `subjects.yaml`."""

import functools
import math
from importlib.resources import files

import yaml
from wordfreq import zipf_frequency

from kairo_hero.brands.words import spoken_words

#: How plainly a word gives a subject away falls with its Zipf frequency (van Heuven et al., 2014): from 0.8 for words
#: heard less than once in a quarter of a million, such as "vulnerability", to 0.15 for the everyday ones.
PLAINEST, VAGUEST = 0.8, 0.15
COMMONEST, SPREAD = 6.2, 3.2
#: Words that stand side by side in a giveaway, at most.
LONGEST_GIVEAWAY = 3


@functools.cache
def subject_words() -> dict[str, tuple[str, ...]]:
    """The words and word pairs that give each subject away."""
    text = files("kairo_hero.signals").joinpath("subjects.yaml").read_text("utf-8")
    return {subject: tuple(map(str, words)) for subject, words in yaml.safe_load(text).items()}


def subjects_of(text: str) -> dict[str, float]:
    """How plainly a text is about each subject, between 0 and 1; subjects that no word gives away are left out.

    Words are independent hints (a noisy or): two vague ones say more than one, and none says all.
    """
    return {subject: 1 - math.prod(1 - plainness for plainness in hints) for subject, hints in _hints(text).items()}


def subject_weights_of(text: str) -> dict[str, float]:
    """How much of a long text each subject takes: the sum over its different words of how plainly they tell."""
    return {subject: sum(hints) for subject, hints in _hints(text).items()}


def _hints(text: str) -> dict[str, list[float]]:
    """How plainly each different word or word pair of a text gives each subject away."""
    words = spoken_words(text)
    heard = {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_GIVEAWAY + 1)
        for start in range(len(words) - length + 1)
    }
    hints: dict[str, list[float]] = {}
    # in order, so that sums come out the same to the last digit
    for word in sorted(heard & _giveaways().keys()):
        for subject in _giveaways()[word]:
            hints.setdefault(subject, []).append(_plainness(word))
    return hints


@functools.cache
def _giveaways() -> dict[str, frozenset[str]]:
    """The subjects that each word or word pair gives away, by stem."""
    given: dict[str, set[str]] = {}
    for subject, words in subject_words().items():
        for word in words:
            given.setdefault(" ".join(spoken_words(word)), set()).add(subject)
    return {word: frozenset(subjects) for word, subjects in given.items()}


@functools.cache
def _plainness(word: str) -> float:
    if " " in word:
        return PLAINEST
    rarity = (COMMONEST - float(zipf_frequency(word, "en"))) / SPREAD
    return min(max(rarity, VAGUEST), PLAINEST)
