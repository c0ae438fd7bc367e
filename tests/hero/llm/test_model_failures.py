"""Endpoints that do not answer, or with an error: tried again only where that helps, and in time."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from asking_desk import GOOD, KEY, task
from model_server import drops, errs, says, sends

from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.errors import (
    ModelKeyRejected,
    ModelQuotaExhausted,
    ModelRequestRejected,
    ModelsDisabled,
    ModelUnavailable,
)

FINAL = {
    "a wrong key": (
        errs(401, f"Incorrect API key provided: {KEY}", code="invalid_api_key"),
        ModelKeyRejected,
        "key_rejected",
    ),
    "a wrong key, as a bad request": (errs(400, "API key not valid."), ModelKeyRejected, "key_rejected"),
    "a key without the right": (errs(403, "not allowed"), ModelKeyRejected, "key_rejected"),
    "a quota used up": (
        errs(429, "You exceeded your current quota", code="insufficient_quota"),
        ModelQuotaExhausted,
        "quota_exhausted",
    ),
    "an account without money": (errs(402, "Insufficient Balance"), ModelQuotaExhausted, "quota_exhausted"),
    "an unknown model": (errs(404, "no such model", code="model_not_found"), ModelRequestRejected, "request_rejected"),
    "a prompt too long": (
        errs(400, "too long", code="context_length_exceeded"),
        ModelRequestRejected,
        "request_rejected",
    ),
}
PASSING = {
    "a rate limit": (errs(429, "slow down"), "rate_limited"),
    "a server error": (errs(500), "http_500"),
    "a gateway": (errs(502), "http_502"),
    "a gateway's page": (sends(b"<html>503</html>", 503), "http_503"),
    "a connection dropped": (drops, "connection"),
}


@pytest.mark.parametrize(("answer", "error", "error_type"), FINAL.values(), ids=FINAL)
def test_what_will_not_pass_is_asked_once(desk, answer, error, error_type):
    desk.server.script(answer)
    with pytest.raises(error):
        desk.models.ask(task())
    assert [(call.error_type, call.cost_usd, call.settled_at is None) for call in desk.calls] == [
        (error_type, 0.0, False)
    ]
    assert desk.kept_answers == 0


def test_an_error_that_no_store_can_keep_is_an_error_all_the_same(desk):
    desk.server.script(errs(404, "half a \ud800 character"))
    with pytest.raises(ModelRequestRejected, match=r"half a . character"):
        desk.models.ask(task())


def test_an_error_does_not_repeat_the_key(desk):
    desk.server.script(FINAL["a wrong key"][0])
    with pytest.raises(ModelKeyRejected) as raised:
        desk.models.ask(task())
    assert KEY not in str(raised.value)
    assert "check OPENAI_API_KEY" in str(raised.value)


@pytest.mark.parametrize(("answer", "error_type"), PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again(desk, answer, error_type):
    desk.server.script(answer, answer, says(GOOD))
    assert desk.models.ask(task()).content.model_dump() == GOOD
    assert [(call.attempt, call.error_type) for call in desk.calls] == [(1, error_type), (2, error_type), (3, None)]


def test_what_does_not_pass_is_given_up(desk):
    desk.server.script(errs(502))
    with pytest.raises(ModelUnavailable, match="answered 502"):
        desk.models.ask(task())
    assert len(desk.calls) == 3


def test_an_error_costs_nothing_and_a_dropped_connection_nobody_knows_what(make_desk):
    desk = make_desk(attempts=2)
    desk.server.script(errs(502), drops)
    with pytest.raises(ModelUnavailable):
        desk.models.ask(task())
    assert [call.cost_usd for call in desk.calls] == [0.0, None]


def test_an_endpoint_that_is_not_there_costs_nothing(make_desk):
    desk = make_desk(openai_base_url="http://127.0.0.1:9/v1", attempts=1)
    with pytest.raises(ModelUnavailable, match="check OPENAI_BASE_URL"):
        desk.models.ask(task())
    assert [(call.error_type, call.cost_usd) for call in desk.calls] == [("connection", 0.0)]


@pytest.mark.parametrize("kind", ["hangs", "trickles"])
def test_an_endpoint_that_never_answers_is_given_up_in_time(make_desk, kind):
    desk = make_desk(timeout_seconds=0.2, attempts=2)
    desk.server.script(getattr(desk.server, kind))
    begun = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.2 s"):
        desk.models.ask(task())
    assert time.monotonic() - begun < 2
    # the provider may have worked on: nobody knows what it costs
    assert [(call.error_type, call.cost_usd) for call in desk.calls] == [("timeout", None)] * 2


def test_all_tries_together_end_by_the_deadline(make_desk):
    desk = make_desk(timeout_seconds=0.2, deadline_seconds=0.5, attempts=10)
    desk.server.script(desk.server.hangs)
    begun = time.monotonic()
    with pytest.raises(ModelUnavailable):
        desk.models.ask(task())
    assert time.monotonic() - begun < 2
    assert len(desk.calls) <= 3


def test_an_answer_without_end_is_cut_short(desk):
    desk.server.script(sends(b" " * 5_000_000))
    with pytest.raises(ModelUnavailable, match="longer than 4,000,000 bytes"):
        desk.models.ask(task())


def test_an_endpoint_is_asked_again_when_it_wants_to_be(desk):
    desk.server.script(errs(429, "slow down", Retry_After="0.3"), says(GOOD))
    begun = time.monotonic()
    desk.models.ask(task())
    assert time.monotonic() - begun > 0.3


@pytest.mark.parametrize(
    "after", ["3600", format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)], ids=["seconds", "date"]
)
def test_an_endpoint_that_wants_to_be_left_alone_for_long_is_not_waited_for(desk, after):
    desk.server.script(errs(429, "slow down", Retry_After=after))
    with pytest.raises(ModelUnavailable):
        desk.models.ask(task())
    assert len(desk.calls) == 1


def test_a_local_server_needs_no_key(make_desk):
    desk = make_desk(openai_api_key=None, provider=None)
    desk.server.script(says(GOOD))
    assert desk.models.ask(task()).content.model_dump() == GOOD


@pytest.mark.parametrize(
    "settings",
    [{"llm_disabled": True}, {"openai_api_key": None, "openai_base_url": None}],
    ids=["disabled", "neither key nor address"],
)
def test_models_are_not_called_where_they_may_not_be(database, model_settings, settings):
    with pytest.raises(ModelsDisabled, match="LLM_DISABLED is true, or neither"):
        ModelClient(model_settings(**settings), database)
