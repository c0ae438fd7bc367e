"""What the posts of a cluster say together: whether they are about one thing, what it is called, how hot it is."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import regex
from numpy.typing import NDArray

from kairo_pipelines.embedding import Vectors, coherence
from kairo_pipelines.trends.history import History

#: As many texts as tell whether a cluster is about one thing.
MOST_TEXTS = 50
#: As many phrases as a cluster without a name of its own is called by.
MOST_NAMES = 2
#: A capital or a digit, or a script that has no capitals.
_NAME_LIKE = regex.compile(r"\p{Lu}|\p{Lt}|\p{N}|\p{Lo}")


@dataclass(frozen=True)
class Story:
    """The posts of one cluster in a window, as of a moment."""

    items: tuple[str, ...]
    texts: tuple[str, ...]
    #: Of each post, how it writes what the cluster is called by, or all its phrases.
    names: tuple[tuple[str, ...], ...]
    #: Hours from the first post to the last.
    span: int
    #: How likely its likeliest item is to become big, 0 while it is too early to tell; None where no list tells.
    heat: float | None

    @cached_property
    def written(self) -> list[str]:
        """Each way in which posts write the name, as often as they do."""
        return [name for names in self.names for name in names]

    @property
    def is_named(self) -> bool:
        """Whether most posts write it as a name is written: each word with a capital or digit, where there are such."""
        like = [all(_NAME_LIKE.search(word) for word in name.split()) for name in self.written]
        return sum(like) > 0.6 * len(like)

    def coherence(self, embed: Callable[[Sequence[str]], Vectors]) -> float:
        """How much the texts are about the same, each text once."""
        return coherence(embed(sorted(set(self.texts))[:MOST_TEXTS]))

    def name(self) -> str | None:
        """How most posts write it."""
        ways = Counter(self.written)
        return min(ways, key=lambda way: (-ways[way], way)) if ways else None

    def shared_name(self) -> str | None:
        """The phrases that most posts share, as most write them; None where they share none."""
        posts = Counter(name for names in self.names for name in set(names))
        shared = [name for name, number in posts.items() if number > 1]
        shared.sort(key=lambda name: (-posts[name], -len(name.split()), name))
        chosen: list[str] = []
        for name in shared:
            folded = name.casefold()
            if not any(folded in other.casefold() or other.casefold() in folded for other in chosen):
                chosen.append(name)
        return " · ".join(chosen[:MOST_NAMES]) or None


@dataclass(frozen=True)
class Stories:
    """The posts of the clusters of a history, found by cluster."""

    history: History

    @cached_property
    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        clusters = self.history.texts.columns["cluster"]
        order = np.argsort(clusters, kind="stable")
        return order, clusters[order]

    def of(self, cluster: int, now: int, window_hours: int, moment: datetime) -> Story:
        """The posts of a cluster in the window up to the end of hour `now`, with what was known at that moment."""
        order, clusters = self._order
        rows = order[slice(*np.searchsorted(clusters, [cluster, cluster + 1]))]
        columns = self.history.texts.columns
        happened = columns["happened"][rows]
        there = (columns["captured"][rows] <= now) & (happened <= now) & (happened > now - window_hours)
        rows = rows[there]
        items = tuple(columns["item"][rows])
        return Story(
            items=items,
            texts=tuple(columns["text"][rows]),
            names=tuple(tuple(names) for names in columns["names"][rows]),
            span=int(np.ptp(columns["happened"][rows])) if len(rows) else 0,
            heat=self.history.heat.of(items, moment),
        )
