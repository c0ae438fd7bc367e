"""What a model may answer, and what comes of it: the form, or an error by its name, and always a line in the ledger."""

import json

import pytest
from asking_desk import GOOD, KEY, task
from model_server import declines, says, sends

from kairo_hero.llm.errors import ModelAnswerInvalid, ModelError, ModelRefused, ModelUnavailable

GOOD_TEXT = json.dumps(GOOD)
HALF = GOOD_TEXT[: len(GOOD_TEXT) // 2]
#: gpt-4o at 2.50 and 10 dollars a million: 1000 tokens in, 200 out.
COST = 0.0045

TOLERATED = {
    "bare": GOOD_TEXT,
    "fenced": f"```json\n{GOOD_TEXT}\n```",
    "in prose": f"Sure! Here are some ideas:\n\n{GOOD_TEXT}\n\nLet me know if you need more.",
    "thought aloud": f"<think>Perhaps {{a title}}?</think>\n{GOOD_TEXT}",
    "with half a character": GOOD_TEXT.replace("Patch", "Patch\ud800"),
}
UNUSABLE = {
    "prose": ("I think the brand should talk about patching.", "not_json"),
    "half a JSON": (HALF, "not_json"),
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "nothing": (None, "empty"),
    "an array": ("[1, 2]", "not_json"),
    "two objects": (GOOD_TEXT + GOOD_TEXT, "not_json"),
    "a field missing": ('{"mood": "calm"}', "answer_invalid"),
    "a field of its own": (json.dumps({**GOOD, "url": "https://evil.example"}), "answer_invalid"),
    "a choice of its own": (json.dumps({**GOOD, "mood": "furious"}), "answer_invalid"),
    "nested without end": ('{"mood":' + "[" * 100_000 + "]" * 100_000 + "}", "not_json"),
}
UNMENDABLE = {
    "refusal": (declines("I can't help with that."), ModelRefused, "refused"),
    "withheld": (says(None, finish="content_filter"), ModelRefused, "content_filter"),
    "cut off": (says(HALF, finish="length"), ModelAnswerInvalid, "cut_off"),
}
NO_COMPLETION = {
    "HTML": b"<html><title>Welcome to nginx!</title></html>",
    "an error with status 200": b'{"error": {"message": "upstream is overloaded"}}',
    "nothing at all": b"",
    "an array": b"[]",
    "nested without end": b"[" * 100_000,
}


def test_an_answer_is_the_filled_in_form_and_what_it_took(desk):
    desk.server.script(says(GOOD, usage=(1000, 200, 400)))
    answer = desk.models.ask(task())
    assert answer.content.model_dump() == GOOD
    # the 400 tokens that the provider had cached cost half
    assert (answer.cost_usd, answer.input_tokens, answer.output_tokens) == (pytest.approx(0.004), 1000, 200)
    assert desk.server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_request_is_on_record_with_all_that_is_known_of_it(desk):
    desk.server.script(says(GOOD, usage=(1000, 200, 400)))
    desk.models.ask(task())
    [call] = desk.calls
    assert (call.run_id, call.brand_id, call.step, call.attempt) == ("run-1", desk.brand_id, "synthesize", 1)
    assert (call.endpoint_host, call.model, call.prompt_version) == (
        desk.client.settings.endpoint_host,
        "gpt-4o",
        "ideas-1",
    )
    assert (call.response_model, call.response_id, call.finish_reasons) == ("gpt-4o", "chatcmpl-1", ["stop"])
    assert (call.input_tokens, call.output_tokens, call.cached_tokens) == (1000, 200, 400)
    assert (call.output_mode, call.error_type, call.cache_hit) == ("json_schema", None, False)
    assert call.cost_usd < call.reserved_usd
    assert call.latency_ms >= 0


def test_a_request_is_an_event_under_the_names_of_open_telemetry(desk):
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    [event] = desk.events
    assert event["gen_ai.operation.name"] == "chat"
    assert event["gen_ai.provider.name"] == "openai"
    assert event["gen_ai.request.model"] == event["gen_ai.response.model"] == "gpt-4o"
    assert event["gen_ai.response.finish_reasons"] == ["stop"]
    assert (event["gen_ai.usage.input_tokens"], event["gen_ai.usage.output_tokens"]) == (1000, 200)
    assert (event["kairo.cost.usd"], event["kairo.cache.hit"], event["kairo.run.id"]) == (COST, False, "run-1")
    assert "log4j" not in str(event)


@pytest.mark.parametrize("text", TOLERATED.values(), ids=TOLERATED)
def test_one_json_object_is_found_whatever_stands_around_it(desk, text):
    desk.server.script(says(text))
    assert desk.models.ask(task()).content.ideas[0].evidence_ids == ["e1"]
    assert len(desk.calls) == 1


@pytest.mark.parametrize(("text", "error_type"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_bad_answer_gets_one_repair_turn_then_the_error_has_a_name(desk, text, error_type):
    desk.server.script(says(text))
    with pytest.raises(ModelAnswerInvalid) as raised:
        desk.models.ask(task())
    assert raised.value.error_type == error_type
    assert [(call.error_type, call.is_repair, call.cost_usd) for call in desk.calls] == [
        (error_type, False, COST),
        (error_type, True, COST),
    ]
    assert [event["error.type"] for event in desk.events] == [error_type] * 2
    assert desk.kept_answers == 0


def test_the_repair_turn_is_told_what_was_wrong(desk):
    desk.server.script(says({**GOOD, "mood": "furious"}), says(GOOD))
    answer = desk.models.ask(task())
    assert answer.content.mood == "urgent"
    assert answer.cost_usd == pytest.approx(2 * COST)
    first, second = desk.server.asked
    assert second.texts[:2] == first.texts
    assert "furious" in second.texts[2]
    assert "mood: Input should be 'calm' or 'urgent'" in second.texts[3]
    assert [call.error_type for call in desk.calls] == ["answer_invalid", None]
    assert len({call.call_id for call in desk.calls}) == 1


def test_an_answer_that_was_mended_is_kept(desk):
    desk.server.script(says("Well."), says(GOOD))
    desk.models.ask(task())
    assert desk.models.ask(task()).is_from_cache


@pytest.mark.parametrize(("answer", "error", "error_type"), UNMENDABLE.values(), ids=UNMENDABLE)
def test_what_no_repair_turn_mends_gets_none(desk, answer, error, error_type):
    desk.server.script(answer)
    with pytest.raises(error):
        desk.models.ask(task())
    assert [(call.error_type, call.cost_usd) for call in desk.calls] == [(error_type, COST)]
    assert desk.kept_answers == 0


@pytest.mark.parametrize("body", NO_COMPLETION.values(), ids=NO_COMPLETION)
def test_an_answer_that_is_no_completion_is_an_endpoint_that_does_not_work(desk, body):
    desk.server.script(sends(body))
    with pytest.raises(ModelUnavailable, match="check OPENAI_BASE_URL"):
        desk.models.ask(task())
    [call] = desk.calls
    assert (call.error_type, call.cost_usd, call.input_tokens) == ("not_a_completion", None, None)


def test_a_usage_that_is_missing_is_unknown_and_not_zero(desk):
    desk.server.script(says(GOOD, usage=None))
    answer = desk.models.ask(task())
    assert answer.cost_usd is None
    [call] = desk.calls
    assert (call.cost_usd, call.input_tokens, call.output_tokens) == (None, None, None)
    assert call.settled_at is not None


def test_every_error_is_one_that_a_graph_can_catch(desk):
    desk.server.script(says("no"))
    with pytest.raises(ModelError):
        desk.models.ask(task())
