"""Single posts that many react to: more than to most that the same surface brought before. Reads the lake only."""

from datetime import datetime, timedelta
from typing import Any

from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, NORMALIZED_ARTIFACTS
from kairo_pipelines.normalize.engagement import COMMENT_WEIGHT, SHARE_WEIGHT, VIEW_WEIGHT
from kairo_pipelines.trends.queries import query
from kairo_pipelines.trends.reading import SHOWN_HOURS, last_counts

#: A post that happened earlier is yesterday's.
FRESH = timedelta(hours=24)
#: How far back a surface's posts are compared with, and how much of that there must be to know what is usual.
PAST, LEAST_PAST = timedelta(days=14), timedelta(days=3)
LEAST_POSTS = 50
#: The share of those posts that a hot one has outdone.
LEAST_SHARE = 0.5
#: Weighted acts (`engagement.weighted_acts`) below which nothing is shared by many, however quiet the surface is.
LEAST_ACTS = 50.0
#: As many as boards are made from, where a platform brings very many.
MOST_POSTS = 5_000


def hot_posts(lake: Lake, hour: datetime) -> list[dict[str, Any]]:
    """The posts of the last day that outdo most of their surface's usual ones, as known at the end of `hour`.

    The hottest first, one a link. Each row has the item's columns and last counts; `acts`, what they weigh; `share`,
    how many of `compared_posts` in `compared_days` it outdoes, which have had at least a day; and `course`, the acts
    gained in each of the last 48 hours. Surfaces that report no counts, or have too little past, have none.
    """
    now = hour + HOUR
    since = hour - PAST - FRESH
    posts = lake.sql(
        query("hot_posts"),
        {
            "fresh_since": now - FRESH,
            "past_since": now - FRESH - PAST,
            "least_posts": LEAST_POSTS,
            "least_past": LEAST_PAST,
            "least_share": LEAST_SHARE,
            "least_acts": LEAST_ACTS,
            "most": MOST_POSTS,
            "comment_weight": COMMENT_WEIGHT,
            "share_weight": SHARE_WEIGHT,
            "view_weight": VIEW_WEIGHT,
        },
        items=Slice(EVIDENCE_ITEMS, since, hour),
        artifacts=Slice(NORMALIZED_ARTIFACTS, since, hour),
        last_counts=last_counts(lake, since, hour),
    ).to_pylist()
    courses = courses_of(lake, [post["evidence_id"] for post in posts], hour)
    return [post | {"course": courses[post["evidence_id"]]} for post in posts]


def courses_of(lake: Lake, evidence_ids: list[str], hour: datetime) -> dict[str, list[float]]:
    """The weighted acts that each item gained in each of the last 48 hours, what it had at first sight among them."""
    courses = {evidence_id: [0.0] * SHOWN_HOURS for evidence_id in evidence_ids}
    if not evidence_ids:
        return courses
    first = hour - (SHOWN_HOURS - 1) * HOUR
    levels = lake.sql(
        """
        SELECT
            evidence_id,
            date_diff('hour', $first::TIMESTAMPTZ, capture_hour) AS position,
            max(
                greatest(coalesce(like_count, 0), 0)
                + $comment_weight * greatest(coalesce(comment_count, 0), 0)
                + $share_weight * greatest(coalesce(share_count, 0), 0)
                + $view_weight * greatest(coalesce(view_count, 0), 0)
            ) AS acts
        FROM observations
        SEMI JOIN (SELECT unnest($evidence_ids) AS evidence_id) AS hot USING (evidence_id)
        GROUP BY ALL
        ORDER BY evidence_id, position
        """,
        {
            "first": first,
            "evidence_ids": evidence_ids,
            "comment_weight": COMMENT_WEIGHT,
            "share_weight": SHARE_WEIGHT,
            "view_weight": VIEW_WEIGHT,
        },
        observations=Slice(EVIDENCE_OBSERVATIONS, first, hour),
    ).to_pylist()
    reached: dict[str, float] = {}
    for row in levels:
        before = reached.get(row["evidence_id"], 0.0)
        courses[row["evidence_id"]][row["position"]] = round(max(row["acts"] - before, 0.0), 2)
        reached[row["evidence_id"]] = max(before, row["acts"])
    return courses
