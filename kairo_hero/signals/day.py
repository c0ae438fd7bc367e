"""What the world brought up to the last hour that was looked at: read from the lake once, the same for every brand."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from kairo_hero.brands.names import plain_name
from kairo_hero.signals.moments import todays_moments
from kairo_hero.signals.occasions import Occasion
from kairo_hero.signals.relevance import Heard
from kairo_hero.signals.trends import todays_trends
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.normalize.engagement import weighted_acts
from kairo_pipelines.trends.hot_posts import courses_of
from kairo_pipelines.trends.reading import latest_verdict, posts_matching

#: How far back a post that names a brand is still news.
MENTION_HOURS = timedelta(hours=48)


@dataclass(frozen=True)
class Post:
    """A post of the two days up to an hour, as it stood at its end; `course` is what it gained in each hour before."""

    row: dict[str, Any]
    hour: datetime
    course: tuple[float, ...]

    @cached_property
    def text(self) -> str:
        """What it says."""
        return str(self.row["normalized_text"])

    @property
    def acts(self) -> float:
        """The reactions to it, weighted."""
        row = self.row
        acts: float = weighted_acts(row["like_count"], row["comment_count"], row["share_count"], row["view_count"])
        return acts

    @property
    def age_hours(self) -> float:
        """Hours since it was posted."""
        hours: float = (self.hour + HOUR - self.row["happened_at"]) / HOUR
        return max(hours, 0.0)


@dataclass(frozen=True)
class Day:
    """The occasions as of an hour, and posts of two days that write certain names; or why there is nothing."""

    trend_hour: datetime | None
    silence: str | None
    occasions: tuple[Occasion, ...] = ()
    posts: tuple[Post, ...] = ()

    @cached_property
    def post_ids(self) -> frozenset[str]:
        """All posts that an occasion rests on."""
        return frozenset(post for occasion in self.occasions for post in occasion.post_ids)

    @cached_property
    def heard(self) -> Heard:
        """What the occasions are about."""
        return Heard.of([occasion.text for occasion in self.occasions])


def read_day(lake: Lake, names: Collection[str] = (), as_of: datetime | None = None) -> Day:
    """The day up to the last hour, or the last until `as_of`, whose trends were looked for: trends, then hot posts.

    `names` are those of brands and competitors that its posts are looked through for.
    """
    verdict = latest_verdict(lake, as_of)
    if verdict is None:
        return Day(None, "no hour has been scored yet")
    hour: datetime = verdict["capture_hour"]
    trends = todays_trends(lake, hour)
    moments = todays_moments(lake, hour, {post for trend in trends for post in trend.post_ids})
    silence = None if verdict["verdict"] == "scored" else f"{verdict['verdict'].replace('_', ' ')}: {verdict['reason']}"
    return Day(hour, silence, (*trends, *moments), tuple(_posts_naming(lake, names, hour)))


def _posts_naming(lake: Lake, names: Collection[str], hour: datetime) -> list[Post]:
    """The posts of two days that write one of these names anywhere, the most noticed first."""
    if not names:
        return []
    pattern = "|".join(sorted(re.escape(plain_name(name)) for name in names))
    rows = posts_matching(lake, pattern, hour + HOUR - MENTION_HOURS, hour)
    courses = courses_of(lake, [row["evidence_id"] for row in rows], hour)
    posts = [Post(row, hour, tuple(courses[row["evidence_id"]])) for row in rows]
    return sorted(posts, key=lambda post: (-post.acts, post.row["evidence_id"]))
