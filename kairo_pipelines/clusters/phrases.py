"""Single words and word pairs of a text that carry meaning."""

import functools
from collections.abc import Iterator
from itertools import islice

import regex
from stopwordsiso import has_lang, stopwords

#: What a post is about stands at its beginning.
MAX_WORDS = 60
#: Words inside which a full stop, hyphen or sign belongs: node.js, 0-day, c++, c#, at&t.
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[.&'’_-][\p{L}\p{N}\p{M}]+)*(?:\+\+|#)?")
#: What parts words that belong together no more.
_CUT = regex.compile(r"[.,:;!?()|–—•·、。「」]|\s-\s")
_POSSESSIVE = regex.compile(r"(?i)['’]s$")
_LETTER = regex.compile(r"\p{L}")
_ADDRESS = regex.compile(r"https?://\S+|\S+@\S+|[#@]\w+")


@functools.cache
def _function_words(language: str) -> frozenset[str]:
    languages = {"en", language} if has_lang(language) else {"en"}
    return frozenset(word for name in languages for word in stopwords(name))


def phrases(text: str, language: str | None) -> list[tuple[str, str]]:
    """(key, as written) of each phrase, in order, each once.

    A word carries meaning when it is no function word, has a letter and is longer than one letter. A pair is two such
    words that stand side by side. In a script that sets no spaces, what stands between two marks is one word.
    """
    found: dict[str, str] = {}
    previous: tuple[str, str] | None = None
    for key, written in _words(text, _function_words(language or "en")):
        if not key:
            previous = None
            continue
        found.setdefault(key, written)
        if previous:
            found.setdefault(f"{previous[0]} {key}", f"{previous[1]} {written}")
        previous = key, written
    return list(found.items())


def _words(text: str, function_words: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(key, as written); the key is empty where the word carries no meaning or a sentence is cut."""
    end = 0
    for match in islice(_WORD.finditer(_ADDRESS.sub(" | ", text)), MAX_WORDS):
        written = _POSSESSIVE.sub("", match[0])
        key = written.casefold()
        if _CUT.search(match.string[end : match.start()]):
            yield "", ""
        end = match.end()
        meaningless = key in function_words or len(key) < 2 or not _LETTER.search(key)
        yield ("", "") if meaningless else (key, written)
