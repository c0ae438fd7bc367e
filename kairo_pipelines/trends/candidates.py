"""The trend candidates of each hour, as of its end: pure, from a history to rows."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from kairo_pipelines.embedding import Vectors
from kairo_pipelines.hours import HOUR, capture_day
from kairo_pipelines.trends.detector import unlikely_together
from kairo_pipelines.trends.gates import is_trend, minimum_authors, threshold
from kairo_pipelines.trends.history import LEAST_AUTHORS, History
from kairo_pipelines.trends.lifecycle import Life, is_alive, next_life
from kairo_pipelines.trends.scoring import score_parts, why
from kairo_pipelines.trends.stories import Stories, Story
from kairo_pipelines.trends.views import Judged, View
from kairo_pipelines.trends.windows import FALSE_SHARE, LONG, MINIMUM_COVERAGE, MINIMUM_PAST

Row = dict[str, Any]
Embed = Callable[[Sequence[str]], Vectors]

#: Known authors in the window under which there is too little to tell.
MINIMUM_WINDOW_AUTHORS = 10
#: Two clusters are one trend when they share this much of their posts (Jaccard).
SAME_POSTS = 0.4


@dataclass(frozen=True)
class HourOfTrends:
    """One hour's candidates, and what the detector could say."""

    verdict: Row
    candidates: list[Row]


def trends_by_hour(history: History, embed: Embed) -> Iterator[HourOfTrends]:
    """Each hour of the history in order. An hour sees what was captured by its end, and the hour before."""
    last = {row["cluster_id"]: row for row in history.candidates}
    stories = Stories(history)
    for hour in history.hours:
        view = View(history, history.index(hour))
        verdict, reason = _verdict(view)
        found = _Hour(view, hour, stories, last, embed)
        rows = found.rows() if verdict == "scored" else found.held()
        last |= {row["cluster_id"]: row for row in rows}
        yield HourOfTrends(
            {
                "verdict": verdict,
                "reason": reason,
                "covered_hours": view.covered_hours()[1],
                "window_artifacts": view.posts_in_window(),
                "window_authors": view.authors_in_window(),
                "minimum_authors": found.minimum_authors,
                "clusters_tested": len(found.tested),
                "candidates": sum(is_alive(row["status"]) for row in rows),
                "capture_day": capture_day(hour),
                "capture_hour": hour,
            },
            rows,
        )


def _verdict(view: View) -> tuple[str, str]:
    window, needed = LONG.window // HOUR, MINIMUM_PAST // HOUR
    covered, past = view.covered_hours()
    if not view.history.covered[view.now]:
        return "broken_coverage", "no surface answered in this hour"
    if covered < window * MINIMUM_COVERAGE:
        return "broken_coverage", f"only {covered} of the last {window} hours were captured"
    if past < needed:
        return "cold_start", f"{past} hours of past were captured; {needed} tell what is usual"
    if (authors := view.authors_in_window()) < MINIMUM_WINDOW_AUTHORS:
        return "too_little_volume", f"{authors} authors posted in {window} h; {MINIMUM_WINDOW_AUTHORS} tell something"
    return "scored", f"{view.posts_in_window()} posts in {window} h, against {past} hours of past"


