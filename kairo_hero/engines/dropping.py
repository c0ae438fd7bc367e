"""Which drafts do not make it onto a board, and why."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kairo_hero.dto import OpportunityDraftDTO

#: Two cards say the same from this likeness of their title and angle on (Jaccard over their words).
NEAR_DUPLICATE = 0.75
_WORD = re.compile(r"\w+")


@dataclass
class Kept:
    """The drafts that stay, in order, and how many were dropped for each reason."""

    drafts: list[OpportunityDraftDTO] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


class Worded(Protocol):
    """Something that says what a card says: a draft, or a card that is kept."""

    @property
    def title(self) -> str: ...
    @property
    def angle(self) -> str: ...


def keep_best(
    drafts: Iterable[OpportunityDraftDTO], *, silenced_trends: set[str], rejected: Sequence[Worded] = (), most: int
) -> Kept:
    """Drop what is invalid, snoozed or rejected, near a better card, on the same evidence, or one too many.

    What says nearly the same as a card that was rejected is rejected too, whichever trend it rests on.
    """
    kept = Kept()
    for draft in drafts:
        reason = _reason_to_drop(draft, kept.drafts, silenced_trends, most)
        if reason is None and any(likeness(draft, other) >= NEAR_DUPLICATE for other in rejected):
            reason = "snoozed_or_rejected"
        if reason:
            kept.dropped[reason] += 1
        else:
            kept.drafts.append(draft)
    return kept


def _reason_to_drop(
    draft: OpportunityDraftDTO, better: list[OpportunityDraftDTO], silenced_trends: set[str], most: int
) -> str | None:
    if not draft.is_valid:
        return "taboo" if any(reason.startswith("taboo") for reason in draft.rejection_reasons) else "invalid"
    if draft.trend_id in silenced_trends:
        return "snoozed_or_rejected"
    if any(set(draft.evidence_ids) & set(other.evidence_ids) for other in better):
        return "same_evidence"
    if any(likeness(draft, other) >= NEAR_DUPLICATE for other in better):
        return "near_duplicate"
    return "over_limit" if len(better) >= most else None


def likeness(one: Worded, other: Worded) -> float:
    """Jaccard likeness of the words of title and angle, case folded: 1 for the same words, 0 for none in common."""
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 1.0


def _words(draft: Worded) -> set[str]:
    return set(_WORD.findall(f"{draft.title} {draft.angle}".casefold()))
