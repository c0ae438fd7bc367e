"""A card is made again from what its board was made from: the same card, whatever has happened since."""

import json
from dataclasses import replace

import pytest
from model_server import serving_models
from sqlalchemy import select
from synthesis_desk import composing
from test_board_engine import AT, HOUR, board_stores, make, write_trends  # noqa: F401 - a fixture is used by its name

from kairo_hero.boards.finding import CardAmbiguous, CardNotFound, find_card
from kairo_hero.boards.redacting import Removal, redact_kept
from kairo_hero.engines.replaying import NotReplayable, replay_card
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models import Brand, ContentPillar, Opportunity, TodayBoard

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@pytest.fixture
def stores(request):
    return request.getfixturevalue(f"{request.param}_stores")


def replayed(stores, card):
    with stores.database.reading() as session:
        return replay_card(session, card.brand_id, str(card.id))


def test_a_card_is_made_again_field_by_field(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    again = replayed(board_stores, card)
    assert again.differences == {}
    assert again.again == again.kept == card


def test_it_is_the_same_after_brand_lake_and_decisions_have_changed(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    write_trends(board_stores.lake, {})
    with board_stores.database.writing() as session:
        brand = session.get_one(Brand, card.brand_id)
        brand.tone_tags, brand.positioning, brand.taboos = ["shrill"], "We bake bread.", ["log4j"]
        for pillar in session.scalars(select(ContentPillar).where(ContentPillar.brand_id == card.brand_id)):
            pillar.description = "Bread."
        session.get_one(Opportunity, card.id).is_pinned = True
    assert replayed(board_stores, card).differences == {}


def test_of_a_card_that_stood_on_several_boards_the_last_composing_is_replayed(board_stores):  # noqa: F811
    make(board_stores)
    [card] = make(board_stores, at=AT + HOUR).opportunities
    again = replayed(board_stores, card)
    assert again.differences == {}
    assert again.board.meta.generated_at == AT + HOUR


def test_a_card_of_models_is_made_again_from_what_they_answered_and_nobody_is_asked(board_stores):  # noqa: F811
    title = "What the log4j hole asks of whoever runs servers"
    with serving_models() as server:
        settings = ModelSettings(_env_file=None, llm_disabled=False, openai_base_url=server.base_url, provider="openai")
        models = ModelClient(settings, board_stores.database)
        server.script(composing(title=title, pillar=None, persona=None))
        [card] = make(replace(board_stores, models=models)).opportunities
        asked = len(server.asked)
        again = replayed(board_stores, card)
        models.close()
    assert (again.again.title, again.differences) == (title, {})
    assert len(server.asked) == asked == 2


def test_of_what_models_proposed_only_what_was_shown_is_made_again(board_stores):  # noqa: F811
    from model_server import replies
    from synthesis_desk import is_judging, proposal

    def answer(asked):
        if is_judging(asked):
            return {"judgements": [{"proposal": item["id"], "fit": 100, "keep": True} for item in asked.items]}
        good = proposal(asked.items[0], title="What the log4j hole asks", pillar=None, persona=None)
        return {"opportunities": [{**good, "trend": "t99", "title": "Wholly invented"}, {**good, "title": " "}, good]}

    with serving_models() as server:
        settings = ModelSettings(_env_file=None, llm_disabled=False, openai_base_url=server.base_url, provider="openai")
        models = ModelClient(settings, board_stores.database)
        server.script(replies(answer))
        [card] = make(replace(board_stores, models=models)).opportunities
        models.close()
    again = replayed(board_stores, card)
    assert (again.again.title, again.differences) == ("What the log4j hole asks", {})


def test_an_answer_that_belongs_to_another_question_is_not_taken(board_stores):  # noqa: F811
    with serving_models() as server:
        settings = ModelSettings(_env_file=None, llm_disabled=False, openai_base_url=server.base_url, provider="openai")
        models = ModelClient(settings, board_stores.database)
        server.script(composing(title="What the log4j hole asks", pillar=None, persona=None))
        [card] = make(replace(board_stores, models=models)).opportunities
        models.close()
    with board_stores.database.writing() as session:
        row = session.scalars(select(TodayBoard)).one()
        kept = json.loads(json.dumps(row.made_from))
        kept["inputs"]["snapshot"]["positioning"] = "Something else."
        row.made_from = kept
    with pytest.raises(NotReplayable, match="no answer to this synthesize question was recorded"):
        replayed(board_stores, card)


def test_what_code_does_otherwise_now_is_told(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    with board_stores.database.writing() as session:
        row = session.scalars(select(TodayBoard)).one()
        kept = json.loads(json.dumps(row.board))
        kept["opportunities"][0]["title"] = "as an earlier version of Kairo worded it"
        row.board = kept
    again = replayed(board_stores, card)
    assert again.differences == {"title": ("as an earlier version of Kairo worded it", card.title)}


def test_a_board_from_before_inputs_were_kept_says_so(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    with board_stores.database.writing() as session:
        session.scalars(select(TodayBoard)).one().made_from = None
    with pytest.raises(NotReplayable, match="was not kept"):
        replayed(board_stores, card)


def test_inputs_that_nobody_can_read_any_more_are_named(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    with board_stores.database.writing() as session:
        row = session.scalars(select(TodayBoard)).one()
        row.made_from = {**row.made_from, "inputs": {**row.made_from["inputs"], "trend_hour": "never"}}
    with pytest.raises(NotReplayable, match=r"inputs this one can't read \(trend_hour\)"):
        replayed(board_stores, card)


def test_after_an_erasure_a_replay_shows_no_word_of_what_was_erased(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    first = card.evidence[0]
    with board_stores.database.writing() as session:
        redact_kept(session, Removal.of([first.evidence_id], [first.title, first.url]))
        row = session.scalars(select(TodayBoard)).one()
        kept = json.dumps([row.made_from, row.board, row.signal_bundle])
    assert first.title not in kept
    assert first.evidence_id not in kept
    again = replayed(board_stores, card)
    assert first.title not in again.again.model_dump_json()


def test_a_card_is_found_by_the_beginning_of_its_id_in_any_case(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    with board_stores.database.reading() as session:
        for written in (str(card.id), str(card.id)[:8], str(card.id)[:11].upper(), card.id.hex):
            assert find_card(session, card.brand_id, written).id == card.id


@pytest.mark.parametrize("written", ["", " ", "-", "zz", "'; DROP TABLE opportunity; --"])
def test_what_is_no_id_is_refused(board_stores, written):  # noqa: F811
    [card] = make(board_stores).opportunities
    with board_stores.database.reading() as session, pytest.raises(CardNotFound, match="shows the id of each card"):
        find_card(session, card.brand_id, written)


def test_a_beginning_that_several_cards_share_is_refused_with_their_ids(board_stores):  # noqa: F811
    [card] = make(board_stores).opportunities
    other = type(card.id)(card.id.hex[:8] + "0" * 24)
    with board_stores.database.writing() as session:
        kept = session.get_one(Opportunity, card.id)
        same = {name: getattr(kept, name) for name in ("brand_id", "title", "type", "score", "primary_channel")}
        session.add(Opportunity(id=other, **same))
    with board_stores.database.reading() as session, pytest.raises(CardAmbiguous, match=str(other)):
        find_card(session, card.brand_id, str(card.id)[:8])
