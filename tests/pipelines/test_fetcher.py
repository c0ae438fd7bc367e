"""All requests of a run: what is tried again and what is not, when hosts want to be left alone, logins, allowances."""

import asyncio
import base64
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qs

import pytest
from obstore.store import MemoryStore
from web_server import reply

from kairo_pipelines.capture.fetch import Fetched, FetchLimits
from kairo_pipelines.capture.fetcher import Fetcher, Patience
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.connectors.connector import Answer, Connector, Failure, Item, Login, Quota, Request, Target
from kairo_pipelines.connectors.json_answers import error_message

QUICK = Patience(first_pause_seconds=0.01)


class Plain(Connector):
    """Names what its error answers say under `error`."""

    platform = "plain"
    surface_types: ClassVar[Mapping[str, str]] = {"page": "an address"}

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        return ()

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item]:
        yield from ()

    def failure(self, answer: Answer) -> Failure | None:
        message = error_message(answer, "error")
        return Failure("named", message) if message else None


def ask(*requests: str | Request, patience: Patience = QUICK, quotas: Quotas | None = None, **limits) -> list[Fetched]:
    """What comes of these requests, made all at once."""

    async def all_at_once() -> list[Fetched]:
        limited = FetchLimits(**{"allow_private": True, **limits})
        async with Fetcher(quotas or Quotas(MemoryStore()), limited, patience) as fetcher:
            wanted = [Request(one) if isinstance(one, str) else one for one in requests]
            return list(await asyncio.gather(*(fetcher.get(Plain(), one) for one in wanted)))

    return asyncio.run(all_at_once())


def kinds(fetched: Sequence[Fetched]) -> list[str | None]:
    """The names of the failures, None where something came."""
    return [one.failure.kind if one.failure else None for one in fetched]


# --- trying again ---------------------------------------------------------------------------------


def test_what_fails_twice_and_then_answers_is_answered(web):
    url = web.answer_in_turn("/", reply(status=500), reply(status=500), reply(b"<rss/>"))
    [fetched] = ask(url)
    assert (fetched.failure, fetched.answer.content) == (None, b"<rss/>")
    assert web.times_asked("/") == 3


def test_what_keeps_failing_is_given_up_after_as_many_tries_as_are_set(web):
    url = web.answer("/", b"sorry", 503)
    [fetched] = ask(url, patience=Patience(attempts=4, first_pause_seconds=0.01))
    assert (fetched.failure.kind, fetched.answer.content) == ("server_error", b"sorry")
    assert web.times_asked("/") == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_asking_again_can_not_help_is_asked_once(web, status):
    [fetched] = ask(web.answer("/", status=status))
    assert not fetched.failure.can_pass
    assert web.times_asked("/") == 1


def test_a_hang_is_a_timeout_and_may_pass(web):
    [fetched] = ask(web.hang("/"), patience=Patience(attempts=2, first_pause_seconds=0.01), timeout_seconds=0.2)
    assert fetched.failure.kind == "timeout"
    assert web.times_asked("/") == 2


def test_a_body_that_is_too_large_is_asked_for_once(web):
    [fetched] = ask(web.stream("/", length=10 * 2**30), max_bytes=100_000)
    assert fetched.failure.kind == "too_large"
    assert web.times_asked("/") == 1


def test_a_redirect_loop_is_gone_through_once(web):
    [fetched] = ask(web.answer("/", status=302, location="/"))
    assert fetched.failure.kind == "redirect_loop"
    assert web.times_asked("/") == 6


