"""Live topics: each text joins the one that it is most like, or founds one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from kairo_pipelines.topics.matching import Matching
from kairo_pipelines.topics.numbering import Numbering
from kairo_pipelines.topics.texts import Document, Texts
from kairo_pipelines.topics.weights import term_weights

#: For how long a text is part of its topic.
QUIET = timedelta(days=7)
#: As many texts are remembered at most, the newest.
MOST_TEXTS = 100_000
#: As many texts share one set of weights: few while little is known, so that they learn from one another; more when
#: there is more to rebuild for them.
_AT_ONCE = range(200, 1_000)
_REBUILT_FOR_ONE = 50
#: As many numbers may be out of use before they are given up.
_SLACK = 10_000


class Topics:
    """The topics of the texts of the last days: nothing but these texts and the topics that they are in.

    A topic's id is the id of the text that founded it. A topic none of whose texts is remembered is forgotten.
    """

    def __init__(self, quiet: timedelta = QUIET, most_texts: int = MOST_TEXTS) -> None:
        self._quiet = quiet
        self._most_texts = most_texts
        self._terms, self._topics = Numbering(), Numbering()
        self._members = Texts.of([], self._terms.numbers)

    def remember(self, documents: Sequence[Document], topics: Sequence[str]) -> None:
        """Add texts whose topics are known, in the order in which they were assigned."""
        texts = Texts.of(documents, self._terms.numbers)
        numbers = np.array(self._topics.numbers(topics), dtype=np.int64)
        self._members = self._members.then(texts.with_topics(numbers))

    def assign(self, documents: Sequence[Document]) -> list[str]:
        """The topic of each text, in the order given.

        Texts of one hour that stand together are a batch: what is older than topics live is forgotten at its start.
        Hour by hour and all in one go, with the same object or with one that remembers what was assigned, comes out the
        same.
        """
        found: list[str] = []
        for hour, of_hour in groupby(documents, key=lambda document: document.hour):
            batch = list(of_hour)
            self.forget(hour)
            while batch:
                at_once = min(max(len(self._members) // _REBUILT_FOR_ONE, _AT_ONCE.start), _AT_ONCE.stop)
                found.extend(self._assign(batch[:at_once]))
                batch = batch[at_once:]
        return found

    def forget(self, now: datetime) -> None:
        """Forget texts older than topics live, and the oldest of more than are remembered."""
        kept = self._members.hours >= np.datetime64(now.replace(tzinfo=None), "us") - np.timedelta64(self._quiet)
        kept[: max(0, len(kept) - self._most_texts)] = False
        self._members = self._members.where(kept)
        if len(self._terms) > len(self._members.terms) // 2 + _SLACK or len(self._topics) > len(self._members) + _SLACK:
            self._renumber()

    def _assign(self, documents: Sequence[Document]) -> list[str]:
        texts = Texts.of(documents, self._terms.numbers)
        live = self._members.distinct()
        matching = Matching(live, texts, term_weights(self._terms, live.then(texts.distinct())))
        known = self._topics.names(matching.topics.tolist())
        found = [known[place] if place < len(known) else documents[place - len(known)].id for place in matching.match()]
        numbers = np.array(self._topics.numbers(found), dtype=np.int64)
        self._members = self._members.then(texts.with_topics(numbers))
        return found

    def _renumber(self) -> None:
        """Give up the numbers of terms and topics that nothing remembered has."""
        terms = self._terms.keep(self._members.terms)
        topics = self._topics.keep(self._members.topics)
        self._members = self._members.renumbered(terms, topics)
