"""Fetching from a server that answers well, badly or not at all: it never raises, and each failure has its name."""

import asyncio
import gzip
import socket

import httpx
import pytest

from kairo_pipelines.capture.fetch import Fetched, FetchLimits, fetch
from kairo_pipelines.connectors.connector import Request

PUBLIC_ONLY, PRIVATE_TOO = FetchLimits(), FetchLimits(allow_private=True)


def get(url: str, limits: FetchLimits = PUBLIC_ONLY, **headers: str) -> Fetched:
    async def once() -> Fetched:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await fetch(client, Request(url, {name.replace("_", "-"): v for name, v in headers.items()}), limits)

    return asyncio.run(once())


def test_an_answer_is_its_bytes_and_the_headers_that_reading_them_takes(web):
    url = web.answer("/feed", b"<rss/>", content_type="text/xml", etag='"7"', set_cookie="a=b")
    fetched = get(url)
    assert (fetched.status, fetched.content, fetched.failure) == (200, b"<rss/>", None)
    assert fetched.headers == {"content-type": "text/xml", "etag": '"7"', "content-location": url}


def test_bytes_that_are_no_text_come_unchanged(web):
    assert get(web.answer("/", b"caf\xe9 \xff\xfe\x00")).content == b"caf\xe9 \xff\xfe\x00"


def test_a_compressed_body_comes_unpacked(web):
    assert get(web.answer("/", gzip.compress(b"<rss/>"), content_encoding="gzip")).content == b"<rss/>"


def test_a_body_that_is_not_compressed_as_it_says_is_unreachable(web):
    fetched = get(web.answer("/", b"<rss/>", content_encoding="gzip"))
    assert fetched.failure == "unreachable"
    assert fetched.sentence.startswith("DecodingError")


def test_an_empty_answer_is_no_failure_of_fetching(web):
    assert get(web.answer("/")).content == b""
    assert get(web.answer("/")).failure is None


@pytest.mark.parametrize(
    ("status", "failure", "sentence"),
    [
        (401, "unauthorized", "the server answered 401 Unauthorized"),
        (403, "forbidden", "the server answered 403 Forbidden"),
        (404, "not_found", "the server answered 404 Not Found"),
        (410, "gone", "the server answered 410 Gone"),
        (418, "http_error", "the server answered 418 I'm a Teapot"),
        (429, "rate_limited", "the server answered 429 Too Many Requests"),
        (500, "server_error", "the server answered 500 Internal Server Error"),
        (599, "server_error", "the server answered 599"),
    ],
)
def test_a_refusal_is_named_and_keeps_what_came_with_it(web, status, failure, sentence):
    fetched = get(web.answer("/", b"why not", status, retry_after="120"))
    assert (fetched.status, fetched.failure) == (status, failure)
    assert fetched.sentence == sentence
    assert fetched.content == b"why not"
    assert fetched.headers["retry-after"] == "120"


def test_what_has_not_changed_is_answered_304_without_a_body(web):
    url = web.answer("/feed", b"<rss/>", etag='"7"', last_modified="Fri, 10 Dec 2021 01:52:29 GMT")
    for condition in ({"If_None_Match": '"7"'}, {"If_Modified_Since": "Fri, 10 Dec 2021 01:52:29 GMT"}):
        fetched = get(url, **condition)
        assert (fetched.status, fetched.content, fetched.failure) == (304, b"", None)


def test_a_304_that_names_a_place_is_not_taken_for_a_redirect(web):
    fetched = get(web.answer("/feed", etag='"7"', location="/elsewhere"), If_None_Match='"7"')
    assert (fetched.status, fetched.failure) == (304, None)


def test_a_server_that_hangs_is_left_after_the_time_limit(web):
    fetched = get(web.hang("/"), FetchLimits(timeout_seconds=0.3))
    assert (fetched.failure, fetched.sentence) == ("timeout", "no whole answer within 0.3 s")


