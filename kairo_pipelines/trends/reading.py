"""Reading trends back: the candidates as of an hour, one trend's buckets and its evidence."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_BUCKETS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
    TREND_CANDIDATES,
)
from kairo_pipelines.trends.queries import query

#: Of posts that match a pattern, as many as anybody looks through.
MOST_MATCHING = 5_000
#: A sparkline's length.
SHOWN_HOURS = 48
#: A post that happened in a window was captured at most so long before the window, or in it.
LOOK_BACK = timedelta(days=7)


def latest_verdict(lake: Lake, as_of: datetime | None = None) -> dict[str, Any] | None:
    """What the detector said in the last hour that it looked at, or in the last until `as_of`."""
    rows = lake.sql(
        "SELECT * FROM hours ORDER BY capture_hour DESC LIMIT 1", hours=Slice(DETECTOR_HOURS, until=as_of)
    ).to_pylist()
    return rows[0] if rows else None


def candidates_of(lake: Lake, hour: datetime) -> list[dict[str, Any]]:
    """The trends of an hour that are not over, the strongest first."""
    return lake.sql(
        "SELECT * FROM candidates WHERE status <> 'stale' ORDER BY trend_score DESC, cluster_id",
        candidates=Slice(TREND_CANDIDATES, hour, hour),
    ).to_pylist()


def trend_buckets(lake: Lake, cluster_id: str, hour: datetime, shown: int = SHOWN_HOURS) -> list[float]:
    """Posts of a cluster in each of the hours up to `hour`, as known then; 0 where there were none."""
    return buckets_of_trends(lake, [cluster_id], hour, shown)[cluster_id]


def buckets_of_trends(
    lake: Lake, cluster_ids: list[str], hour: datetime, shown: int = SHOWN_HOURS
) -> dict[str, list[float]]:
    """The same of several clusters, each by its id."""
    first = hour - (shown - 1) * HOUR
    rows = lake.sql(
        """
        SELECT
            cluster_id,
            date_diff('hour', $first::TIMESTAMPTZ, bucket_start) AS position,
            sum(artifact_count) AS posts
        FROM buckets
        SEMI JOIN (SELECT unnest($cluster_ids::VARCHAR[]) AS cluster_id) AS wanted USING (cluster_id)
        WHERE bucket_start >= $first::TIMESTAMPTZ
        GROUP BY ALL
        """,
        {"first": first, "cluster_ids": cluster_ids},
        buckets=Slice(CLUSTER_BUCKETS, first, hour),
    ).to_pylist()
    posts = {cluster_id: [0.0] * shown for cluster_id in cluster_ids}
    for row in rows:
        posts[row["cluster_id"]][row["position"]] = float(row["posts"])
    return posts


def trend_evidence(lake: Lake, cluster_ids: list[str], hour: datetime, window: timedelta) -> list[dict[str, Any]]:
    """The evidence of clusters in the window up to the end of `hour`, with the counts last seen by then.

    One row per cluster and item: the item's columns, `cluster_id`, `canonical_url` and `happened_at`; newest counts.
    """
    first = hour - window - LOOK_BACK
    return lake.sql(
        """
        SELECT
            links.cluster_id,
            items.evidence_id,
            items.platform,
            items.platform_item_id,
            items.title,
            items.text_content,
            items.url,
            items.permalink,
            items.author,
            items.published_at,
            items.first_seen_at,
            artifacts.normalized_text,
            artifacts.canonical_url,
            artifacts.happened_at,
            last_counts.* EXCLUDE (evidence_id)
        FROM links
        SEMI JOIN (SELECT unnest($cluster_ids::VARCHAR[]) AS cluster_id) AS wanted USING (cluster_id)
        JOIN artifacts USING (artifact_id)
        JOIN items ON artifacts.evidence_id = items.evidence_id
        LEFT JOIN last_counts ON last_counts.evidence_id = items.evidence_id
        WHERE artifacts.happened_at >= $window_start::TIMESTAMPTZ
        ORDER BY links.cluster_id, last_counts.like_count DESC NULLS LAST, items.evidence_id
        """,
        {"cluster_ids": cluster_ids, "window_start": hour + HOUR - window},
        links=Slice(ARTIFACT_CLUSTER_LINKS, first, hour),
        artifacts=Slice(NORMALIZED_ARTIFACTS, first, hour),
        items=Slice(EVIDENCE_ITEMS, first, hour),
        last_counts=last_counts(lake, hour - window, hour),
    ).to_pylist()


def last_counts(lake: Lake, since: datetime, hour: datetime) -> pa.Table:
    """The counts of each item that was seen from `since` to the end of `hour`, as last seen by then."""
    return lake.sql(query("last_counts"), observations=Slice(EVIDENCE_OBSERVATIONS, since, hour))


def posts_matching(lake: Lake, pattern: str, since: datetime, hour: datetime) -> list[dict[str, Any]]:
    """The items first seen from `since` to the end of `hour` whose text matches; of very many the most noticed.

    The pattern is one of RE2, and case does not matter. One row an item: its columns, `normalized_text`, `happened_at`,
    and the counts last seen.
    """
    return lake.sql(
        """
        SELECT
            items.evidence_id,
            items.platform,
            items.title,
            items.text_content,
            items.url,
            items.permalink,
            items.author,
            items.published_at,
            items.first_seen_at,
            artifacts.normalized_text,
            artifacts.happened_at,
            last_counts.* EXCLUDE (evidence_id)
        FROM items
        INNER JOIN artifacts USING (evidence_id)
        LEFT JOIN last_counts USING (evidence_id)
        WHERE regexp_matches(artifacts.normalized_text, $pattern, 'i')
        ORDER BY
            coalesce(last_counts.like_count, 0) + coalesce(last_counts.comment_count, 0) DESC,
            items.evidence_id
        LIMIT $most
        """,
        {"pattern": pattern, "most": MOST_MATCHING},
        items=Slice(EVIDENCE_ITEMS, since, hour),
        artifacts=Slice(NORMALIZED_ARTIFACTS, since, hour),
        last_counts=last_counts(lake, since, hour),
    ).to_pylist()
