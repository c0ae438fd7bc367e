"""The BrandBrain: a brand compiled into what signals are matched with, anew only when the brand has changed."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.brands.taboos import taboo_patterns
from kairo_hero.brands.words import keywords
from kairo_hero.dto import BrandIRDTO, BrandSnapshotDTO
from kairo_hero.models import BrandIR
from kairo_pipelines.embedding import embed

#: Part of the source hash: a change of how brands are compiled compiles every brand again.
COMPILER_VERSION = "2"


def compile_brand(snapshot: BrandSnapshotDTO, at: datetime) -> BrandIRDTO:
    """Embedding of the positioning, keywords per pillar, signals per persona, taboos as patterns."""
    return BrandIRDTO(
        brand_id=snapshot.brand_id,
        positioning_embedding=[round(float(number), 6) for number in embed([snapshot.positioning])[0]],
        pillar_keywords={
            str(pillar.id): keywords([pillar.name, pillar.description])
            for pillar in snapshot.pillars
            if pillar.is_active
        },
        persona_signals={
            str(persona.id): keywords(
                [persona.name, persona.role, persona.summary, *persona.priorities, *persona.pains]
            )
            for persona in snapshot.personas
        },
        taboo_patterns=taboo_patterns(snapshot.taboos),
        source_hash=source_hash(snapshot),
        compiled_at=at,
    )


def source_hash(snapshot: BrandSnapshotDTO) -> str:
    """Equal for snapshots that compile to the same."""
    source = snapshot.model_dump(mode="json", exclude={"snapshot_at"})
    text = json.dumps([COMPILER_VERSION, source], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def compiled_brand(session: Session, snapshot: BrandSnapshotDTO, at: datetime) -> BrandIRDTO:
    """The stored IR where the brand has not changed since, else a new one, stored in the caller's transaction."""
    stored = session.scalar(select(BrandIR).where(BrandIR.brand_id == snapshot.brand_id))
    if stored is not None and stored.source_hash == source_hash(snapshot):
        return BrandIRDTO.model_validate(stored)
    fresh = compile_brand(snapshot, at)
    row = stored or BrandIR(brand_id=snapshot.brand_id)
    for field, value in fresh.model_dump(exclude={"brand_id"}).items():
        setattr(row, field, value)
    session.add(row)
    session.flush()
    return fresh
