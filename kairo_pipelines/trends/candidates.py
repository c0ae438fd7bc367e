"""The trend candidates of each hour, as of its end: pure, from a history to rows."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.embedding import Vectors, coherence
from kairo_pipelines.hours import HOUR, capture_day
from kairo_pipelines.trends.detector import surprise
from kairo_pipelines.trends.history import History
from kairo_pipelines.trends.lifecycle import Life, next_life
from kairo_pipelines.trends.scoring import score_parts, why

Row = dict[str, Any]
#: As many texts as tell whether a cluster is about one thing.
MOST_TEXTS = 50


@dataclass(frozen=True)
class DetectorSettings:
    """What the detector compares with what."""

    window: timedelta = timedelta(hours=12)
    baseline: timedelta = timedelta(days=28)
    #: Captured hours of baseline without which nothing can be called unusual.
    minimum_baseline: timedelta = timedelta(hours=72)
    #: Deviations over the past at which a cluster becomes a trend.
    threshold: float = 1.75
    #: How much the posts of a phrase must be about the same, as the mean cosine of their texts: two stories that share
    #: an ordinary word lie near 0.2, two about one event near 0.6.
    minimum_coherence: float = 0.45
    #: Known authors in the window under which there is too little to tell.
    minimum_window_authors: int = 10

    @property
    def window_hours(self) -> int:
        """Length of the window."""
        return self.window // HOUR


@dataclass(frozen=True)
class HourOfTrends:
    """One hour's candidates, and what the detector could say."""

    verdict: Row
    candidates: list[Row]


def minimum_authors(window_posts: float) -> int:
    """Authors that make a trend: two where 60 posts fill a window, one more per factor of three, at most five."""
    return int(np.clip(2 + np.log(max(window_posts, 1) / 60) / np.log(3), 2, 5))


def trends_by_hour(
    history: History, settings: DetectorSettings, embed: Callable[[Sequence[str]], Vectors]
) -> Iterator[HourOfTrends]:
    """Each hour of the history in order. An hour sees what was captured by its end, and the hour before."""
    lives = _lives(history)
    for hour in history.hours:
        view = _view(history, history.index(hour), settings)
        verdict, reason = _verdict(view, settings)
        if verdict == "scored":
            rows = _candidates(history, view, lives, hour, settings, embed)
        else:
            rows = [_held(row, hour) for row in lives.values() if _is_alive(row)]
        lives |= {row["cluster_id"]: row for row in rows}
        yield HourOfTrends(
            {
                "verdict": verdict,
                "reason": reason,
                "covered_hours": view.baseline_hours,
                "window_artifacts": int(view.window_volume),
                "window_authors": view.window_authors,
                "minimum_authors": view.minimum_authors,
                "clusters_tested": int((view.authors >= view.minimum_authors).sum()),
                "candidates": sum(row["status"] != "stale" for row in rows),
                "capture_day": capture_day(hour),
                "capture_hour": hour,
            },
            rows,
        )


@dataclass(frozen=True)
class _View:
    """What can be seen as of the end of an hour: clusters × hours of the baseline and, last, the window."""

    counts: NDArray[np.float64]
    volume: NDArray[np.float64]
    covered: NDArray[np.bool_]
    authors: NDArray[np.int64]
    posts: NDArray[np.float64]
    engagement: NDArray[np.float64]
    platforms: NDArray[np.int64]
    window_volume: float
    window_authors: int
    window_hours: int

    @property
    def baseline_hours(self) -> int:
        return int(self.covered[: -self.window_hours].sum())

    @property
    def minimum_authors(self) -> int:
        return minimum_authors(self.window_volume)


def _view(history: History, now: int, settings: DetectorSettings) -> _View:
    window = settings.window_hours
    first = now + 1 - window - settings.baseline // HOUR
    size, span = len(history.clusters), now + 1 - first

    authors = history.authors.until(now)
    inside = _within(authors, first, now)
    counts = np.zeros((size, span))
    np.add.at(counts, (authors["cluster"][inside], authors["happened"][inside] - first), 1.0)
    in_window = _within(authors, now - window + 1, now)
    pairs = np.unique(np.stack([authors["cluster"][in_window], authors["author"][in_window]]), axis=1)
    distinct = np.bincount(pairs[0], minlength=size)

    buckets = history.buckets.until(now)
    lately = _within(buckets, now - window + 1, now)
    posts, engagement = (
        np.bincount(buckets["cluster"][lately], buckets[name][lately], minlength=size).astype(float)
        for name in ("posts", "engagement")
    )
    platforms = np.zeros(size, dtype=np.int64)
    np.bitwise_or.at(platforms, buckets["cluster"][lately], buckets["platforms"][lately])

    everything = history.volume.until(now)
    inside = _within(everything, first, now)
    volume = np.bincount(everything["happened"][inside] - first, minlength=span).astype(float)
    posted_lately = everything["author"][_within(everything, now - window + 1, now)]
    return _View(
        counts=counts,
        volume=volume,
        covered=history.covered[first : now + 1],
        authors=distinct,
        posts=posts,
        engagement=engagement,
        platforms=platforms,
        window_volume=float(volume[-window:].sum()),
        window_authors=len(np.unique(posted_lately[posted_lately >= 0])),
        window_hours=window,
    )