def test_a_server_that_is_not_there_yet_may_come():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        [fetched] = ask(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert fetched.failure.kind == "unreachable"
    assert fetched.failure.can_pass


def test_a_failure_is_named_as_the_platform_names_it(web):
    [fetched] = ask(web.answer("/", b'{"error": "no  such\\nsubreddit"}', 404))
    assert fetched.failure == Failure("named", "no such subreddit")


def test_what_the_platform_calls_final_is_not_tried_again(web):
    ask(web.answer("/", b'{"error": "your application is blocked"}', 503))
    assert web.times_asked("/") == 1


# --- hosts that want to be left alone -------------------------------------------------------------


def test_who_is_asked_to_come_back_later_does_and_is_answered(web):
    url = web.answer_in_turn("/", reply(status=429, retry_after="1"), reply(b"<rss/>"))
    [fetched] = ask(url)
    assert (fetched.failure, fetched.answer.content) == (None, b"<rss/>")
    first, second = web.asked_at
    assert second - first >= 0.99


def test_a_wait_that_no_run_is_worth_is_a_failure_that_says_until_when(web):
    before = datetime.now(UTC)
    [fetched] = ask(web.answer("/", b"slow down", 429, retry_after="600"))
    assert (fetched.failure.kind, fetched.answer.content) == ("rate_limited", b"slow down")
    assert timedelta(0) <= fetched.failure.retry_at - before - timedelta(minutes=10) < timedelta(minutes=1)
    assert web.times_asked("/") == 1


def test_a_host_that_wants_to_be_left_alone_is_asked_nothing_else(web):
    limited, others = web.answer("/a", status=429, retry_after="600"), [web.answer(f"/{n}") for n in range(3)]
    first, *rest = ask(limited, *others, patience=Patience(per_host=1))
    assert first.failure.sentence == "the server answered 429 Too Many Requests"
    assert kinds(rest) == ["rate_limited"] * 3
    assert all(
        one.failure.sentence.startswith("not asked: 127.0.0.1 wants to be asked no more before ") for one in rest
    )
    assert {one.failure.retry_at for one in rest} == {first.failure.retry_at}
    assert len(web.asked) == 1


def test_other_hosts_are_asked_all_the_same(web):
    limited = web.answer("/a", status=429, retry_after="600")
    elsewhere = web.answer("/b").replace("127.0.0.1", "localhost")
    assert kinds(ask(limited, elsewhere, patience=Patience(per_host=1))) == ["rate_limited", None]


def test_the_last_answer_that_a_limit_allows_counts_and_the_next_is_not_asked_for(web):
    last = web.answer("/a", b"the last", x_ratelimit_remaining="0", x_ratelimit_reset="600")
    first, second = ask(last, web.answer("/b"), patience=Patience(per_host=1))
    assert (first.failure, first.answer.content) == (None, b"the last")
    assert second.failure.kind == "rate_limited"
    assert web.times_asked("/b") == 0


def test_a_short_wait_that_a_host_asks_for_is_kept_by_all_that_ask_it(web):
    used_up = web.answer_in_turn("/a", reply(x_ratelimit_remaining="0", x_ratelimit_reset="1"))
    assert kinds(ask(used_up, web.answer("/b"), patience=Patience(per_host=1))) == [None, None]
    first, second = web.asked_at
    assert second - first >= 0.99


def test_no_host_is_asked_more_at_once_than_the_limit(web):
    urls = [web.answer(f"/{number}") for number in range(9)]
    web.answer_in_company_of(3)
    ask(*urls, patience=Patience(per_host=3))
    assert web.most_at_once == 3


def test_no_more_are_asked_at_once_than_the_limit_for_all_hosts(web):
    urls = [web.answer(f"/{number}") for number in range(8)]
    urls[4:] = [url.replace("127.0.0.1", "localhost") for url in urls[4:]]
    web.answer_in_company_of(2)
    ask(*urls, patience=Patience(total=2))
    assert web.most_at_once == 2


def test_waiting_for_a_turn_is_no_part_of_the_time_that_an_answer_may_take(web):
    def late(handler) -> None:
        time.sleep(0.25)
        reply()(handler)

    for number in range(5):
        web.answers[f"/{number}"] = late
    urls = [web.url(f"/{number}") for number in range(5)]
    assert kinds(ask(*urls, patience=Patience(total=1, attempts=1), timeout_seconds=1)) == [None] * 5


# --- logins ---------------------------------------------------------------------------------------


def login(web, **known) -> Login:
    asked_with = {"form": (("grant_type", "client_credentials"),), "token_field": "access_token", **known}
    return Login(web.url("/login"), **asked_with)


def behind_a_login(web, number: int = 1, **known) -> list[Request]:
    return [Request(web.answer(f"/{n}", b"come in"), login=login(web, **known)) for n in range(number)]


def test_one_login_serves_all_requests(web):
    web.answer("/login", b'{"access_token": "abc", "expires_in": 3600}')
    assert kinds(ask(*behind_a_login(web, 10))) == [None] * 10
    assert web.times_asked("/login") == 1
    sent = {headers["Authorization"] for path, headers in web.asked if path != "/login"}
    assert sent == {"Bearer abc"}


def test_a_login_is_a_form_with_name_and_password(web):
    web.answer("/login", b'{"access_token": "abc"}')
    ask(*behind_a_login(web, user=("id", "secret")))
    assert parse_qs(web.posted[0].decode()) == {"grant_type": ["client_credentials"]}
    named = base64.b64encode(b"id:secret").decode()
    assert web.asked[0][1]["Authorization"] == f"Basic {named}"


def test_a_login_may_be_json(web):
    web.answer("/login", b'{"accessJwt": "abc"}')
    form = (("identifier", "ada"), ("password", "secret"))
    assert kinds(ask(*behind_a_login(web, form=form, token_field="accessJwt", as_json=True))) == [None]
    assert web.posted == [b'{"identifier":"ada","password":"secret"}']


def test_other_credentials_are_another_login(web):
    web.answer("/login", b'{"access_token": "abc"}')
    ask(*behind_a_login(web, user=("ada", "1")), *behind_a_login(web, user=("bo", "2")))
    assert web.times_asked("/login") == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_login_that_is_refused_names_the_credentials_and_nothing_is_asked(web, status):
    web.answer("/login", b'{"error": "invalid_grant"}', status)
    fetched = ask(*behind_a_login(web, 3, user=("id", "secret")))
    assert kinds(fetched) == ["unauthorized"] * 3
    assert {one.failure.sentence for one in fetched} == {
        f"no token from {web.url('/login')}: it answered {status}; check the credentials in the settings"
    }
    assert [path for path, _ in web.asked] == ["/login"]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"token": "abc"}', b'{"access_token": null}', b'{"access_token": "a\\nb"}']
)
def test_a_login_that_gives_no_token_is_a_failure_of_its_own(web, body):
    web.answer("/login", body)
    [fetched] = ask(*behind_a_login(web))
    assert fetched.failure.kind == "login_failed"
    assert web.times_asked("/0") == 0


