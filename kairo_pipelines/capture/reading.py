"""Reading a landed capture with its connector: the items, what could not be read, and whether the capture was good."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kairo_pipelines.capture.landing import Receipt
from kairo_pipelines.connectors.connector import Body, Item, Quarantined, UnreadableBody
from kairo_pipelines.connectors.registry import UnknownSurface, connector_for
from kairo_pipelines.hours import capture_day


@dataclass(frozen=True)
class Reading:
    """What a capture holds. Reading the same bytes again gives the same."""

    receipt: Receipt
    items: tuple[Item, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    failure: str | None = None
    sentence: str | None = None

    @property
    def status(self) -> str:
        """succeeded, unchanged (the source has nothing newer) or failed."""
        if self.failure:
            return "failed"
        return "unchanged" if self.receipt.http_status == 304 else "succeeded"


def read_capture(receipt: Receipt, body: Body) -> Reading:
    """Parse a landed body. A failed fetch, a body that is not the surface's and a body without items are failures."""
    if receipt.failure:
        return Reading(receipt, failure=receipt.failure, sentence=receipt.failure_sentence)
    if receipt.http_status == 304:
        return Reading(receipt)
    try:
        entries = list(connector_for(receipt.platform, receipt.surface_type).parse(body))
    except UnreadableBody as unreadable:
        return Reading(receipt, failure=unreadable.kind, sentence=str(unreadable))
    except UnknownSurface as unknown:
        return Reading(receipt, failure="misconfigured", sentence=str(unknown))
    except (
        Exception
    ) as error:  # parsers of what anyone may send fail in ways of their own; the bytes stay for a better one
        return Reading(receipt, failure="parser_failed", sentence=f"the parser failed: {type(error).__name__}: {error}")
    items = tuple(entry for entry in entries if isinstance(entry, Item))
    quarantined = tuple(entry for entry in entries if isinstance(entry, Quarantined))
    if not items:
        sentence = "none of its entries could be read" if quarantined else "the body holds no items"
        return Reading(receipt, (), quarantined, "no_items", sentence)
    return Reading(receipt, items, quarantined)


def capture_run_rows(readings: Iterable[Reading]) -> list[dict[str, Any]]:
    """The rows of `capture_runs` for these captures."""
    return [_capture_run(reading) for reading in readings]


def _capture_run(reading: Reading) -> dict[str, Any]:
    receipt = reading.receipt
    return {
        "capture_id": receipt.capture_id,
        "surface_id": receipt.surface_id,
        "platform": receipt.platform,
        "surface_type": receipt.surface_type,
        "surface_key": receipt.surface_key,
        "cadence_minutes": receipt.cadence_minutes,
        "status": reading.status,
        "item_count": len(reading.items),
        "quarantined_count": len(reading.quarantined),
        "error_kind": reading.failure,
        "error": reading.sentence,
        "due_at": receipt.due_at,
        "started_at": receipt.started_at,
        "ended_at": receipt.ended_at,
        "http_status": receipt.http_status,
        "etag": receipt.headers.get("etag"),
        "last_modified": receipt.headers.get("last-modified"),
        "body_path": receipt.body_path,
        "body_bytes": receipt.body_bytes,
        "capture_day": capture_day(receipt.hour),
        "capture_hour": receipt.hour,
    }
