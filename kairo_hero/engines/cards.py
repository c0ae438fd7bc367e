"""Opportunities as rows: keeping drafts, and the cards that a board shows."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.boards.reading import kept_board
from kairo_hero.brands.taboos import taboos_in
from kairo_hero.decisions.standing import rejected_cards
from kairo_hero.dto import OpportunityDraftDTO, OpportunityDTO
from kairo_hero.engines.dropping import CardInBrief
from kairo_hero.models import Opportunity
from kairo_hero.signals.occasions import Occasion

#: What a draft says of a card; a card keeps its id, its pins and its packages while its signal lives.
_CONTENT = (
    "title",
    "angle",
    "why_now",
    "type",
    "score",
    "primary_channel",
    "suggested_channels",
    "persona_id",
    "pillar_id",
    "trend_id",
    "signal_id",
)


def persist_cards(
    session: Session,
    brand_id: uuid.UUID,
    drafts: Iterable[OpportunityDraftDTO],
    occasions: Mapping[str, Occasion],
    run_id: str,
) -> list[Opportunity]:
    """Keep these drafts, in order, each with its evidence joined. A signal that has a card keeps that card, renewed."""
    cards = []
    for draft in drafts:
        occasion = occasions[draft.signal_id]
        card = session.scalar(
            select(Opportunity)
            .where(Opportunity.brand_id == brand_id, Opportunity.signal_id == draft.signal_id)
            .order_by(Opportunity.created_at.desc())
            .limit(1)
        ) or Opportunity(brand_id=brand_id)
        for name in _CONTENT:
            setattr(card, name, getattr(draft, name))
        card.score_breakdown = draft.score_breakdown.model_dump()
        card.evidence = [evidence.model_dump(mode="json") for evidence in occasion.evidence]
        card.sparkline = list(occasion.sparkline)
        card.cluster_kind = occasion.cluster_kind
        card.run_id = run_id
        card.fingerprint = hashlib.sha256(f"{draft.signal_id}\n{draft.type}".encode()).hexdigest()[:32]
        session.add(card)
        cards.append(card)
    session.flush()
    return cards


def earlier_cards(
    session: Session, brand_id: uuid.UUID, at: datetime, since: datetime | None = None
) -> list[Opportunity]:
    """The cards of the brand's last board, for a board that could compose none; of one made since then, where given."""
    last = kept_board(session, brand_id, at)
    stands = last is not None and (since is None or last.meta.generated_at >= since)
    shown = [card.id for card in last.opportunities] if last and stands else []
    return list(
        session.scalars(
            select(Opportunity).where(Opportunity.id.in_(shown)).order_by(Opportunity.score.desc(), Opportunity.id)
        )
    )


def current_cards(
    session: Session,
    brand_id: uuid.UUID,
    fresh: Iterable[Opportunity],
    at: datetime,
    *,
    put_away: Sequence[CardInBrief],
    taboo_patterns: list[str],
    most: int,
) -> list[OpportunityDTO]:
    """What the board shows, at most so many: what people pinned first, then the others.

    What is snoozed waits for its day; what was rejected, or has become a taboo since it was composed, stays away.
    """
    pinned = pinned_cards(session, brand_id)
    shown = {card.id: card for card in (*pinned, *fresh) if _may_be_shown(card, at, put_away, taboo_patterns)}
    return [OpportunityDTO.model_validate(card) for card in list(shown.values())[:most]]


def staying_cards(
    session: Session,
    brand_id: uuid.UUID,
    at: datetime,
    *,
    put_away: Sequence[CardInBrief],
    taboo_patterns: list[str],
    most: int,
) -> list[Opportunity]:
    """The pinned cards that the next board shows whatever else it does; they stay as people pinned them."""
    pinned = pinned_cards(session, brand_id)
    return [card for card in pinned if _may_be_shown(card, at, put_away, taboo_patterns)][:most]


def pinned_cards(session: Session, brand_id: uuid.UUID) -> list[Opportunity]:
    """The cards that people pinned, the best first."""
    return list(
        session.scalars(
            select(Opportunity)
            .where(Opportunity.brand_id == brand_id, Opportunity.is_pinned)
            .order_by(Opportunity.score.desc(), Opportunity.id)
        )
    )


def cards_put_away(session: Session, brand_id: uuid.UUID, at: datetime) -> list[CardInBrief]:
    """The cards that people snoozed until later, or rejected and did not think better of it."""
    snoozed = session.scalars(select(Opportunity).where(Opportunity.brand_id == brand_id, Opportunity.is_snoozed))
    away = {card.id: card for card in snoozed if _is_asleep(card, at)}
    away |= {card.id: card for card in rejected_cards(session, brand_id, at)}
    return [in_brief(card) for card in away.values()]


def in_brief(card: Opportunity) -> CardInBrief:
    """What the next board has to know of a card."""
    return CardInBrief(
        signal_id=card.signal_id,
        title=card.title,
        angle=card.angle,
        evidence_ids=[one["evidence_id"] for one in card.evidence],
        pillar_id=card.pillar_id,
        primary_channel=card.primary_channel,
    )


def _may_be_shown(card: Opportunity, at: datetime, put_away: Sequence[CardInBrief], taboo_patterns: list[str]) -> bool:
    silenced = {away.signal_id for away in put_away if away.signal_id}
    return (
        not _is_asleep(card, at)
        and card.signal_id not in silenced
        and not taboos_in(f"{card.title}\n{card.angle}\n{card.why_now}", taboo_patterns)
    )


def _is_asleep(card: Opportunity, at: datetime) -> bool:
    return card.is_snoozed and (card.snoozed_until is None or card.snoozed_until > at)
