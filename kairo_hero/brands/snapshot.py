"""A brand as it stands at one moment, kept so that what was made then can be explained by it later."""

import re
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.brands.brand_file import BrandFile
from kairo_hero.dto import BrandSnapshotDTO, PersonaDTO, PillarDTO
from kairo_hero.models import Brand, BrandSnapshot

_EMPTY_LINE = re.compile(r"\n\s*\n")


def snapshot_brand(session: Session, brand: Brand, at: datetime) -> BrandSnapshotDTO:
    """The brand as the store has it, as of `at`; it is kept unless the last one kept before then says the same."""
    snapshot = stored_brand(brand, at)
    content = snapshot.model_dump(mode="json", include={"positioning_summary", "pillars", "personas"})
    last = session.scalar(
        select(BrandSnapshot)
        .where(BrandSnapshot.brand_id == brand.id, BrandSnapshot.snapshot_at <= at)
        .order_by(BrandSnapshot.snapshot_at.desc())
        .limit(1)
    )
    if last is None or content != {field: getattr(last, field) for field in content}:
        session.add(BrandSnapshot(brand_id=brand.id, snapshot_at=at, **content))
        session.flush()
    return snapshot


def stored_brand(brand: Brand, at: datetime) -> BrandSnapshotDTO:
    """The brand as the store has it."""
    return BrandSnapshotDTO(
        brand_id=brand.id,
        brand_name=brand.name,
        tenant_slug=brand.tenant.slug,
        positioning=brand.positioning,
        positioning_summary=summary_of(brand.positioning),
        tone_tags=brand.tone_tags,
        taboos=brand.taboos,
        channels=brand.channels,
        timezone=brand.timezone,
        pillars=[PillarDTO.model_validate(pillar) for pillar in brand.pillars],
        personas=[PersonaDTO.model_validate(persona) for persona in brand.personas],
        snapshot_at=at,
    )


def written_brand(file: BrandFile, at: datetime) -> BrandSnapshotDTO:
    """The brand as its file has it, under ids of its own: it need not be in a store."""
    key = uuid5(NAMESPACE_URL, f"{file.tenant.slug}.{file.slug}")
    return BrandSnapshotDTO(
        brand_id=key,
        brand_name=file.name,
        tenant_slug=file.tenant.slug,
        positioning=file.full_positioning,
        positioning_summary=summary_of(file.full_positioning),
        tone_tags=file.tone_tags,
        taboos=file.taboos,
        channels=file.channels,
        timezone=file.timezone,
        pillars=[PillarDTO(id=uuid5(key, pillar.name), **pillar.model_dump()) for pillar in file.pillars],
        personas=[PersonaDTO(id=uuid5(key, persona.name), **persona.model_dump()) for persona in file.personas],
        snapshot_at=at,
    )


def summary_of(positioning: str) -> str:
    """The first paragraph of a positioning, which says it in short."""
    return _EMPTY_LINE.split(positioning.strip(), maxsplit=1)[0]