@dataclass
class _Hour:
    """The candidates of one hour in the making."""

    view: View
    hour: datetime
    stories: Stories
    last: dict[str, Row]
    embed: Embed
    minimum_authors: int = field(init=False)
    tested: list[Judged] = field(init=False, default_factory=list)
    alive: list[set[str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.hour + HOUR
        self.minimum_authors = minimum_authors(self.view.posts_in_window())
        self.clusters = self.view.history.clusters

    def held(self) -> list[Row]:
        """Trends in an hour that could not be looked at: as they were."""
        place = {"capture_day": capture_day(self.hour), "capture_hour": self.hour}
        return [row | place for row in self.last.values() if is_alive(row["status"])]

    def rows(self) -> list[Row]:
        """The rows of trends that go on, end or begin in this hour."""
        authors = self.view.distinct_authors(LONG)
        enough = authors >= self.minimum_authors
        living = [is_alive(self.last.get(cluster["cluster_id"], _NOTHING)["status"]) for cluster in self.clusters]
        judged = self.view.judged(np.flatnonzero(enough | np.asarray(living, dtype=bool)))
        self.tested = [one for one in judged if one.authors >= self.minimum_authors]
        decades = np.asarray([one.decades for one in self.tested])
        unlikely = unlikely_together(decades, FALSE_SHARE, looked_at=int((authors >= LEAST_AUTHORS).sum()))
        firing = {
            one.cluster
            for one, passed in zip(self.tested, unlikely, strict=True)
            if passed and one.decades >= threshold(one.authors)
        }

        rows = [row for one in judged if living[one.cluster] and (row := self._going_on(one, one.cluster in firing))]
        new = [one for one in judged if not living[one.cluster] and one.cluster in firing]
        new.sort(key=self._preference)
        return rows + [row for one in new if (row := self._beginning(one))]

    def _preference(self, judged: Judged) -> tuple[int, float, bool, str]:
        """Of two clusters on the same posts the one with more authors, the less likely one, the one that has a name."""
        cluster = self.clusters[judged.cluster]
        is_nameless = cluster["cluster_key_type"] in ("topic", "url")
        return -judged.authors, -round(judged.decades, 1), is_nameless, cluster["cluster_key"]

    def _going_on(self, judged: Judged, fires: bool) -> Row | None:
        story = self._story(judged)
        self.alive.append(set(story.items))
        return self._row(judged, story, fires)

    def _beginning(self, judged: Judged) -> Row | None:
        story = self._story(judged)
        if any(_share(set(story.items), items) >= SAME_POSTS for items in self.alive):
            return None
        if not is_trend(judged, self.clusters[judged.cluster]["cluster_key_type"], story, self.embed):
            return None
        row = self._row(judged, story, fires=True)
        if row:
            self.alive.append(set(story.items))
        return row

    def _story(self, judged: Judged) -> Story:
        return self.stories.of(judged.cluster, self.view.now, judged.scale.window // HOUR, self.now)

    def _row(self, judged: Judged, story: Story, fires: bool) -> Row | None:
        cluster = self.clusters[judged.cluster]
        last = self.last.get(cluster["cluster_id"])
        life = next_life(
            Life(last["status"], last["detected_at"], last["level"]) if last else None,
            decades=judged.decades,
            fires=fires,
            threshold=threshold(judged.authors),
            now=self.now,
            elapsed=HOUR,
        )
        if life is None:
            return None
        identity = f"{cluster['cluster_id']}\n{life.detected_at.isoformat()}"
        before = last["velocity_score"] if last else 0.0
        return {
            "trend_id": hashlib.sha256(identity.encode()).hexdigest()[:24],
            **{name: cluster[name] for name in ("cluster_id", "cluster_key_type", "cluster_key")},
            "display_name": _name(cluster, story, last),
            "status": life.status,
            "detected_at": life.detected_at,
            "level": round(life.level, 4),
            "surprise": round(judged.decades, 4),
            "velocity_score": round(judged.deviations, 4),
            "acceleration": round(judged.deviations - before, 4),
            "coherence": round(story.coherence(self.embed), 4),
            "heat": story.heat,
            "author_count": judged.authors,
            "expected_count": round(judged.expected, 4),
            "seen_before": judged.seen_before,
            "window_hours": judged.scale.window // HOUR,
            **self._scored(judged, story),
            "capture_day": capture_day(self.hour),
            "capture_hour": self.hour,
        }

    def _scored(self, judged: Judged, story: Story) -> Row:
        """What the window holds, the score with its parts, and the reason."""
        scale, number, window_hours = judged.scale, judged.cluster, judged.scale.window // HOUR
        mask = int(self.view.platforms(scale)[number])
        platforms = [name for bit, name in enumerate(self.view.history.platforms) if mask >> bit & 1]
        posts, gained = (float(self.view.totals(name, scale)[number]) for name in ("posts", "engagement"))
        covered, past = self.view.covered_hours(scale)
        parts = score_parts(
            decades=judged.decades,
            authors=judged.authors,
            platforms=len(platforms),
            engagement_gained=gained,
            heat=story.heat,
            seen_before=judged.seen_before,
            past_hours=past,
            coverage=covered / window_hours,
        )
        return {
            "platforms": platforms or self.clusters[number]["platforms"],
            "trend_score": parts.trend_score,
            **{f"{name}_score": value for name, value in asdict(parts).items()},
            "artifact_count": int(posts),
            "engagement_gained": gained,
            "why": why(
                posts=int(posts),
                authors=judged.authors,
                window_hours=window_hours,
                expected=judged.expected,
                seen_before=judged.seen_before,
                past_hours=min(past, scale.reach // HOUR - window_hours),
            ),
        }


_NOTHING = {"status": "stale"}


def _name(cluster: Row, story: Story, last: Row | None) -> str:
    """What a person would call it; what is over keeps its name."""
    if cluster["cluster_key_type"] == "phrase":
        name = story.name()
    elif cluster["cluster_key_type"] in ("url", "topic"):
        name = story.shared_name()
    else:
        name = None
    return str(name or (last or cluster)["display_name"])


def _share(mine: set[str], theirs: set[str]) -> float:
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 0.0
