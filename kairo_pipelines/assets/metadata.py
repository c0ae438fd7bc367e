"""What a materialization shows of itself: figures, and a table to look at."""

import math
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from kairo_pipelines.hours import HourRange, hour_key

PREVIEW_ROWS = 10


def described(rows: pa.Table, hours: HourRange, columns: Sequence[str], **figures: Any) -> dict[str, dg.MetadataValue]:
    """Rows and hours of the run as totals of its range, a preview of some columns, and further figures."""
    return {
        "dagster/row_count": dg.MetadataValue.int(rows.num_rows),
        "hours": dg.MetadataValue.text(f"{hour_key(hours.first)} to {hour_key(hours.last)} ({len(hours)} h, totals)"),
        **{name: _value(value) for name, value in figures.items()},
        "preview": preview(rows, columns),
    }


def preview(rows: pa.Table, columns: Sequence[str]) -> dg.MetadataValue:
    """The first rows as a table that the UI renders."""
    frame = rows.select(list(columns)).slice(0, PREVIEW_ROWS).to_pandas().astype(object).map(_cell, na_action=None)
    head = f"| {' | '.join(frame.columns)} |\n|{' --- |' * len(frame.columns)}"
    cells = (" | ".join(row) for row in frame.itertuples(index=False))
    return dg.MetadataValue.md("\n".join([head, *(f"| {row} |" for row in cells)]))


def _cell(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    text = "" if missing else str(value)
    shortened = text if len(text) <= 80 else text[:79] + "…"
    return shortened.replace("|", "\\|").replace("\n", " ")


def _value(value: Any) -> dg.MetadataValue:
    if isinstance(value, dg.MetadataValue):
        return value
    if isinstance(value, bool):
        return dg.MetadataValue.bool(value)
    if isinstance(value, int):
        return dg.MetadataValue.int(value)
    if isinstance(value, float):
        return dg.MetadataValue.float(value)
    return dg.MetadataValue.text(str(value))
