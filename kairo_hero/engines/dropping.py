"""Which drafts make it onto a board: none that another says too or that people put away, and not all of a kind."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from pydantic import Field

from kairo_hero.contract import Contract, Count
from kairo_hero.dto import OpportunityDraftDTO

#: Two cards say the same from this likeness of their title and angle on (Jaccard over their words).
NEAR_DUPLICATE = 0.75
#: A draft is about what somebody put away when so much of its evidence was that card's too.
SAME_EVIDENCE = 0.5
#: What each card of the same pillar, or for the same channel, takes off the next one's place, though not off its score:
#: the greedy form of maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), with likeness by theme.
SAME_PILLAR, SAME_CHANNEL = 0.85, 0.95
_WORD = re.compile(r"\w+")


@dataclass
class Kept:
    """The drafts that stay, the best first, and how many were dropped for each reason."""

    drafts: list[OpportunityDraftDTO] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


class Worded(Protocol):
    """Something that says what a card says: a draft, or a card that was put away."""

    @property
    def title(self) -> str: ...
    @property
    def angle(self) -> str: ...


class CardInBrief(Contract):
    """What has to be known of a card of an earlier board, so that the next one does not repeat it."""

    signal_id: str | None
    title: str
    angle: str
    evidence_ids: list[str]
    pillar_id: UUID | None
    primary_channel: str


class Choice(Contract):
    """What a board's cards are chosen by, beside the drafts: what people put away and pinned, and how many fit."""

    put_away: list[CardInBrief] = Field(default_factory=list)
    pinned: list[CardInBrief] = Field(default_factory=list)
    most: Count


def keep_best(drafts: Iterable[OpportunityDraftDTO], choice: Choice) -> Kept:
    """Drop what is invalid, put away, near a better or a pinned card, on the same evidence, or one too many.

    Where there are more than a board holds, a card has to be the better the more of its pillar and its channel were
    taken. What says nearly the same as a card that was put away is away too, whichever signal it springs from.
    """
    kept = Kept()
    left: list[OpportunityDraftDTO] = []
    for draft in drafts:
        if reason := _reason_to_drop(draft, choice.put_away):
            kept.dropped[reason] += 1
        else:
            left.append(draft)
    pillars = Counter(card.pillar_id for card in choice.pinned)
    channels = Counter(card.primary_channel for card in choice.pinned)
    while left and len(kept.drafts) < choice.most:
        draft = _next(left, pillars, channels)
        left.remove(draft)
        if reason := _repeats(draft, [*choice.pinned, *kept.drafts]):
            kept.dropped[reason] += 1
            continue
        kept.drafts.append(draft)
        pillars[draft.pillar_id] += 1
        channels[draft.primary_channel] += 1
    for draft in left:
        kept.dropped[_repeats(draft, [*choice.pinned, *kept.drafts]) or "over_limit"] += 1
    kept.drafts.sort(key=lambda draft: -draft.score)
    return kept


def _next(
    left: list[OpportunityDraftDTO], pillars: Counter[UUID | None], channels: Counter[str]
) -> OpportunityDraftDTO:
    """The draft with the best place; of two with the same the one that came first. No pillar is no likeness."""
    return max(
        left,
        key=lambda one: (
            one.score
            * SAME_PILLAR ** (pillars[one.pillar_id] if one.pillar_id else 0)
            * SAME_CHANNEL ** channels[one.primary_channel]
        ),
    )


def _reason_to_drop(draft: OpportunityDraftDTO, put_away: Sequence[CardInBrief]) -> str | None:
    if not draft.is_valid:
        return "taboo" if any(reason.startswith("taboo") for reason in draft.rejection_reasons) else "invalid"
    evidence = set(draft.evidence_ids)
    for card in put_away:
        if (
            draft.signal_id == card.signal_id
            or len(evidence & set(card.evidence_ids)) >= SAME_EVIDENCE * len(evidence) > 0
        ):
            return "snoozed_or_rejected"
        if likeness(draft, card) >= NEAR_DUPLICATE:
            return "snoozed_or_rejected"
    return None


def _repeats(draft: OpportunityDraftDTO, better: Sequence[OpportunityDraftDTO | CardInBrief]) -> str | None:
    evidence = set(draft.evidence_ids)
    if any(draft.signal_id == other.signal_id or evidence & set(other.evidence_ids) for other in better):
        return "same_evidence"
    if any(likeness(draft, other) >= NEAR_DUPLICATE for other in better):
        return "near_duplicate"
    return None


def likeness(one: Worded, other: Worded) -> float:
    """Jaccard likeness of the words of title and angle, case folded: 1 for the same words, 0 for none in common."""
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 1.0


def _words(draft: Worded) -> set[str]:
    return set(_WORD.findall(f"{draft.title} {draft.angle}".casefold()))
