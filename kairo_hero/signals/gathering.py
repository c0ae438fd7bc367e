"""Gathering brands' signals and keeping them: what the next board is made from is what was last gathered."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.brands.brand_ir import compiled_brand
from kairo_hero.brands.snapshot import snapshot_brand
from kairo_hero.dto import BrandIRDTO, BrandSnapshotDTO
from kairo_hero.models import Brand, SignalBundle
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.bundle import Signals, external_signals
from kairo_hero.signals.day import read_day
from kairo_hero.signals.fixtures import SignalFixtures
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database

SignalsOf = Callable[[Brand, BrandSnapshotDTO, BrandIRDTO], Signals]


def gather_signals(
    database: Database, lake: Lake, settings: HeroSettings, brands: Sequence[Brand], at: datetime
) -> list[Signals]:
    """Find what matters to each brand now, and keep it in place of what was gathered before.

    The lake is read once for all of them. Raises what reading the lake, or a fixture, raises; then nothing is kept.
    """
    source = _source(lake, settings, brands, at)
    described: list[tuple[BrandSnapshotDTO, BrandIRDTO]] = []
    with database.writing() as session:
        for brand in brands:
            snapshot = snapshot_brand(session, session.get_one(Brand, brand.id), at)
            described.append((snapshot, compiled_brand(session, snapshot, at)))
    gathered = [source(brand, *known) for brand, known in zip(brands, described, strict=True)]
    with database.writing() as session:
        for signals in gathered:
            keep_signals(session, signals)
    return gathered


def _source(lake: Lake, settings: HeroSettings, brands: Sequence[Brand], at: datetime) -> SignalsOf:
    if settings.external_signals_mode == "fixtures":
        fixtures = SignalFixtures(settings.signal_fixtures)
        return lambda brand, snapshot, ir: fixtures.signals_of(brand.partition_key, snapshot, at)
    day = read_day(lake, {name for brand in brands for name in (*brand.mention_names, *brand.competitors)})
    return lambda brand, snapshot, ir: external_signals(
        day, snapshot, ir, mention_names=brand.mention_names, competitors=brand.competitors, at=at
    )


def keep_signals(session: Session, signals: Signals) -> None:
    """Store a bundle as the brand's last one."""
    brand_id = signals.bundle.brand_id
    row = session.scalar(select(SignalBundle).where(SignalBundle.brand_id == brand_id))
    row = row or SignalBundle(brand_id=brand_id)
    row.fetched_at = signals.bundle.fetched_at
    row.trend_hour = signals.trend_hour
    row.silence = signals.silence
    row.considered = signals.considered
    row.set_aside = signals.set_aside
    row.bundle = signals.bundle.model_dump(mode="json")
    row.occasions = [occasion.model_dump(mode="json") for occasion in signals.occasions]
    session.add(row)


def kept_signals(session: Session, brand: Brand) -> Signals | None:
    """The signals last gathered for the brand; None where none were, or none that this version can read."""
    row = session.scalar(select(SignalBundle).where(SignalBundle.brand_id == brand.id))
    if row is None or row.occasions is None:
        return None
    try:
        return Signals.model_validate(row)
    except ValidationError:
        return None
