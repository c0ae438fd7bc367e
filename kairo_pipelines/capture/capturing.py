"""Capturing what is due, all surfaces at once: one broken surface is its own failure, never the hour's."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetch import Fetched, FetchLimits, fetch
from kairo_pipelines.capture.landing import Landing, Receipt, capture_id
from kairo_pipelines.connectors.connector import Request
from kairo_pipelines.connectors.registry import UnknownSurface, connector_for
from kairo_pipelines.hours import HourRange


@dataclass(frozen=True)
class Concurrency:
    """How many requests run at once, and how many of them to one host."""

    total: int = 50
    per_host: int = 2


@dataclass(frozen=True)
class Validators:
    """What a server gave with its last body, to ask whether there is a newer one."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The headers of a conditional request; a value that no header can carry is left out."""
        offered = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in offered.items() if value and value.isascii() and value.isprintable()}


def capture_due(
    due: Iterable[DueCapture],
    landing: Landing,
    hour: datetime,
    *,
    validators: Mapping[str, Validators],
    limits: FetchLimits,
    concurrency: Concurrency,
) -> int:
    """Fetch and land what is due in this hour and has not landed yet; return how many captures landed."""
    landed = landing.landed_ids(HourRange.single(hour))
    missing = [one for one in due if capture_id(one.target, one.due_at) not in landed]
    return asyncio.run(_capture_all(missing, landing, validators, limits, concurrency))


async def _capture_all(
    due: list[DueCapture],
    landing: Landing,
    validators: Mapping[str, Validators],
    limits: FetchLimits,
    concurrency: Concurrency,
) -> int:
    everywhere = asyncio.Semaphore(concurrency.total)
    hosts: dict[str | None, asyncio.Semaphore] = {}

    async def capture(client: httpx.AsyncClient, one: DueCapture) -> bool:
        started_at = datetime.now(UTC)
        request = _request(one, validators)
        if isinstance(request, Fetched):
            fetched = request
        else:
            host = hosts.setdefault(urlsplit(request.url).hostname, asyncio.Semaphore(concurrency.per_host))
            async with host, everywhere:
                started_at = datetime.now(UTC)
                fetched = await fetch(client, request, limits)
        receipt = _receipt(one, started_at, fetched)
        return await asyncio.to_thread(landing.land, receipt, fetched.content)

    timeout = httpx.Timeout(limits.timeout_seconds)
    pool = httpx.Limits(max_connections=concurrency.total)
    async with httpx.AsyncClient(timeout=timeout, limits=pool, trust_env=False) as client:
        return sum(await asyncio.gather(*(capture(client, one) for one in due)))


def _request(one: DueCapture, validators: Mapping[str, Validators]) -> Request | Fetched:
    target = one.target
    try:
        request = connector_for(target.platform, target.surface_type).request(target)
    except (UnknownSurface, ValueError) as error:
        return Fetched(failure="misconfigured", sentence=str(error))
    if request is None:
        return Fetched(failure="not_fetchable", sentence=f"{target} can only be replayed from a recording")
    conditional = validators.get(target.surface_id, Validators()).headers()
    return Request(request.url, {**request.headers, **conditional})


def _receipt(one: DueCapture, started_at: datetime, fetched: Fetched) -> Receipt:
    return Receipt(
        capture_id=capture_id(one.target, one.due_at),
        surface_id=one.target.surface_id,
        platform=one.target.platform,
        surface_type=one.target.surface_type,
        surface_key=one.target.surface_key,
        cadence_minutes=one.target.cadence_minutes,
        due_at=one.due_at,
        started_at=started_at,
        ended_at=datetime.now(UTC),
        http_status=fetched.status,
        headers=fetched.headers,
        failure=fetched.failure,
        failure_sentence=fetched.sentence,
    )
