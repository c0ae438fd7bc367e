"""Boards that models compose; and what a board is when they cannot: answered, honest, nothing lost or untracked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from model_server import ModelServer, declines, errs, says, serving_models
from sqlalchemy import select
from synthesis_desk import composing
from test_board_engine import AT, board_stores, make, write_trends  # noqa: F401 - a fixture is used by its name

from kairo_hero.engines.opportunities_engine import BoardStores
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models import ModelCall, TodayBoard
from kairo_hero.settings import HeroSettings

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
TITLE = {"title": "What the log4j hole asks of whoever runs servers", "pillar": None, "persona": None}


@pytest.fixture
def stores(request):
    return request.getfixturevalue(f"{request.param}_stores")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving_models() as server:
        yield server


@pytest.fixture
def with_models(board_stores, server) -> Iterator[BoardStores]:  # noqa: F811
    settings = ModelSettings(
        _env_file=None,
        llm_disabled=False,
        openai_api_key="sk-test",
        openai_base_url=server.base_url,
        provider="openai",
        timeout_seconds=1,
        deadline_seconds=2,
        retry_seconds=0,
        attempts=1,
        cache_days=0,
        budget_run_usd=0.5,
    )
    client = ModelClient(settings, board_stores.database)
    yield replace(board_stores, models=client)
    client.close()


def calls(stores: BoardStores) -> list[ModelCall]:
    with stores.database.reading() as session:
        return list(session.scalars(select(ModelCall).order_by(ModelCall.created_at)))


def test_models_compose_the_board_and_what_it_cost_is_told(with_models, server):
    server.script(composing(**TITLE))
    board = make(with_models)
    assert (board.meta.source, board.meta.degraded) == ("model", False)
    assert [card.title for card in board.opportunities] == [TITLE["title"]]
    assert [one.evidence_id for one in board.opportunities[0].evidence] == ["hackernews:log4j0", "hackernews:log4j1"]
    assert board.meta.input_tokens == 2000
    assert board.meta.cost_usd == pytest.approx(sum(call.cost_usd for call in calls(with_models)), abs=1e-6)
    assert {call.step for call in calls(with_models)} == {"synthesize", "judge"}


BAD_ANSWERS = {
    "prose": says("Here is what I think about log4j."),
    "fenced, and half": says('```json\n{"opportunities": [{"trend": "t1"'),
    "empty": says(""),
    "a refusal": declines(),
    "a wrong key": errs(401, "Incorrect API key provided", code="invalid_api_key"),
    "a used up quota": errs(429, "You exceeded your current quota", code="insufficient_quota"),
    "a server error": errs(503, "overloaded"),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_makes_a_board_from_the_signals_that_says_why(with_models, server, answer):
    server.script(answer)
    board = make(with_models)
    assert (board.meta.degraded, board.meta.source) == (True, "grounded")
    assert board.meta.degraded_reason.startswith("models composed nothing: ")
    assert [card.trend_id for card in board.opportunities] == ["trend-log4j"]
    assert calls(with_models)
    assert all(call.settled_at for call in calls(with_models))


def test_a_model_that_never_answers_ends_by_its_time_out_and_counts_as_paid(with_models, server):
    server.script(server.hangs)
    board = make(with_models)
    assert board.meta.degraded
    [call] = calls(with_models)
    assert (call.error_type, call.cost_usd) == ("timeout", None)


def test_fenced_json_is_read(with_models, server):
    def fenced(asked, handler):
        import json

        from synthesis_desk import is_judging, proposal

        content = {"judgements": []} if is_judging(asked) else {"opportunities": [proposal(asked.items[0], **TITLE)]}
        says(f"```json\n{json.dumps(content)}\n```")(asked, handler)

    server.script(fenced)
    assert make(with_models).meta.source == "model"


@pytest.mark.parametrize(
    "changes",
    [{"evidence": ["e77"]}, {"angle": "See https://evil.example."}, {"title": "Why 18F got log4j right"}],
    ids=["an unknown evidence id", "a link of its own", "another brand"],
)
def test_a_card_that_its_evidence_does_not_hold_is_dropped_and_the_board_is_smaller(with_models, server, changes):
    server.script(composing(**{**TITLE, **changes}))
    board = make(with_models)
    assert board.opportunities == []
    assert board.meta.dropped["invalid"] >= 1
    assert not board.meta.degraded


def test_when_models_fail_the_board_that_they_composed_yesterday_stands(with_models, server):
    server.script(composing(**TITLE))
    first = make(with_models)
    server.script(errs(500))
    second = make(with_models, at=AT + timedelta(hours=24))
    assert (second.meta.degraded, second.meta.source) == (True, "existing")
    assert [card.id for card in second.opportunities] == [card.id for card in first.opportunities]
    assert [card.title for card in second.opportunities] == [TITLE["title"]]
    third = make(with_models, at=AT + timedelta(days=5))
    assert third.meta.source == "grounded"
    with with_models.database.reading() as session:
        assert len(list(session.scalars(select(TodayBoard)))) == 3


def test_a_budget_that_is_used_up_makes_a_board_without_a_model_and_asks_nobody(board_stores, server):  # noqa: F811
    settings = ModelSettings(
        _env_file=None,
        llm_disabled=False,
        openai_base_url=server.base_url,
        provider="openai",
        budget_day_usd=0,
        budget_day_tokens=0,
    )
    board = make(replace(board_stores, models=ModelClient(settings, board_stores.database)))
    assert (board.meta.source, board.meta.degraded) == ("grounded", True)
    assert "KAIRO_LLM_BUDGET_DAY_USD" in board.meta.degraded_reason
    assert server.asked == []


def test_with_no_trend_at_all_nobody_is_asked(with_models, server):
    write_trends(with_models.lake, {})
    board = make(with_models)
    assert board.opportunities == []
    assert server.asked == []


FREE_PACER = {"title": "What free court records ask of those who write for the public", "channel": "x"}


@pytest.fixture
def of_18f(with_models):
    """The same with the signals that come with Kairo, in which a brand without pillars and personas has something."""
    settings = HeroSettings(_env_file=None, external_signals_mode="fixtures")
    return replace(with_models, settings=settings)


def test_models_compose_for_a_brand_without_pillars_and_personas(of_18f, server):
    server.script(composing(**FREE_PACER, pillar=None, persona=None))
    board = make(of_18f, slug="18f")
    assert (board.meta.source, board.meta.missing) == ("model", ["pillars", "personas"])
    [card] = board.opportunities
    assert (card.title, card.pillar_id, card.persona_id) == (FREE_PACER["title"], None, None)
    assert (card.trend_id, [one.evidence_id for one in card.evidence]) == (None, ["hackernews:29499809"])


def test_a_pillar_that_the_brand_does_not_have_is_no_card(of_18f, server):
    server.script(composing(**FREE_PACER, pillar="p1", persona=None))
    board = make(of_18f, slug="18f")
    assert board.opportunities == []
    assert board.meta.dropped["invalid"] == 1


def test_when_models_fail_a_brand_without_pillars_gets_a_card_from_its_signals(of_18f, server):
    server.script(errs(500))
    board = make(of_18f, slug="18f")
    assert (board.meta.degraded, board.meta.source) == (True, "grounded")
    assert len(board.opportunities) == 1
