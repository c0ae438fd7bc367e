"""Endpoints that take less than OpenAI's: asked for what they take, remembered, and never silently."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from asking_desk import GOOD, task
from model_server import breaks_on_json_schema, errs, rejects_limit, rejects_output, says
from sqlalchemy import update

from kairo_hero.llm.errors import ModelRequestRejected, ModelUnavailable
from kairo_hero.models.model_calls import ModelCall

OTHER_TASK = {"context": "Another brand."}


def outputs(desk):
    return [asked.output for asked in desk.server.asked]


def test_a_schema_is_held_to_strictly_where_the_endpoint_can(desk):
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    held_to = desk.server.asked[0].body["response_format"]["json_schema"]
    assert held_to["strict"] is True
    assert held_to["schema"]["required"] == ["mood", "ideas"]
    assert held_to["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("rejected", "used"),
    [(["json_schema"], "json_object"), (["json_schema", "json_object"], "text")],
    ids=["a schema", "any JSON"],
)
def test_an_endpoint_that_names_what_it_does_not_take_is_asked_for_less(desk, caplog, rejected, used):
    desk.server.script(rejects_output(*rejected, otherwise=says(GOOD)))
    with caplog.at_level(logging.WARNING):
        desk.models.ask(task())
    assert outputs(desk) == [*rejected, used]
    assert [call.error_type for call in desk.calls] == ["request_rejected"] * len(rejected) + [None]
    assert [call.cost_usd for call in desk.calls[:-1]] == [0.0] * len(rejected)
    assert f"answers for gpt-4o with {used}" in caplog.text


def test_what_an_endpoint_takes_is_asked_for_at_once_the_next_time(desk):
    desk.server.script(rejects_output("json_schema", otherwise=says(GOOD)))
    desk.models.ask(task())
    desk.models.ask(task(**OTHER_TASK))
    assert outputs(desk) == ["json_schema", "json_object", "json_object"]


def test_another_process_learns_it_from_the_ledger(desk, make_desk):
    desk.server.script(rejects_output("json_schema", otherwise=says(GOOD)))
    desk.models.ask(task())
    make_desk().models.ask(task(**OTHER_TASK))
    assert outputs(desk) == ["json_schema", "json_object", "json_object"]


def test_after_a_week_an_endpoint_is_asked_for_the_best_again(desk, make_desk):
    desk.server.script(rejects_output("json_schema", otherwise=says(GOOD)))
    desk.models.ask(task())
    with desk.database.writing() as session:
        refusals = update(ModelCall).where(ModelCall.error_type.is_not(None))
        session.execute(refusals.values(created_at=datetime.now(UTC) - timedelta(days=8)))
    make_desk().models.ask(task(**OTHER_TASK))
    assert outputs(desk)[2:] == ["json_schema", "json_object"]


def test_a_server_that_breaks_on_a_schema_is_asked_without_one(desk):
    desk.server.script(breaks_on_json_schema(says(GOOD)))
    assert desk.models.ask(task()).content.model_dump() == GOOD
    assert outputs(desk) == ["json_schema"] * 3 + ["json_object"]
    assert [call.error_type for call in desk.calls] == ["http_500"] * 3 + [None]


def test_a_server_that_breaks_on_everything_has_not_shown_what_it_takes(desk):
    desk.server.script(errs(500))
    with pytest.raises(ModelUnavailable):
        desk.models.ask(task())
    assert outputs(desk) == ["json_schema"] * 3 + ["json_object", "text"]
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    assert outputs(desk)[-1] == "json_schema"


def test_one_500_is_no_reason_to_ask_for_less(desk):
    desk.server.script(errs(500), says(GOOD))
    desk.models.ask(task())
    assert outputs(desk) == ["json_schema", "json_schema"]


def test_an_endpoint_that_could_once_is_not_asked_for_less_when_it_breaks(desk):
    desk.server.script(says(GOOD), errs(500))
    desk.models.ask(task())
    with pytest.raises(ModelUnavailable):
        desk.models.ask(task(**OTHER_TASK))
    assert set(outputs(desk)) == {"json_schema"}


@pytest.mark.parametrize("rejected", ["max_completion_tokens", "max_tokens"])
@pytest.mark.parametrize("provider", ["openai", None])
def test_the_limit_is_told_under_the_name_that_the_model_takes(make_desk, provider, rejected):
    desk = make_desk(provider=provider)
    desk.server.script(rejects_limit(rejected, says(GOOD)))
    desk.models.ask(task())
    last = desk.server.asked[-1]
    assert last.token_limit != rejected
    assert last.body[last.token_limit] == 500
    assert last.output == "json_schema"


def test_a_limit_that_is_taken_under_no_name_is_an_error_and_no_loop(desk):
    desk.server.script(errs(400, "max_completion_tokens or max_tokens: neither will do"))
    with pytest.raises(ModelRequestRejected):
        desk.models.ask(task())
    assert len(desk.calls) == 2


@pytest.mark.parametrize("output", ["json_schema", "json_object", "text"])
def test_a_configured_output_is_used_and_no_other(make_desk, output):
    desk = make_desk(output=output)
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    assert outputs(desk) == [output]


def test_a_configured_output_that_is_rejected_is_an_error_that_names_the_setting(make_desk):
    desk = make_desk(output="json_schema")
    desk.server.script(rejects_output("json_schema", otherwise=says(GOOD)))
    with pytest.raises(ModelRequestRejected, match="KAIRO_LLM_OUTPUT"):
        desk.models.ask(task())


def test_the_form_is_told_in_words_too_since_some_endpoints_ignore_the_option(desk):
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    assert '"evidence_ids"' in desk.server.asked[0].texts[0]
