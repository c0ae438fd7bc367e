"""Posts of the lake as evidence that a card shows."""

from collections.abc import Mapping
from typing import Any

from kairo_hero.dto import EvidenceDTO
from kairo_hero.signals.occasions import shortened

COUNT_NAMES = {"like_count": "likes", "comment_count": "comments", "share_count": "shares", "view_count": "views"}


def evidence_of(post: Mapping[str, Any]) -> EvidenceDTO:
    """A post with its last counts; those that are unknown are left out."""
    return EvidenceDTO(
        evidence_id=post["evidence_id"],
        platform=post["platform"],
        title=shortened(post["title"] or post["normalized_text"]),
        url=post["url"] or post["permalink"],
        author=post["author"],
        published_at=post["published_at"],
        first_seen_at=post["first_seen_at"],
        counts={name: max(post[column], 0) for column, name in COUNT_NAMES.items() if post[column] is not None},
    )
