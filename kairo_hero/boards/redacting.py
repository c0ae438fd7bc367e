"""Taking an erased item out of what boards kept, visibly: a reader sees that something was there, and not what."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.models import ContentPackage, Opportunity, SignalBundle, TodayBoard, Variant
from kairo_hero.signals.occasions import headline, shortened

REMOVED = "[removed]"
#: Words so few may stand in a sentence without being quoted from the item, unless quotation marks are around them.
SHORTEST_QUOTE = 12
#: The models that hold what an item said, each with its columns.
_KEPT = {
    TodayBoard: ("board", "signal_bundle", "made_from"),
    SignalBundle: ("bundle", "occasions"),
    Opportunity: ("title", "angle", "why_now", "evidence", "signal_id"),
    ContentPackage: ("title", "core_idea", "key_points", "hooks", "call_to_action", "notes"),
    Variant: ("draft_text", "parts"),
}
#: What stays of an entry that goes: where it was, and how much it counted for.
_STAYING = {
    "platform",
    "source",
    "channel",
    "relevance",
    "engagement",
    "recency_hours",
    "competitor_name",
    "moment_type",
    "lane",
}


@dataclass(frozen=True)
class Removal:
    """Items by their evidence ids, and the words of theirs that may be quoted elsewhere."""

    evidence_ids: Collection[str]
    quotes: Collection[str]

    @classmethod
    def of(cls, evidence_ids: Iterable[str], texts: Iterable[str | None]) -> "Removal":
        """These items; of their texts all that may be quoted, the longest first: also as cards shorten and quote it."""
        shown = (
            part.strip()
            for text in texts
            if text
            for part in (text, shortened(text).removesuffix("…"), headline(text).removesuffix("…"))
        )
        quotes = {quote if len(quote) >= SHORTEST_QUOTE else f"“{quote}”" for quote in shown if quote}
        return cls(frozenset(evidence_ids), sorted(quotes, key=len, reverse=True))

    def redacted(self, value: Any) -> Any:
        """A kept value without the items: their entries emptied, their ids gone, their words replaced."""
        if isinstance(value, str):
            return REMOVED if self._is_id(value) else self._unquoted(value)
        if isinstance(value, list):
            staying = (entry for entry in value if not self._is_id(entry) and not self._is_emptied(entry))
            return [self.redacted(self._without(entry)) for entry in staying]
        if isinstance(value, Mapping):
            left = {self._unquoted(str(key)): self.redacted(inner) for key, inner in value.items()}
            is_of_item = self._is_id(value.get("evidence_id")) or self._is_id(value.get("id"))
            return {key: _emptied(key, inner) for key, inner in left.items()} if is_of_item else left
        return value

    def _unquoted(self, text: str) -> str:
        # Again from the start: what stands around one quote may make another.
        while quote := next((quote for quote in self.quotes if quote in text), None):
            text = text.replace(quote, REMOVED)
        return text

    def _without(self, entry: Any) -> Any:
        """An occasion without these items' evidence and words; anything else as it is."""
        if not _is_occasion(entry):
            return entry
        parts = {
            name: [one for one in entry[name] if not self._is_id(one["evidence_id"])] for name in ("evidence", "texts")
        }
        return {**entry, **parts}

    def _is_emptied(self, entry: Any) -> bool:
        """Whether it is an occasion of which no evidence is left to show."""
        return _is_occasion(entry) and all(self._is_id(one["evidence_id"]) for one in entry["evidence"])

    def _is_id(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.evidence_ids


def _is_occasion(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "post_ids" in entry


def _emptied(key: str, value: Any) -> Any:
    """What is left of a value of an entry that goes."""
    if key in _STAYING:
        return value
    if key in ("url", "author", "published_at", "first_seen_at"):
        return None
    return {} if isinstance(value, Mapping) else REMOVED


def redact_kept(session: Session, removal: Removal) -> int:
    """Redact every kept board, card, package and variant; return how many rows changed."""
    changed = 0
    for model, columns in _KEPT.items():
        for row in session.scalars(select(model)):
            redacted = {name: removal.redacted(getattr(row, name)) for name in columns}
            if any(getattr(row, name) != value for name, value in redacted.items()):
                changed += 1
                for name, value in redacted.items():
                    setattr(row, name, value)
                if isinstance(row, TodayBoard) and row.made_from:
                    # what a model answered may repeat it in any form
                    row.made_from = {**row.made_from, "answers": {}}
    return changed
