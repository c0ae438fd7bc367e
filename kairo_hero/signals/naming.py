"""Posts that name a brand or a competitor."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kairo_hero.brands.names import name_pattern
from kairo_hero.brands.taboos import taboos_in
from kairo_hero.dto import CompetitorPostSignalDTO, WebMentionSignalDTO
from kairo_hero.signals.day import Post
from kairo_hero.signals.moments import GREATEST_STRENGTH
from kairo_hero.signals.occasions import Occasion, shortened, told
from kairo_hero.signals.posts import evidence_of
from kairo_hero.vocabulary import MENTION_KIND
from kairo_pipelines.normalize.engagement import engagement_score

MOST_POSTS = 20
LONGEST_TITLE, LONGEST_SNIPPET = 120, 300
#: Weighted acts under which nobody has noticed a mention, and the hours after which it is yesterday's.
LEAST_ACTS, LATEST_HOURS = 10.0, 24.0


@dataclass(frozen=True)
class Named:
    """The posts that name somebody, without those that break a taboo; the most noticed first."""

    posts: Sequence[Post]
    taboo_patterns: list[str]

    def mentions(self, names: Sequence[str]) -> list[WebMentionSignalDTO]:
        """The posts that write one of these names."""
        return [_mention(post) for post in self._writing(names, self.posts)]

    def competitor_posts(self, competitors: Sequence[str]) -> list[CompetitorPostSignalDTO]:
        """The posts that write the name of each competitor."""
        return [_competitor_post(post, name) for name in competitors for post in self._writing([name], self.posts)]

    def occasions(self, names: Sequence[str], brand: str) -> list[Occasion]:
        """The posts of the last day that name the brand, and that somebody reacted to, as something to speak on."""
        fresh = (post for post in self.posts if post.acts >= LEAST_ACTS and post.age_hours <= LATEST_HOURS)
        return [_occasion(post, brand) for post in self._writing(names, fresh)]

    def _writing(self, names: Sequence[str], posts: Iterable[Post]) -> list[Post]:
        """At most so many posts that write one of these names as whole words, whatever the case."""
        if not names:
            return []
        pattern = name_pattern(names)
        found = (post for post in posts if pattern.search(post.text) and not taboos_in(post.text, self.taboo_patterns))
        return list(itertools.islice(found, MOST_POSTS))


def _occasion(post: Post, brand: str) -> Occasion:
    row = post.row
    return Occasion(
        id=row["evidence_id"],
        kind="moment",
        topic=shortened(row["title"] or post.text),
        reason=f"it names {brand}",
        platforms=[row["platform"]],
        status=None,
        noticed_at=None,
        strength=round(min(_score(post), GREATEST_STRENGTH), 4),
        velocity=round(post.acts / max(post.age_hours, 1.0), 4),
        cluster_kind=MENTION_KIND,
        post_ids=[row["evidence_id"]],
        evidence=[evidence_of(row)],
        texts=told([(row["evidence_id"], post.text)]),
        sparkline=list(post.course),
        hours_since_last_post=post.age_hours,
    )


def _score(post: Post) -> float:
    row = post.row
    return engagement_score(row["like_count"], row["comment_count"], row["share_count"], row["view_count"])


def _mention(post: Post) -> WebMentionSignalDTO:
    row = post.row
    return WebMentionSignalDTO(
        id=row["evidence_id"],
        title=row["title"] or post.text[:LONGEST_TITLE],
        source=row["platform"],
        url=row["url"] or row["permalink"],
        snippet=post.text[:LONGEST_SNIPPET],
        published_at=row["published_at"],
        relevance=1.0,
    )


def _competitor_post(post: Post, name: str) -> CompetitorPostSignalDTO:
    row = post.row
    return CompetitorPostSignalDTO(
        id=row["evidence_id"],
        competitor_name=name,
        channel=row["platform"],
        snippet=post.text[:LONGEST_SNIPPET],
        url=row["url"] or row["permalink"],
        engagement=_score(post),
        published_at=row["published_at"],
    )
