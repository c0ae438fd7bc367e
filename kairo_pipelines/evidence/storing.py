"""Keeping evidence: an item once, at first sight; every sighting as an observation."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from kairo_pipelines.evidence.rows import EvidenceRows, Row
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, QUARANTINE


@dataclass(frozen=True)
class StoredEvidence:
    """What these hours hold now: the items first seen in them, all observations, and how much was quarantined."""

    items: pa.Table
    observations: pa.Table
    quarantined: int


def store_evidence(
    lake: Lake, hours: HourRange, read: Callable[[], EvidenceRows], *, starts_over: bool
) -> StoredEvidence:
    """Write the evidence of these hours, which `read` reads from what has landed by then.

    Doing it twice, or by two processes at once, changes nothing.

    `starts_over` makes first sight anew from the first of these hours on: later rows are dropped in the same commits,
    and come back as their own hours are made again.
    """
    rows = read()
    first_sights: dict[str, Row] = {}
    for sighting in rows.sightings:
        first_sights.setdefault(sighting["evidence_id"], sighting)
    items = EVIDENCE_ITEMS.rows(first_sights.values())
    if starts_over:
        lake.replace(EVIDENCE_ITEMS, hours, _not_seen_before(lake, hours, items), drop_later=True)
    else:
        lake.append_new(EVIDENCE_ITEMS, items)
    observations = lake.replace(
        EVIDENCE_OBSERVATIONS, hours, lambda: _observations(lake, hours, read()), drop_later=starts_over
    )
    quarantined = lake.replace(QUARANTINE, hours, lambda: QUARANTINE.rows(read().quarantined), drop_later=starts_over)
    return StoredEvidence(lake.read(EVIDENCE_ITEMS, hours), observations, quarantined.num_rows)


def _not_seen_before(lake: Lake, hours: HourRange, items: pa.Table) -> pa.Table:
    return lake.sql(
        "SELECT items.* FROM items ANTI JOIN known USING (platform, platform_item_id)",
        items=items,
        known=Slice(EVIDENCE_ITEMS, until=hours.first - HOUR),
    )


def _observations(lake: Lake, hours: HourRange, rows: EvidenceRows) -> pa.Table:
    """The observations with their text only where it is not that of first sight."""
    return EVIDENCE_OBSERVATIONS.fitted(
        lake.sql(
            """
            SELECT
                seen.* EXCLUDE (changed_text),
                CASE
                    WHEN seen.changed_text IS DISTINCT FROM items.text_content THEN seen.changed_text
                END AS changed_text
            FROM seen
            LEFT JOIN items USING (evidence_id)
            ORDER BY seen.observed_at, seen.rank, seen.evidence_id
            """,
            seen=pa.Table.from_pylist(rows.observations, schema=EVIDENCE_OBSERVATIONS.storage_schema),
            items=Slice(EVIDENCE_ITEMS, until=hours.last),
        )
    )
