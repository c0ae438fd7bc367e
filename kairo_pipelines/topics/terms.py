"""The terms of a short text, by which topics are told apart."""

import html
import unicodedata
from collections.abc import Iterator

import regex

#: What a post is about stands at its beginning.
MAX_TERMS = 60
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}\p{M}]+)*")
_ASCII_WORD = regex.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
#: Addresses, names that a text speaks to, and the mark of a repeated post.
_NO_WORDS = regex.compile(r"https?://\S+|\S+@\S+|@\w+|\bRT\b")
#: What Hacker News sets before a title, and what sites set in brackets after one: a year, [pdf], [video].
_MARKS = regex.compile(r"^(?:Show|Ask|Tell|Launch) HN\b|[(\[](?:\d{4}|pdf|video|audio)[)\]]\s*$")
#: Scripts that set no spaces between words, and Hangul, whose words carry endings.
_SPACELESS = r"\p{Han}々\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_RUN = regex.compile(rf"[{_SPACELESS}][{_SPACELESS}\p{{M}}]*|[^{_SPACELESS}]+")
_IS_SPACELESS = regex.compile(rf"[{_SPACELESS}]")
_ENDINGS = regex.compile(r"\p{Hiragana}+")
#: Accents alone: what other scripts set above a letter is part of it.
_ACCENT = regex.compile(r"[\u0300-\u036f]")
_STAYS = ("ss", "us", "is", "'s")
_LOSES_ES = ("ches", "shes", "sses", "xes")


def terms(text: str) -> list[str]:
    """The terms of a text, each once, in order; [] for a text without words.

    A term is a word, case folded, without accents and English plural endings; of scripts that set no spaces, each two
    characters that stand side by side, as is usual for retrieval (Nie and Ren, 1999).
    """
    text = _MARKS.sub(" ", _NO_WORDS.sub(" ", html.unescape(text) if "&" in text else text))
    if text.isascii():
        found: Iterator[str] = iter(_ASCII_WORD.findall(text.lower()))
    else:
        found = _words(text)
    return list(dict.fromkeys(term for word in found if (term := folded(word))))[:MAX_TERMS]


def folded(word: str) -> str:
    """The term of a word in lower case: without possessive, apostrophes and plural; "" for a single Latin letter."""
    if "'" in word:
        word = word.removesuffix("'s").replace("'", "")
    if not word.isascii():
        return word
    if len(word) > 3 and word.endswith("s") and not word.endswith(_STAYS):
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        return word[:-2] if word.endswith(_LOSES_ES) else word[:-1]
    return word if len(word) > 1 else ""


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold())))
    for word in _WORD.findall(plain.replace("’", "'")):
        if not _IS_SPACELESS.search(word):
            yield word
            continue
        for run in _RUN.findall(word):
            if not _IS_SPACELESS.match(run) or len(run) == 1:
                yield run
            else:
                # two characters of Hiragana are an ending or a particle
                pairs = (run[at : at + 2] for at in range(len(run) - 1))
                yield from (pair for pair in pairs if not _ENDINGS.fullmatch(pair))
