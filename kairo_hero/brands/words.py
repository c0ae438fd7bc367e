"""The words of a brand's own texts that say what it is about."""

from collections import Counter
from collections.abc import Iterable

import regex

from kairo_pipelines.clusters.phrases import phrases, words_of

_WORD = regex.compile(r"[\p{L}\p{N}]+(?:[.&'’-][\p{L}\p{N}]+)*(?:\+\+|#)?")
_SENTENCE_END = regex.compile(r"(?<=[.:;])\s+")


def keywords(texts: Iterable[str], limit: int = 40) -> list[str]:
    """The single words and word pairs that carry meaning, the most frequent first, then in order of appearance."""
    counted: Counter[str] = Counter()
    for text in texts:
        for sentence in _SENTENCE_END.split(text):
            counted.update(phrase.written.casefold() for phrase in phrases(sentence, "en"))
    return [word for word, _ in counted.most_common(limit)]


def spoken_words(text: str) -> list[str]:
    """Every word of a text in order, case folded, without the ending of its plural."""
    return [word_stem(match[0].casefold()) for match in _WORD.finditer(text)]


def meaningful_words(text: str) -> set[str]:
    """The single words of a text that carry meaning, without the endings of their plurals."""
    return {word_stem(word.written.casefold()) for word in words_of(text, "en")}


def word_stem(word: str) -> str:
    """A word without the ending of its plural, so that `vulnerabilities` meets `vulnerability`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
