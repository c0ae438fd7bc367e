"""How many requests go to one host at once, and how long a host has asked us to wait."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from kairo_pipelines.connectors import fields

#: No host makes us wait longer, whatever it says.
LONGEST_WAIT = timedelta(days=1)
#: What is larger is a moment, not a number of seconds from now.
_SECONDS_FROM_NOW = 10**8
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining")
_RESET = ("x-ratelimit-reset", "ratelimit-reset")


class Host:
    """One host: its turns, and the moment before which it wants to hear nothing."""

    def __init__(self, turns: int) -> None:
        self.turns = asyncio.Semaphore(turns)
        self.not_before: datetime | None = None

    def heed(self, status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
        """Take note of what a response says about waiting, and return it; None where it says nothing."""
        until = wanted_wait(status, headers, now)
        if until and (self.not_before is None or until > self.not_before):
            self.not_before = until
        return until

    def wait(self, now: datetime) -> timedelta:
        """How long this host still wants to hear nothing."""
        return max(self.not_before - now, timedelta(0)) if self.not_before else timedelta(0)


def wanted_wait(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to ask again, by Retry-After or by a used-up rate limit; None where the response does not say."""
    if status in (429, 503) and (after := _moment(headers.get("retry-after"), now)):
        return min(after, now + LONGEST_WAIT)
    remaining = next((headers[name] for name in _REMAINING if name in headers), None)
    reset = next((headers[name] for name in _RESET if name in headers), None)
    left = fields.count(remaining)
    if left is not None and left < 1 and (until := _moment(reset, now)):
        return min(until, now + LONGEST_WAIT)
    return None


def _moment(written: str | None, now: datetime) -> datetime | None:
    """A moment written as seconds from now, as seconds since 1970, as ISO 8601 or as an HTTP date."""
    if not written:
        return None
    seconds = fields.count(written)
    if seconds is not None and 0 <= seconds < _SECONDS_FROM_NOW:
        return now + timedelta(seconds=seconds)
    if found := fields.moment(written):
        return found
    try:
        date = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
