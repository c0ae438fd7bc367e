"""The score of an opportunity: points for trend, fit and freshness, and what learning adds or takes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kairo_hero.dto import LearningSummaryDTO, PersonaDTO, PillarDTO, ScoreBreakdownDTO
from kairo_hero.learning.factors import bounded
from kairo_hero.signals.occasions import Occasion
from kairo_hero.vocabulary import Channel, OpportunityType

TREND_POINTS, FIT_POINTS, FRESHNESS_POINTS = 35.0, 45.0, 20.0
#: Hours in which freshness halves, counted from the newest post.
FRESHNESS_HALF_LIFE = 12.0


@dataclass(frozen=True)
class Scored:
    """A score from 0 to 100 and the points it is made of."""

    score: float
    breakdown: ScoreBreakdownDTO


def opportunity_score(
    *,
    trend_score: float,
    relevance: float,
    hours_since_last_post: float,
    learning: LearningSummaryDTO,
    features: Mapping[str, str],
) -> Scored:
    """35 points for the trend's own score, 45 for relevance, 20 for freshness (halving in 12 h).

    Learning multiplies the sum by what was learned of the card's features (`dimension` to `value`); its points are what
    that adds or takes away, up to a score of 100. The parts, to one decimal, add up to the score.
    """
    trend = round(TREND_POINTS * trend_score / 100, 1)
    fit = round(FIT_POINTS * relevance, 1)
    freshness = round(FRESHNESS_POINTS * 0.5 ** (hours_since_last_post / FRESHNESS_HALF_LIFE), 1)
    earned = trend + fit + freshness
    learned = round(min(100.0, earned * learned_factor(learning, features)) - earned, 1)
    return Scored(
        round(earned + learned, 1),
        ScoreBreakdownDTO(trend=trend, fit=fit, freshness=freshness, learning=learned),
    )


def scored_card(
    occasion: Occasion,
    *,
    relevance: float,
    learning: LearningSummaryDTO,
    pillar: PillarDTO | None,
    persona: PersonaDTO | None,
    channel: Channel,
    type_: OpportunityType,
) -> Scored:
    """The score of a card that is made of an occasion, for this pillar, persona and channel."""
    return opportunity_score(
        trend_score=occasion.strength,
        relevance=relevance,
        hours_since_last_post=occasion.hours_since_last_post,
        learning=learning,
        features={
            "pillar": str(pillar.id) if pillar else "",
            "persona": str(persona.id) if persona else "",
            "channel": channel,
            "type": type_.value,
            "cluster_kind": occasion.cluster_kind,
        },
    )


def learned_factor(learning: LearningSummaryDTO, features: Mapping[str, str]) -> float:
    """The product of the factors of the card's features, within what learning may do to a score; 1 without any."""
    return bounded(
        math.prod(known.factor for known in learning.factors if features.get(known.dimension) == known.value)
    )
