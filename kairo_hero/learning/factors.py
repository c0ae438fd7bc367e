"""From verdicts on earlier cards to factors on the scores of later ones. Pure arithmetic; no database."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kairo_hero.dto import LearningFactorDTO

#: What a card is judged by, in the order in which the credit for a verdict is given: what it is about comes first.
DIMENSIONS = ("pillar", "persona", "channel", "type", "cluster_kind")
#: What learning may do to a score at most, all factors together: the world and the brand keep the larger say.
LEAST_FACTOR, MOST_FACTOR = 0.5, 1.5

#: Verdicts of either kind that are assumed to be as expected, for each value of a dimension: one verdict says little.
VALUE_PRIOR = 15.0
#: The same for the brand as a whole, of which at first nobody knows whether it is strict.
BRAND_PRIOR = 20.0
#: The same where a dimension explains verdicts away for those after it; so small that the first takes nearly all.
CREDIT_PRIOR = 0.1
#: How much of the log odds of being liked goes into the log of the factor.
STRENGTH = 0.9


@dataclass(frozen=True)
class Verdict:
    """What somebody thought of a card with these features (dimension to value); `weight` 1 is one fresh decision."""

    features: Mapping[str, str]
    is_liked: bool
    weight: float


def learned_factors(verdicts: Sequence[Verdict]) -> list[LearningFactorDTO]:
    """A factor between LEAST_FACTOR and MOST_FACTOR for each value that has verdicts; the strongest first.

    Each value is judged by how its likes and dislikes compare with those expected of its cards, as ratios of observed
    to expected counts shrunk by a gamma prior (the gamma-Poisson shrinker: DuMouchel, "Bayesian data mining in large
    frequency tables", The American Statistician 53(3), 1999). What is expected of a card follows from the brand's
    strictness and from the dimensions before, so that a verdict on a pillar is not held against the channel as well.
    """
    expected = [_log_odds_beside(verdicts, [0.0] * len(verdicts), BRAND_PRIOR)] * len(verdicts)
    factors = []
    for dimension in DIMENSIONS:
        for value, places in _by_value(verdicts, dimension).items():
            of_value, before = [verdicts[place] for place in places], [expected[place] for place in places]
            log_factor = STRENGTH * _log_odds_beside(of_value, before, VALUE_PRIOR)
            factor = round(bounded(math.exp(log_factor)), 4)
            factors.append(LearningFactorDTO(dimension=dimension, value=value, factor=factor, decisions=len(of_value)))
            credit = _log_odds_beside(of_value, before, CREDIT_PRIOR)
            for place in places:
                expected[place] += credit
    return sorted(factors, key=lambda one: (-abs(math.log(one.factor)), DIMENSIONS.index(one.dimension), one.value))


def bounded(factor: float) -> float:
    """The factor, or the bound that it lies beyond."""
    return min(max(factor, LEAST_FACTOR), MOST_FACTOR)


def _by_value(verdicts: Sequence[Verdict], dimension: str) -> dict[str, list[int]]:
    """The places of the verdicts on each value of a dimension; cards without one are left out."""
    places: dict[str, list[int]] = {}
    for place, verdict in enumerate(verdicts):
        if value := verdict.features.get(dimension):
            places.setdefault(value, []).append(place)
    return places


def _log_odds_beside(verdicts: Sequence[Verdict], expected: Iterable[float], prior: float) -> float:
    """By how much the log odds of being liked lie above those expected of each verdict's card, shrunk towards 0."""
    shares = [1 / (1 + math.exp(-odds)) for odds in expected]
    liked = sum(verdict.weight for verdict in verdicts if verdict.is_liked)
    disliked = sum(verdict.weight for verdict in verdicts if not verdict.is_liked)
    expected_liked = sum(verdict.weight * share for verdict, share in zip(verdicts, shares, strict=True))
    expected_disliked = liked + disliked - expected_liked
    return math.log((liked + prior) / (expected_liked + prior)) - math.log(
        (disliked + prior) / (expected_disliked + prior)
    )