def test_a_time_limit_of_the_client_is_a_timeout_too(web):
    async def once() -> Fetched:
        async with httpx.AsyncClient(timeout=0.3, trust_env=False) as client:
            return await fetch(client, Request(web.hang("/")), FetchLimits())

    assert asyncio.run(once()).failure == "timeout"


def test_a_body_without_an_end_is_stopped_at_the_size_limit(web):
    fetched = get(web.stream_for_ever("/"), FetchLimits(max_bytes=100_000))
    assert (fetched.failure, fetched.content) == ("too_large", b"")
    assert fetched.sentence == "the body is larger than 100000 bytes"


def test_a_body_of_just_the_size_limit_is_taken(web):
    assert get(web.answer("/", b"x" * 1000), FetchLimits(max_bytes=1000)).failure is None
    assert get(web.answer("/", b"x" * 1001), FetchLimits(max_bytes=1000)).failure == "too_large"


def test_a_redirect_is_followed_and_the_answer_says_where_it_came_from(web):
    new = web.answer("/new/feed.xml", b"<rss/>")
    fetched = get(web.answer("/old", status=301, location="new/feed.xml"), PRIVATE_TOO)
    assert (fetched.status, fetched.content) == (200, b"<rss/>")
    assert fetched.headers["content-location"] == new


def test_redirects_in_a_circle_end(web):
    web.answer("/b", status=302, location="/a")
    fetched = get(web.answer("/a", status=302, location="/b"), PRIVATE_TOO)
    assert fetched.failure == "redirect_loop"
    assert fetched.sentence.startswith("more than 5 redirects, the last to http://127.0.0.1")
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "/secret",
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://224.0.0.1/",
    ],
)
def test_nobody_redirects_us_to_a_private_address(web, location):
    web.answer("/secret", b"secret")
    fetched = get(web.answer("/", status=302, location=location))
    assert fetched.failure == "redirect_refused"
    assert "a private address" in fetched.sentence
    assert web.times_asked("/secret") == 0


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.org/", "http://a:99999/"])
def test_nobody_redirects_us_to_what_is_no_web_address(web, location):
    fetched = get(web.answer("/", status=302, location=location))
    assert (fetched.failure, fetched.sentence) == (
        "redirect_refused",
        f"redirected to {location}, which is no web address",
    )


@pytest.mark.parametrize(
    "location", ["http://[", "http://xn--/", f"http://{'a' * 70}.invalid/", "http://nowhere.invalid"]
)
def test_a_redirect_to_a_name_that_means_nothing_is_a_failure_with_a_name(web, location):
    assert get(web.answer("/", status=302, location=location)).failure in ("redirect_refused", "unreachable")


def test_a_redirect_that_names_no_place_is_an_error_of_the_server(web):
    assert get(web.answer("/", status=302)).failure == "http_error"


def test_a_content_location_that_is_no_web_address_is_passed_over(web):
    url = web.answer("/feed", b"<rss/>", content_location="urn:isbn:9780141036144")
    assert get(url).headers["content-location"] == url


def test_a_port_where_nobody_listens_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        fetched = get(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert fetched.failure == "unreachable"
    assert fetched.sentence.startswith("ConnectError: ")


def test_a_host_that_does_not_exist_is_unreachable():
    assert get("http://nowhere.invalid/feed").failure == "unreachable"


def test_a_server_that_speaks_something_else_is_unreachable():
    async def hello(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    async def once() -> Fetched:
        server = await asyncio.start_server(hello, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, httpx.AsyncClient(trust_env=False) as client:
            return await fetch(client, Request(f"http://127.0.0.1:{port}/"), FetchLimits())

    assert asyncio.run(once()).failure == "unreachable"


@pytest.mark.parametrize(
    "url", ["", "example.org/feed", "ftp://example.org/", "http://", "http://a:99999/", "http://a\0"]
)
def test_what_is_no_web_address_is_misconfigured(url):
    fetched = get(url)
    assert (fetched.failure, fetched.sentence) == ("misconfigured", f"{url!r} is no web address")
