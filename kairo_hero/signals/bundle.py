"""The external signals of one brand: what of a day is its business, ranked, and a little of what else is hot. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

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

#: Below this an occasion is none of the brand's business: it is looked at no further.
LEAST_RELEVANCE = 0.3
#: The most relevant that a board is made from.
MOST_OCCASIONS = 40
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
    heard = Heard.of([occasion.text for occasion in mentioned])
    relevances = [*matcher.relevances(day.heard), *matcher.relevances(heard)]
    looked_at = list(zip((*day.occasions, *mentioned), relevances, strict=True))
    own = [pair for pair in looked_at if pair[1] >= LEAST_RELEVANCE]
    other = [pair for pair in looked_at if pair[1] < LEAST_RELEVANCE and pair[0].cluster_kind != MENTION_KIND]
    own.sort(key=lambda pair: (-pair[1], pair[0].id))
    other.sort(key=lambda pair: (-pair[0].strength, pair[0].id))
    set_aside: Counter[str] = Counter(not_relevant=len(looked_at) - len(own))
    mine = list(_allowed(own, ir.taboo_patterns, MOST_OCCASIONS, set_aside))
    outside = list(_allowed(other, ir.taboo_patterns, MOST_OUTSIDE, Counter()))
    lanes: list[tuple[list[tuple[Occasion, float]], SignalLane]] = [(mine, "brand"), (outside, "outside")]
    shown = [(occasion, relevance, lane) for pairs, lane in lanes for occasion, relevance in pairs]
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
        occasions=[occasion for occasion, _ in mine],
        considered=len(looked_at),
        set_aside=+set_aside,
        trend_hour=day.trend_hour,
        silence=day.silence,
    )


def _allowed(
    ranked: Sequence[tuple[Occasion, float]], taboo_patterns: list[str], most: int, set_aside: Counter[str]
) -> Iterator[tuple[Occasion, float]]:
    """At most so many that break no taboo, in order; why the others do not come is counted."""
    allowed = 0
    for occasion, relevance in ranked:
        if allowed == most:
            set_aside["less_relevant"] += 1
        elif taboos_in(f"{occasion.topic}\n{occasion.text}", taboo_patterns):
            set_aside["taboo"] += 1
        else:
            allowed += 1
            yield occasion, relevance


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