def test_a_login_that_fails_twice_and_then_answers_is_a_login(web):
    token = reply(b'{"access_token": "abc"}')
    web.answer_in_turn("/login", reply(status=500), reply(status=503), token)
    assert kinds(ask(*behind_a_login(web))) == [None]
    assert web.times_asked("/login") == 3


def test_a_login_that_never_ends_is_given_up_after_the_time_limit(web):
    web.trickle("/login")
    [fetched] = ask(*behind_a_login(web), patience=Patience(attempts=1), timeout_seconds=0.3)
    assert fetched.failure.kind == "login_failed"
    assert web.times_asked("/0") == 0


def test_a_login_where_nobody_listens_is_a_failure_of_its_own(web):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = Login(f"http://127.0.0.1:{taken.getsockname()[1]}/", (), "access_token")
        [fetched] = ask(Request(web.answer("/"), login=nowhere))
    assert fetched.failure.kind == "login_failed"
    assert fetched.failure.can_pass


# --- allowances -----------------------------------------------------------------------------------


def test_a_request_that_would_pass_the_allowance_is_not_made(web):
    quota = Quota("units", 4, 10, "America/Los_Angeles")
    fetched = ask(*(Request(web.answer(f"/{n}"), quota=quota) for n in range(3)), patience=Patience(per_host=1))
    assert kinds(fetched) == [None, None, "quota_exhausted"]
    assert len(web.asked) == 2
    refused = fetched[-1].failure
    assert refused.sentence.startswith("not asked: this would pass the 10 units a day of units, which begin anew at ")
    assert refused.retry_at > datetime.now(UTC)


def test_each_try_uses_up_its_units(web):
    quotas, quota = Quotas(MemoryStore()), Quota("units", 3, 100)
    url = web.answer_in_turn("/", reply(status=500), reply(status=500), reply(b"<rss/>"))
    ask(Request(url, quota=quota), quotas=quotas)
    assert quotas.spent(quota, datetime.now(UTC)) == 9


def test_what_is_not_asked_because_its_host_wants_to_be_left_alone_uses_up_nothing(web):
    quotas, quota = Quotas(MemoryStore()), Quota("units", 1, 100)
    limited = Request(web.answer("/a", status=429, retry_after="600"), quota=quota)
    ask(limited, Request(web.answer("/b"), quota=quota), quotas=quotas, patience=Patience(per_host=1))
    assert quotas.spent(quota, datetime.now(UTC)) == 1
