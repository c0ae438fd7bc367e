"""What each way of computing a month's trends has to arrive at: the same numbers, by which they are compared."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from posts import LAST

from kairo_pipelines.hours import HOUR
from kairo_pipelines.trends.detector import Past, surprise
from kairo_pipelines.trends.windows import BUSY, LONG, MINIMUM_COVERAGE, SHORT, Scale

#: The first hour of the past of the last hour, and that of its window.
START, WINDOW_START = LAST + HOUR - LONG.reach, LAST + HOUR - LONG.window
HOURS = LONG.reach // HOUR


@dataclass(frozen=True)
class Found:
    """Sums over the tables that were made."""

    links: int
    primary_links: int
    clusters: int
    letters_of_names: int
    buckets: int
    posts: int
    authors_in_buckets: int
    gained: float
    platforms: int
    author_rows: int
    scored: int
    decades: float
    #: Weighted by the cluster's id, so that each has to be in its place.
    weighted_decades: float

    @classmethod
    def of(cls, cluster_ids: list[str], decades: NDArray[np.float64], **sums: Any) -> "Found":
        """The sums of tables, and of the scores of these clusters."""
        weights = np.asarray([int(cluster_id[:6], 16) / 16**6 for cluster_id in cluster_ids])
        return cls(
            **{name: value if isinstance(value, float) else int(value) for name, value in sums.items()},
            scored=len(cluster_ids),
            decades=float(decades.sum()),
            weighted_decades=float((decades * weights).sum()),
        )

    def require_same(self, other: "Found", way: str) -> None:
        """Raise AssertionError unless these are the same numbers, but for the order in which fractions were added."""
        for name, value in asdict(self).items():
            assert np.isclose(value, asdict(other)[name], rtol=1e-9), (way, name, value, asdict(other)[name])


@dataclass(frozen=True)
class Looked:
    """What scores are made of: authors of some clusters, and posts of everything, by the hour; 0 is the first hour."""

    #: Sightings of authors: the position of the cluster, the hour, and how many.
    cluster: NDArray[np.int64]
    hour: NDArray[np.int64]
    sightings: NDArray[np.float64]
    #: Per cluster, distinct authors in the day's window and in the short one.
    authors: NDArray[np.float64]
    short_authors: NDArray[np.float64]
    #: Per hour, posts, and whether it was captured.
    posts: NDArray[np.float64]
    covered: NDArray[np.bool_]

    def decades(self) -> NDArray[np.float64]:
        """How unlikely each cluster's window is, at the scale that fits it; the formula is Kairo's in every way."""
        usual = surprise(np.zeros(len(self.authors)), self._past(LONG)).expected * (SHORT.window / LONG.window)
        long = surprise(self.authors, self._past(LONG)).decades
        return np.where(usual >= BUSY, surprise(self.short_authors, self._past(SHORT)).decades, long)

    def _past(self, scale: Scale) -> Past:
        length = scale.window // HOUR
        back = (HOURS - 1 - self.hour) // length
        inside = (back >= 1) & (back <= scale.past)
        places = self.cluster[inside] * scale.past + back[inside] - 1
        counts = np.bincount(places, self.sightings[inside], minlength=len(self.authors) * scale.past)
        by_window = self.posts[::-1][: (scale.past + 1) * length].reshape(-1, length).sum(axis=1)
        covered = self.covered[::-1][: (scale.past + 1) * length].reshape(-1, length).mean(axis=1)
        return Past(
            counts=counts.reshape(-1, scale.past),
            volume=by_window[None, 1:],
            volume_now=np.full(len(self.authors), by_window[0]),
            usable=(covered[1:] >= MINIMUM_COVERAGE)[None, :],
            season=scale.season,
            assumed_in=scale.assumed_in,
        )
