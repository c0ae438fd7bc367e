"""The trends of an hour as occasions: those that rest on the same posts are one, each with its evidence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from kairo_hero.signals.occasions import MOST_EVIDENCE, Occasion, told
from kairo_hero.signals.posts import evidence_of
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import TREND_CANDIDATES
from kairo_pipelines.trends.reading import buckets_of_trends, trend_evidence

#: A trend that ended longer ago is no news today.
STILL_TODAY = timedelta(hours=24)
#: Two clusters are one signal when this share of the smaller one's posts is the other's too.
SAME_POSTS = 0.6

Row = dict[str, Any]


def todays_trends(lake: Lake, hour: datetime) -> list[Occasion]:
    """The trends alive at the end of `hour`, or ended within a day of it; the strongest and clearest first."""
    candidates = _latest_rows(lake, hour)
    if not candidates:
        return []
    begins = {row["cluster_id"]: row["detected_at"] - row["window_hours"] * HOUR for row in candidates}
    posts: dict[str, list[Row]] = {}
    for post in trend_evidence(lake, list(begins), hour, window=hour + HOUR - min(begins.values())):
        if post["happened_at"] >= begins[post["cluster_id"]]:
            posts.setdefault(post["cluster_id"], []).append(post)
    stories = _one_per_story([row for row in candidates if row["cluster_id"] in posts], posts)
    sparklines = buckets_of_trends(lake, [row["cluster_id"] for row in stories], hour)
    return [_occasion(row, posts[row["cluster_id"]], sparklines[row["cluster_id"]], hour) for row in stories]


def _latest_rows(lake: Lake, hour: datetime) -> list[Row]:
    """Each trend's last row; of one that is past its height the numbers of its last hour over the threshold."""
    return lake.sql(
        """
        WITH over_threshold AS (
            SELECT * EXCLUDE (status, capture_hour)
            FROM rows
            WHERE status IN ('emerging', 'active')
            QUALIFY row_number() OVER (PARTITION BY cluster_id ORDER BY capture_hour DESC) = 1
        ),

        latest AS (
            SELECT cluster_id, arg_max(status, capture_hour) AS status
            FROM rows
            GROUP BY cluster_id
        )

        SELECT *
        FROM over_threshold
        INNER JOIN latest USING (cluster_id)
        ORDER BY status = 'stale', trend_score * coherence DESC, cluster_id
        """,
        rows=Slice(TREND_CANDIDATES, hour - STILL_TODAY, hour),
    ).to_pylist()


def _one_per_story(candidates: Iterable[Row], posts: Mapping[str, list[Row]]) -> list[Row]:
    """Of clusters on the same posts the one whose name says it best: named earliest in the posts, then longest."""
    kept: list[Row] = []
    stories: list[set[str]] = []
    stories_of: dict[str, list[int]] = {}
    for row in candidates:
        mine = {post["evidence_id"] for post in posts[row["cluster_id"]]}
        shared = Counter(story for post in mine for story in stories_of.get(post, ()))
        same = [story for story, both in shared.items() if both >= SAME_POSTS * min(len(mine), len(stories[story]))]
        if not same:
            for post in mine:
                stories_of.setdefault(post, []).append(len(kept))
            kept.append(row)
            stories.append(mine)
        elif stories[first := min(same)] == mine:
            kept[first] = min(kept[first], row, key=lambda one: _naming(one, posts[one["cluster_id"]]))
    return kept


def _naming(row: Row, posts: list[Row]) -> tuple[int, int, str]:
    found = [post["normalized_text"].casefold().find(row["display_name"].casefold()) for post in posts]
    return min((at for at in found if at >= 0), default=10_000), -len(row["display_name"]), row["cluster_id"]


def _occasion(row: Row, posts: list[Row], sparkline: list[float], hour: datetime) -> Occasion:
    newest = max(post["happened_at"] for post in posts)
    return Occasion(
        id=row["trend_id"],
        kind="trend",
        topic=row["display_name"],
        reason=row["why"],
        platforms=row["platforms"],
        status=row["status"],
        noticed_at=row["detected_at"],
        strength=min(max(row["trend_score"], 0.0), 100.0),
        velocity=row["velocity_score"],
        cluster_kind=row["cluster_key_type"],
        post_ids=[post["evidence_id"] for post in posts],
        evidence=[evidence_of(post) for post in posts[:MOST_EVIDENCE]],
        texts=told((post["evidence_id"], post["normalized_text"]) for post in posts),
        sparkline=sparkline,
        hours_since_last_post=max((hour + HOUR - newest) / HOUR, 0.0),
    )
