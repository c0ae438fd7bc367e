"""Checks that follow from the schema source: what was stored has its key once and its required values."""

import dagster as dg

from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.table import Table

FITS_SCHEMA = "fits_schema"


def schema_check(asset: str) -> dg.AssetCheckSpec:
    """Declares the check of an asset's stored rows; nothing downstream in the run starts when it fails."""
    return dg.AssetCheckSpec(
        FITS_SCHEMA,
        asset=asset,
        blocking=True,
        description="Every key is there once, and every required column has a value.",
    )


def fits_schema(lake: Lake, *tables: Table, hours: HourRange | None = None) -> dg.AssetCheckResult:
    """Read back what was stored and hold it against the schema. The result belongs to the first table's asset."""
    repeated, nulls = {}, {}
    for table in tables:
        stored = Slice.of(table, hours) if hours and table.hourly else Slice(table)
        key = ", ".join(table.key)
        required = [field.name for field in table.schema if not field.nullable]
        found = lake.sql(
            f"SELECT count(*) - count(DISTINCT ({key},)) AS repeated, "
            + ", ".join(f"count(*) - count({column}) AS {column}" for column in required)
            + " FROM stored",
            stored=stored,
        ).to_pylist()[0]
        repeated[table.name] = found.pop("repeated") + (_repeated_elsewhere(lake, table, stored) if hours else 0)
        nulls[table.name] = sum(found.values())
    return dg.AssetCheckResult(
        check_name=FITS_SCHEMA,
        asset_key=tables[0].name,
        passed=not any(repeated.values()) and not any(nulls.values()),
        metadata={"repeated keys": repeated, "missing values": nulls},
    )


def _repeated_elsewhere(lake: Lake, table: Table, stored: Slice) -> int:
    """Ids of these hours that another hour holds too, where one is seen for the first time only once."""
    name = table.first_sight_of
    if not name:
        return 0
    held = lake.with_ids(table, lake.sql(f"SELECT {name} FROM stored", stored=stored), [name])
    found = lake.sql(f"SELECT {name} FROM held GROUP BY {name} HAVING count(*) > 1", held=held)
    return int(found.num_rows)
