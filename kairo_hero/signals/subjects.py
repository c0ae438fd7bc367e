"""What a text is about, in broad subjects: the words that give each away stand in `subjects.yaml`."""

import functools
from importlib.resources import files

import yaml

from kairo_hero.brands.words import spoken_words


@functools.cache
def subject_words() -> dict[str, tuple[str, ...]]:
    """The words and word pairs that give each subject away."""
    text = files("kairo_hero.signals").joinpath("subjects.yaml").read_text("utf-8")
    return {subject: tuple(map(str, words)) for subject, words in yaml.safe_load(text).items()}


@functools.cache
def _giveaways() -> dict[str, frozenset[str]]:
    """The subjects that each word or word pair gives away, by stem."""
    given: dict[str, set[str]] = {}
    for subject, words in subject_words().items():
        for word in words:
            given.setdefault(" ".join(spoken_words(word)), set()).add(subject)
    return {word: frozenset(subjects) for word, subjects in given.items()}


def subjects_of(text: str) -> dict[str, int]:
    """How many different words of a text give each subject away; subjects without any are left out."""
    words = spoken_words(text)
    heard = {*words, *(" ".join(words[start : start + 2]) for start in range(len(words) - 1))}
    heard |= {" ".join(words[start : start + 3]) for start in range(len(words) - 2)}
    counted: dict[str, int] = {}
    for word in heard:
        for subject in _giveaways().get(word, ()):
            counted[subject] = counted.get(subject, 0) + 1
    return counted
