"""How much each term tells topics apart, by how common it is in the language and in the stream."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.topics.commonness import frequency, listed_language
from kairo_pipelines.topics.numbering import Numbering
from kairo_pipelines.topics.texts import Texts

#: As many texts as what is known of a language counts for.
PRIOR_TEXTS = 20_000
#: How often a term of a language stands in as many texts of it: ten words a text, ten times over, since a word that is
#: merely usual must weigh little before the stream has shown it.
PRIOR_WORDS = 100 * PRIOR_TEXTS
#: A term that one of so many texts has weighs nothing.
_COMMONEST = 5
#: A language that fewer of the live texts are in says nothing about them: short texts are often taken for another.
LEAST_SHARE = 0.05
_WHERE_NONE_IS_KNOWN = "en"
#: The share of the live texts up to which a term weighs in full; from twice as many it weighs nothing. What stands in
#: that many texts is how a site or a search words them, not what one topic is about.
USUAL_SHARE = 0.03


def term_weights(vocabulary: Numbering, texts: Texts) -> NDArray[np.float64]:
    """The weight of each term of the vocabulary, 0 or more: inverse document frequency, in nats.

    Counts of the live texts are added to those that the languages of the texts let expect.
    """
    counts = np.bincount(texts.terms, minlength=len(vocabulary))
    expected = np.zeros(len(vocabulary))
    for language, share in _shares(texts).items():
        expected += share * vocabulary.figures(language, lambda term, of=language: frequency(term, of))  # type: ignore[misc]
    odds = (PRIOR_TEXTS + len(texts)) / (counts + PRIOR_WORDS * expected + 0.5)
    # of the prior's texts too: in a short stream half of all may well be about one thing
    shares = counts / (PRIOR_TEXTS + len(texts))
    return np.log(np.maximum(odds / _COMMONEST, 1.0)) * np.clip(2 - shares / USUAL_SHARE, 0.0, 1.0)


def _shares(texts: Texts) -> dict[str, float]:
    counts = Counter(texts.languages.tolist())
    listed: Counter[str] = Counter()
    for language, number in counts.items():
        if name := listed_language(language):
            listed[name] += number
    heard = {name: number for name, number in listed.items() if number >= LEAST_SHARE * listed.total()}
    total = sum(heard.values())
    return {name: heard[name] / total for name in sorted(heard)} or {_WHERE_NONE_IS_KNOWN: 1.0}
