"""What a card, package or variant was about when it was decided on: cards change, a decision was on what stood there.

Dimensions and values are those that scoring looks at. What an object lacks is left out.
"""

from sqlalchemy.orm import Session

from kairo_hero.models import ContentPackage, Opportunity, Variant

Decided = Opportunity | ContentPackage | Variant


def features_of(session: Session, decided: Decided) -> dict[str, str]:
    """The value of each dimension that the object has, ids as text."""
    if isinstance(decided, Opportunity):
        found = _card(decided)
    elif isinstance(decided, ContentPackage):
        found = _package(session, decided)
    else:
        package = session.get_one(ContentPackage, decided.package_id)
        found = _package(session, package) | {"channel": decided.channel}
    return {dimension: str(value) for dimension, value in found.items() if value}


def _card(card: Opportunity) -> dict[str, object]:
    return {
        "pillar": card.pillar_id,
        "persona": card.persona_id,
        "channel": card.primary_channel,
        "type": card.type.value,
        "cluster_kind": card.cluster_kind,
    }


def _package(session: Session, package: ContentPackage) -> dict[str, object]:
    """A package is for several channels, so that a decision on it says nothing of one."""
    origin = session.get(Opportunity, package.origin_opportunity_id) if package.origin_opportunity_id else None
    inherited = {"type": origin.type.value, "cluster_kind": origin.cluster_kind} if origin else {}
    return {"pillar": package.pillar_id, "persona": package.persona_id, **inherited}
