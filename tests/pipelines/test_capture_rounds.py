"""Captures that take several rounds of requests: what one answer names is asked for next."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import obstore
import pytest
from obstore.store import MemoryStore
from web_server import reply

from kairo_pipelines.capture.capturing import MAX_ROUNDS, CaptureLimits, capture_due
from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetch import FetchLimits
from kairo_pipelines.capture.fetcher import Patience
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.reading import Reading, read_landed
from kairo_pipelines.capture.surface_state import UNKNOWN, SurfaceState
from kairo_pipelines.connectors import registry
from kairo_pipelines.connectors.connector import Answer, Connector, Item, Login, Request, Target
from kairo_pipelines.connectors.json_answers import json_of, listed
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import HourRange
from kairo_pipelines.settings import SettingsError

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)


class Book(Connector):
    """Each page holds items and names the pages that follow it; all of these are asked for at once."""

    platform = "book"
    surface_types: ClassVar[Mapping[str, str]] = {"pages": "the address of the first page"}
    conditional = True

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        if not answers:
            return [Request(target.surface_key)]
        return [self.request(url) for url in json_of(answers[-1]).get("next", [])]

    def request(self, url: str) -> Request:
        return Request(url)

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item]:
        for answer in answers:
            for text in listed(json_of(answer), "items"):
                yield Item(platform_item_id=text, text_content=text)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def capture(store, monkeypatch) -> Callable[..., Reading]:
    """Captures a surface of a connector of the test's own, and reads what landed."""

    def once(url: str, connector: type[Connector] = Book, state: SurfaceState = UNKNOWN) -> Reading:
        monkeypatch.setattr(registry, "CONNECTORS", (connector,))
        one = DueCapture(Target("s", connector.platform, "pages", url), NOON)
        limits = CaptureLimits(FetchLimits(allow_private=True), Patience(first_pause_seconds=0.01))
        landing, erased = Landing(store), Erased(Authors(b"a key"))
        assert capture_due([one], landing, Quotas(store), NOON, states={"s": state}, limits=limits, erased=erased) == 1
        [reading] = read_landed(landing, HourRange.single(NOON))
        return reading

    return once


def page(*items: str, following: Sequence[str] = ()) -> bytes:
    return json.dumps({"items": items, "next": list(following)}).encode()


def texts(reading: Reading) -> list[str]:
    return [item.text_content for item in reading.items]


def raw_bytes(store, reading: Reading) -> bytes:
    return bytes(obstore.get(store, reading.receipt.body_path).bytes())


def test_several_rounds_are_one_capture(capture, web):
    third = web.answer("/3", page("c"))
    second = web.answer("/2", page("b", following=[third]))
    reading = capture(web.answer("/1", page("a", following=[second])))
    assert (reading.status, texts(reading)) == ("succeeded", ["a", "b", "c"])
    assert [one.url for one in reading.receipt.pages] == [web.url(path) for path in ("/1", "/2", "/3")]


def test_the_requests_of_a_round_are_made_at_once_and_their_answers_keep_their_order(capture, web):
    following = [web.answer(f"/{n}", page(str(n))) for n in range(5)]
    web.answer_in_turn("/0", reply(status=503), reply(page("0")))
    first = web.answer("/", page("first", following=following))

    def then_in_company(handler) -> None:
        web.answer_in_company_of(5, once=True)
        reply(page("first", following=following))(handler)

    web.answers["/"] = then_in_company
    reading = capture(first)
    assert texts(reading) == ["first", "0", "1", "2", "3", "4"]
    assert web.most_at_once == 5


def test_a_failing_second_round_is_partial_and_what_came_is_kept(capture, web, store):
    broken = web.answer("/2", b"we are closed", 403)
    first = page("a", "b", following=[broken])
    reading = capture(web.answer("/1", first))
    assert (reading.status, reading.failure, texts(reading)) == ("partial", "forbidden", ["a", "b"])
    assert [(one.status, one.is_answer) for one in reading.receipt.pages] == [(200, True), (403, False)]
    assert raw_bytes(store, reading) == first + b"we are closed"


def test_one_broken_page_of_a_round_costs_no_other(capture, web):
    following = [web.answer("/2", page("b")), web.answer("/3", status=410), web.answer("/4", page("d"))]
    reading = capture(web.answer("/1", page("a", following=following)))
    assert (reading.status, reading.failure, texts(reading)) == ("partial", "gone", ["a", "b", "d"])


