"""What trends came to, and what became big without being noticed: frames for people to look at."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import pandas as pd
import pyarrow as pa

from kairo_pipelines.embedding import Vectors, coherence
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTERS,
    NORMALIZED_ARTIFACTS,
)
from kairo_pipelines.trends.reading import LOOK_BACK
from kairo_pipelines.trends.stories import MOST_TEXTS
from kairo_pipelines.trends.windows import LONG

#: A trend came to something when so many further authors followed within this time, at so many times the usual.
FOLLOWED_FOR, FOLLOWERS, TIMES_USUAL = timedelta(days=3), 3, 3.0
#: What counts as big though nobody noticed: so many authors within the same time.
BURST_AUTHORS = 6
#: Two sets of posts are one story when this share of the smaller one is the other's too.
SAME_POSTS = 0.5

Row = dict[str, Any]


def trend_outcomes(lake: Lake, trends: pa.Table, known_until: datetime) -> pd.DataFrame:
    """A row per trend, given by its first row in `trend_candidates`, with what is known of it `known_until`.

    Of the columns only trend_id, cluster_id, detected_at, window_hours and expected_count are needed; all are kept.
    `followed` is null while it is too early to say; `lead_hours` is from its detection to its height, below 0 where
    that was before.
    """
    detected = [row["detected_at"] for row in trends.select(["detected_at"]).to_pylist()] or [known_until]
    first, last = min(detected) - LONG.window - LOOK_BACK, max(detected) + FOLLOWED_FOR
    frame: pd.DataFrame = lake.sql(
        _query("outcomes"),
        {
            "followed_for": FOLLOWED_FOR,
            "least_followers": FOLLOWERS,
            "times_usual": TIMES_USUAL,
            "known_until": known_until,
        },
        trends=trends,
        artifacts=Slice(NORMALIZED_ARTIFACTS, first, last),
        links=Slice(ARTIFACT_CLUSTER_LINKS, first, last),
    ).to_pandas()
    return frame.astype({"followed": "boolean"})


def missed_bursts(
    lake: Lake, hours: HourRange, trends: pd.DataFrame, embed: Callable[[Sequence[str]], Vectors]
) -> tuple[int, pd.DataFrame]:
    """How many bursts began and peaked in these hours, and a row for each that no trend tells of, the largest first.

    A burst is one story, however many clusters it is in; a trend tells of it that shares most posts with it, from its
    window to three days after it was noticed.
    """
    reach = hours.reaching_back(LONG.reach + FOLLOWED_FOR + LOOK_BACK)
    artifacts, links = Slice.of(NORMALIZED_ARTIFACTS, reach), Slice.of(ARTIFACT_CLUSTER_LINKS, reach)
    bursts = lake.sql(
        _query("bursts"),
        {
            "least_authors": BURST_AUTHORS,
            "times": TIMES_USUAL,
            "first": hours.first,
            "last": hours.end,
            "captured_since": _captured_since(lake, reach),
        },
        artifacts=artifacts,
        links=links,
        clusters=Slice(CLUSTERS, until=hours.last),
    ).to_pylist()
    told = _posts_of(lake, trends, artifacts, links)
    stories = [story for story in _one_per_story(bursts) if story["began_at"] >= hours.first]
    missed = [story for story in stories if not any(_same(set(story["posts"]), posts) for posts in told)]
    texts = _texts(lake, [artifact for story in missed for artifact in story["posts"]], artifacts)
    for story in missed:
        said = [texts[artifact] for artifact in story.pop("posts")]
        story["coherence"] = coherence(embed(sorted(set(said))[:MOST_TEXTS]))
        story["example"] = said[0]
    return len(stories), pd.DataFrame(missed, columns=[*_SHOWN_OF_BURSTS])


_SHOWN_OF_BURSTS = (
    *("cluster_id", "cluster_key_type", "display_name", "authors", "usual"),
    *("began_at", "ended_at", "coherence", "example"),
)


def _one_per_story(bursts: Sequence[Row]) -> Iterator[Row]:
    """Of bursts that share most posts the first, which is the largest; of one cluster's every one that stands apart."""
    kept: list[set[str]] = []
    for burst in bursts:
        posts = set(burst["posts"])
        if not any(_same(posts, others) for others in kept):
            kept.append(posts)
            yield burst


def _same(mine: set[str], theirs: set[str]) -> bool:
    return len(mine & theirs) >= SAME_POSTS * min(len(mine), len(theirs)) > 0


def _posts_of(lake: Lake, trends: pd.DataFrame, artifacts: Slice, links: Slice) -> list[set[str]]:
    if trends.empty:
        return []
    rows = lake.sql(
        """
        SELECT list(DISTINCT links.artifact_id) AS posts
        FROM trends
        INNER JOIN links USING (cluster_id)
        INNER JOIN artifacts USING (artifact_id)
        WHERE
            artifacts.happened_at >= trends.detected_at - to_hours(trends.window_hours)
            AND artifacts.happened_at < trends.detected_at + $followed_for::INTERVAL
        GROUP BY trends.trend_id
        """,
        {"followed_for": FOLLOWED_FOR},
        trends=pa.Table.from_pandas(
            trends[["trend_id", "cluster_id", "detected_at", "window_hours"]], preserve_index=False
        ),
        artifacts=artifacts,
        links=links,
    )
    return [set(row["posts"]) for row in rows.to_pylist()]


def _texts(lake: Lake, ids: Sequence[str], artifacts: Slice) -> dict[str, str]:
    rows = lake.sql(
        "SELECT artifact_id, normalized_text FROM artifacts SEMI JOIN wanted USING (artifact_id)",
        artifacts=artifacts,
        wanted=pa.table({"artifact_id": pa.array(ids, pa.string())}),
    )
    return {row["artifact_id"]: row["normalized_text"] for row in rows.to_pylist()}


def _captured_since(lake: Lake, hours: HourRange) -> datetime:
    rows = lake.sql("SELECT min(capture_hour) AS first FROM runs", runs=Slice.of(CAPTURE_RUNS, hours)).to_pylist()
    first: datetime = rows[0]["first"] or hours.first
    return first


def _query(name: str) -> str:
    return files("kairo_pipelines.backtest").joinpath(f"{name}.sql").read_text("utf-8")
