"""A capture that is only looked at: one fetch of a surface, read, and nothing kept."""

import asyncio
from datetime import UTC, datetime

from obstore.store import MemoryStore

from kairo_pipelines.capture.capturing import Captured, CaptureLimits, capture_surface, receipt_of
from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.fetcher import Fetcher
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.reading import Reading, read_capture
from kairo_pipelines.capture.surface_state import UNKNOWN
from kairo_pipelines.connectors.connector import Target


def try_capture(target: Target, limits: CaptureLimits) -> Reading:
    """What a capture of this surface would bring now. A source's daily allowance is used, and not put on record."""
    one = DueCapture(target, datetime.now(UTC))

    async def capture() -> Captured:
        async with Fetcher(Quotas(MemoryStore()), limits.fetch, limits.patience) as fetcher:
            return await capture_surface(fetcher, one, UNKNOWN, limits)

    captured = asyncio.run(capture())
    return read_capture(receipt_of(one, captured), captured.answers)
