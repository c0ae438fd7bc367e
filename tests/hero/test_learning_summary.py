"""A brand's decisions as a summary: what counts, for how long, in which words, and how it begins anew."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from kairo_hero.decisions.recording import record_decision
from kairo_hero.dto import DecisionRequestDTO, LearningSummaryDTO
from kairo_hero.graphs.scoring import opportunity_score
from kairo_hero.learning.reset import forget_learning
from kairo_hero.learning.summary import learning_summary
from kairo_hero.models import Brand, ContentPackage, ContentPillar, Opportunity, Tenant, Variant
from kairo_hero.vocabulary import OpportunityType
from kairo_pipelines.settings import SettingsError

MORNING = datetime(2021, 12, 10, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def brand(database) -> SimpleNamespace:
    """A brand with the pillars Security and Speed, and no card yet."""
    with database.writing() as session:
        row = Brand(tenant=Tenant(name="Acme", slug="acme"), name="Shoes", slug="shoes")
        session.add(row)
        session.flush()
        security, speed = (ContentPillar(brand_id=row.id, name=name) for name in ("Security", "Speed"))
        session.add_all([security, speed])
        session.flush()
        return SimpleNamespace(database=database, id=row.id, security=security.id, speed=speed.id)


def a_card(brand, pillar: uuid.UUID | None = None) -> uuid.UUID:
    with brand.database.writing() as session:
        card = Opportunity(
            brand_id=brand.id,
            title="A card",
            type=OpportunityType.TREND,
            score=60,
            primary_channel="x",
            cluster_kind="phrase",
            pillar_id=pillar or brand.security,
        )
        session.add(card)
        session.flush()
        return card.id


def decide(brand, card: uuid.UUID, *decisions: str, at: datetime = MORNING, kind: str = "opportunity") -> None:
    for number, decision in enumerate(decisions):
        moment = at + timedelta(minutes=number)
        until = moment + DAY if decision == "snooze" else None
        request = DecisionRequestDTO(decision_id=str(uuid.uuid4()), decision_type=decision, snooze_until=until)
        record_decision(brand.database, kind, card, request, at=moment)


def summary_of(brand, at: datetime = MORNING + DAY, **more) -> LearningSummaryDTO:
    with brand.database.reading() as session:
        return learning_summary(session, brand.id, at, **more)


def pillar_factor(brand, summary: LearningSummaryDTO) -> float:
    return next((one.factor for one in summary.factors if one.value == str(brand.security)), 1.0)


def score(brand, at: datetime):
    features = {"pillar": str(brand.security), "channel": "x", "type": "trend", "cluster_kind": "phrase"}
    return opportunity_score(
        trend_score=60, relevance=0.8, hours_since_last_post=3, learning=summary_of(brand, at), features=features
    )


def test_before_any_decision_nothing_is_learned_and_the_summary_says_so(brand):
    summary = summary_of(brand)
    assert (summary.factors, summary.notes) == ([], ["no decision has been recorded yet"])


def test_ten_rejections_lower_a_pillar_and_are_told_by_its_name(brand):
    for _ in range(10):
        decide(brand, a_card(brand), "reject")
    summary = summary_of(brand, MORNING + timedelta(hours=1))
    strongest = summary.factors[0]
    assert (strongest.dimension, strongest.value, strongest.decisions) == ("pillar", str(brand.security), 10)
    assert summary.notes[0] == "10 rejections of the pillar “Security”: its cards score 31 % lower"


def test_a_reset_restores_the_earlier_scores_exactly(brand):
    before = score(brand, MORNING)
    for _ in range(10):
        decide(brand, a_card(brand), "reject")
    lowered = score(brand, MORNING + DAY)
    assert lowered.score < before.score - 10
    assert lowered.breakdown.learning == round(lowered.score - before.score, 1)
    forget_learning(brand.database, brand.id, MORNING + DAY)
    assert score(brand, MORNING + DAY) == before
    assert summary_of(brand, MORNING + DAY).notes == ["what was decided up to 2021-12-11 08:00 UTC no longer counts"]


def test_before_the_reset_it_was_as_it_was(brand):
    decide(brand, a_card(brand), "reject")
    then = summary_of(brand, MORNING + DAY)
    forget_learning(brand.database, brand.id, MORNING + 2 * DAY)
    assert summary_of(brand, MORNING + DAY) == then


def test_after_a_reset_new_decisions_count(brand):
    decide(brand, a_card(brand), "reject")
    forget_learning(brand.database, brand.id, MORNING + DAY)
    decide(brand, a_card(brand), "approve", at=MORNING + 2 * DAY)
    assert pillar_factor(brand, summary_of(brand, MORNING + 3 * DAY)) > 1


def test_of_several_decisions_on_one_card_only_the_last_counts(brand):
    card = a_card(brand)
    decide(brand, card, "reject", "approve", "reject", "reject")
    often = summary_of(brand)
    assert {one.decisions for one in often.factors} == {1}
    decide(brand, card, "approve", at=MORNING + timedelta(hours=1))
    assert pillar_factor(brand, often) < 1 < pillar_factor(brand, summary_of(brand))


@pytest.mark.parametrize(
    ("decisions", "stands"),
    [
        ("pin unpin", False),
        ("snooze unsnooze", False),
        ("approve pin unpin", True),
        ("pin pin unpin", False),
        ("snooze pin unpin unsnooze", False),
        ("unpin", False),
    ],
)
def test_what_is_taken_back_never_was(brand, decisions, stands):
    decide(brand, a_card(brand), *decisions.split())
    summary = summary_of(brand)
    assert bool(summary.factors) == (pillar_factor(brand, summary) > 1) == stands


def test_a_snooze_is_a_weak_no_and_a_pin_a_yes(brand):
    factors = {}
    for day, decision in enumerate(("snooze", "reject", "pin", "approve")):
        morning = MORNING + day * DAY
        decide(brand, a_card(brand), decision, at=morning)
        factors[decision] = pillar_factor(brand, summary_of(brand, morning))
        forget_learning(brand.database, brand.id, morning)
    assert factors["reject"] < factors["snooze"] < 1 < factors["pin"] == factors["approve"]


def test_a_decision_counts_for_half_after_its_half_life_and_not_at_all_in_the_end(brand):
    for _ in range(10):
        decide(brand, a_card(brand), "reject")
    fresh, later, much_later = (summary_of(brand, MORNING + days * DAY, half_life=10 * DAY) for days in (1, 11, 71))
    assert pillar_factor(brand, fresh) < pillar_factor(brand, later) < 1
    assert much_later.factors == []


def test_the_half_life_is_a_setting(brand, monkeypatch):
    for _ in range(10):
        decide(brand, a_card(brand), "reject")
    usual = pillar_factor(brand, summary_of(brand, MORNING + 10 * DAY))
    monkeypatch.setenv("KAIRO_LEARNING_HALF_LIFE_DAYS", "5")
    assert pillar_factor(brand, summary_of(brand, MORNING + 10 * DAY)) > usual
    monkeypatch.setenv("KAIRO_LEARNING_HALF_LIFE_DAYS", "0")
    with pytest.raises(SettingsError, match="KAIRO_LEARNING_HALF_LIFE_DAYS"):
        summary_of(brand)


def test_another_brands_decisions_teach_this_one_nothing(brand):
    decide(brand, a_card(brand), "reject")
    with brand.database.writing() as session:
        other = Brand(tenant_id=session.get_one(Brand, brand.id).tenant_id, name="Hats", slug="hats")
        session.add(other)
        session.flush()
        assert learning_summary(session, other.id, MORNING + DAY).factors == []


def test_packages_and_variants_teach_too_and_a_variant_less(brand):
    card = a_card(brand)
    with brand.database.writing() as session:
        package = ContentPackage(
            brand_id=brand.id, title="P", pillar_id=brand.security, origin_opportunity_id=card, channels=["x"]
        )
        session.add(package)
        session.flush()
        variant = Variant(brand_id=brand.id, package_id=package.id, channel="linkedin")
        session.add(variant)
    decide(brand, variant.id, "reject", kind="variant")
    by_variant = pillar_factor(brand, summary_of(brand))
    assert "linkedin" in {one.value for one in summary_of(brand).factors}
    forget_learning(brand.database, brand.id, MORNING + timedelta(hours=1))
    decide(brand, package.id, "reject", kind="package", at=MORNING + timedelta(hours=2))
    assert pillar_factor(brand, summary_of(brand)) < by_variant < 1


def test_a_decision_is_remembered_after_its_card_is_gone(brand):
    card = a_card(brand)
    decide(brand, card, "reject")
    before = summary_of(brand)
    with brand.database.writing() as session:
        session.delete(session.get_one(Opportunity, card))
    assert summary_of(brand) == before


def test_what_changes_no_score_yet_is_told_all_the_same(brand):
    decide(brand, a_card(brand), "approve")
    decide(brand, a_card(brand), "reject")
    assert summary_of(brand, MORNING).notes == ["1 approval and 1 rejection, which change no score so far"]
