"""What a lake table is: its columns, its key, and the row shapes that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

TEXT = pa.string()
TEXTS = pa.list_(pa.string())
WHOLE = pa.int64()
WHOLES = pa.list_(pa.int64())
NUMBER = pa.float64()
MOMENT = pa.timestamp("us", tz="UTC")
FLAG = pa.bool_()

#: The column by which a row of a table of first sights is looked up; the lake fills it in when it writes.
ID_HASH = "id_hash"
#: Every hourly table ends with these; a table is partitioned on disk by the day and read by the hour.
HOUR_COLUMNS: Mapping[str, pa.DataType] = {"capture_day": TEXT, "capture_hour": MOMENT}


class RowsDoNotFit(Exception):
    """Rows do not have the shape that the table declares."""


@dataclass(frozen=True)
class Column:
    """One column: its type, what it says, and whether a row may lack it."""

    type: pa.DataType
    description: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the lake: the single source of its storage schema, its checks and its documentation."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    hourly: bool = True
    #: Of a table whose rows are first sights, so that no other hour may hold a key again: the column that names a row
    #: as its key does. Whether an id is there is asked of a hash of it, which is quick however many rows there are.
    first_sight_of: str | None = None

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the table, with the hour columns at the end of an hourly one."""
        fields = [
            pa.field(name, column.type, nullable=column.nullable, metadata={"description": column.description})
            for name, column in self.columns.items()
        ]
        if self.first_sight_of:
            fields.append(pa.field(ID_HASH, WHOLE, metadata={"description": f"hash of {self.first_sight_of}"}))
        if self.hourly:
            fields += [pa.field(name, type_, nullable=False) for name, type_ in HOUR_COLUMNS.items()]
        return pa.schema(fields)

    @property
    def storage_schema(self) -> pa.Schema:
        """The schema as files hold it: every column nullable, so that one added later needs no rewriting."""
        return pa.schema([field.with_nullable(True).remove_metadata() for field in self.schema])

    def rows(self, records: Iterable[Mapping[str, Any]]) -> pa.Table:
        """An Arrow table of this shape from dictionaries; a missing nullable column is null."""
        return self.fitted(pa.Table.from_pylist(list(records), schema=self.storage_schema))

    def fitted(self, rows: pa.Table) -> pa.Table:
        """These rows with exactly this table's columns, in order; RowsDoNotFit names what is wrong."""
        missing = [name for name in self.schema.names if name not in rows.schema.names]
        if missing == [ID_HASH]:
            rows, missing = rows.append_column(ID_HASH, pa.nulls(rows.num_rows, WHOLE)), []
        if missing:
            raise RowsDoNotFit(f"{self.name} lacks {', '.join(missing)}")
        fitted = rows.select(self.schema.names).cast(self.storage_schema)
        for field in self.schema:
            nulls = fitted.column(field.name).null_count
            if nulls and not field.nullable:
                raise RowsDoNotFit(f"{self.name}.{field.name} is null in {nulls} of {fitted.num_rows} rows")
        return fitted
