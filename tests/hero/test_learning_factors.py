"""What verdicts do to scores: clearly where there are many, hardly where there are few, and never too much."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kairo_hero.dto import LearningFactorDTO, LearningSummaryDTO
from kairo_hero.graphs.scoring import learned_factor, opportunity_score
from kairo_hero.learning.factors import DIMENSIONS, LEAST_FACTOR, MOST_FACTOR, Verdict, learned_factors

SECURITY = {"pillar": "security", "persona": "lead", "channel": "x", "type": "trend", "cluster_kind": "phrase"}


def verdicts(count: int, *, liked: bool, weight: float = 1.0, **features: str) -> list[Verdict]:
    return [Verdict(SECURITY | features, liked, weight)] * count


def factor(learned: list[LearningFactorDTO], dimension: str, value: str) -> float:
    return next((one.factor for one in learned if (one.dimension, one.value) == (dimension, value)), 1.0)


def score(learned: list[LearningFactorDTO], **features: str):
    summary = LearningSummaryDTO(
        brand_id="0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10",
        generated_at="2021-12-10T08:00:00Z",
        factors=learned,
        notes=[],
    )
    return opportunity_score(
        trend_score=50, relevance=0.7, hours_since_last_post=6, learning=summary, features=SECURITY | features
    )


def test_without_verdicts_nothing_is_learned():
    assert learned_factors([]) == []
    assert score([]).breakdown.learning == 0


def test_ten_rejections_of_a_pillar_lower_its_cards_clearly_and_one_hardly():
    one, ten = (factor(learned_factors(verdicts(n, liked=False)), "pillar", "security") for n in (1, 10))
    assert 0.94 < one < 1
    assert 0.65 < ten < 0.75


def test_a_verdict_goes_to_the_pillar_before_it_goes_to_anything_else():
    learned = learned_factors(verdicts(10, liked=False))
    assert all(factor(learned, name, SECURITY[name]) > 0.98 for name in DIMENSIONS if name != "pillar")


def test_ten_rejections_of_one_pillar_hardly_lower_the_cards_of_another():
    learned = learned_factors(verdicts(10, liked=False))
    mine, other, before = score(learned), score(learned, pillar="speed"), score([])
    assert mine.score < before.score * 0.75
    assert other.score > before.score * 0.96
    assert mine.score == round(before.score + mine.breakdown.learning, 1)


def test_what_is_disliked_in_every_pillar_is_held_against_what_those_cards_share():
    learned = learned_factors(
        [
            verdict
            for pillar in ("a", "b", "c", "d")
            for channel, liked in (("x", False), ("linkedin", True))
            for verdict in verdicts(5, liked=liked, pillar=pillar, channel=channel)
        ]
    )
    assert factor(learned, "channel", "x") < 0.8 < 1.2 < factor(learned, "channel", "linkedin")
    assert all(0.98 < factor(learned, "pillar", pillar) < 1.02 for pillar in "abcd")


def test_what_a_strict_brand_dislikes_everywhere_says_little_of_any_pillar():
    pillars = [f"p{number}" for number in range(10)]
    learned = learned_factors([one for pillar in pillars for one in verdicts(10, liked=False, pillar=pillar)])
    alone = learned_factors(verdicts(10, liked=False, pillar="p0"))
    assert factor(learned, "pillar", "p0") > factor(alone, "pillar", "p0")


def test_old_verdicts_count_less():
    fresh, old = (learned_factors(verdicts(10, liked=False, weight=weight)) for weight in (1, 0.25))
    assert factor(fresh, "pillar", "security") < factor(old, "pillar", "security") < 1


def test_as_many_likes_as_dislikes_change_nothing():
    learned = learned_factors(verdicts(5, liked=True) + verdicts(5, liked=False))
    assert {one.factor for one in learned} == {1.0}


def test_the_factors_of_a_card_together_stay_within_the_bounds():
    lowest = [LearningFactorDTO(dimension=name, value=SECURITY[name], factor=0.6, decisions=1) for name in DIMENSIONS]
    before = score([]).score
    assert score(lowest).score == pytest.approx(before * LEAST_FACTOR, abs=0.1)


@pytest.mark.parametrize("missing", DIMENSIONS)
def test_what_a_card_lacks_is_judged_by_nothing(missing):
    learned = learned_factors(verdicts(10, liked=False, **{missing: ""}))
    assert missing not in {one.dimension for one in learned}


some_verdicts = st.lists(
    st.builds(
        Verdict,
        features=st.fixed_dictionaries({name: st.sampled_from(["", "a", "b", "c"]) for name in DIMENSIONS}),
        is_liked=st.booleans(),
        weight=st.floats(0.001, 1),
    ),
    max_size=60,
)


@settings(max_examples=50)
@given(some_verdicts)
def test_every_factor_lies_within_the_bounds_and_counts_its_verdicts(given_verdicts):
    for one in learned_factors(given_verdicts):
        assert LEAST_FACTOR <= one.factor <= MOST_FACTOR
        assert one.decisions == sum(verdict.features[one.dimension] == one.value for verdict in given_verdicts)


@settings(max_examples=50)
@given(some_verdicts)
def test_liking_what_was_disliked_turns_every_factor_over(given_verdicts):
    turned = [Verdict(one.features, not one.is_liked, one.weight) for one in given_verdicts]
    inverse = {(one.dimension, one.value): one.factor for one in learned_factors(turned)}
    for one in learned_factors(given_verdicts):
        # beyond the bounds the two need not mirror each other
        if max(abs(math.log(one.factor)), abs(math.log(inverse[one.dimension, one.value]))) < math.log(MOST_FACTOR):
            assert one.factor * inverse[one.dimension, one.value] == pytest.approx(1, abs=1e-3)


@settings(max_examples=50)
@given(some_verdicts)
def test_another_rejection_of_a_pillar_never_raises_it(given_verdicts):
    more = [*given_verdicts, Verdict({"pillar": "a"}, False, 1.0)]
    assert factor(learned_factors(more), "pillar", "a") <= factor(learned_factors(given_verdicts), "pillar", "a") + 1e-4


@settings(max_examples=50)
@given(some_verdicts, st.floats(0, 100), st.floats(0, 1), st.floats(0, 100))
def test_the_parts_of_a_score_add_up_to_it(given_verdicts, trend_score, relevance, hours):
    summary = LearningSummaryDTO(
        brand_id="0c6f4f5e-5f0e-4f43-9a55-6c0f3a4f1b10",
        generated_at="2021-12-10T08:00:00Z",
        factors=learned_factors(given_verdicts),
        notes=[],
    )
    features = dict.fromkeys(DIMENSIONS, "a")
    scored = opportunity_score(
        trend_score=trend_score,
        relevance=relevance,
        hours_since_last_post=hours,
        learning=summary,
        features=features,
    )
    parts = scored.breakdown
    assert 0 <= scored.score <= 100
    assert scored.score == round(parts.trend + parts.fit + parts.freshness + parts.learning, 1)
    assert LEAST_FACTOR <= learned_factor(summary, features) <= MOST_FACTOR
