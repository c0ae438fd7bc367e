"""The trends of an hour as signals: those that rest on the same posts are one, each with its evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kairo_hero.dto import EvidenceDTO
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import TREND_CANDIDATES
from kairo_pipelines.trends.reading import trend_buckets, trend_evidence

#: A trend that ended longer ago is no news today.
STILL_TODAY = timedelta(hours=24)
#: Two clusters are one signal when this share of the smaller one's posts is the other's too.
SAME_POSTS = 0.6
#: As many posts as a person looks at.
MOST_EVIDENCE = 8
#: Characters of a title that a card shows.
LONGEST_TITLE = 300
COUNT_NAMES = {"like_count": "likes", "comment_count": "comments", "share_count": "shares", "view_count": "views"}


@dataclass(frozen=True)
class Trend:
    """A trend candidate as a brand's board sees it: the candidate's row, its evidence, its last two days."""

    candidate: dict[str, Any]
    evidence: tuple[EvidenceDTO, ...]
    texts: tuple[str, ...]
    sparkline: tuple[float, ...]
    hours_since_last_post: float

    @property
    def topic(self) -> str:
        """What a person would call it."""
        return str(self.candidate["display_name"])


def todays_trends(lake: Lake, hour: datetime) -> list[Trend]:
    """The trends alive at the end of `hour`, or ended within a day of it; the strongest and clearest first."""
    candidates = _latest_rows(lake, hour)
    if not candidates:
        return []
    begins = {row["cluster_id"]: row["detected_at"] - row["window_hours"] * HOUR for row in candidates}
    posts = trend_evidence(lake, list(begins), hour, window=hour + HOUR - min(begins.values()))
    by_cluster: dict[str, list[dict[str, Any]]] = {}
    for post in posts:
        if post["happened_at"] >= begins[post["cluster_id"]]:
            by_cluster.setdefault(post["cluster_id"], []).append(post)
    merged = _one_per_story([row for row in candidates if row["cluster_id"] in by_cluster], by_cluster)
    return [_trend(lake, row, by_cluster[row["cluster_id"]], hour) for row in merged]


def _latest_rows(lake: Lake, hour: datetime) -> list[dict[str, Any]]:
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


def _one_per_story(
    candidates: Iterable[dict[str, Any]], posts: dict[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Of clusters on the same posts the one whose name says it best: named earliest in the posts, then longest."""
    kept: list[dict[str, Any]] = []
    stories: list[set[str]] = []
    for row in candidates:
        mine = {post["evidence_id"] for post in posts[row["cluster_id"]]}
        for position, theirs in enumerate(stories):
            if len(mine & theirs) >= SAME_POSTS * min(len(mine), len(theirs)):
                if mine == theirs:
                    kept[position] = min(kept[position], row, key=lambda one: _naming(one, posts[one["cluster_id"]]))
                break
        else:
            kept.append(row)
            stories.append(mine)
    return kept


def _naming(row: dict[str, Any], posts: list[dict[str, Any]]) -> tuple[int, int, str]:
    found = [post["normalized_text"].casefold().find(row["display_name"].casefold()) for post in posts]
    return min((at for at in found if at >= 0), default=10_000), -len(row["display_name"]), row["cluster_id"]


def _trend(lake: Lake, row: dict[str, Any], posts: list[dict[str, Any]], hour: datetime) -> Trend:
    newest = max(post["happened_at"] for post in posts)
    return Trend(
        candidate=row,
        evidence=tuple(_evidence(post) for post in posts[:MOST_EVIDENCE]),
        texts=tuple(dict.fromkeys(post["normalized_text"] for post in posts)),
        sparkline=tuple(trend_buckets(lake, row["cluster_id"], hour)),
        hours_since_last_post=max((hour + HOUR - newest) / HOUR, 0.0),
    )


def shortened(text: str) -> str:
    """What a card shows of a title, or of the text of a post that has none."""
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1] + "…"


def _evidence(post: dict[str, Any]) -> EvidenceDTO:
    return EvidenceDTO(
        evidence_id=post["evidence_id"],
        platform=post["platform"],
        title=shortened(post["title"] or post["text_content"]),
        url=post["url"],
        author=post["author"],
        published_at=post["published_at"],
        counts={name: post[column] for column, name in COUNT_NAMES.items() if post[column] is not None},
    )
