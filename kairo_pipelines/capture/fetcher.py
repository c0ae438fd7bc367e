"""All requests of one run: turns per host, waits that hosts ask for, tokens, allowances, and tries again.

The one place where anything is tried again; a failure that asking again can't help is final at once.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, wait_random_exponential

from kairo_pipelines.capture.fetch import Fetched, FetchLimits, fetch
from kairo_pipelines.capture.files import read_file
from kairo_pipelines.capture.hosts import Host
from kairo_pipelines.capture.logins import Logins
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.connectors.connector import Connector, Failure, Quota, Request


@dataclass(frozen=True)
class Patience:
    """How many requests run at once, how often one is tried, and how long a wait is worth it within a run."""

    total: int = 50
    per_host: int = 8
    attempts: int = 3
    first_pause_seconds: float = 1.0
    max_wait_seconds: float = 30.0


class Fetcher:
    """Gets what connectors ask for; an asynchronous context, open for one run."""

    def __init__(self, quotas: Quotas, limits: FetchLimits, patience: Patience) -> None:
        self._quotas, self._limits, self._patience = quotas, limits, patience
        self._everywhere = asyncio.Semaphore(patience.total)
        self._hosts: dict[str | None, Host] = {}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(limits.timeout_seconds),
            limits=httpx.Limits(max_connections=patience.total),
            trust_env=False,
        )
        self._logins = Logins(self._client, limits)
        self._pause = wait_random_exponential(multiplier=patience.first_pause_seconds, max=patience.max_wait_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, connector: Connector, request: Request) -> Fetched:
        """The answer to a request, or the failure it ended in."""
        retrying: AsyncRetrying = AsyncRetrying(
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._wait,
            retry=retry_if_result(self._is_worth_another_try),
            retry_error_callback=_last_result,
        )
        fetched: Fetched = await retrying(self._attempt, connector, request)
        return fetched

    async def _attempt(self, connector: Connector, request: Request) -> Fetched:
        if urlsplit(request.url).scheme in ("file", "s3"):
            return await asyncio.to_thread(read_file, request, self._limits)
        if isinstance(authorized := await self._authorized(request), Failure):
            return Fetched(failure=authorized)
        name = urlsplit(request.url).hostname
        host = self._hosts.setdefault(name, Host(self._patience.per_host))
        async with host.turns:
            wait = host.wait(datetime.now(UTC))
            if wait.total_seconds() > self._patience.max_wait_seconds:
                return Fetched(failure=_told_to_wait(name, host.not_before))
            await asyncio.sleep(wait.total_seconds())
            async with self._everywhere:
                if request.quota and not await asyncio.to_thread(
                    self._quotas.reserve, request.quota, datetime.now(UTC)
                ):
                    return Fetched(failure=_used_up(request.quota))
                fetched = await fetch(self._client, authorized, self._limits)
            return _named(connector, host, fetched)

    async def _authorized(self, request: Request) -> Request | Failure:
        if request.login is None:
            return request
        token = await self._logins.token(request.login)
        if isinstance(token, Failure):
            return token
        return Request(
            request.url,
            {**request.headers, "Authorization": f"Bearer {token}"},
            None,
            request.quota,
            request.may_be_missing,
        )

    def _is_worth_another_try(self, fetched: Fetched) -> bool:
        failure = fetched.failure
        if failure is None or not failure.can_pass:
            return False
        return failure.retry_at is None or _until(failure.retry_at) <= self._patience.max_wait_seconds

    def _wait(self, state: RetryCallState) -> float:
        fetched: Fetched | None = state.outcome.result() if state.outcome else None
        asked_for = fetched.failure.retry_at if fetched and fetched.failure else None
        # With jitter beyond what the host asked for: all that were refused at once would come back at once.
        return (_until(asked_for) if asked_for else 0.0) + self._pause(state)


def _named(connector: Connector, host: Host, fetched: Fetched) -> Fetched:
    """The failure as the platform itself names it, and when the host wants to be asked again."""
    answer, failure = fetched.answer, fetched.failure
    if answer is None:
        return fetched
    until = host.heed(answer.status, fetched.headers, datetime.now(UTC))
    if failure is None:
        return fetched
    named = connector.failure(answer) or failure
    return Fetched(
        answer, Failure(named.kind, named.sentence, named.can_pass, named.retry_at or until), fetched.headers
    )


def _until(moment: datetime) -> float:
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _told_to_wait(host: str | None, until: datetime | None) -> Failure:
    written = f"{until:%Y-%m-%d %H:%M:%S} UTC" if until else "later"
    return Failure("rate_limited", f"not asked: {host} wants to be asked no more before {written}", retry_at=until)


def _used_up(quota: Quota) -> Failure:
    again = quota.begins_anew(datetime.now(UTC))
    return Failure(
        "quota_exhausted",
        f"not asked: this would pass the {quota.daily_limit} units a day of {quota.name}, "
        f"which begin anew at {again:%Y-%m-%d %H:%M} UTC",
        retry_at=again,
    )


def _last_result(state: RetryCallState) -> Fetched:
    if state.outcome is None:
        raise RuntimeError("a request was given up without having been made")
    fetched: Fetched = state.outcome.result()
    return fetched
