"""The evidence of many captures as Arrow tables, made piece by piece, so that a long range needs little memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from kairo_pipelines.capture.reading import Reading
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.rows import evidence_rows
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, QUARANTINE

#: Captures whose items are held as Python objects at once.
CAPTURES_AT_ONCE = 100


@dataclass(frozen=True)
class EvidenceTables:
    """What some captures hold, in their order: items, one row per capture that saw it, and what could not be read."""

    sightings: pa.Table
    quarantined: pa.Table


def evidence_tables(readings: Iterable[Reading], erased: Erased) -> EvidenceTables:
    """The evidence of these captures, without what has been erased."""
    sightings, quarantined = [EVIDENCE_ITEMS.rows([])], [QUARANTINE.rows([])]
    remaining = iter(readings)
    while some := list(islice(remaining, CAPTURES_AT_ONCE)):
        rows = evidence_rows(some, erased)
        sightings.append(EVIDENCE_ITEMS.rows(rows.sightings))
        quarantined.append(QUARANTINE.rows(rows.quarantined))
    return EvidenceTables(pa.concat_tables(sightings), pa.concat_tables(quarantined))
