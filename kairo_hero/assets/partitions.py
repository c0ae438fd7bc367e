"""Brands as Dagster partitions them: one `tenant.brand` each, kept in step with the relational store."""

import dagster as dg
from sqlalchemy.orm import Session

from kairo_hero.brands.importing import find_brand
from kairo_hero.models import Brand

BRANDS = dg.DynamicPartitionsDefinition(name="brands")
#: A run makes a few hundred brands at most; orchestration costs more per brand than the work does.
ONE_RUN = dg.BackfillPolicy.multi_run(max_partitions_per_run=200)
OWNERS = ["team:brand-strategy"]
GROUP = "hero"


def brands_of(context: dg.AssetExecutionContext, session: Session) -> list[Brand]:
    """The brands this run is for; BrandNotFound where one has been deleted since."""
    return [find_brand(session, key) for key in context.partition_keys]
