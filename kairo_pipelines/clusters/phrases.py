"""Single words and word pairs of a text that carry meaning, and the key by which spellings of one are the same."""

import functools
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import regex
from stopwordsiso import has_lang, stopwords

#: What a post is about stands at its beginning.
MAX_WORDS = 60
#: Han characters up to which a run of them is taken for one word; of a longer one each two that stand side by side are.
LONGEST_HAN_WORD = 4
#: Words inside which a full stop, hyphen or sign belongs: node.js, 0-day, c++, c#, at&t.
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[.&'’_-][\p{L}\p{N}\p{M}]+)*(?:\+\+|#)?")
#: Where Chinese and Japanese, which set no spaces, change their script: names are written in Han or katakana.
_SCRIPT_RUN = regex.compile(r"[\p{Han}々]+|[\p{Katakana}ー]+|\p{Hiragana}+|[^\p{Han}々\p{Katakana}ー\p{Hiragana}]+")
_SPACELESS = regex.compile(r"[\p{Han}々\p{Katakana}ー]")
_HAN, _HIRAGANA = regex.compile(r"[\p{Han}々]"), regex.compile(r"\p{Hiragana}")
#: What parts words that belong together no more.
_CUT = regex.compile(r"[.,:;!?()|–—•·、。「」\"“”]|\s-\s")
_POSSESSIVE = regex.compile(r"(?i)['’]s$")
_LETTER = regex.compile(r"\p{L}")
#: Accents alone: what other scripts set above a letter is part of it.
_ACCENT = regex.compile(r"[\u0300-\u036f]")
_INSIDE = regex.compile(r"(?<!\p{N})\.|\.(?!\p{N})|[&'’_ -]")
_ADDRESS = regex.compile(r"https?://\S+|\S+@\S+|@\w+")


class Phrase(NamedTuple):
    """One or two words that stand side by side: their key, and how they are written."""

    key: str
    written: str


def spelling_key(words: str) -> str:
    """What all spellings of a name share: `Game Stop`, `GAMESTOP` and `Game-Stop`, `Café` and `cafe` have one key."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", words.casefold()))
    return str(_INSIDE.sub("", unicodedata.normalize("NFC", plain)))


def phrases(text: str, language: str | None) -> list[Phrase]:
    """The phrases of a text in order, each once.

    A word carries meaning when it is no function word, has a letter and is longer than one letter. A pair is two such
    words that stand side by side. A tag is a word.
    """
    found: dict[str, str] = {}
    previous: Phrase | None = None
    for word in _words(text, _function_words(language or "en")):
        if word:
            found.setdefault(word.key, word.written)
        if word and previous:
            found.setdefault(previous.key + word.key, _pair(previous.written, word.written))
        previous = word
    return [Phrase(key, written) for key, written in found.items()]


def words_of(text: str, language: str | None) -> list[Phrase]:
    """The single words of a text that carry meaning, in order, as often as they stand there."""
    return [word for word in _words(text, _function_words(language or "en")) if word]


@functools.cache
def _function_words(language: str) -> frozenset[str]:
    languages = {"en", language} if has_lang(language) else {"en"}
    return frozenset(word for name in languages for word in stopwords(name))


def _words(text: str, function_words: frozenset[str]) -> Iterator[Phrase | None]:
    """The words; None where one carries no meaning or a sentence is cut."""
    end = 0
    for match in islice(_WORD.finditer(_ADDRESS.sub(" | ", text)), MAX_WORDS):
        if _CUT.search(match.string[end : match.start()]):
            yield None
        end = match.end()
        for written in _parts(_POSSESSIVE.sub("", match[0])):
            key = spelling_key(written)
            meaningless = written.casefold() in function_words or len(key) < 2 or not _LETTER.search(key)
            yield None if meaningless else Phrase(key, written)


def _pair(first: str, second: str) -> str:
    spaced = not (_SPACELESS.search(first[-1]) and _SPACELESS.search(second[0]))
    return f"{first} {second}" if spaced else first + second


def _parts(word: str) -> Iterator[str]:
    if word.isascii():
        yield word
        return
    for run in _SCRIPT_RUN.findall(word):
        if _HIRAGANA.match(run):
            # endings and particles
            yield ""
        elif _HAN.match(run) and len(run) > LONGEST_HAN_WORD:
            for start in range(len(run) - 1):
                yield from (run[start : start + 2], "")
        else:
            yield run
