"""Gathering a brand's signals and keeping them: what the next board is made from is what was last gathered."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kairo_hero.brands.brand_ir import compiled_brand
from kairo_hero.brands.snapshot import snapshot_brand
from kairo_hero.dto import ExternalSignalBundleDTO
from kairo_hero.models import Brand, SignalBundle
from kairo_hero.signals.bundle import Signals, external_signals
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database


def gather_signals(database: Database, lake: Lake, brand: Brand, at: datetime) -> Signals:
    """Find what matters to the brand now and keep it in place of what was gathered before."""
    with database.writing() as session:
        attached = session.get_one(Brand, brand.id)
        snapshot = snapshot_brand(session, attached, at)
        ir = compiled_brand(session, snapshot, at)
    signals = external_signals(
        lake,
        snapshot,
        ir,
        mention_names=brand.mention_names,
        competitors=brand.competitors,
        at=at,
    )
    with database.writing() as session:
        keep_signals(session, signals)
    return signals


def keep_signals(session: Session, signals: Signals) -> None:
    """Store a bundle as the brand's last one."""
    brand_id = signals.bundle.brand_id
    row = session.scalar(select(SignalBundle).where(SignalBundle.brand_id == brand_id))
    row = row or SignalBundle(brand_id=brand_id)
    row.fetched_at = signals.bundle.fetched_at
    row.trend_hour = signals.trend_hour
    row.silence = signals.silence
    row.taboo_topics = signals.taboo_topics
    row.bundle = signals.bundle.model_dump(mode="json")
    session.add(row)


def kept_signals(session: Session, brand: Brand) -> Signals | None:
    """The bundle last gathered for the brand; None where none was."""
    row = session.scalar(select(SignalBundle).where(SignalBundle.brand_id == brand.id))
    if row is None:
        return None
    return Signals(ExternalSignalBundleDTO.model_validate(row.bundle), row.trend_hour, row.silence, row.taboo_topics)
