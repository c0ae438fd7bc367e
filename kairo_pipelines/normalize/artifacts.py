"""An evidence item as a normalized artifact."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pyarrow as pa

from kairo_pipelines.clusters.phrases import phrases
from kairo_pipelines.connectors.registry import marked_up_platforms
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.table import ID_HASH
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, NORMALIZED_ARTIFACTS
from kairo_pipelines.normalize.engagement import engagement_score
from kairo_pipelines.normalize.links import canonical_url, host_of
from kairo_pipelines.normalize.signature import signatures
from kairo_pipelines.normalize.text import hashtags_in, language_of, mentions_in, plain_text

#: A post is named by its title and first sentences; a whole article adds words that are not what it is about.
MAX_TEXT = 2_000
#: Items held as Python objects at once.
ITEMS_AT_ONCE = 5_000
#: The columns of evidence that an artifact is made of.
_READ = [name for name in EVIDENCE_ITEMS.schema.names if name not in ("raw_json", "text_hash", "capture_id", ID_HASH)]
#: The smallest step of a stored moment.
RESOLUTION = timedelta(microseconds=1)


def normalized(evidence: pa.Table) -> pa.Table:
    """The rows of `normalized_artifacts` for rows of `evidence_items`, made piece by piece."""
    pieces = evidence.select(_READ).to_batches(max_chunksize=ITEMS_AT_ONCE)
    made = (NORMALIZED_ARTIFACTS.rows(normalize(piece.to_pylist())) for piece in pieces)
    return pa.concat_tables([NORMALIZED_ARTIFACTS.rows([]), *made])


def normalize(evidence: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The artifact of each evidence item, in the same order."""
    marked_up = marked_up_platforms()
    artifacts = [_artifact(item, marked_up=item["platform"] in marked_up) for item in evidence]
    for artifact, signature in zip(artifacts, signatures([one["normalized_text"] for one in artifacts]), strict=True):
        artifact["signature"] = signature
    return artifacts


def _artifact(item: dict[str, Any], *, marked_up: bool) -> dict[str, Any]:
    title = plain_text(item["title"] or "", marked_up=False)
    is_title = not marked_up and item["text_content"] == item["title"]
    body = title if is_title else plain_text(item["text_content"], marked_up=marked_up)
    text = title if body == title else f"{title} {body}".strip()
    listed = [plain_text(tag, marked_up=False).lstrip("#").strip().casefold() for tag in item["hashtags"]]
    # What a post links to is its subject; a link to itself groups it with nothing.
    link = None if item["url"] == item["permalink"] else canonical_url(item["url"])
    if link and host_of(link) in (item["permalink"] or "").lower() and link == canonical_url(item["permalink"]):
        link = None
    # An answer that came after its hour was over, or a clock ahead of ours, puts nothing into an hour to come.
    seen_by = min(item["first_seen_at"], item["capture_hour"] + HOUR - RESOLUTION)
    happened_at = min(item["published_at"] or seen_by, seen_by)
    language = language_of(text, item["language"])
    spoken = phrases(text[:MAX_TEXT], language)
    return {
        "artifact_id": f"a{item['evidence_id']}",
        "evidence_id": item["evidence_id"],
        "platform": item["platform"],
        "normalized_text": text[:MAX_TEXT],
        "language": language,
        "phrase_keys": [phrase.key for phrase in spoken],
        "phrases": [phrase.written for phrase in spoken],
        "canonical_url": link,
        "hashtags": list(dict.fromkeys(tag for tag in (*listed, *hashtags_in(text)) if tag)),
        "mentions": mentions_in(text),
        "audio_id": item["audio_id"],
        "author": item["author"],
        "happened_at": happened_at,
        "engagement_score": engagement_score(
            item["like_count"], item["comment_count"], item["share_count"], item["view_count"]
        ),
        "capture_day": item["capture_day"],
        "capture_hour": item["capture_hour"],
    }
