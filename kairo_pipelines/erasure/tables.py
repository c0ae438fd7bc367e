"""Taking what is erased out of every table of the lake, and deleting the files that held it."""

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from kairo_pipelines.capture.landing import Receipt
from kairo_pipelines.erasure.captures import UNDER_WAY
from kairo_pipelines.erasure.redaction import REMOVED
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.table import Table
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
    QUARANTINE,
    TREND_CANDIDATES,
)
from kairo_pipelines.upkeep.compaction import delete_old_files, delete_replaced_files

#: Tables with rows of an item, by what names it there. Items last: until then a try that was cut short finds its way.
_OF_ITEMS = (
    (ARTIFACT_CLUSTER_LINKS, "artifact_id"),
    (NORMALIZED_ARTIFACTS, "artifact_id"),
    (EVIDENCE_OBSERVATIONS, "evidence_id"),
    (EVIDENCE_ITEMS, "evidence_id"),
)
_OF_REDACTED = "capture_id IN (FROM landed SELECT capture_id)"
_OF_CLUSTERS = (TREND_CANDIDATES, CLUSTER_AUTHORS, CLUSTER_BUCKETS, CLUSTERS)


def erased_items(lake: Lake, subject: Subject, authors: Authors) -> pa.Table:
    """The stored items that are, or are by, a subject: evidence_id, artifact_id, title, text_content, url."""
    stored = authors.hashed(subject.platform, subject.name)
    column, names = (
        ("author", [subject.name, stored]) if subject.kind == "author" else ("platform_item_id", [subject.name])
    )
    return lake.sql(
        f"""
        SELECT evidence_id, 'a' || evidence_id AS artifact_id, title, text_content, url
        FROM items
        WHERE platform = $platform AND list_contains($names, {column})
        """,
        {"platform": subject.platform, "names": names},
        items=Slice(EVIDENCE_ITEMS),
    )


def follow_bytes(lake: Lake, redacted: Sequence[Receipt], names: Sequence[str]) -> int:
    """Let the tables say of redacted captures what their bytes say now, and let no sentence name the subject.

    Returns how many quarantined entries were emptied.
    """
    columns = ("capture_id", "body_path", "body_bytes")
    landed = pa.Table.from_pylist(
        [{name: getattr(receipt, name) for name in columns} for receipt in redacted],
        schema=pa.schema([CAPTURE_RUNS.storage_schema.field(name) for name in columns]),
    )
    parameters = {"names": list(names)}
    _rewrite(
        lake,
        CAPTURE_RUNS,
        f"{_OF_REDACTED} AND body_path NOT IN (FROM landed SELECT body_path) OR {_named('error')}",
        f"""
        SELECT rows.* REPLACE (
            coalesce(landed.body_path, rows.body_path) AS body_path,
            coalesce(landed.body_bytes, rows.body_bytes) AS body_bytes,
            CASE WHEN {_named("error")} THEN '{REMOVED}' ELSE error END AS error
        )
        FROM rows
        LEFT JOIN landed USING (capture_id)
        """,
        parameters,
        landed,
    )
    return _rewrite(
        lake,
        QUARANTINE,
        f"fragment <> '{REMOVED}' AND ({_OF_REDACTED} OR {_named('fragment')}) OR {_named('reason')}",
        f"""
        SELECT * REPLACE (
            CASE WHEN {_OF_REDACTED} OR {_named("fragment")} THEN '{REMOVED}' ELSE fragment END AS fragment,
            CASE WHEN {_named("reason")} THEN '{REMOVED}' ELSE reason END AS reason
        )
        FROM rows
        """,
        parameters,
        landed,
    )


def _named(column: str) -> str:
    """The condition that a text holds one of `$names`."""
    return f"len(list_filter($names, lambda name: contains({column}, name))) > 0"


def _rewrite(
    lake: Lake, table: Table, condition: str, query: str, parameters: Mapping[str, Any], landed: pa.Table
) -> int:
    """Rewrite the days that hold such rows; return how many such rows there were."""
    found = f"SELECT capture_day FROM rows WHERE {condition}"
    count = lake.sql(found, parameters, rows=Slice(table), landed=landed).num_rows
    for day in _days(lake, table, f"WHERE {condition}", parameters, landed=landed) if count else ():
        lake.replace_slice(day, functools.partial(lake.sql, query, parameters, rows=day, landed=landed))
    return count


def erase_rows(lake: Lake, items: pa.Table, subject: Subject, authors: Authors) -> dict[str, int]:
    """Delete the rows of these items, and clusters that only they made; return how many rows of which table.

    Totals in which an item was counted with others stay: they say nothing of it.
    """
    lonely = lake.sql(
        """
        SELECT DISTINCT cluster_id
        FROM links SEMI JOIN items USING (artifact_id)
        EXCEPT
        SELECT cluster_id
        FROM links ANTI JOIN items USING (artifact_id)
        """,
        links=Slice(ARTIFACT_CLUSTER_LINKS),
        items=items,
    )
    removed = {table.name: _remove(lake, table, "cluster_id", lonely) for table in _OF_CLUSTERS}
    if subject.kind == "author":
        removed[CLUSTER_AUTHORS.name] += _remove(
            lake, CLUSTER_AUTHORS, "author_hash", _author_hashes(lake, subject, authors)
        )
    for table, column in _OF_ITEMS:
        removed[table.name] = _remove(lake, table, column, items)
    return {name: rows for name, rows in removed.items() if rows}


def delete_files(lake: Lake, tables: Sequence[Table]) -> int:
    """Delete the files that these tables are no longer made of."""
    return sum(delete_replaced_files(lake, table) + delete_old_files(lake, table, UNDER_WAY) for table in tables)


def _author_hashes(lake: Lake, subject: Subject, authors: Authors) -> pa.Table:
    return lake.sql(
        "SELECT left(sha256($platform || ' ' || unnest($names)), 16) AS author_hash",
        {"platform": subject.platform, "names": [subject.name, authors.hashed(subject.platform, subject.name)]},
    )


def _remove(lake: Lake, table: Table, column: str, gone: pa.Table) -> int:
    """Delete the rows that a column of `gone` names; commits tell the days that were written, never what went."""
    if not gone.num_rows:
        return 0
    removed = 0
    for day in _days(lake, table, f"SEMI JOIN gone USING ({column})", gone=gone):
        before = lake.sql("SELECT capture_hour FROM rows", rows=day).num_rows
        query = f"SELECT rows.* FROM rows ANTI JOIN gone USING ({column})"
        after = lake.replace_slice(day, functools.partial(lake.sql, query, rows=day, gone=gone))
        removed += before - after.num_rows
    return removed


def _days(
    lake: Lake, table: Table, condition: str, parameters: Mapping[str, Any] | None = None, **relations: pa.Table
) -> list[Slice]:
    """The days of a table on which some row fulfils a condition, each as a slice."""
    query = f"SELECT DISTINCT capture_day FROM rows {condition} ORDER BY capture_day"
    days = lake.sql(query, parameters, rows=Slice(table), **relations).to_pylist()
    firsts = [datetime.strptime(day["capture_day"], "%Y-%m-%d").replace(tzinfo=UTC) for day in days]
    return [Slice(table, first, first + 23 * HOUR) for first in firsts]