def test_a_failing_first_round_is_the_last(capture, web):
    reading = capture(web.answer("/1", page("a", following=[web.answer("/2")]), 403))
    assert (reading.status, reading.failure, texts(reading)) == ("failed", "forbidden", [])
    assert web.times_asked("/2") == 0


def test_what_may_be_missing_is_no_failure(capture, web):
    class Forgiving(Book):
        def request(self, url: str) -> Request:
            return Request(url, may_be_missing=True)

    missing = web.answer("/2", page("not here, but"), 404)
    reading = capture(web.answer("/1", page("a", following=[missing])), Forgiving)
    assert (reading.status, texts(reading)) == ("succeeded", ["a", "not here, but"])


def test_a_book_without_an_end_is_given_up_and_what_came_is_kept(capture, web):
    url = web.answer("/", page("a", following=[web.url("/")]))
    reading = capture(url)
    assert (reading.status, reading.failure) == ("partial", "endless")
    assert reading.sentence == f"not complete after {MAX_ROUNDS} rounds of requests"
    assert (len(reading.receipt.pages), web.times_asked("/")) == (MAX_ROUNDS, MAX_ROUNDS)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty_body"),
        (b"<html><p>Welcome</p></html>", "web_page"),
        (b"<html><title>Just a moment...</title></html>", "challenge_page"),
        (b"{'a': 1}", "not_json"),
    ],
)
def test_a_first_answer_that_can_not_be_read_is_its_failure_and_its_bytes_stay(capture, web, store, body, kind):
    reading = capture(web.answer("/", body))
    assert (reading.status, reading.failure) == ("failed", kind)
    if body:
        assert raw_bytes(store, reading) == body


def test_a_shape_that_no_connector_expects_breaks_this_surface_only(capture, web):
    # A list, where the connector looks for `next` in an object.
    reading = capture(web.answer("/", b"[1, 2]"))
    assert (reading.status, reading.failure) == ("failed", "connector_failed")
    assert reading.sentence == "the connector failed: AttributeError: 'list' object has no attribute 'get'"
    assert reading.receipt.body_bytes == 6


@pytest.mark.parametrize("error", [ValueError("the key must be a number"), SettingsError("KAIRO_BOOK_KEY is missing")])
def test_a_surface_that_can_not_be_asked_for_says_why(capture, web, error):
    class Picky(Book):
        def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
            raise error

    reading = capture(web.answer("/"), Picky)
    assert (reading.failure, reading.sentence) == ("misconfigured", str(error))
    assert web.asked == []


def test_only_the_first_request_asks_for_what_is_newer(capture, web):
    second = web.answer("/2", page("b"), etag='"2"')
    first = web.answer("/1", page("a", following=[second]), etag='"1"')
    capture(first, state=SurfaceState(etag='"0"'))
    assert [headers.get("If-None-Match") for _, headers in web.asked] == ['"0"', None]


def test_where_nothing_is_newer_there_is_no_second_round(capture, web):
    second = web.answer("/2", page("b"))
    first = web.answer("/1", page("a", following=[second]), etag='"1"')
    reading = capture(first, state=SurfaceState(etag='"1"'))
    assert (reading.status, reading.items) == ("unchanged", ())
    assert web.times_asked("/2") == 0


def test_neither_token_nor_credentials_land_anywhere(capture, web, store):
    class Private(Book):
        def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
            form = (("grant_type", "password"), ("password", "form-secret"))
            login = Login(web.url("/login"), form, "access_token", user=("id", "basic-secret"))
            return [] if answers else [Request(target.surface_key, {"X-Key": "header-secret"}, login)]

    web.answer("/login", b'{"access_token": "token-secret"}', set_cookie="session=cookie-secret")
    assert capture(web.answer("/1", page("a"), set_cookie="session=cookie-secret"), Private).status == "succeeded"
    assert web.asked[-1][1]["Authorization"] == "Bearer token-secret"
    landed = [entry["path"] for one in obstore.list(store) for entry in one]
    assert len(landed) == 2
    for path in landed:
        assert b"secret" not in bytes(obstore.get(store, path).bytes())


def test_a_failed_login_lands_no_credentials_either(capture, web, store):
    class Private(Book):
        def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
            return [Request(target.surface_key, login=Login(web.url("/login"), (("key", "secret"),), "token"))]

    web.answer("/login", b'{"error": "bad secret"}', 401)
    assert capture(web.answer("/1"), Private).failure == "unauthorized"
    [path] = [entry["path"] for one in obstore.list(store) for entry in one]
    assert b"secret" not in bytes(obstore.get(store, path).bytes())
