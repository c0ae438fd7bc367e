"""Taking what is erased out of captures: before they land, and out of those that have landed."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import obstore
from obstore.store import ObjectStore

from kairo_pipelines.capture.landing import Landing, Page, Receipt
from kairo_pipelines.capture.reading import Reading, read_capture
from kairo_pipelines.erasure.redaction import CONTENT_TYPE, REMOVED, redacted_body
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.hours import HourRange

Redacted = tuple[Receipt, list[bytes]]
#: A capture that began longer ago, and has no receipt, will never have one.
UNDER_WAY = timedelta(hours=1)


@dataclass(frozen=True)
class Redactions:
    """How many captures lost something now, and the receipts of all that ever did."""

    captures: int
    receipts: tuple[Receipt, ...]


def redacted(reading: Reading, erased: Erased) -> Redacted | None:
    """The capture without what is erased; None where it holds nothing of it."""
    platform = reading.receipt.platform
    left = [item for item in reading.items if not erased.hides(platform, item)]
    if len(left) == len(reading.items):
        return None
    return _with_body(reading, redacted_body(left, reading.quarantined))


def redact_landed(landing: Landing, hours: Iterable[HourRange], erased: Erased, names: Sequence[str]) -> Redactions:
    """Redact every capture of these hours that holds what is erased.

    `names` are what the subject is called in raw bytes: a capture that could not be read, or not whole, and whose bytes
    hold one of them, keeps none of them. Bytes that no capture refers to go as well.
    """
    captures, receipts = 0, []
    for part in hours:
        for receipt in landing.receipts(part):
            found = _redacted_landed(landing, receipt, erased, names)
            if found:
                captures += 1
                receipts.append(landing.land_instead(*found))
            elif _is_redacted(receipt):
                receipts.append(receipt)
        landing.delete_strays(part, datetime.now(UTC) - UNDER_WAY)
    return Redactions(captures, tuple(receipts))


def _redacted_landed(landing: Landing, receipt: Receipt, erased: Erased, names: Sequence[str]) -> Redacted | None:
    [answers] = landing.answers([receipt])
    reading = _without_names(read_capture(receipt, answers), names)
    if found := redacted(reading, erased):
        return found
    was_read_whole = reading.items and not reading.failure and not reading.quarantined
    if was_read_whole or not landing.holds(receipt, names):
        return None
    return _with_body(reading, redacted_body(reading.items, reading.quarantined))


def _without_names(reading: Reading, names: Sequence[str]) -> Reading:
    """The reading, where its own sentences quote none of these names."""
    quarantined = tuple(
        dataclasses.replace(entry, reason=_without(entry.reason, names)) for entry in reading.quarantined
    )
    return dataclasses.replace(
        reading, quarantined=quarantined, sentence=reading.sentence and _without(reading.sentence, names)
    )


def _without(sentence: str, names: Sequence[str]) -> str:
    return REMOVED if any(name in sentence for name in names) else sentence


def _is_redacted(receipt: Receipt) -> bool:
    return any(page.headers.get("content-type") == CONTENT_TYPE for page in receipt.pages)


def _with_body(reading: Reading, body: bytes) -> Redacted:
    """The receipt with these bytes; a failure of reading is kept with it, since the bytes no longer show it."""
    first = reading.receipt.pages[0]
    headers = {**first.headers, "content-type": CONTENT_TYPE}
    page = Page(url=first.url, status=first.status, headers=headers, bytes=len(body))
    kept = {"pages": (page,), "failure": reading.failure, "failure_sentence": reading.sentence}
    return reading.receipt.model_copy(update=kept), [body]


def raw_days(store: ObjectStore) -> list[str]:
    """The days of which raw bytes are kept, the first first."""
    listed = obstore.list_with_delimiter(store, "raw/")["common_prefixes"]
    return sorted(prefix.rsplit("capture_day=", 1)[1].strip("/") for prefix in listed if "capture_day=" in prefix)
