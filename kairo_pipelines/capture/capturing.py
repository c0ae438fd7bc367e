"""Capturing what is due, all surfaces at once: one broken surface is its own failure, never the hour's."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetch import Fetched, FetchLimits
from kairo_pipelines.capture.fetcher import Fetcher, Patience
from kairo_pipelines.capture.landing import Landing, Page, Receipt, capture_id, page_of
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.reading import read_capture
from kairo_pipelines.capture.surface_state import UNKNOWN, SurfaceState
from kairo_pipelines.connectors.connector import Answer, Connector, Failure, Request, UnreadableBody
from kairo_pipelines.connectors.registry import UnknownSurface, connector_for
from kairo_pipelines.erasure.captures import redacted
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.hours import HourRange
from kairo_pipelines.settings import PipelineSettings, SettingsError

#: A connector that has not enough after so many rounds never will.
MAX_ROUNDS = 20


@dataclass(frozen=True)
class CaptureLimits:
    """What captures may cost: each answer, the waiting, and the bytes of a surface in a day."""

    fetch: FetchLimits = field(default_factory=FetchLimits)
    patience: Patience = field(default_factory=Patience)
    daily_bytes: int = 1_000_000_000


def capture_limits(settings: PipelineSettings) -> CaptureLimits:
    """What captures may cost, as the settings say."""
    return CaptureLimits(
        FetchLimits(
            settings.http_timeout_seconds,
            settings.http_max_bytes,
            settings.file_max_bytes,
            settings.http_allow_private,
        ),
        Patience(
            settings.http_concurrency,
            settings.http_per_host,
            settings.http_attempts,
            settings.http_retry_seconds,
            settings.http_max_wait_seconds,
        ),
        settings.surface_daily_bytes,
    )


@dataclass
class Captured:
    """One capture as it goes on: what came, in order, and what ended it, if it did not end well."""

    pages: list[Page] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    failure: Failure | None = None
    moved_to: str | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, fetched: Fetched) -> None:
        """Keep an answer, or the failure with what came of it."""
        self.failure = self.failure or fetched.failure
        self.moved_to = self.moved_to or fetched.moved_to
        if fetched.answer:
            self.pages.append(page_of(fetched.answer, is_answer=fetched.failure is None))
            self.contents.append(fetched.answer.content)
            if fetched.failure is None:
                self.answers.append(fetched.answer)


def capture_due(
    due: Iterable[DueCapture],
    landing: Landing,
    quotas: Quotas,
    hour: datetime,
    *,
    states: Mapping[str, SurfaceState],
    limits: CaptureLimits,
    erased: Erased,
) -> int:
    """Fetch and land what is due in this hour and has not landed yet; return how many captures landed.

    What has been erased does not land again; the rest of such a capture does.
    """
    landed = landing.landed_ids(HourRange.single(hour))
    missing = [one for one in due if capture_id(one.target, one.due_at) not in landed]

    async def capture(fetcher: Fetcher, one: DueCapture) -> bool:
        captured = await capture_surface(fetcher, one, states.get(one.target.surface_id, UNKNOWN), limits)
        receipt, contents = receipt_of(one, captured), list(captured.contents)
        if erased.subjects and (found := redacted(read_capture(receipt, captured.answers), erased)):
            receipt, contents = found
        return await asyncio.to_thread(landing.land, receipt, contents)

    async def capture_all() -> int:
        async with Fetcher(quotas, limits.fetch, limits.patience) as fetcher:
            return sum(await asyncio.gather(*(capture(fetcher, one) for one in missing)))

    return asyncio.run(capture_all())


async def capture_surface(fetcher: Fetcher, one: DueCapture, state: SurfaceState, limits: CaptureLimits) -> Captured:
    """Ask what the surface's connector wants, round by round, until it has enough or something fails."""
    captured = Captured()
    if state.bytes_today >= limits.daily_bytes:
        captured.failure = Failure(
            "over_budget", f"not asked: {state.bytes_today} bytes landed today, {limits.daily_bytes} are allowed a day"
        )
        return captured
    try:
        connector = connector_for(one.target.platform, one.target.surface_type)
        if not connector.is_fetched:
            captured.failure = Failure("not_fetchable", f"{one.target} can only be replayed from recordings")
            return captured
        for _ in range(MAX_ROUNDS):
            wanted = connector.requests(one.target, one.due_at, captured.answers)
            if not wanted:
                return captured
            first = not captured.pages
            asked = [_conditional(connector, wanted[0], state), *wanted[1:]] if first else wanted
            for fetched in await asyncio.gather(*(fetcher.get(connector, request) for request in asked)):
                captured.add(fetched)
            if captured.failure or (captured.answers and captured.answers[0].status == 304):
                return captured
        captured.failure = Failure("endless", f"not complete after {MAX_ROUNDS} rounds of requests")
    except UnreadableBody as unreadable:
        captured.failure = Failure(unreadable.kind, str(unreadable))
    except (UnknownSurface, SettingsError, ValueError) as error:
        captured.failure = Failure("misconfigured", str(error))
    except Exception as error:  # connectors look into what anyone may send; one that trips costs its surface only
        captured.failure = Failure("connector_failed", f"the connector failed: {type(error).__name__}: {error}")
    return captured


def _conditional(connector: Connector, request: Request, state: SurfaceState) -> Request:
    """The request as it is made after captures before: for what is newer, and where the source has moved for good."""
    if not connector.conditional:
        return request
    offered = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    # A value that no header can carry is left out.
    sent = {name: value for name, value in offered.items() if value and value.isascii() and value.isprintable()}
    # Where the new address fails, the old one is asked again.
    url = state.moved_to if state.moved_to and not state.failures_in_a_row else request.url
    return Request(url, {**request.headers, **sent}, request.login, request.quota, request.may_be_missing)


def receipt_of(one: DueCapture, captured: Captured) -> Receipt:
    """The receipt of a capture that is over."""
    target, failure = one.target, captured.failure
    return Receipt(
        capture_id=capture_id(target, one.due_at),
        surface_id=target.surface_id,
        platform=target.platform,
        surface_type=target.surface_type,
        surface_key=target.surface_key,
        cadence_minutes=target.cadence_minutes,
        due_at=one.due_at,
        started_at=captured.started_at,
        ended_at=datetime.now(UTC),
        pages=tuple(captured.pages),
        failure=failure.kind if failure else None,
        failure_sentence=failure.sentence if failure else None,
        retry_at=failure.retry_at if failure else None,
        moved_to=captured.moved_to,
    )
