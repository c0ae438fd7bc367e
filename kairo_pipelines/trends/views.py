"""What can be seen of the clusters as of the end of an hour: their windows, and the windows of their past."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.hours import HOUR
from kairo_pipelines.trends.detector import Counts, Past, surprise
from kairo_pipelines.trends.history import Columns, History
from kairo_pipelines.trends.windows import BUSY, LONG, MINIMUM_COVERAGE, SHORT, Scale


@dataclass(frozen=True)
class Judged:
    """How unlikely one cluster's window is."""

    cluster: int
    scale: Scale
    #: Distinct known authors in the window, and sightings of authors in its past.
    authors: int
    seen_before: int
    decades: float
    deviations: float
    expected: float


@dataclass(frozen=True)
class View:
    """What had been captured by the end of hour `now` of a history, counted from its start."""

    history: History
    now: int
    authors: Columns = field(init=False)
    buckets: Columns = field(init=False)
    volume: Columns = field(init=False)

    def __post_init__(self) -> None:
        for name in ("authors", "buckets", "volume"):
            object.__setattr__(self, name, getattr(self.history, name).until(self.now))

    # --- everything --------------------------------------------------------------------------------

    def covered_hours(self, scale: Scale = LONG) -> tuple[int, int]:
        """How many hours of the window, and of the past before it, were captured."""
        length = scale.window // HOUR
        covered = self.history.covered[: self.now + 1]
        return int(covered[-length:].sum()), int(covered[:-length].sum())

    def posts_in_window(self, scale: Scale = LONG) -> int:
        """Posts of everything in the window."""
        return int(self.volume["posts"][self._windows_back(self.volume, scale) == 0].sum())

    def authors_in_window(self, scale: Scale = LONG) -> int:
        """Distinct known authors of everything in the window."""
        authors = self.volume["author"][self._windows_back(self.volume, scale) == 0]
        return len(np.unique(authors[authors >= 0]))

    # --- clusters ----------------------------------------------------------------------------------

    def distinct_authors(self, scale: Scale) -> NDArray[np.int64]:
        """Distinct known authors of each cluster in the window."""
        inside = self._windows_back(self.authors, scale) == 0
        clusters, authors = self.authors["cluster"][inside], self.authors["author"][inside]
        # sorted by hand: `np.unique` over pairs takes four times as long
        order = np.lexsort((authors, clusters))
        clusters, authors = clusters[order], authors[order]
        is_new = np.ones(len(order), dtype=bool)
        is_new[1:] = (clusters[1:] != clusters[:-1]) | (authors[1:] != authors[:-1])
        return np.bincount(clusters[is_new], minlength=len(self.history.clusters))

    def totals(self, name: str, scale: Scale) -> Counts:
        """The sum of `posts` or `engagement` of each cluster in the window."""
        inside = self._windows_back(self.buckets, scale) == 0
        clusters, values = self.buckets["cluster"][inside], self.buckets[name][inside]
        return np.bincount(clusters, values.astype(float), minlength=len(self.history.clusters)).astype(float)

    def platforms(self, scale: Scale) -> NDArray[np.int64]:
        """Where each cluster was seen in the window: a bit per platform."""
        inside = self._windows_back(self.buckets, scale) == 0
        found = np.zeros(len(self.history.clusters), dtype=np.int64)
        np.bitwise_or.at(found, self.buckets["cluster"][inside], self.buckets["platforms"][inside])
        return found

    def judged(self, clusters: NDArray[np.int64]) -> list[Judged]:
        """How unlikely the windows of these clusters are, each at the scale that fits how much usually comes."""
        if not len(clusters):
            return []
        usual = surprise(np.zeros(len(clusters)), self._past(clusters, LONG)).expected * (SHORT.window / LONG.window)
        judged: list[Judged] = []
        for scale, chosen in ((SHORT, clusters[usual >= BUSY]), (LONG, clusters[usual < BUSY])):
            authors, past = self.distinct_authors(scale)[chosen], self._past(chosen, scale)
            found, seen = surprise(authors.astype(float), past), past.counts.sum(axis=1)
            judged += [
                Judged(int(chosen[row]), scale, int(authors[row]), int(seen[row]), *(float(one[row]) for one in found))
                for row in range(len(chosen))
            ]
        return judged

    def _past(self, clusters: NDArray[np.int64], scale: Scale) -> Past:
        length = scale.window // HOUR
        row = np.full(len(self.history.clusters), -1)
        row[clusters] = np.arange(len(clusters))
        rows, back = row[self.authors["cluster"]], self._windows_back(self.authors, scale)
        inside = (rows >= 0) & (back >= 1) & (back <= scale.past)
        places = rows[inside] * scale.past + back[inside] - 1
        sightings = self.authors["sightings"][inside]
        # of no rows numpy counts in whole numbers, whatever their weights
        counts = np.bincount(places, sightings, minlength=len(clusters) * scale.past).astype(float)
        posts = np.bincount(
            np.clip(self._windows_back(self.volume, scale), -1, scale.past + 1) + 1,
            self.volume["posts"],
            minlength=scale.past + 3,
        )[1 : scale.past + 2].astype(float)
        hours = np.zeros((scale.past + 1) * length, dtype=bool)
        covered = self.history.covered[max(self.now + 1 - len(hours), 0) : self.now + 1][::-1]
        hours[: len(covered)] = covered
        share = hours.reshape(scale.past + 1, length).mean(axis=1)
        return Past(
            counts=counts.reshape(len(clusters), scale.past),
            volume=posts[None, 1:],
            volume_now=np.full(len(clusters), posts[0]),
            usable=(share[1:] >= MINIMUM_COVERAGE)[None, :],
            season=scale.season,
            assumed_in=scale.assumed_in,
        )

    def _windows_back(self, increments: Columns, scale: Scale) -> NDArray[np.int64]:
        """How many windows ago each increment happened; a clock that runs ahead puts nothing into an hour to come."""
        back: NDArray[np.int64] = (self.now - increments["happened"]) // (scale.window // HOUR)
        return back
