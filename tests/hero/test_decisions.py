"""Decisions on cards, packages and variants, on both databases: carried out and kept, once, whole or not at all."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select

from kairo_hero.decisions.listing import Position, decisions_on
from kairo_hero.decisions.recording import record_decision
from kairo_hero.decisions.refusing import DecisionIdTaken, DecisionRefused
from kairo_hero.decisions.standing import rejected_cards
from kairo_hero.dto import DecisionRequestDTO
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.models import (
    Brand,
    ContentPackage,
    ContentPillar,
    ExecutionEvent,
    LearningEvent,
    Opportunity,
    Persona,
    Tenant,
    Variant,
)
from kairo_hero.vocabulary import OpportunityType, PackageStatus, VariantStatus
from kairo_pipelines.relational.database import Database

MORNING = datetime(2021, 12, 10, 8, tzinfo=UTC)
MODELS = {"opportunity": Opportunity, "package": ContentPackage, "variant": Variant}


@pytest.fixture
def loop(database) -> SimpleNamespace:
    """A brand with a card, its package and a variant of that; their ids by the names that decisions use."""
    with database.writing() as session:
        brand = Brand(tenant=Tenant(name="Acme", slug="acme"), name="Shoes", slug="shoes")
        session.add(brand)
        session.flush()
        pillar, persona = ContentPillar(brand_id=brand.id, name="Craft"), Persona(brand_id=brand.id, name="Ana")
        session.add_all([pillar, persona])
        session.flush()
        about = {"brand_id": brand.id, "pillar_id": pillar.id, "persona_id": persona.id, "title": "Soles"}
        card, other = (
            Opportunity(
                **about,
                type=OpportunityType.TREND,
                score=60,
                primary_channel="x",
                cluster_kind="phrase",
                trend_id=f"t{number}",
            )
            for number in range(2)
        )
        session.add_all([card, other])
        session.flush()
        package = ContentPackage(**about, origin_opportunity_id=card.id, channels=["x", "linkedin"])
        session.add(package)
        session.flush()
        variant = Variant(brand_id=brand.id, package_id=package.id, channel="linkedin")
        session.add(variant)
        session.flush()
        return SimpleNamespace(
            database=database,
            brand=brand.id,
            pillar=pillar.id,
            persona=persona.id,
            opportunity=card.id,
            other=other.id,
            package=package.id,
            variant=variant.id,
        )


def request(decision: str, decision_id: str | None = None, **more) -> DecisionRequestDTO:
    return DecisionRequestDTO(decision_id=decision_id or str(uuid.uuid4()), decision_type=decision, **more)


def decide(loop, decision: str, kind: str = "opportunity", *, at: datetime = MORNING, **more):
    return record_decision(loop.database, kind, getattr(loop, kind), request(decision, **more), at=at)


def stored(loop, kind: str = "opportunity"):
    with loop.database.reading() as session:
        return session.get_one(MODELS[kind], getattr(loop, kind))


def count(database: Database, model: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_pin_holds_until_it_is_taken_back(loop):
    decide(loop, "pin")
    assert stored(loop).is_pinned
    decide(loop, "unpin")
    assert not stored(loop).is_pinned


def test_a_snooze_holds_until_its_moment_or_until_it_is_taken_back(loop):
    tomorrow = MORNING + timedelta(days=1)
    decide(loop, "snooze", snooze_until=tomorrow)
    assert (stored(loop).is_snoozed, stored(loop).snoozed_until) == (True, tomorrow)
    decide(loop, "unsnooze")
    assert (stored(loop).is_snoozed, stored(loop).snoozed_until) == (False, None)


def test_a_card_that_is_rejected_is_no_longer_pinned(loop):
    decide(loop, "pin")
    decide(loop, "reject")
    assert not stored(loop).is_pinned


@pytest.mark.parametrize(("decision", "status"), [("approve", "approved"), ("reject", "rejected")])
@pytest.mark.parametrize("kind", ["package", "variant"])
def test_a_package_or_a_variant_is_approved_or_rejected(loop, kind, decision, status):
    decide(loop, decision, kind)
    assert stored(loop, kind).status == status


def test_what_is_published_or_archived_keeps_its_status_and_the_decision_is_kept(loop):
    with loop.database.writing() as session:
        session.get_one(Variant, loop.variant).status = VariantStatus.PUBLISHED
        session.get_one(ContentPackage, loop.package).status = PackageStatus.ARCHIVED
    for kind in ("variant", "package"):
        assert decide(loop, "reject", kind).status == "accepted"
    assert stored(loop, "variant").status is VariantStatus.PUBLISHED
    assert stored(loop, "package").status is PackageStatus.ARCHIVED


def test_an_answer_says_what_was_recorded(loop):
    answer = decide(loop, "reject", decision_id="d-1", reason="off topic", comment="again", metadata={"page": 2})
    assert (answer.status, answer.object_type, answer.object_id) == ("accepted", "opportunity", loop.opportunity)
    assert (answer.decision_id, answer.decision_type, answer.recorded_at) == ("d-1", "reject", MORNING)
    learned = answer.learning_event
    assert (learned.signal_type, learned.brand_id, learned.opportunity_id) == ("reject", loop.brand, loop.opportunity)
    said = {name: learned.payload[name] for name in ("reason", "comment", "metadata")}
    assert said == {"reason": "off topic", "comment": "again", "metadata": {"page": 2}}


def test_what_a_card_was_about_is_kept_as_it_was_when_decided(loop):
    learned = decide(loop, "approve").learning_event
    with loop.database.writing() as session:
        card = session.get_one(Opportunity, loop.opportunity)
        card.pillar_id, card.primary_channel, card.cluster_kind = None, "linkedin", "url"
    with loop.database.reading() as session:
        assert session.get_one(LearningEvent, learned.id).payload["features"] == {
            "pillar": str(loop.pillar),
            "persona": str(loop.persona),
            "channel": "x",
            "type": "trend",
            "cluster_kind": "phrase",
        }


def test_a_package_is_about_no_single_channel_and_a_variant_is_about_its_own(loop):
    package, variant = (decide(loop, "approve", kind).learning_event for kind in ("package", "variant"))
    assert "channel" not in package.payload["features"]
    assert variant.payload["features"] == package.payload["features"] | {"channel": "linkedin"}
    assert package.payload["features"]["cluster_kind"] == "phrase"


def test_a_decision_on_a_variant_is_an_event_of_its_execution_too(loop):
    decide(loop, "reject", "variant", reason="too long", decision_id="d-1")
    with loop.database.reading() as session:
        event = session.scalars(select(ExecutionEvent)).one()
    assert (event.variant_id, event.channel, event.event_type) == (loop.variant, "linkedin", "decision")
    assert (event.decision_type, event.occurred_at) == ("reject", MORNING)
    assert event.payload["reason"] == "too long"


def test_a_decision_sent_again_is_answered_with_what_was_recorded_first(loop):
    first = decide(loop, "snooze", decision_id="d-1", snooze_until=MORNING + timedelta(hours=1))
    again = decide(loop, "reject", decision_id="d-1", at=MORNING + timedelta(days=9))
    assert again == first.model_copy(update={"status": "duplicate"})
    assert stored(loop).is_snoozed
    assert count(loop.database, LearningEvent) == 1


def test_a_snooze_sent_again_after_it_has_ended_is_a_duplicate_and_no_mistake(loop):
    until = MORNING + timedelta(hours=1)
    decide(loop, "snooze", decision_id="d-1", snooze_until=until)
    again = decide(loop, "snooze", decision_id="d-1", snooze_until=until, at=MORNING + timedelta(days=1))
    assert again.status == "duplicate"


def test_an_id_that_another_object_has_is_refused_and_says_nothing_of_that_object(loop):
    decide(loop, "approve", "package", decision_id="d-1")
    with pytest.raises(DecisionIdTaken, match="'d-1' was used for a decision on something else") as taken:
        decide(loop, "approve", decision_id="d-1")
    assert str(loop.package) not in str(taken.value)


@pytest.mark.parametrize(
    ("kind", "decision", "more", "field", "message"),
    [
        ("package", "pin", {}, "decision_type", "pin is no decision on a package; there are approve, reject"),
        ("variant", "snooze", {}, "decision_type", "snooze is no decision on a variant"),
        ("opportunity", "snooze", {}, "snooze_until", "snooze needs a moment to end, with a time zone"),
        ("opportunity", "snooze", {"snooze_until": MORNING}, "snooze_until", "2021-12-10 08:00:00 UTC is past"),
        ("opportunity", "pin", {"snooze_until": MORNING}, "snooze_until", "only snooze takes a moment"),
        ("opportunity", "pin", {"decision_id": "d\x00"}, "decision_id", "printable characters only"),
    ],
    ids=["pinned package", "snoozed variant", "no moment", "past moment", "moment of a pin", "id with a null"],
)
def test_a_decision_that_makes_no_sense_names_what_is_wrong(loop, kind, decision, more, field, message):
    with pytest.raises(DecisionRefused, match=message) as refused:
        decide(loop, decision, kind, **more)
    assert refused.value.field == field
    assert count(loop.database, LearningEvent) == 0


@pytest.mark.parametrize("kind", MODELS)
def test_an_unknown_object_is_named(loop, kind):
    unknown = uuid.uuid4()
    with pytest.raises(ObjectNotFoundError, match=f"there is no {kind} {unknown}"):
        record_decision(loop.database, kind, unknown, request("approve"))


def test_another_brands_object_is_as_if_it_did_not_exist(loop):
    with pytest.raises(ObjectNotFoundError):
        record_decision(loop.database, "opportunity", loop.opportunity, request("pin"), brand_id=uuid.uuid4())
    assert not stored(loop).is_pinned


def test_a_decision_that_fails_on_the_way_leaves_nothing(loop):
    def fail(_mapper, _connection, _event):
        raise TimeoutError

    sqlalchemy_event.listen(ExecutionEvent, "after_insert", fail)
    try:
        with pytest.raises(TimeoutError):
            decide(loop, "approve", "variant")
    finally:
        sqlalchemy_event.remove(ExecutionEvent, "after_insert", fail)
    assert stored(loop, "variant").status is VariantStatus.DRAFT
    assert count(loop.database, LearningEvent) == count(loop.database, ExecutionEvent) == 0


def at_once(database: Database, *calls) -> list:
    """What each call came to, all begun together, each over a pool of connections of its own."""
    ready = threading.Barrier(len(calls))
    stores = [Database(database.url.render_as_string(hide_password=False)) for _ in calls]

    def run(call, store):
        with store.reading() as session:
            session.connection()
        ready.wait()
        try:
            return call(store).status
        except DecisionIdTaken:
            return "taken"
        finally:
            store.engine.dispose()

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(run, calls, stores))


def test_of_a_decision_sent_many_times_at_once_one_counts(loop):
    same = request("snooze", "d-1", snooze_until=datetime.now(UTC) + timedelta(days=1))
    calls = [lambda store: record_decision(store, "opportunity", loop.opportunity, same)] * 6
    assert at_once(loop.database, *calls) == ["accepted"] + ["duplicate"] * 5
    assert count(loop.database, LearningEvent) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_objects_decided_at_once_under_one_id_one_is_refused(loop, attempt):
    same = request("approve", f"d-{attempt}")
    assert at_once(
        loop.database,
        lambda store: record_decision(store, "opportunity", loop.opportunity, same),
        lambda store: record_decision(store, "opportunity", loop.other, same),
    ) == ["accepted", "taken"]


def test_decisions_are_read_back_latest_first_from_below_a_position(loop):
    ids = [decide(loop, "pin", decision_id=f"d-{n}", at=MORNING + n * timedelta(hours=1)) for n in range(3)]
    decide(loop, "approve", "package")
    with loop.database.reading() as session:
        first = decisions_on(session, "opportunity", loop.opportunity, before=None, most=2)
        below = Position(first[-1].effective_at, first[-1].id)
        rest = decisions_on(session, "opportunity", loop.opportunity, before=below, most=2)
    assert first + rest == [answer.learning_event for answer in reversed(ids)]


def test_decisions_of_the_same_moment_are_each_read_once(loop):
    for number in range(5):
        decide(loop, "pin", decision_id=f"d-{number}")
    seen, below = [], None
    with loop.database.reading() as session:
        while page := decisions_on(session, "opportunity", loop.opportunity, before=below, most=2):
            seen += [event.decision_id for event in page]
            below = Position(page[-1].effective_at, page[-1].id)
    assert sorted(seen) == [f"d-{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("decisions", "is_rejected"),
    [
        (["reject"], True),
        (["approve", "reject"], True),
        (["reject", "approve"], False),
        (["reject", "pin"], False),
        (["reject", "pin", "unpin"], True),
        (["pin"], False),
    ],
    ids=["reject", "approve reject", "reject approve", "reject pin", "reject pin unpin", "pin"],
)
def test_a_card_is_rejected_while_its_rejection_stands(loop, decisions, is_rejected):
    for hour, decision in enumerate(decisions):
        decide(loop, decision, at=MORNING + hour * timedelta(hours=1))
    with loop.database.reading() as session:
        rejected = rejected_cards(session, loop.brand, MORNING + timedelta(days=1))
    assert [card.id for card in rejected] == [loop.opportunity] * is_rejected


def test_a_rejected_variant_rejects_no_card(loop):
    decide(loop, "reject", "variant")
    with loop.database.reading() as session:
        assert rejected_cards(session, loop.brand, MORNING) == []
