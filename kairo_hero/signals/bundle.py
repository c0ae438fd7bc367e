"""The external signals of one brand: what of a day is its business, ranked, and a little of what else is hot. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import Field, model_validator

from kairo_hero.brands.taboos import taboos_in
from kairo_hero.contract import Contract, Count, Moment
from kairo_hero.dto import (
    BrandIRDTO,
    BrandSnapshotDTO,
    ExternalSignalBundleDTO,
    SocialMomentSignalDTO,
    TrendSignalDTO,
)
from kairo_hero.signals.day import Day
from kairo_hero.signals.naming import Named
from kairo_hero.signals.occasions import Occasion
from kairo_hero.signals.relevance import BrandMatcher, Heard
from kairo_hero.vocabulary import MENTION_KIND, MOMENT_KIND, SignalLane
from kairo_pipelines.embedding import Vectors

#: Below this an occasion is none of the brand's business: it is looked at no further.
LEAST_RELEVANCE = 0.3
#: The most relevant that a board is made from.
MOST_OCCASIONS = 40
#: Cosine of texts' embeddings from which two tell the same story: of stories that were labelled by hand, 92 in 100 do.
SAME_STORY = 0.6
#: The hottest of what is none of the brand's business, shown so that filters do not hide it.
MOST_OUTSIDE = 3


class Signals(Contract):
    """A brand's bundle, and what a board needs beyond it; this is what is kept, and what a fixture holds.

    `occasions` are those of the bundle's trends, moments and mentions that are the brand's business, with all that a
    card says of them. `considered` counts what was looked at, `set_aside` what of it was left, and why. `silence` says
    why the detector could say nothing, where it could not.
    """

    bundle: ExternalSignalBundleDTO
    occasions: list[Occasion]
    considered: Count
    set_aside: dict[str, Count] = Field(default_factory=dict)
    trend_hour: Moment | None = None
    silence: str | None = None

    @model_validator(mode="after")
    def _says_of_when(self) -> "Signals":
        if self.trend_hour is None and self.silence is None:
            raise ValueError("give trend_hour, the hour that they are of, or silence, why there is none")
        return self

    @classmethod
    def none_for(cls, snapshot: BrandSnapshotDTO, at: datetime, silence: str) -> "Signals":
        """No signals, and why."""
        nothing = ExternalSignalBundleDTO(
            brand_id=snapshot.brand_id,
            fetched_at=at,
            trends=[],
            web_mentions=[],
            competitor_posts=[],
            social_moments=[],
        )
        return cls(bundle=nothing, occasions=[], considered=0, silence=silence)


def external_signals(
    day: Day,
    snapshot: BrandSnapshotDTO,
    ir: BrandIRDTO,
    *,
    mention_names: Sequence[str],
    competitors: Sequence[str],
    at: datetime,
) -> Signals:
    """What of the day is the brand's, the most relevant first, then the hottest of the rest, marked as outside.

    What is about a taboo is out: the brand has nothing to say on it. Every evidence id can be followed in the lake.
    """
    matcher = BrandMatcher(snapshot)
    named = Named(day.posts, ir.taboo_patterns)
    of_brand = named.occasions(mention_names, snapshot.brand_name)
    mentioned = [occasion for occasion in of_brand if occasion.id not in day.post_ids]
    looked_at = [
        *_looked_at(day.occasions, day.heard, matcher),
        *_looked_at(mentioned, Heard.of([occasion.text for occasion in mentioned]), matcher),
    ]
    own = [one for one in looked_at if one.relevance >= LEAST_RELEVANCE]
    other = [one for one in looked_at if one.relevance < LEAST_RELEVANCE and one.occasion.cluster_kind != MENTION_KIND]
    own.sort(key=lambda one: (-one.relevance, one.occasion.id))
    other.sort(key=lambda one: (-one.occasion.strength, one.occasion.id))
    set_aside: Counter[str] = Counter(not_relevant=len(looked_at) - len(own))
    mine = _allowed(own, ir.taboo_patterns, MOST_OCCASIONS, set_aside)
    outside = _allowed(other, ir.taboo_patterns, MOST_OUTSIDE, Counter())
    lanes: list[tuple[list[_LookedAt], SignalLane]] = [(mine, "brand"), (outside, "outside")]
    shown = [(one.occasion, one.relevance, lane) for ones, lane in lanes for one in ones]
    bundle = ExternalSignalBundleDTO(
        brand_id=snapshot.brand_id,
        fetched_at=at,
        trends=[_trend_signal(*one) for one in shown if one[0].kind == "trend"],
        web_mentions=named.mentions(mention_names),
        competitor_posts=named.competitor_posts(competitors),
        social_moments=[_moment_signal(*one) for one in shown if one[0].cluster_kind == MOMENT_KIND],
    )
    return Signals(
        bundle=bundle,
        occasions=[one.occasion for one in mine],
        considered=len(looked_at),
        set_aside=+set_aside,
        trend_hour=day.trend_hour,
        silence=day.silence,
    )


class _LookedAt(NamedTuple):
    """An occasion, how much it matters to the brand, and the direction in which its texts lie."""

    occasion: Occasion
    relevance: float
    meaning: Vectors


def _looked_at(occasions: Sequence[Occasion], heard: Heard, matcher: BrandMatcher) -> Iterator[_LookedAt]:
    return map(_LookedAt, occasions, matcher.relevances(heard), heard.meanings)


def _allowed(
    ranked: Sequence[_LookedAt], taboo_patterns: list[str], most: int, set_aside: Counter[str]
) -> list[_LookedAt]:
    """At most so many that break no taboo and tell no story twice, in order; why the others do not come is counted."""
    allowed: list[_LookedAt] = []
    for one in ranked:
        if len(allowed) == most:
            set_aside["less_relevant"] += 1
        elif taboos_in(f"{one.occasion.topic}\n{one.occasion.text}", taboo_patterns):
            set_aside["taboo"] += 1
        elif any(float(one.meaning @ other.meaning) >= SAME_STORY for other in allowed):
            set_aside["same_story"] += 1
        else:
            allowed.append(one)
    return allowed


def _trend_signal(occasion: Occasion, relevance: float, lane: SignalLane) -> TrendSignalDTO:
    assert occasion.status is not None, "a trend has a status"
    return TrendSignalDTO(
        id=occasion.id,
        topic=occasion.topic,
        source=", ".join(occasion.platforms),
        trend_score=occasion.strength,
        velocity=occasion.velocity,
        relevance=relevance,
        status=occasion.status,
        why=occasion.reason,
        evidence_ids=[evidence.evidence_id for evidence in occasion.evidence],
        recency_hours=round(occasion.hours_since_last_post, 2),
        lane=lane,
    )


def _moment_signal(occasion: Occasion, relevance: float, lane: SignalLane) -> SocialMomentSignalDTO:
    post = occasion.evidence[0]
    counts = ", ".join(f"{count:,} {name}" for name, count in post.counts.items())
    return SocialMomentSignalDTO(
        id=occasion.id,
        moment_type="hot_post",
        description=f"{occasion.topic} ({counts}: {occasion.reason})",
        relevance=relevance,
        url=post.url,
        recency_hours=round(occasion.hours_since_last_post, 2),
        lane=lane,
    )
