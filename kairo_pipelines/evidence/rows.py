"""The rows of evidence that readings give: pure, so that the same bytes always give the same rows."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kairo_pipelines.capture.reading import Reading
from kairo_pipelines.connectors.connector import Item
from kairo_pipelines.connectors.registry import UnknownSurface, connector_for
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import capture_day

Row = dict[str, Any]
_PLAIN_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
COUNTS = ("view_count", "like_count", "comment_count", "share_count", "rank")


@dataclass(frozen=True)
class EvidenceRows:
    """What some captures hold, in the order of capture; `sightings` holds an item once per capture that saw it."""

    sightings: list[Row]
    quarantined: list[Row]


def evidence_id(platform: str, platform_item_id: str) -> str:
    """The id of an item, the same wherever and whenever it is seen: `hackernews:29504755`; a hash for a long id."""
    if not _PLAIN_ID.fullmatch(platform_item_id):
        platform_item_id = hashlib.sha256(platform_item_id.encode()).hexdigest()[:24]
    return f"{platform}:{platform_item_id}"


def evidence_rows(readings: Iterable[Reading], erased: Erased) -> EvidenceRows:
    """Items and quarantine of these captures, without what has been erased; an item listed twice in one comes once."""
    rows = EvidenceRows([], [])
    for reading in readings:
        rows.sightings.extend(_sightings(reading, erased))
        rows.quarantined.extend(_quarantined(reading, erased.authors))
    return rows


def _sightings(reading: Reading, erased: Erased) -> Iterator[Row]:
    receipt, authors, seen = reading.receipt, erased.authors, set()
    author_fields, day = _author_fields(reading), capture_day(receipt.hour)
    for item in reading.items:
        if erased.hides(receipt.platform, item):
            continue
        platform = item.platform or receipt.platform
        columns = {name: _storable(value) for name, value in _item_columns(item, platform, authors).items()}
        identity = evidence_id(platform, columns["platform_item_id"])
        if identity in seen:
            continue
        seen.add(identity)
        yield {
            "evidence_id": identity,
            "platform": platform,
            "capture_id": receipt.capture_id,
            "surface_id": receipt.surface_id,
            "first_seen_at": receipt.ended_at,
            "capture_day": day,
            "capture_hour": receipt.hour,
            "text_hash": text_hash(columns["title"], columns["text_content"]),
            "raw_json": _storable(_raw_json(item, authors, author_fields)),
            **columns,
        }


def _author_fields(reading: Reading) -> frozenset[str]:
    try:
        return connector_for(reading.receipt.platform, reading.receipt.surface_type).author_fields
    except UnknownSurface:
        return frozenset()


def _item_columns(item: Item, platform: str, authors: Authors) -> Row:
    return {
        "platform_item_id": item.platform_item_id,
        "title": item.title,
        "text_content": item.text_content,
        "author": authors.stored(platform, item.author),
        "audio_id": item.audio_id,
        "hashtags": [_storable(tag) for tag in item.hashtags],
        "url": item.url,
        "permalink": item.permalink,
        "language": item.language,
        "published_at": item.published_at,
        **{name: getattr(item, name) for name in COUNTS},
    }


def text_hash(title: str | None, text: str) -> int:
    """64 bits of BLAKE2b over title and text, as a signed number."""
    digest = hashlib.blake2b(f"{title or ''}\n{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _raw_json(item: Item, authors: Authors, author_fields: frozenset[str]) -> str:
    try:
        return json.dumps(authors.raw(item.raw, author_fields), ensure_ascii=False, sort_keys=True, default=str)
    except (ValueError, TypeError, RecursionError):
        # Nested too deeply, or with keys of several kinds: the raw bytes have it.
        return "{}"


def _storable(value: Any) -> Any:
    """Half a character, as where a platform cuts a text within an emoji, fits no file: it becomes a question mark."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "replace").decode("utf-8")


def _quarantined(reading: Reading, authors: Authors) -> Iterator[Row]:
    receipt, author_fields = reading.receipt, _author_fields(reading)
    for entry in reading.quarantined:
        yield {
            "capture_id": receipt.capture_id,
            "surface_id": receipt.surface_id,
            "position": entry.position,
            "reason": _storable(entry.reason),
            "fragment": _storable(authors.fragment(entry.fragment, author_fields)),
            "capture_day": capture_day(receipt.hour),
            "capture_hour": receipt.hour,
        }
