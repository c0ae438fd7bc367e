"""One reader and one writer for every lake table: replace, append what is new, read as of an hour.

What the rows mean stands elsewhere; here is only how they are kept.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from kairo_pipelines.hours import HourRange, capture_day
from kairo_pipelines.lake.full_disk import naming_a_full_disk
from kairo_pipelines.lake.table import ID_HASH, Table

#: Commits are refused when another process got in first; each try reads afresh, so this many writers can queue up.
MAX_COMMIT_TRIES = 40

Written = TypeVar("Written")


class LakeUnavailable(Exception):
    """The lake can't be read or written; the message says where and what to do."""


class DuplicateKey(Exception):
    """Rows to be written hold a key twice."""


@dataclass(frozen=True)
class Slice:
    """Some hours of a table, or all of it; `since` and `until` are hours, both included.

    `only` narrows it further, to rows whose columns have these values, and `days` to these days. `version` is the table
    as it was opened before, where it must not be newer.
    """

    table: Table
    since: datetime | None = None
    until: datetime | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    days: tuple[str, ...] | None = None
    version: DeltaTable | None = None

    @classmethod
    def of(cls, table: Table, hours: HourRange) -> "Slice":
        """The rows of these capture hours."""
        return cls(table, hours.first, hours.last)

    @property
    def day_predicate(self) -> str | None:
        """Which files can hold these rows, by the day they are partitioned by."""
        bounds = [
            f"capture_day {sign} '{capture_day(hour)}'"
            for sign, hour in ((">=", self.since), ("<=", self.until))
            if hour is not None
        ]
        if self.days is not None:
            bounds.append(f"capture_day IN ({', '.join(repr(day) for day in self.days or ('',))})")
        return " AND ".join(bounds) or None

    @property
    def predicate(self) -> str | None:
        """Which rows these are, in the SQL that Delta and DuckDB share."""
        bounds = [
            f"capture_hour {sign} '{hour:%Y-%m-%dT%H:%M:%SZ}'"
            for sign, hour in ((">=", self.since), ("<=", self.until))
            if hour is not None
        ]
        days = [self.day_predicate] if self.day_predicate else []
        values = [f"{column} = '{value}'" for column, value in self.only.items()]
        return " AND ".join([*days, *bounds, *values]) or None


@dataclass(frozen=True)
class Appended:
    """What an append added, and of the rows that were there before the id and the columns asked for."""

    added: pa.Table
    held: pa.Table


def _hash_of(table: Table) -> str:
    """60 bits of MD5 over a row's id, as SQL: the same in every version of DuckDB, as its own `hash` is not."""
    return f"('0x' || left(md5({table.first_sight_of}), 15))::BIGINT"


#: How the libraries that read say that a file is not there.
_SAID_OF_GONE = ("not found", "no such file", "no files found")


def _came_second(error: Exception) -> bool:
    """Whether somebody else's commit got in first: this one was refused, or the files that it began with are gone."""
    said = str(error).lower()
    return isinstance(error, CommitFailedError) or any(words in said for words in _SAID_OF_GONE)


