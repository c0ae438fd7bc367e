"""How common a term is in a language, before anything was seen of a stream."""

import functools
from collections import defaultdict

import regex
from wordfreq import available_languages, get_frequency_dict

from kairo_pipelines.topics.terms import terms

#: What a language is called here, where that is not its code.
_KNOWN_AS = {"no": "nb", "nn": "nb", "tl": "fil", "hr": "sh", "sr": "sh", "bs": "sh"}
#: The share of a page or a year among words; the lists count numbers by their length only.
_NUMBER = 1e-4
_SHORT_NUMBER = regex.compile(r"\d{1,4}")


def listed_language(language: str | None) -> str | None:
    """The list that serves a language (ISO 639-1); None where there is none."""
    name = _KNOWN_AS.get(language or "", language)
    return name if name in available_languages("small") else None


def frequency(term: str, language: str) -> float:
    """The share of the term among all words of a listed language, 0 where it is rarer than one in a million."""
    return _NUMBER if _SHORT_NUMBER.fullmatch(term) else _frequencies(language).get(term, 0.0)


@functools.cache
def _frequencies(language: str) -> dict[str, float]:
    # wordfreq (Speer, 2022): subtitles, Wikipedia, news, books, the web and Twitter of each language, weighed together
    shares: dict[str, float] = defaultdict(float)
    for word, share in get_frequency_dict(language, "small").items():
        for term in terms(word):
            shares[term] += share
    return dict(shares)
