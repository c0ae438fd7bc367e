"""A brand as it stands when its board is made."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kairo_hero.brands.brand_ir import compiled_brand
from kairo_hero.brands.snapshot import snapshot_brand
from kairo_hero.dto import BrandIRDTO, BrandSnapshotDTO, LearningSummaryDTO, PatternTemplateDTO
from kairo_hero.engines.cards import cards_put_away, staying_cards
from kairo_hero.engines.dropping import CardInBrief
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.learning.summary import default_summary, learning_summary
from kairo_hero.models import Brand, Opportunity, PatternTemplate
from kairo_hero.vocabulary import PatternStatus

logger = logging.getLogger(__name__)
#: Shorter names are words: they can't be told from what a sentence says.
SHORTEST_NAME = 3


@dataclass(frozen=True)
class BrandState:
    """The brand, what was learned of it, and what it does not want to see."""

    row: Brand
    snapshot: BrandSnapshotDTO
    ir: BrandIRDTO
    learning: LearningSummaryDTO
    patterns: list[PatternTemplateDTO]
    put_away: list[CardInBrief]
    pinned: list[Opportunity]
    other_brands: tuple[str, ...]


def read_brand_state(session: Session, brand_id: uuid.UUID, at: datetime, most: int) -> BrandState:
    """Read it all at once, for a board of at most so many cards; ObjectNotFoundError where there is no such brand."""
    row = session.get(Brand, brand_id)
    if row is None:
        raise ObjectNotFoundError(f"there is no brand {brand_id}")
    snapshot = snapshot_brand(session, row, at)
    try:
        with session.begin_nested():
            learning = learning_summary(session, brand_id, at)
    except Exception:  # whatever it is: a board without learning is better than none
        logger.warning("the learning summary of %s failed; the board is made without it", brand_id, exc_info=True)
        learning = default_summary(brand_id, at)
    others = session.scalars(
        select(Brand.name).where(Brand.id != brand_id, Brand.name != row.name).order_by(Brand.name)
    )
    ir, put_away = compiled_brand(session, snapshot, at), cards_put_away(session, brand_id, at)
    return BrandState(
        row=row,
        snapshot=snapshot,
        ir=ir,
        learning=learning,
        patterns=_patterns(session, brand_id),
        put_away=put_away,
        pinned=staying_cards(session, brand_id, at, put_away=put_away, taboo_patterns=ir.taboo_patterns, most=most),
        other_brands=tuple(name for name in dict.fromkeys(others) if len(name) >= SHORTEST_NAME),
    )


def _patterns(session: Session, brand_id: uuid.UUID) -> list[PatternTemplateDTO]:
    """The patterns that new texts may follow: the brand's own, then those that every brand may use."""
    active = select(PatternTemplate).where(
        or_(PatternTemplate.brand_id == brand_id, PatternTemplate.brand_id.is_(None)),
        PatternTemplate.status == PatternStatus.ACTIVE,
    )
    ordered = session.scalars(active.order_by(PatternTemplate.brand_id.is_(None), PatternTemplate.name))
    return [PatternTemplateDTO.model_validate(pattern) for pattern in ordered]