class Lake:
    """The lake at a folder or an `s3://` address. Safe for many processes and threads at once.

    Uniqueness is a compare-and-swap: a writer reads a version, drops what that version already holds, and commits
    only if no other commit came in between; otherwise it starts again.
    """

    def __init__(self, uri: str, storage_options: Mapping[str, str] | None = None) -> None:
        self.uri = uri.rstrip("/")
        self.is_local = "://" not in self.uri
        self.storage_options = dict(storage_options or {})
        self._duckdb = duckdb.connect()

    def check(self) -> None:
        """Raise LakeUnavailable, in one sentence, unless the lake can be written."""
        probe = "raw/.writable"
        store = self.objects()
        try:
            store.put(probe, b"")
            store.delete(probe)
        except Exception as error:  # every backend raises its own kinds
            raise LakeUnavailable(
                f"the lake {self.uri} can't be written ({str(error).splitlines()[0]}); "
                "set KAIRO_LAKE_URI to a folder or bucket this process may write"
            ) from error

    def objects(self) -> ObjectStore:
        """The object store that the lake lies in, for raw bytes."""
        if self.is_local:
            try:
                return LocalStore(Path(self.uri).absolute(), mkdir=True)
            except Exception as error:  # the Rust error has no type of its own for a refused folder
                raise LakeUnavailable(
                    f"the lake folder {self.uri} can't be made ({str(error).splitlines()[0]}); "
                    "set KAIRO_LAKE_URI to a folder this process may write"
                ) from error
        return from_url(self.uri, **self.storage_options)  # type: ignore[call-overload, no-any-return]

    # --- reading --------------------------------------------------------------------------------

    def read(self, table: Table, hours: HourRange | None = None) -> pa.Table:
        """The rows of a table, or of some hours of it, as an Arrow table of the table's schema."""
        part = Slice.of(table, hours) if hours else Slice(table)
        return self.sql("SELECT * FROM rows", rows=part)

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None, **relations: Slice | pa.Table) -> pa.Table:
        """Run DuckDB over named relations: slices of lake tables, or Arrow tables. Returns an Arrow table."""
        try:
            return self._sql(query, parameters, relations)
        except (FileNotFoundError, duckdb.IOException):
            # Old files went while they were read: the table as it is now is made of others.
            return self._sql(query, parameters, relations)

    def _sql(
        self, query: str, parameters: Mapping[str, Any] | None, relations: Mapping[str, Slice | pa.Table]
    ) -> pa.Table:
        with self._cursor() as cursor:
            for name, relation in relations.items():
                self._offer(cursor, name, relation)
            result: pa.Table = cursor.sql(query, params=dict(parameters or {})).to_arrow_table()
            return result

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A session of its own: an unfinished result blocks the connection that it came from."""
        cursor = self._duckdb.cursor()
        try:
            cursor.execute("SET TimeZone = 'UTC'")
            yield cursor
        finally:
            cursor.close()

    def _offer(self, cursor: duckdb.DuckDBPyConnection, name: str, relation: Slice | pa.Table) -> None:
        if isinstance(relation, pa.Table):
            cursor.register(name, relation)
            return
        table = relation.table
        stored = relation.version or self.delta(table)
        files = self._files(cursor, f"{name}__stored", stored, relation.day_predicate) if stored else None
        # The empty, typed relation stands for a table that was never written, and for columns that files lack since
        # they were added later.
        cursor.register(f"{name}__typed", table.storage_schema.empty_table())
        query = f"SELECT * FROM {name}__typed" + (f" UNION ALL BY NAME SELECT * FROM {files}" if files else "")
        condition = f" WHERE {relation.predicate}" if relation.predicate else ""
        columns = ", ".join(table.schema.names)
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns} FROM ({query}){condition}")

    def _files(
        self, cursor: duckdb.DuckDBPyConnection, name: str, stored: DeltaTable, day_predicate: str | None
    ) -> str | None:
        """What to read a table's files by in SQL; None where there are none.

        DuckDB reads files of this machine itself, in less than half the time; for others it would fetch an extension.
        """
        if not self.is_local:
            cursor.register(name, stored.to_pyarrow_dataset(file_pruning_predicate=day_predicate))
            return name
        paths = [unquote(path).replace("'", "''") for path in stored.file_uris(file_pruning_predicate=day_predicate)]
        listed = ", ".join(f"'{path}'" for path in paths)
        by_day = ", hive_partitioning = true, hive_types = {'capture_day': VARCHAR}"
        options = "union_by_name = true" + (by_day if stored.metadata().partition_columns else "")
        return f"read_parquet([{listed}], {options})" if paths else None

    def with_ids(
        self,
        table: Table,
        ids: pa.Table,
        columns: Sequence[str],
        *,
        until: datetime | None = None,
        stored: DeltaTable | None = None,
    ) -> pa.Table:
        """The rows of a table of first sights that have one of these ids, in its id column: these columns of them.

        Of all rows only the hashes of their ids are read, and more only of the days that hold some, so that it costs
        little however many there are. `stored` is the version to look into, where it must be one opened before.
        """
        name = table.first_sight_of
        wanted = self.sql(f"SELECT DISTINCT {name}, {_hash_of(table)} AS {ID_HASH} FROM ids", ids=ids)
        everything = Slice(table, until=until, version=stored)
        days = self.sql(
            f"SELECT DISTINCT capture_day FROM held SEMI JOIN wanted USING ({ID_HASH})", held=everything, wanted=wanted
        )
        there = replace(everything, days=tuple(row["capture_day"] for row in days.to_pylist()))
        query = f"SELECT {', '.join(columns)} FROM held SEMI JOIN wanted USING ({ID_HASH}, {name})"
        return self.sql(query, held=there, wanted=wanted)

    # --- writing --------------------------------------------------------------------------------

    def replace(
        self, table: Table, hours: HourRange, rows: pa.Table | Callable[[], pa.Table], *, drop_later: bool = False
    ) -> pa.Table:
        """Make these rows the whole of those hours; return them.

        Rows that are derived from what others write at the same time are given as a function: it is called after the
        table was opened, and again whenever another commit came in between, so that no commit is of stale rows.

        `drop_later` drops all rows of later hours in the same commit: they are to be made again.
        """
        return self.replace_slice(Slice(table, hours.first, None if drop_later else hours.last), rows)

    def replace_slice(self, part: Slice, rows: pa.Table | Callable[[], pa.Table]) -> pa.Table:
        """Make these rows the whole of a slice, in one commit; return them."""

        def commit(stored: DeltaTable) -> pa.Table:
            fitted = self._hashed(part.table, part.table.fitted(rows() if callable(rows) else rows))
            self._require_unique(part.table, fitted)
            write_deltalake(
                stored,
                fitted,
                mode="overwrite",
                predicate=part.predicate,
                schema_mode="merge",
                commit_properties=CommitProperties(max_commit_retries=0),
            )
            return fitted

        replaced: pa.Table = self._commit(part.table, commit)
        return replaced

    def overwrite(self, table: Table, rows: pa.Table) -> pa.Table:
        """Make these rows the whole of a table that has no hours."""
        return self.replace_slice(Slice(table), rows)

    def append_new(
        self, table: Table, rows: pa.Table | Callable[[], pa.Table], *, look_up: Sequence[str] = ()
    ) -> Appended:
        """Add the rows that a table of first sights does not hold yet, in one commit.

        Rows that others may change meanwhile are given as a function, as to `replace`. Of rows with the same key the
        first in order is kept. Whoever else appends at once, a key lands once. Of rows that were there before, the
        columns in `look_up` come back.
        """
        name = str(table.first_sight_of)
        first_of_each = f"""
            SELECT * EXCLUDE (position)
            FROM (SELECT *, row_number() OVER () AS position FROM offered)
            QUALIFY row_number() OVER (PARTITION BY {name} ORDER BY position) = 1
            ORDER BY position
        """

        def commit(stored: DeltaTable) -> Appended:
            given = table.fitted(rows() if callable(rows) else rows)
            offered = self.sql(first_of_each, offered=self._hashed(table, given))
            held = self.with_ids(table, offered, list({name: None, **dict.fromkeys(look_up)}), stored=stored)
            query = f"SELECT * FROM offered ANTI JOIN held USING ({name})"
            new = table.fitted(self.sql(query, offered=offered, held=held))
            if new.num_rows:
                write_deltalake(
                    stored,
                    new,
                    mode="append",
                    schema_mode="merge",
                    commit_properties=CommitProperties(max_commit_retries=0),
                )
            return Appended(new, held)

        appended: Appended = self._commit(table, commit)
        return appended

    def _hashed(self, table: Table, rows: pa.Table) -> pa.Table:
        """The rows with the hashes of their ids, in a table of first sights."""
        if not table.first_sight_of:
            return rows
        return table.fitted(self.sql(f"SELECT * REPLACE ({_hash_of(table)} AS {ID_HASH}) FROM rows", rows=rows))

    def _require_unique(self, table: Table, rows: pa.Table) -> None:
        key = ", ".join(table.key)
        query = f"SELECT {key}, count(*) AS times FROM rows GROUP BY {key} HAVING times > 1 LIMIT 1"
        repeated = self.sql(query, rows=rows).to_pylist()
        if repeated:
            raise DuplicateKey(
                f"{table.name}: {repeated[0]} is there {repeated[0]['times']} times; nothing was written"
            )

    def _commit(self, table: Table, write: Callable[[DeltaTable], Written]) -> Written:
        """Write against a freshly read version until the commit is accepted, a bounded number of times."""
        lost: Exception | None = None
        for attempt in range(MAX_COMMIT_TRIES):
            try:
                with naming_a_full_disk(self.uri):
                    return write(self.delta(table) or self._create(table))
            except (DeltaError, OSError, duckdb.IOException) as error:
                if not _came_second(error):
                    raise
                lost = error
                time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))
        raise LakeUnavailable(
            f"{table.name} was written by others at each of {MAX_COMMIT_TRIES} tries; run this again when they are done"
        ) from lost

    def _address(self, table: Table) -> str:
        return f"{self.uri}/tables/{table.name}"

    def delta(self, table: Table) -> DeltaTable | None:
        """The Delta table as it is now; None where it was never written."""
        try:
            return DeltaTable(self._address(table), storage_options=self.storage_options)
        except TableNotFoundError:
            return None

    def _create(self, table: Table) -> DeltaTable:
        try:
            return DeltaTable.create(
                self._address(table),
                schema=table.storage_schema,
                partition_by=["capture_day"] if table.hourly else None,
                name=table.name,
                description=table.description,
                # The log outlives the rows: no smallest and largest text of a file may stand in it.
                configuration={"delta.dataSkippingStatsColumns": "capture_hour" if table.hourly else table.key[0]},
                mode="ignore",
                storage_options=self.storage_options,
            )
        except DeltaError:
            # Another process created it in between.
            stored = self.delta(table)
            if stored is None:
                raise
            return stored
