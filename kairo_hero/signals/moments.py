"""Single posts that many react to, as occasions: what nobody else repeats yet, and what is no trend."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from kairo_hero.signals.occasions import Occasion, shortened, told
from kairo_hero.signals.posts import evidence_of
from kairo_hero.vocabulary import MOMENT_KIND
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.trends.hot_posts import hot_posts

#: What the hottest post is worth beside trends: one post, however many react to it, is one voice.
GREATEST_STRENGTH = 60.0
#: Words that a post needs to say what it is about.
FEWEST_WORDS = 2


def todays_moments(lake: Lake, hour: datetime, told_by_trends: Collection[str]) -> list[Occasion]:
    """The hot posts of the day up to the end of `hour`, the hottest first, without those that a trend rests on.

    A picture without words, or a single word, tells nobody what it is about.
    """
    return [
        _occasion(post, hour)
        for post in hot_posts(lake, hour)
        if post["evidence_id"] not in told_by_trends and len(post["normalized_text"].split()) >= FEWEST_WORDS
    ]


def _occasion(post: dict[str, Any], hour: datetime) -> Occasion:
    age = max((hour + HOUR - post["happened_at"]) / HOUR, 0.0)
    return Occasion(
        id=post["evidence_id"],
        kind="moment",
        topic=shortened(post["title"] or post["normalized_text"]),
        reason=_reason(post),
        platforms=[post["platform"]],
        status=None,
        noticed_at=None,
        strength=round(GREATEST_STRENGTH * (2 * post["share"] - 1), 4),
        velocity=round(post["acts"] / max(age, 1.0), 4),
        cluster_kind=MOMENT_KIND,
        post_ids=[post["evidence_id"]],
        evidence=[evidence_of(post)],
        texts=told([(post["evidence_id"], post["normalized_text"])]),
        sparkline=post["course"],
        hours_since_last_post=age,
    )


def _reason(post: dict[str, Any]) -> str:
    days = post["compared_days"]
    if post["share"] == 1:
        return f"more reaction than any of the {post['compared_posts']} posts there got in the {days} days before"
    return f"more reaction than {int(100 * post['share'])} of 100 posts there got in the {days} days before"
