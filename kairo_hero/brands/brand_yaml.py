"""A brand as a YAML text that reads back as the same brand."""

from typing import Any, cast

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.brands.brand_file import (
    LONGEST_PROSE,
    BrandFile,
    PatternTemplateEntry,
    PersonaEntry,
    PillarEntry,
    TenantEntry,
)
from kairo_hero.models import Brand, PatternTemplate
from kairo_hero.vocabulary import Channel

WIDTH = 120


def as_yaml(brand: BrandFile) -> str:
    """The brand in the order of the file's fields; what is empty is left out."""
    return yaml.safe_dump(
        _without_nothing(brand.model_dump(mode="json")), sort_keys=False, allow_unicode=True, width=WIDTH
    )


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one not in ("", [], {})}
    return [_without_nothing(one) for one in value] if isinstance(value, list) else value


def stored_brand_file(session: Session, brand: Brand) -> BrandFile:
    """The file that, imported, makes the stored brand."""
    of_brand = select(PatternTemplate).where(PatternTemplate.brand_id == brand.id).order_by(PatternTemplate.name)
    summary, positioning = _in_fields(brand.positioning)
    return BrandFile(
        tenant=TenantEntry(name=brand.tenant.name, slug=brand.tenant.slug),
        name=brand.name,
        slug=brand.slug,
        positioning_summary=summary,
        positioning=positioning,
        tone_tags=brand.tone_tags,
        taboos=brand.taboos,
        channels=cast(list[Channel], brand.channels),
        timezone=brand.timezone,
        mention_names=brand.mention_names,
        competitors=brand.competitors,
        personas=[_entry(PersonaEntry, one) for one in brand.personas],
        pillars=[_entry(PillarEntry, one) for one in brand.pillars],
        pattern_templates=[_entry(PatternTemplateEntry, one) for one in session.scalars(of_brand)],
    )


def _in_fields(positioning: str) -> tuple[str, str]:
    """A positioning as summary and rest, in one piece where a field holds it."""
    if len(positioning) <= LONGEST_PROSE:
        return "", positioning
    summary, _, rest = positioning.partition("\n\n")
    return summary, rest


def _entry(kind: type[Any], row: object) -> Any:
    return kind(**{field: getattr(row, field) for field in kind.model_fields})
