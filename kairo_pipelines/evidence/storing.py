"""Keeping evidence: an item once, at first sight; every sighting as an observation."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from kairo_pipelines.evidence.tables import EvidenceTables
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, QUARANTINE

#: What is looked up of items that were seen before: what their text was, and when that was known.
_KNOWN = ["evidence_id", "text_hash", "capture_hour"]


@dataclass(frozen=True)
class StoredEvidence:
    """What these hours hold now: the items first seen in them, all observations, and how much was quarantined."""

    items: pa.Table
    observations: pa.Table
    quarantined: int


def store_evidence(
    lake: Lake, hours: HourRange, read: Callable[[], EvidenceTables], *, starts_over: bool
) -> StoredEvidence:
    """Write the evidence of these hours, which `read` reads from what has landed by then.

    Doing it twice, or by two processes at once, changes nothing.

    `starts_over` makes first sight anew from the first of these hours on: later rows are dropped in the same commits,
    and come back as their own hours are made again.
    """

    def known_before() -> pa.Table:
        return lake.with_ids(EVIDENCE_ITEMS, read().sightings, _KNOWN, until=hours.first - HOUR)

    def not_seen_before() -> pa.Table:
        return _not_seen_before(lake, read().sightings, known_before())

    if starts_over:
        new = lake.replace(EVIDENCE_ITEMS, hours, not_seen_before, drop_later=True)
        known = known_before()
    else:
        # Read once the table is open: what is erased meanwhile makes this commit be refused and begin again.
        appended = lake.append_new(EVIDENCE_ITEMS, lambda: read().sightings, look_up=_KNOWN)
        new, known = appended.added, appended.held
    first_sights = pa.concat_tables([new.select(_KNOWN), known.select(_KNOWN).cast(new.select(_KNOWN).schema)])
    observations = lake.replace(
        EVIDENCE_OBSERVATIONS,
        hours,
        lambda: _observations(lake, hours, read().sightings, first_sights),
        drop_later=starts_over,
    )
    quarantined = lake.replace(QUARANTINE, hours, lambda: read().quarantined, drop_later=starts_over)
    return StoredEvidence(lake.read(EVIDENCE_ITEMS, hours), observations, quarantined.num_rows)


def _not_seen_before(lake: Lake, sightings: pa.Table, known: pa.Table) -> pa.Table:
    """Of the items that are not known, the first sight of each."""
    query = """
        SELECT * EXCLUDE (position)
        FROM (SELECT *, row_number() OVER () AS position FROM sightings)
        ANTI JOIN known USING (evidence_id)
        QUALIFY row_number() OVER (PARTITION BY evidence_id ORDER BY position) = 1
        ORDER BY position
    """
    return lake.sql(query, sightings=sightings, known=known)


def _observations(lake: Lake, hours: HourRange, sightings: pa.Table, first_sights: pa.Table) -> pa.Table:
    """Every sighting, with title and text only where they are not those of first sight."""
    query = """
        WITH first AS (SELECT evidence_id, text_hash FROM first_sights WHERE capture_hour <= $last)

        SELECT
            sightings.* EXCLUDE (text_hash),
            sightings.first_seen_at AS observed_at,
            CASE WHEN sightings.text_hash IS DISTINCT FROM first.text_hash THEN sightings.title END AS changed_title,
            CASE WHEN sightings.text_hash IS DISTINCT FROM first.text_hash THEN sightings.text_content END
                AS changed_text
        FROM sightings
        LEFT JOIN first USING (evidence_id)
        ORDER BY observed_at, sightings.rank, evidence_id
    """
    return EVIDENCE_OBSERVATIONS.fitted(
        lake.sql(query, {"last": hours.last}, sightings=sightings, first_sights=first_sights)
    )
