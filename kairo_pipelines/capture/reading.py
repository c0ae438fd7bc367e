"""Reading a landed capture with its connector: the items, what could not be read, and whether the capture was good."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kairo_pipelines.capture.landing import Landing, Receipt
from kairo_pipelines.capture.usual_sizes import UsualSizes
from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, UnreadableBody
from kairo_pipelines.connectors.registry import UnknownSurface, connector_for
from kairo_pipelines.erasure.redaction import is_redacted, read_redacted
from kairo_pipelines.hours import HourRange, capture_day

#: Captures whose bytes are held at once.
READ_AT_ONCE = 64


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
        """succeeded, partial (something failed after items had come), unchanged (nothing newer) or failed."""
        if self.failure:
            return "partial" if self.items else "failed"
        return "unchanged" if self.is_unchanged else "succeeded"

    @property
    def is_unchanged(self) -> bool:
        """Whether the source said that it has nothing newer."""
        return bool(self.receipt.pages) and self.receipt.pages[0].status == 304


def read_landed(landing: Landing, hours: HourRange) -> Iterator[Reading]:
    """Every capture that landed in these hours, read by its connector, in the order in which they were due."""
    receipts = landing.receipts(hours)
    for start in range(0, len(receipts), READ_AT_ONCE):
        some = receipts[start : start + READ_AT_ONCE]
        for receipt, answers in zip(some, landing.answers(some), strict=True):
            yield read_capture(receipt, answers)


def read_capture(receipt: Receipt, answers: Sequence[Answer]) -> Reading:
    """Parse what landed. A failed fetch, an answer that is not the surface's and one without items are failures."""
    unread = Reading(receipt, failure=receipt.failure, sentence=receipt.failure_sentence)
    if not answers or unread.is_unchanged:
        return unread
    parsed = _parsed(receipt, answers)
    if receipt.failure:
        return Reading(receipt, parsed.items, parsed.quarantined, receipt.failure, receipt.failure_sentence)
    return parsed


def _parsed(receipt: Receipt, answers: Sequence[Answer]) -> Reading:
    try:
        connector = connector_for(receipt.platform, receipt.surface_type)
        redacted = is_redacted(answers)
        entries = list(read_redacted(answers[0]) if redacted else connector.parse(receipt.target, answers))
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
    if items or (not quarantined and (redacted or receipt.surface_type in connector.may_be_empty)):
        return Reading(receipt, items, quarantined)
    if quarantined:
        sentence = f"none of its {len(quarantined)} entries could be read; the first: {quarantined[0].reason}"
        return Reading(receipt, (), quarantined, "changed_shape", sentence)
    return Reading(receipt, failure="no_items", sentence="the answer holds no items")


def capture_run_rows(readings: Iterable[Reading], usual: UsualSizes) -> list[dict[str, Any]]:
    """The rows of `capture_runs` for these captures, which are in the order in which they were due.

    `usual` knows how many items the surfaces gave before, and learns from these.
    """
    return [_capture_run(reading, usual) for reading in readings]


def _capture_run(reading: Reading, usual: UsualSizes) -> dict[str, Any]:
    receipt = reading.receipt
    status, failure, sentence = reading.status, reading.failure, reading.sentence
    if status == "succeeded" and (far_smaller := usual.far_smaller(receipt, len(reading.items))):
        # What it does hold is evidence all the same; what it lacks is missing, not silent.
        status, failure, sentence = "failed", "far_smaller", far_smaller
    first = receipt.pages[0].headers if receipt.pages else {}
    return {
        "capture_id": receipt.capture_id,
        "surface_id": receipt.surface_id,
        "platform": receipt.platform,
        "surface_type": receipt.surface_type,
        "surface_key": receipt.surface_key,
        "cadence_minutes": receipt.cadence_minutes,
        "status": status,
        "item_count": len(reading.items),
        "quarantined_count": len(reading.quarantined),
        "error_kind": failure,
        "error": sentence,
        "retry_at": receipt.retry_at,
        "due_at": receipt.due_at,
        "started_at": receipt.started_at,
        "ended_at": receipt.ended_at,
        "request_count": len(receipt.pages),
        "http_status": receipt.pages[-1].status if receipt.pages else None,
        "moved_to": receipt.moved_to,
        "etag": first.get("etag"),
        "last_modified": first.get("last-modified"),
        "body_path": receipt.body_path,
        "body_bytes": receipt.body_bytes,
        "capture_day": capture_day(receipt.hour),
        "capture_hour": receipt.hour,
    }
