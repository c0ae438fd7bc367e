"""Finding a card by its id as people type it: the whole of it, or as much as tells it apart."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.models import Opportunity

#: As much of an id as a board shows.
SHOWN_CHARACTERS = 8
_LISTED_CARDS = 5


class CardNotFound(Exception):
    """No card of the brand has such an id; the message says where ids stand."""


class CardAmbiguous(Exception):
    """Several cards' ids begin so; the message lists them."""


def find_card(session: Session, brand_id: uuid.UUID, written: str) -> Opportunity:
    """The brand's card whose id is this or begins so; raises CardNotFound or CardAmbiguous."""
    beginning = written.strip().lower().replace("-", "")
    ids = session.scalars(select(Opportunity.id).where(Opportunity.brand_id == brand_id))
    found = sorted(one for one in ids if beginning and one.hex.startswith(beginning))
    if not found:
        raise CardNotFound(f"the brand has no card {written!r}; `kairo board BRAND` shows the id of each card")
    if len(found) > 1:
        listed = ", ".join(map(str, found[:_LISTED_CARDS]))
        raise CardAmbiguous(f"{len(found)} cards' ids begin with {written!r}: {listed}; write more of it")
    return session.get_one(Opportunity, found[0])


def shown_id(card_id: uuid.UUID) -> str:
    """The beginning of an id, as a board shows it."""
    return str(card_id)[:SHOWN_CHARACTERS]
