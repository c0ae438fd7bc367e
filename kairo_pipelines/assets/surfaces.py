"""The surfaces that people edit, published to the lake."""

import dagster as dg

from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import preview
from kairo_pipelines.assets.policies import OWNED
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import SURFACES
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.surfaces import list_surfaces
from kairo_pipelines.relational.targets import surface_rows


@dg.asset(
    description="The scrape targets that people set up, as the relational store holds them.",
    kinds={"sqlalchemy", "deltalake"},
    code_version="1",
    check_specs=[schema_check("surfaces")],
    **OWNED,
)
def surfaces(lake: dg.ResourceParam[Lake], database: dg.ResourceParam[Database]) -> dg.MaterializeResult:
    """Publish every surface; what is no longer in the store is no longer in the lake."""
    with database.reading() as session:
        rows = SURFACES.rows(surface_rows(list_surfaces(session)))
    lake.overwrite(SURFACES, rows)
    columns = ["platform", "surface_type", "surface_key", "cadence_minutes", "is_active"]
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows.num_rows, "preview": preview(rows, columns)},
        check_results=[fits_schema(lake, SURFACES)],
    )
