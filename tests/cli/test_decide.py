"""`kairo decide` and `kairo learning`: a strategist's morning at the terminal."""

import json
import uuid

import pytest

from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.brands.importing import find_brand
from kairo_hero.models import Opportunity
from kairo_hero.vocabulary import OpportunityType


@pytest.fixture
def card(place) -> uuid.UUID:
    """A card of Sourcegraph, for its first pillar."""
    place.kairo("brand", "import", *BRAND_FILES)
    return new_card(place)


def new_card(place) -> uuid.UUID:
    with place.database.writing() as session:
        brand = find_brand(session, "sourcegraph")
        row = Opportunity(
            brand_id=brand.id,
            title="Find every use of [bold]Log4j[/bold]",
            type=OpportunityType.TREND,
            score=60,
            primary_channel="x",
            pillar_id=brand.pillars[0].id,
        )
        session.add(row)
        session.flush()
        return row.id


def stored(place, card: uuid.UUID) -> Opportunity:
    with place.database.reading() as session:
        return session.get_one(Opportunity, card)


def test_a_decision_takes_effect_and_is_told(place, card):
    outcome = place.kairo("decide", "sourcegraph", card, "pin")
    assert (outcome.code, outcome.out) == (0, "Pinned: Find every use of [bold]Log4j[/bold]\n")
    assert stored(place, card).is_pinned


def test_the_beginning_of_an_id_names_a_card(place, card):
    assert place.kairo("decide", "sourcegraph", str(card)[:8], "pin").code == 0
    assert stored(place, card).is_pinned


def test_a_beginning_that_several_cards_share_is_refused_with_their_ids(place, card):
    # of seventeen ids two begin with the same digit
    cards = [card, *(new_card(place) for _ in range(16))]
    digit = next(one for one in "0123456789abcdef" if sum(str(card).startswith(one) for card in cards) > 1)
    outcome = place.kairo("decide", "sourcegraph", digit, "pin")
    assert outcome.code == 1
    assert "cards' ids begin with" in outcome.words
    assert not any(stored(place, one).is_pinned for one in cards)


def test_a_snooze_takes_its_end(place, card):
    assert place.kairo("decide", "sourcegraph", card, "snooze", "--until", "2999-01-01T08:00").code == 0
    assert f"{stored(place, card).snoozed_until:%Y-%m-%d %H:%M %Z}" == "2999-01-01 08:00 UTC"


def test_a_decision_sent_again_says_that_nothing_changed(place, card):
    for _ in range(2):
        outcome = place.kairo("decide", "sourcegraph", card, "reject", "--reason", "off topic", "--decision-id", "d-1")
    assert outcome.code == 0
    assert "recorded before" in outcome.words


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["snooze"], 1, "snooze needs a moment to end"),
        (["snooze", "--until", "2021-12-10"], 1, "2021-12-10 00:00:00 UTC is past"),
        (["snooze", "--until", "soon"], 2, "'soon' is not an hour"),
        (["delete"], 2, "'delete' is not one of"),
        (["reject", "--reason", "x" * 201], 2, "--reason: String should have at most 200 characters"),
    ],
    ids=["no end", "end in the past", "end in words", "unknown decision", "long reason"],
)
def test_what_is_wrong_is_told(place, card, arguments, code, told):
    outcome = place.kairo("decide", "sourcegraph", card, *arguments)
    assert outcome.code == code
    assert told in outcome.words


def test_a_card_of_another_brand_is_not_there(place, card):
    outcome = place.kairo("decide", "18f", card, "pin")
    assert outcome.code == 1
    assert f"Error: the brand has no card '{card}'" in outcome.words
    assert not stored(place, card).is_pinned


def test_what_was_learned_is_shown_and_reset(place, card):
    for _ in range(9):
        place.kairo("decide", "sourcegraph", new_card(place), "reject")
    place.kairo("decide", "sourcegraph", card, "reject")
    shown = place.kairo("learning", "sourcegraph").words
    assert "10 rejections of the pillar" in shown
    assert "its cards score 31 % lower" in shown
    assert "−31 %" in shown
    assert json.loads(place.kairo("learning", "sourcegraph", "--json").out)["factors"][0]["dimension"] == "pillar"
    assert "learns anew" in place.kairo("learning", "sourcegraph", "--reset").words
    assert json.loads(place.kairo("learning", "sourcegraph", "--json").out)["factors"] == []


def test_before_any_decision_there_is_nothing_to_show(place, card):
    assert place.kairo("learning", "sourcegraph").out == "No decision has been recorded yet\n"