def _within(increments: dict[str, NDArray[Any]], first: int, last: int) -> NDArray[np.bool_]:
    """Which increments happened in these hours; a clock that runs ahead puts nothing into an hour to come."""
    return (increments["happened"] >= first) & (increments["happened"] <= last)


def _verdict(view: _View, settings: DetectorSettings) -> tuple[str, str]:
    window, needed = settings.window_hours, settings.minimum_baseline // HOUR
    covered = int(view.covered[-window:].sum())
    if not view.covered[-1]:
        return "broken_coverage", "no surface answered in this hour"
    if covered < window / 2:
        return "broken_coverage", f"only {covered} of the last {window} hours were captured"
    if view.baseline_hours < needed:
        return "cold_start", f"{view.baseline_hours} hours of past were captured; {needed} tell what is usual"
    if view.window_authors < settings.minimum_window_authors:
        shared = f"{view.window_authors} authors posted in {window} h"
        return "too_little_volume", f"{shared}; {settings.minimum_window_authors} tell something"
    return "scored", f"{int(view.window_volume)} posts in {window} h, against {view.baseline_hours} hours of past"


def _lives(history: History) -> dict[str, Row]:
    """The last candidate row of each cluster, as of the hour before the first."""
    return {row["cluster_id"]: row for row in history.candidates}


def _held(row: Row, hour: datetime) -> Row:
    """A trend in an hour that could not be looked at: as it was."""
    return row | {"capture_day": capture_day(hour), "capture_hour": hour}


def _candidates(
    history: History,
    view: _View,
    lives: dict[str, Row],
    hour: datetime,
    settings: DetectorSettings,
    embed: Callable[[Sequence[str]], Vectors],
) -> list[Row]:
    window = settings.window_hours
    tested = [
        number
        for number, cluster in enumerate(history.clusters)
        if view.authors[number] >= view.minimum_authors or _is_alive(lives.get(cluster["cluster_id"]))
    ]
    if not tested:
        return []
    now = surprise(view.counts[tested], view.volume, view.covered, window)
    half = window // 2
    before = surprise(view.counts[tested, :-half], view.volume[:-half], view.covered[:-half], window)
    rows = []
    for position, number in enumerate(tested):
        cluster, z = history.clusters[number], float(now.z[position])
        last = lives.get(cluster["cluster_id"])
        life = next_life(
            Life(last["status"], last["detected_at"]) if last else None,
            z=z,
            enough_authors=bool(view.authors[number] >= view.minimum_authors),
            threshold=settings.threshold,
            now=hour + HOUR,
        )
        if life is None:
            continue
        about_one_thing = _coherence(history, number, hour, settings, embed)
        is_new = life.detected_at == hour + HOUR
        if is_new and cluster["cluster_key_type"] == "phrase" and about_one_thing < settings.minimum_coherence:
            continue
        measures = {
            "coherence": round(about_one_thing, 4),
            "velocity_score": round(z, 4),
            "acceleration": round(z - float(before.z[position]), 4),
            "expected_count": round(float(now.expected[position]), 4),
        }
        rows.append(_row(history, view, number, life, measures, hour))
    return rows


def _coherence(
    history: History,
    number: int,
    hour: datetime,
    settings: DetectorSettings,
    embed: Callable[[Sequence[str]], Vectors],
) -> float:
    now = history.index(hour)
    texts = history.texts.until(now)
    lately = (texts["cluster"] == number) & (texts["happened"] > now - settings.window_hours)
    return coherence(embed(sorted(set(texts["text"][lately]))[:MOST_TEXTS]))


def _is_alive(row: Row | None) -> bool:
    return row is not None and row["status"] != "stale"


def _row(history: History, view: _View, number: int, life: Life, measures: dict[str, float], hour: datetime) -> Row:
    cluster = history.clusters[number]
    mask = int(view.platforms[number])
    platforms = [name for bit, name in enumerate(history.platforms) if mask >> bit & 1]
    posts, authors = int(view.posts[number]), int(view.authors[number])
    engagement = float(view.engagement[number])
    parts = score_parts(
        z=measures["velocity_score"], authors=authors, platforms=len(platforms), engagement_gained=engagement
    )
    identity = f"{cluster['cluster_id']}\n{life.detected_at.isoformat()}"
    return {
        "trend_id": hashlib.sha256(identity.encode()).hexdigest()[:24],
        "cluster_id": cluster["cluster_id"],
        "cluster_key_type": cluster["cluster_key_type"],
        "cluster_key": cluster["cluster_key"],
        "display_name": cluster["display_name"],
        "platforms": platforms or cluster["platforms"],
        "status": life.status,
        "detected_at": life.detected_at,
        "trend_score": parts.trend_score,
        "growth_score": parts.growth,
        "breadth_score": parts.breadth,
        "engagement_score": parts.engagement,
        **measures,
        "artifact_count": posts,
        "author_count": authors,
        "window_hours": view.window_hours,
        "engagement_gained": engagement,
        "why": why(
            posts=posts,
            authors=authors,
            window_hours=view.window_hours,
            expected=measures["expected_count"],
            baseline_hours=view.baseline_hours,
        ),
        "capture_day": capture_day(hour),
        "capture_hour": hour,
    }
