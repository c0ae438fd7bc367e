"""What is kept for how long. Raw bytes go first, then rows that nothing later refers to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import obstore
import pyarrow as pa
from obstore.store import ObjectStore

from kairo_pipelines.hours import HOUR, HourRange, capture_day, hour_key
from kairo_pipelines.lake.full_disk import naming_a_full_disk
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.table import Table
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    MADE_HOURS,
    NORMALIZED_ARTIFACTS,
    QUARANTINE,
    TREND_CANDIDATES,
)

#: Holds the day from which on raw bytes are kept; written before older ones are deleted.
KEPT_SINCE = "raw/kept_since"
#: Allowances are counted by the day; older days are of no use.
QUOTA_DAYS = 7

#: Tables whose old rows say nothing about what is kept.
_BY_AGE = (
    CAPTURE_RUNS,
    EVIDENCE_OBSERVATIONS,
    QUARANTINE,
    CLUSTER_BUCKETS,
    CLUSTER_AUTHORS,
    TREND_CANDIDATES,
    DETECTOR_HOURS,
)
#: Tables whose old rows stay while a kept row refers to them: the table, what refers to it, and by which column.
_BY_USE: Sequence[tuple[Table, Table, str]] = (
    (EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, "evidence_id"),
    (NORMALIZED_ARTIFACTS, EVIDENCE_ITEMS, "evidence_id"),
    (ARTIFACT_CLUSTER_LINKS, NORMALIZED_ARTIFACTS, "artifact_id"),
    (CLUSTERS, ARTIFACT_CLUSTER_LINKS, "cluster_id"),
)


class RawBytesDeleted(Exception):
    """Hours are to be made again whose raw bytes have been deleted; the message says from when on there are some."""


@dataclass(frozen=True)
class Deleted:
    """How many raw objects and rows went."""

    objects: int
    rows: int


def retain(lake: Lake, *, raw_days: int, row_days: int) -> Deleted:
    """Delete raw bytes and rows that are older than that. Done twice, or cut short and done again, it ends the same.

    Age is counted from the newest hour that was captured: a lake that holds only a recording of the past keeps it.
    """
    newest = _newest_hour(lake)
    if newest is None:
        return Deleted(0, 0)
    objects = _delete_raw(lake.objects(), _day(newest - timedelta(days=min(raw_days, row_days))))
    first = _day(newest - timedelta(days=row_days))
    rows = sum(_delete_by_age(lake, table, first) for table in _BY_AGE)
    rows += sum(_delete_unused(lake, *use, first) for use in _BY_USE)
    return Deleted(objects, rows)


def kept_since(store: ObjectStore) -> datetime | None:
    """The day from which on raw bytes are kept; None where none were ever deleted."""
    try:
        day = bytes(obstore.get(store, KEPT_SINCE).bytes()).decode()
    except FileNotFoundError:
        return None
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)


def require_raw(lake: Lake, hours: HourRange) -> None:
    """Raise RawBytesDeleted unless the raw bytes of these hours are kept, so that nothing is made again from less."""
    since = kept_since(lake.objects())
    if since and hours.first < since:
        raise RawBytesDeleted(
            f"the raw bytes before {hour_key(since)} were deleted (KAIRO_RETAIN_RAW_DAYS), so {hour_key(hours.first)} "
            f"can't be made again from them; its rows stay as they are. Begin at {hour_key(since)} or later"
        )


def _newest_hour(lake: Lake) -> datetime | None:
    made = Slice(MADE_HOURS, only={"table_name": CAPTURE_RUNS.name})
    newest: datetime | None = lake.sql("SELECT max(capture_hour) AS hour FROM made", made=made).to_pylist()[0]["hour"]
    return newest


def _day(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _delete_raw(store: ObjectStore, first: datetime) -> int:
    """Delete what landed before a day, and allowances of days long past."""
    since = kept_since(store)
    if since is None or since < first:
        with naming_a_full_disk():
            obstore.put(store, KEPT_SINCE, capture_day(first).encode())
    last_quota = capture_day(datetime.now(UTC) - timedelta(days=QUOTA_DAYS))
    old = [path for path in _paths(store, "raw/") if path.split("capture_day=")[-1][:10] < capture_day(first)]
    old += [path for path in _paths(store, "quotas/") if path.split("/")[2] < last_quota]
    obstore.delete(store, [path for path in old if path != KEPT_SINCE])
    return len(old)


def _paths(store: ObjectStore, prefix: str) -> list[str]:
    return [entry["path"] for page in obstore.list(store, prefix) for entry in page if entry["path"] != KEPT_SINCE]


def _delete_by_age(lake: Lake, table: Table, first: datetime) -> int:
    return _keep_only(lake, Slice(table, until=first - HOUR), "SELECT * FROM old WHERE false")


def _delete_unused(lake: Lake, table: Table, user: Table, column: str, first: datetime) -> int:
    query = f"SELECT old.* FROM old SEMI JOIN users USING ({column})"
    return _keep_only(lake, Slice(table, until=first - HOUR), query, users=Slice(user))


def _keep_only(lake: Lake, old: Slice, query: str, **users: Slice) -> int:
    """Keep of a slice what the query gives; return how many rows went."""

    def kept() -> pa.Table:
        return lake.sql(query, None, old=old, **users)

    before = lake.sql("SELECT capture_hour FROM old", old=old).num_rows
    if not before or kept().num_rows == before:
        return 0
    return before - int(lake.replace_slice(old, kept).num_rows)
