"""An evidence item as a normalized artifact."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from kairo_pipelines.connectors.registry import marked_up_platforms
from kairo_pipelines.hours import HOUR
from kairo_pipelines.normalize.engagement import engagement_score
from kairo_pipelines.normalize.links import canonical_url
from kairo_pipelines.normalize.text import hashtags_in, language_of, plain_text

#: A post is named by its title and first sentences; a whole article adds words that are not what it is about.
MAX_TEXT = 2_000
#: The smallest step of a stored moment.
RESOLUTION = timedelta(microseconds=1)


def normalize(evidence: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The artifact of each evidence item, in the same order."""
    marked_up = marked_up_platforms()
    return [_artifact(item, marked_up=item["platform"] in marked_up) for item in evidence]


def _artifact(item: dict[str, Any], *, marked_up: bool) -> dict[str, Any]:
    title = plain_text(item["title"] or "", marked_up=False)
    body = plain_text(item["text_content"], marked_up=marked_up)
    text = title if body == title else f"{title} {body}".strip()
    listed = [plain_text(tag, marked_up=False).lstrip("#").strip().casefold() for tag in item["hashtags"]]
    # What a post links to is its subject; a link to itself groups it with nothing.
    link = canonical_url(item["url"])
    if link == canonical_url(item["permalink"]):
        link = None
    # An answer that came after its hour was over, or a clock ahead of ours, puts nothing into an hour to come.
    seen_by = min(item["first_seen_at"], item["capture_hour"] + HOUR - RESOLUTION)
    happened_at = min(item["published_at"] or seen_by, seen_by)
    return {
        "artifact_id": f"a{item['evidence_id']}",
        "evidence_id": item["evidence_id"],
        "platform": item["platform"],
        "normalized_text": text[:MAX_TEXT],
        "language": language_of(text, item["language"]),
        "canonical_url": link,
        "hashtags": list(dict.fromkeys(tag for tag in (*listed, *hashtags_in(text)) if tag)),
        "audio_id": item["audio_id"],
        "author": item["author"],
        "happened_at": happened_at,
        "engagement_score": engagement_score(
            item["like_count"], item["comment_count"], item["share_count"], item["view_count"]
        ),
        "capture_day": item["capture_day"],
        "capture_hour": item["capture_hour"],
    }
