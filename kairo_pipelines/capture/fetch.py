"""One HTTP GET under limits: time, size, redirects. Says what came or names what failed; the far side never raises."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from kairo_pipelines.connectors.connector import Request

MAX_REDIRECTS = 5
#: Answers that later steps need: how to decode the body, and what to send with the next conditional request.
KEPT_HEADERS = ("content-type", "content-language", "etag", "last-modified", "retry-after")
FAILURE_NAMES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 410: "gone", 429: "rate_limited"}
USER_AGENT = "Kairo/0.1 (+feed and listing reader)"


@dataclass(frozen=True)
class FetchLimits:
    """What one answer may cost."""

    timeout_seconds: float = 20.0
    max_bytes: int = 10_000_000
    allow_private: bool = False


@dataclass(frozen=True)
class Fetched:
    """An answer, or the name and the sentence of a failure, with the bytes that came."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    failure: str | None = None
    sentence: str | None = None


class _Refused(Exception):
    def __init__(self, failure: str, sentence: str) -> None:
        super().__init__(sentence)
        self.failure = failure


async def fetch(client: httpx.AsyncClient, request: Request, limits: FetchLimits) -> Fetched:
    """Get a request's answer. The time limit holds for the whole of it, redirects included."""
    try:
        async with asyncio.timeout(limits.timeout_seconds):
            return await _follow(client, request, limits)
    except (TimeoutError, httpx.TimeoutException):
        return Fetched(failure="timeout", sentence=f"no whole answer within {limits.timeout_seconds:g} s")
    except _Refused as refused:
        return Fetched(failure=refused.failure, sentence=str(refused))
    # A name or a header that can't be encoded is a ValueError of the codec.
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Fetched(
            failure="unreachable", sentence=f"{type(error).__name__}: {error}" if str(error) else repr(error)
        )


async def _follow(client: httpx.AsyncClient, request: Request, limits: FetchLimits) -> Fetched:
    url = _web_address(request.url)
    if url is None:
        raise _Refused("misconfigured", f"{request.url!r} is no web address")
    for _ in range(MAX_REDIRECTS + 1):
        headers = {"User-Agent": USER_AGENT, **request.headers}
        async with client.stream("GET", url, headers=headers, follow_redirects=False) as response:
            if not response.has_redirect_location:
                return await _answer(response, limits)
            url = await _redirected(response, limits)
    raise _Refused("redirect_loop", f"more than {MAX_REDIRECTS} redirects, the last to {url}")


async def _answer(response: httpx.Response, limits: FetchLimits) -> Fetched:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > limits.max_bytes:
            raise _Refused("too_large", f"the body is larger than {limits.max_bytes} bytes")
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    # Relative links in the body are relative to where it came from, after redirects.
    located = _web_address(response.headers.get("content-location", ""), response.url)
    kept["content-location"] = str(located or response.url)
    status = response.status_code
    if status == httpx.codes.NOT_MODIFIED or response.is_success:
        return Fetched(status, kept, bytes(content))
    failure = FAILURE_NAMES.get(status, "server_error" if status >= 500 else "http_error")
    return Fetched(
        status, kept, bytes(content), failure, f"the server answered {status} {response.reason_phrase}".strip()
    )


async def _redirected(response: httpx.Response, limits: FetchLimits) -> httpx.URL:
    """Where a redirect leads, unless that is a place that whoever answers must not make us ask."""
    location = response.headers["location"]
    url = _web_address(location, response.url)
    if url is None:
        raise _Refused("redirect_refused", f"redirected to {location}, which is no web address")
    if not limits.allow_private:
        # As bytes: a name as text would be encoded by a codec that refuses some of them with an error of its own.
        found = await asyncio.get_running_loop().getaddrinfo(url.raw_host, url.port or 443, type=socket.SOCK_STREAM)
        private = [str(entry[4][0]) for entry in found if not _is_public(str(entry[4][0]))]
        if private:
            raise _Refused("redirect_refused", f"redirected to {url}, a private address ({private[0]})")
    return url


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return ip.is_global and not ip.is_multicast


def _web_address(text: str, base: httpx.URL | None = None) -> httpx.URL | None:
    try:
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in ("http", "https") and url.host and (url.port or 80) < 2**16 else None
