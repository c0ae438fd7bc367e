"""The external signals of one brand: trends ranked by relevance, mentions of the brand, posts on competitors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import regex

from kairo_hero.brands.taboos import taboos_in
from kairo_hero.dto import (
    BrandIRDTO,
    BrandSnapshotDTO,
    CompetitorPostSignalDTO,
    ExternalSignalBundleDTO,
    TrendSignalDTO,
    WebMentionSignalDTO,
)
from kairo_hero.signals.relevance import BrandMatcher, Fit
from kairo_hero.signals.trends import Trend, todays_trends
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, NORMALIZED_ARTIFACTS
from kairo_pipelines.trends.reading import latest_verdict

#: How far back a mention is still news.
MENTION_HOURS = timedelta(hours=48)
MOST_MENTIONS = 20


@dataclass(frozen=True)
class Signals:
    """A bundle, the hour whose trends it holds, and why the detector could say nothing, where it could not."""

    bundle: ExternalSignalBundleDTO
    trend_hour: datetime | None = None
    silence: str | None = None
    taboo_topics: int = 0


def external_signals(
    lake: Lake,
    snapshot: BrandSnapshotDTO,
    ir: BrandIRDTO,
    *,
    mention_names: list[str],
    competitors: list[str],
    at: datetime,
) -> Signals:
    """Everything of the last hour looked at, the most relevant trend first.

    Trends about a taboo are out: the brand has nothing to say on them. Every evidence id can be followed in the lake.
    """
    verdict = latest_verdict(lake)
    if verdict is None:
        nothing = ExternalSignalBundleDTO(
            brand_id=snapshot.brand_id,
            fetched_at=at,
            trends=[],
            web_mentions=[],
            competitor_posts=[],
            social_moments=[],
        )
        return Signals(nothing, silence="no hour has been scored yet")
    hour: datetime = verdict["capture_hour"]
    trends = todays_trends(lake, hour)
    allowed = [trend for trend in trends if not taboos_in(" ".join((trend.topic, *trend.texts)), ir.taboo_patterns)]
    fits = BrandMatcher(snapshot).fits([". ".join(trend.texts) for trend in allowed])
    ranked = sorted(zip(allowed, fits, strict=True), key=lambda pair: (-pair[1].relevance, pair[0].topic))
    recent = _recent_texts(lake, hour)
    bundle = ExternalSignalBundleDTO(
        brand_id=snapshot.brand_id,
        fetched_at=at,
        trends=[_trend_signal(trend, fit) for trend, fit in ranked],
        web_mentions=[_mention(post) for post in _naming(recent, mention_names)],
        competitor_posts=[_competitor_post(post, name) for name in competitors for post in _naming(recent, [name])],
        social_moments=[],
    )
    silence = None if verdict["verdict"] == "scored" else f"{verdict['verdict'].replace('_', ' ')}: {verdict['reason']}"
    return Signals(bundle, hour, silence, len(trends) - len(allowed))


def _trend_signal(trend: Trend, fit: Fit) -> TrendSignalDTO:
    row = trend.candidate
    return TrendSignalDTO(
        id=row["trend_id"],
        topic=trend.topic,
        source=", ".join(row["platforms"]),
        trend_score=row["trend_score"],
        velocity=row["velocity_score"],
        relevance=fit.relevance,
        status=row["status"],
        why=row["why"],
        evidence_ids=[evidence.evidence_id for evidence in trend.evidence],
        recency_hours=round(trend.hours_since_last_post, 2),
    )


def _recent_texts(lake: Lake, hour: datetime) -> list[dict[str, Any]]:
    return lake.sql(
        """
        SELECT items.*, artifacts.normalized_text, artifacts.engagement_score
        FROM items JOIN artifacts USING (evidence_id)
        ORDER BY artifacts.engagement_score DESC, evidence_id
        """,
        items=Slice(EVIDENCE_ITEMS, hour + HOUR - MENTION_HOURS, hour),
        artifacts=Slice(NORMALIZED_ARTIFACTS, hour + HOUR - MENTION_HOURS, hour),
    ).to_pylist()


def _naming(posts: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """The posts that write one of these names as whole words, whatever the case."""
    if not names:
        return []
    pattern = regex.compile(rf"(?<!\w)(?:{'|'.join(regex.escape(name) for name in names)})(?!\w)", regex.IGNORECASE)
    return [post for post in posts if pattern.search(post["normalized_text"])][:MOST_MENTIONS]


def _mention(post: dict[str, Any]) -> WebMentionSignalDTO:
    return WebMentionSignalDTO(
        id=post["evidence_id"],
        title=post["title"] or post["normalized_text"][:120],
        source=post["platform"],
        url=post["url"],
        snippet=post["normalized_text"][:300],
        published_at=post["published_at"],
        relevance=1.0,
    )


def _competitor_post(post: dict[str, Any], name: str) -> CompetitorPostSignalDTO:
    return CompetitorPostSignalDTO(
        id=post["evidence_id"],
        competitor_name=name,
        channel=post["platform"],
        snippet=post["normalized_text"][:300],
        url=post["url"],
        engagement=post["engagement_score"],
        published_at=post["published_at"],
    )
