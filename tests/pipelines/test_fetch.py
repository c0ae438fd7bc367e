"""Fetching from a server that answers well, badly or not at all: it never raises, and each failure has its name."""

import asyncio
import gzip
import socket
import tracemalloc

import httpx
import pytest

from kairo_pipelines.capture.fetch import Fetched, FetchLimits, fetch
from kairo_pipelines.connectors.connector import Answer, Request

PUBLIC_ONLY, PRIVATE_TOO = FetchLimits(), FetchLimits(allow_private=True)


def get(url: str, limits: FetchLimits = PUBLIC_ONLY, **headers: str) -> Fetched:
    async def once() -> Fetched:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await fetch(client, Request(url, {name.replace("_", "-"): v for name, v in headers.items()}), limits)

    return asyncio.run(once())


def content(fetched: Fetched) -> bytes:
    return fetched.answer.content


def status_of(fetched: Fetched) -> int:
    return fetched.answer.status


def failure(fetched: Fetched) -> str | None:
    """The failure's name."""
    return fetched.failure.kind if fetched.failure else None


def sentence(fetched: Fetched) -> str:
    return fetched.failure.sentence


def test_an_answer_is_its_bytes_and_the_headers_that_reading_them_takes(web):
    url = web.answer("/feed", b"<rss/>", content_type="text/xml", etag='"7"', set_cookie="a=b")
    fetched = get(url)
    assert fetched.failure is None
    kept = {"content-type": "text/xml", "etag": '"7"', "content-location": url}
    assert fetched.answer == Answer(b"<rss/>", kept, url, 200)


def test_bytes_that_are_no_text_come_unchanged(web):
    assert content(get(web.answer("/", b"caf\xe9 \xff\xfe\x00"))) == b"caf\xe9 \xff\xfe\x00"


def test_a_compressed_body_comes_unpacked(web):
    assert content(get(web.answer("/", gzip.compress(b"<rss/>"), content_encoding="gzip"))) == b"<rss/>"


def test_a_body_that_is_not_compressed_as_it_says_is_unreachable(web):
    fetched = get(web.answer("/", b"<rss/>", content_encoding="gzip"))
    assert failure(fetched) == "unreachable"
    assert sentence(fetched).startswith("DecodingError")


def test_an_empty_answer_is_no_failure_of_fetching(web):
    fetched = get(web.answer("/"))
    assert (content(fetched), failure(fetched)) == (b"", None)


@pytest.mark.parametrize(
    ("status", "name", "said"),
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
def test_a_refusal_is_named_and_keeps_what_came_with_it(web, status, name, said):
    fetched = get(web.answer("/", b"why not", status, retry_after="120"))
    assert (status_of(fetched), failure(fetched)) == (status, name)
    assert sentence(fetched) == said
    assert content(fetched) == b"why not"
    assert fetched.headers["retry-after"] == "120"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_can_pass_says_so(web, status):
    assert get(web.answer("/", status=status)).failure.can_pass


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451, 501])
def test_what_a_later_try_would_not_get_either_says_so(web, status):
    assert not get(web.answer("/", status=status)).failure.can_pass


def test_a_404_is_an_answer_where_something_may_be_missing(web):
    async def once() -> Fetched:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await fetch(client, Request(web.answer("/", b"null", 404), may_be_missing=True), PUBLIC_ONLY)

    fetched = asyncio.run(once())
    assert (status_of(fetched), content(fetched), failure(fetched)) == (404, b"null", None)


def test_what_has_not_changed_is_answered_304_without_a_body(web):
    url = web.answer("/feed", b"<rss/>", etag='"7"', last_modified="Fri, 10 Dec 2021 01:52:29 GMT")
    for condition in ({"If_None_Match": '"7"'}, {"If_Modified_Since": "Fri, 10 Dec 2021 01:52:29 GMT"}):
        fetched = get(url, **condition)
        assert (status_of(fetched), content(fetched), failure(fetched)) == (304, b"", None)


def test_a_304_that_names_a_place_is_not_taken_for_a_redirect(web):
    fetched = get(web.answer("/feed", etag='"7"', location="/elsewhere"), If_None_Match='"7"')
    assert (status_of(fetched), failure(fetched)) == (304, None)


def test_a_server_that_hangs_is_left_after_the_time_limit(web):
    fetched = get(web.hang("/"), FetchLimits(timeout_seconds=0.3))
    assert (failure(fetched), sentence(fetched)) == ("timeout", "no whole answer within 0.3 s")


def test_a_server_that_trickles_is_left_after_the_time_limit_too(web):
    assert failure(get(web.trickle("/"), FetchLimits(timeout_seconds=0.3))) == "timeout"


def test_a_time_limit_of_the_client_is_a_timeout_too(web):
    async def once() -> Fetched:
        async with httpx.AsyncClient(timeout=0.3, trust_env=False) as client:
            return await fetch(client, Request(web.hang("/")), FetchLimits())

    assert failure(asyncio.run(once())) == "timeout"


def test_a_body_without_an_end_is_stopped_at_the_size_limit(web):
    fetched = get(web.stream("/"), FetchLimits(max_bytes=100_000))
    assert (failure(fetched), fetched.answer) == ("too_large", None)
    assert sentence(fetched) == "the body is larger than 100000 bytes"


def test_of_ten_gigabytes_no_more_is_held_than_may_come(web):
    url = web.stream("/", length=10 * 2**30)
    tracemalloc.start()
    try:
        fetched = get(url, FetchLimits(max_bytes=2_000_000))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failure(fetched) == "too_large"
    assert most < 10_000_000


