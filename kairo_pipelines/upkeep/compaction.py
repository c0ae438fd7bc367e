"""Few large files for many small ones, and old files gone once nobody can be reading them."""

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import obstore
from deltalake.exceptions import CommitFailedError

from kairo_pipelines.hours import HOUR, capture_day
from kairo_pipelines.lake.full_disk import naming_a_full_disk
from kairo_pipelines.lake.lake import MAX_COMMIT_TRIES, Lake, LakeUnavailable
from kairo_pipelines.lake.table import Table

#: Longer than any read takes, and than a commit that is under way.
FILES_KEPT = timedelta(days=2)
#: A day is closed when no capture of it can still be in the making.
DAY_CLOSES_AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class Compacted:
    """What one table's upkeep did."""

    table: str
    files_before: int
    files_after: int
    files_deleted: int


def compact(lake: Lake, table: Table, now: datetime) -> Compacted:
    """Rewrite the closed days of a table as large files; days whose files are large already are not touched.

    Where somebody writes to such a day now, it is left to the next time.
    """
    stored = lake.delta(table)
    if stored is None:
        return Compacted(table.name, 0, 0, 0)
    before = len(stored.file_uris())
    closed = capture_day(now - DAY_CLOSES_AFTER)
    try:
        with naming_a_full_disk(lake.uri):
            stored.optimize.compact(partition_filters=[("capture_day", "<", closed)] if table.hourly else None)
        stored.cleanup_metadata()
    except CommitFailedError:
        return Compacted(table.name, before, before, 0)
    deleted = delete_old_files(lake, table, FILES_KEPT)
    return Compacted(table.name, before, len(stored.file_uris()), deleted)


def delete_old_files(lake: Lake, table: Table, kept: timedelta) -> int:
    """Delete the files that the table has not been made of for so long, and what writers that died left behind."""
    return _vacuum(lake, table, hours=kept // HOUR, full=True)


def delete_replaced_files(lake: Lake, table: Table) -> int:
    """Delete at once every file that a commit took out of the table; files of commits under way are left alone."""
    return _vacuum(lake, table, hours=0, full=False)


def _vacuum(lake: Lake, table: Table, *, hours: int, full: bool) -> int:
    before = _data_files(lake, table)
    for attempt in range(MAX_COMMIT_TRIES):
        stored = lake.delta(table)
        if stored is None:
            return 0
        try:
            with naming_a_full_disk(lake.uri):
                stored.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=full)
        except CommitFailedError:
            # It is on record in the table's log, where somebody else was first.
            time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))
        else:
            # What it says that it deleted holds files of vacuums before as well.
            return len(before - _data_files(lake, table))
    raise LakeUnavailable(
        f"{table.name} was written by others at each of {MAX_COMMIT_TRIES} tries to delete its old files; run this "
        "again when they are done"
    )


def _data_files(lake: Lake, table: Table) -> set[str]:
    paths = (entry["path"] for page in obstore.list(lake.objects(), f"tables/{table.name}/") for entry in page)
    return {path for path in paths if "/_delta_log/" not in path}
