"""The rows of evidence that readings give: pure, so that the same bytes always give the same rows."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kairo_pipelines.capture.reading import Reading
from kairo_pipelines.connectors.connector import Item
from kairo_pipelines.hours import capture_day

Row = dict[str, Any]
_PLAIN_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
COUNTS = ("view_count", "like_count", "comment_count", "share_count", "rank")


@dataclass(frozen=True)
class EvidenceRows:
    """What some captures add, in the order of capture; `sightings` holds an item once per capture that saw it."""

    sightings: list[Row]
    observations: list[Row]
    quarantined: list[Row]


def evidence_id(platform: str, platform_item_id: str) -> str:
    """The id of an item, the same wherever and whenever it is seen: `hackernews:29504755`; a hash for a long id."""
    if not _PLAIN_ID.fullmatch(platform_item_id):
        platform_item_id = hashlib.sha256(platform_item_id.encode()).hexdigest()[:24]
    return f"{platform}:{platform_item_id}"


def evidence_rows(readings: Iterable[Reading]) -> EvidenceRows:
    """Items, observations and quarantine of these captures. An item listed twice in one capture is one observation."""
    rows = EvidenceRows([], [], [])
    for reading in readings:
        rows.sightings.extend(_sightings(reading))
        rows.quarantined.extend(_quarantined(reading))
    rows.observations.extend(_observation(sighting) for sighting in rows.sightings)
    return rows


def _sightings(reading: Reading) -> Iterator[Row]:
    receipt, seen = reading.receipt, set()
    for item in reading.items:
        columns = {
            name: _storable(value) if isinstance(value, str) else value for name, value in _item_columns(item).items()
        }
        identity = evidence_id(receipt.platform, columns["platform_item_id"])
        if identity in seen:
            continue
        seen.add(identity)
        yield {
            "evidence_id": identity,
            "platform": receipt.platform,
            "capture_id": receipt.capture_id,
            "surface_id": receipt.surface_id,
            "first_seen_at": receipt.ended_at,
            "capture_day": capture_day(receipt.hour),
            "capture_hour": receipt.hour,
            **columns,
        }


def _item_columns(item: Item) -> Row:
    return {
        "platform_item_id": item.platform_item_id,
        "title": item.title,
        "text_content": item.text_content,
        "author": item.author,
        "audio_id": item.audio_id,
        "hashtags": [_storable(tag) for tag in item.hashtags],
        "url": item.url,
        "permalink": item.permalink,
        "language": item.language,
        "published_at": item.published_at,
        **{name: getattr(item, name) for name in COUNTS},
        "raw_json": json.dumps(item.raw, ensure_ascii=False, sort_keys=True),
    }


def _storable(text: str) -> str:
    """Half a character, as where a platform cuts a text within an emoji, fits no file: it becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _observation(sighting: Row) -> Row:
    return {
        "evidence_id": sighting["evidence_id"],
        "capture_id": sighting["capture_id"],
        "surface_id": sighting["surface_id"],
        "observed_at": sighting["first_seen_at"],
        **{name: sighting[name] for name in COUNTS},
        "changed_text": sighting["text_content"],
        "capture_day": sighting["capture_day"],
        "capture_hour": sighting["capture_hour"],
    }


def _quarantined(reading: Reading) -> Iterator[Row]:
    receipt = reading.receipt
    for entry in reading.quarantined:
        yield {
            "capture_id": receipt.capture_id,
            "surface_id": receipt.surface_id,
            "position": entry.position,
            "reason": entry.reason,
            "fragment": _storable(entry.fragment),
            "capture_day": capture_day(receipt.hour),
            "capture_hour": receipt.hour,
        }
