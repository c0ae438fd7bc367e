"""One request under limits: time, size, redirects. Says what came or names what failed; the far side never raises."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from kairo_pipelines.connectors.connector import Answer, Failure, Request
from kairo_pipelines.erasure.redaction import CONTENT_TYPE as REDACTED

MAX_REDIRECTS = 5
#: Answers that later steps need: how to decode the body, and what to send with the next conditional request.
KEPT_HEADERS = ("content-type", "content-language", "etag", "last-modified")
#: What may go along when a redirect leads to another host; the rest may hold secrets of the first.
HARMLESS_HEADERS = ("accept", "if-none-match", "if-modified-since")
FAILURE_NAMES = {401: "unauthorized", 403: "forbidden", 404: "not_found", 410: "gone", 429: "rate_limited"}
#: Statuses that a later try may not get: too early, too many, and all that went wrong at the server.
CAN_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
PERMANENT = frozenset({301, 308})
USER_AGENT = "Kairo/0.1 (+feed and listing reader)"


@dataclass(frozen=True)
class FetchLimits:
    """What one answer may cost: seconds for the whole of it, bytes of a body and of a file."""

    timeout_seconds: float = 20.0
    max_bytes: int = 10_000_000
    max_file_bytes: int = 200_000_000
    allow_private: bool = False


@dataclass(frozen=True)
class Fetched:
    """An answer, and where it is none, or one with an error status, the failure.

    `headers` are all of the last response's; `moved_to` is where a redirect says that the address is for good.
    """

    answer: Answer | None = None
    failure: Failure | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str | None = None


class _Refused(Exception):
    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


async def fetch(client: httpx.AsyncClient, request: Request, limits: FetchLimits) -> Fetched:
    """Get a request's answer. The time limit holds for the whole of it, redirects included."""
    try:
        async with asyncio.timeout(limits.timeout_seconds):
            return await _follow(client, request, limits)
    except (TimeoutError, httpx.TimeoutException):
        return _failed("timeout", f"no whole answer within {limits.timeout_seconds:g} s", can_pass=True)
    except _Refused as refused:
        return _failed(refused.kind, str(refused))
    # A name or a header that can't be encoded is a ValueError of the codec.
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        sentence = f"{type(error).__name__}: {error}" if str(error) else repr(error)
        return _failed("unreachable", sentence, can_pass=isinstance(error, httpx.TransportError | OSError))


def _failed(kind: str, sentence: str, *, can_pass: bool = False) -> Fetched:
    return Fetched(failure=Failure(kind, sentence, can_pass))


@dataclass(frozen=True)
class _Hop:
    """Where to ask next: an address, and the public IP address it was found to have, where that had to be looked up."""

    url: httpx.URL
    address: str | None = None

    def build(self, client: httpx.AsyncClient, headers: Mapping[str, str]) -> httpx.Request:
        """The request; to the very address that was looked up, since a second look may find another one."""
        if self.address is None:
            return client.build_request("GET", self.url, headers=headers)
        named = {**headers, "Host": self.url.netloc.decode("ascii")}
        pinned = self.url.copy_with(host=self.address)
        return client.build_request("GET", pinned, headers=named, extensions={"sni_hostname": self.url.host})


async def _follow(client: httpx.AsyncClient, request: Request, limits: FetchLimits) -> Fetched:
    first = _web_address(request.url)
    if first is None:
        raise _Refused("misconfigured", f"{request.url!r} is no web address")
    hop, moved_to, for_good = _Hop(first), None, True
    for _ in range(MAX_REDIRECTS + 1):
        headers = {"User-Agent": USER_AGENT, **_headers_for(hop.url, first, request)}
        response = await client.send(hop.build(client, headers), stream=True, follow_redirects=False)
        try:
            if not response.has_redirect_location:
                return await _answered(response, hop.url, request, limits, moved_to)
            for_good = for_good and response.status_code in PERMANENT
            hop = await _redirected(response, hop.url, limits)
            moved_to = str(hop.url) if for_good else moved_to
        finally:
            await response.aclose()
    raise _Refused("redirect_loop", f"more than {MAX_REDIRECTS} redirects, the last to {hop.url}")


def _headers_for(url: httpx.URL, first: httpx.URL, request: Request) -> Mapping[str, str]:
    if (url.scheme, url.netloc) == (first.scheme, first.netloc):
        return request.headers
    return {name: value for name, value in request.headers.items() if name.lower() in HARMLESS_HEADERS}


async def _answered(
    response: httpx.Response, url: httpx.URL, request: Request, limits: FetchLimits, moved_to: str | None
) -> Fetched:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > limits.max_bytes:
            raise _Refused("too_large", f"the body is larger than {limits.max_bytes} bytes")
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    # By this type our own redacted captures are told from what servers answer; nobody else may claim it.
    if kept.get("content-type") == REDACTED:
        del kept["content-type"]
    # Relative links in the body are relative to where it came from, after redirects.
    located = _web_address(response.headers.get("content-location", ""), url)
    kept["content-location"] = str(located or url)
    status = response.status_code
    answer = Answer(bytes(content), kept, request.url, status)
    is_answer = status == httpx.codes.NOT_MODIFIED or response.is_success
    if is_answer or (status == httpx.codes.NOT_FOUND and request.may_be_missing):
        return Fetched(answer, None, response.headers, moved_to)
    kind = FAILURE_NAMES.get(status, "server_error" if status >= 500 else "http_error")
    sentence = f"the server answered {status} {response.reason_phrase}".strip()
    return Fetched(answer, Failure(kind, sentence, status in CAN_PASS), response.headers)


async def _redirected(response: httpx.Response, base: httpx.URL, limits: FetchLimits) -> _Hop:
    """Where a redirect leads, unless that is a place that whoever answers must not make us ask."""
    location = response.headers["location"]
    url = _web_address(location, base)
    if url is None:
        raise _Refused("redirect_refused", f"redirected to {location}, which is no web address")
    if limits.allow_private:
        return _Hop(url)
    # As bytes: a name as text would be encoded by a codec that refuses some of them with an error of its own.
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.raw_host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    private = [address for address in addresses if not _is_public(address)]
    if private or not addresses:
        raise _Refused("redirect_refused", f"redirected to {url}, a private address ({', '.join(private)})")
    return _Hop(url, addresses[0])


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return ip.is_global and not ip.is_multicast


def _web_address(text: str, base: httpx.URL | None = None) -> httpx.URL | None:
    try:
        url = base.join(text) if base else httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in ("http", "https") and url.host and (url.port or 80) < 2**16 else None