def test_a_body_of_just_the_size_limit_is_taken(web):
    assert failure(get(web.answer("/", b"x" * 1000), FetchLimits(max_bytes=1000))) is None
    assert failure(get(web.answer("/", b"x" * 1001), FetchLimits(max_bytes=1000))) == "too_large"


def test_a_redirect_is_followed_and_the_answer_says_where_it_came_from(web):
    new = web.answer("/new/feed.xml", b"<rss/>")
    fetched = get(web.answer("/old", status=301, location="new/feed.xml"), PRIVATE_TOO)
    assert (status_of(fetched), content(fetched)) == (200, b"<rss/>")
    assert fetched.answer.headers["content-location"] == new


@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_says_where_the_source_has_moved(web, status):
    new = web.answer("/new", b"<rss/>")
    assert get(web.answer("/old", status=status, location="/new"), PRIVATE_TOO).moved_to == new


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_temporary_redirect_moves_nothing(web, status):
    web.answer("/new", b"<rss/>")
    fetched = get(web.answer("/old", status=status, location="/new"), PRIVATE_TOO)
    assert (content(fetched), fetched.moved_to) == (b"<rss/>", None)


def test_a_source_has_moved_as_far_as_redirects_are_permanent_without_a_break(web):
    web.answer("/c", b"<rss/>")
    web.answer("/b", status=301, location="/c")
    assert get(web.answer("/a", status=308, location="/b"), PRIVATE_TOO).moved_to == web.url("/c")
    # Where a temporary redirect leads, nothing is for good.
    assert get(web.answer("/first", status=302, location="/b"), PRIVATE_TOO).moved_to is None
    web.answer("/b", status=302, location="/c")
    assert get(web.url("/a"), PRIVATE_TOO).moved_to == web.url("/b")


def test_nothing_has_moved_to_where_there_is_nothing(web):
    web.answer("/new", status=404)
    fetched = get(web.answer("/old", status=301, location="/new"), PRIVATE_TOO)
    assert (failure(fetched), fetched.moved_to) == ("not_found", None)


def test_a_redirect_to_another_host_takes_no_secret_along(web, other_web):
    other_web.answer("/", b"<rss/>")
    url = web.answer("/", status=302, location=other_web.url("/"))
    assert failure(get(url, PRIVATE_TOO, Authorization="Bearer secret", X_Key="secret", Accept="text/xml")) is None
    [(_, asked)] = other_web.asked
    assert "secret" not in str(asked)
    assert asked["Accept"] == "text/xml"


def test_a_redirect_on_the_same_host_takes_all_along(web):
    web.answer("/new", b"<rss/>")
    get(web.answer("/old", status=302, location="/new"), PRIVATE_TOO, Authorization="Bearer secret")
    assert [asked["Authorization"] for _, asked in web.asked] == ["Bearer secret", "Bearer secret"]


def test_redirects_in_a_circle_end(web):
    web.answer("/b", status=302, location="/a")
    fetched = get(web.answer("/a", status=302, location="/b"), PRIVATE_TOO)
    assert failure(fetched) == "redirect_loop"
    assert sentence(fetched).startswith("more than 5 redirects, the last to http://127.0.0.1")
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
    assert failure(fetched) == "redirect_refused"
    assert "a private address" in sentence(fetched)
    assert web.times_asked("/secret") == 0


def test_a_private_address_is_asked_where_that_is_allowed(web):
    web.answer("/intranet", b"<rss/>")
    url = web.answer("/", status=302, location="/intranet")
    assert failure(get(url)) == "redirect_refused"
    assert content(get(url, PRIVATE_TOO)) == b"<rss/>"


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.org/", "http://a:99999/"])
def test_nobody_redirects_us_to_what_is_no_web_address(web, location):
    fetched = get(web.answer("/", status=302, location=location))
    assert (failure(fetched), sentence(fetched)) == (
        "redirect_refused",
        f"redirected to {location}, which is no web address",
    )


@pytest.mark.parametrize(
    "location", ["http://[", "http://xn--/", f"http://{'a' * 70}.invalid/", "http://nowhere.invalid"]
)
def test_a_redirect_to_a_name_that_means_nothing_is_a_failure_with_a_name(web, location):
    assert failure(get(web.answer("/", status=302, location=location))) in ("redirect_refused", "unreachable")


def test_a_redirect_that_names_no_place_is_an_error_of_the_server(web):
    assert failure(get(web.answer("/", status=302))) == "http_error"


def test_a_content_location_that_is_no_web_address_is_passed_over(web):
    url = web.answer("/feed", b"<rss/>", content_location="urn:isbn:9780141036144")
    assert get(url).answer.headers["content-location"] == url


def test_a_port_where_nobody_listens_is_unreachable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        fetched = get(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert failure(fetched) == "unreachable"
    assert sentence(fetched).startswith("ConnectError: ")


def test_a_host_that_does_not_exist_is_unreachable():
    assert failure(get("http://nowhere.invalid/feed")) == "unreachable"


def test_a_server_that_speaks_something_else_is_unreachable():
    async def hello(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        writer.close()

    async def once() -> Fetched:
        server = await asyncio.start_server(hello, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, httpx.AsyncClient(trust_env=False) as client:
            return await fetch(client, Request(f"http://127.0.0.1:{port}/"), FetchLimits())

    assert failure(asyncio.run(once())) == "unreachable"


@pytest.mark.parametrize(
    "url", ["", "example.org/feed", "ftp://example.org/", "http://", "http://a:99999/", "http://a\0"]
)
def test_what_is_no_web_address_is_misconfigured(url):
    fetched = get(url)
    assert (failure(fetched), sentence(fetched)) == ("misconfigured", f"{url!r} is no web address")
