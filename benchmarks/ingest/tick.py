"""What an hour of 5,000 items costs, from landed bytes to normalized artifacts, with ever more history before it.

    python benchmarks/ingest/tick.py [ITEMS OF HISTORY ...]

Half of the items were seen before, as far back in history as it goes; the others are new. History is the recorded
stories repeated with new ids, 1,200 an hour. The median of five ticks, after one that is not counted.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import pyarrow as pa
from captures import RECORDING, captures
from deltalake import write_deltalake
from measuring import table

from kairo_pipelines.assets.checks import fits_schema
from kairo_pipelines.capture.reading import read_capture
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.storing import store_evidence
from kairo_pipelines.evidence.tables import EvidenceTables, evidence_tables
from kairo_pipelines.hours import HOUR, HourRange, capture_day
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.table import ID_HASH
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, NORMALIZED_ARTIFACTS, QUARANTINE
from kairo_pipelines.normalize.artifacts import normalized

SIZES = (0, 1_000_000, 10_000_000)
ITEMS = 5_000
AN_HOUR = 1_200
TICKS = 5
#: Ids of history; those of a tick begin elsewhere, and half of them are these.
HISTORY_BEGINS = 1_000_000_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def evidence_of(stories: int) -> pa.Table:
    """So many items, as one hour's captures give them."""
    readings = (read_capture(receipt, answers) for receipt, answers in captures(stories))
    return evidence_tables(readings, Erased(Authors(b"a key for the benchmark"))).sightings


def with_ids(items: pa.Table, ids: list[int], hour: datetime) -> pa.Table:
    """The items under other ids, as seen in an hour."""
    named = {
        "platform_item_id": [str(number) for number in ids],
        "evidence_id": [f"hackernews:{number}" for number in ids],
        "capture_day": [capture_day(hour)] * len(ids),
        "capture_hour": [hour] * len(ids),
        "first_seen_at": [hour] * len(ids),
    }
    for name, values in named.items():
        items = items.set_column(
            items.schema.get_field_index(name), name, pa.array(values, items.schema.field(name).type)
        )
    return items


def write_history(lake: Lake, size: int) -> None:
    """Put so many items into the lake, in days of 1,200 an hour before now."""
    lake.append_new(EVIDENCE_ITEMS, EVIDENCE_ITEMS.rows([]))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("example", evidence_of(1))
        for first in range(0, size, 20 * 24 * AN_HOUR):
            rows = connection.sql(
                f"""
                WITH stories AS (
                    SELECT row_number() OVER () - 1 AS story, title, url, upvotes, comments, author
                    FROM read_parquet('{RECORDING}')
                ),

                numbers AS (
                    SELECT
                        range AS number,
                        range % (SELECT count(*) FROM stories) AS story,
                        $now - to_hours(1 + (range // {AN_HOUR})::BIGINT) AS hour
                    FROM range($first, $last)
                )

                SELECT example.* REPLACE (
                    'hackernews:' || ({HISTORY_BEGINS} + number) AS evidence_id,
                    ({HISTORY_BEGINS} + number)::VARCHAR AS platform_item_id,
                    ('0x' || left(md5('hackernews:' || ({HISTORY_BEGINS} + number)), 15))::BIGINT AS {ID_HASH},
                    stories.title AS title, stories.title AS text_content, stories.url AS url,
                    '~' || md5(stories.author) AS author,
                    hour AS first_seen_at, hour AS capture_hour, strftime(hour, '%Y-%m-%d') AS capture_day
                )
                FROM numbers
                JOIN stories USING (story)
                CROSS JOIN example
                """,
                params={"first": first, "last": min(size, first + 20 * 24 * AN_HOUR), "now": NOW},
            ).to_arrow_table()
            write_deltalake(lake.delta(EVIDENCE_ITEMS), EVIDENCE_ITEMS.fitted(rows), mode="append")


def tick(lake: Lake, items: pa.Table, hour: datetime) -> float:
    """Seconds that one hour takes, checks included."""
    hours = HourRange.single(hour)
    seen = EvidenceTables(items, QUARANTINE.rows([]))
    began = time.perf_counter()
    store_evidence(lake, hours, lambda: seen, starts_over=False)
    fits_schema(lake, EVIDENCE_ITEMS, QUARANTINE, hours=hours)
    fits_schema(lake, EVIDENCE_OBSERVATIONS, hours=hours)
    lake.replace(NORMALIZED_ARTIFACTS, hours, lambda: normalized(lake.read(EVIDENCE_ITEMS, hours)))
    fits_schema(lake, NORMALIZED_ARTIFACTS, hours=hours)
    return time.perf_counter() - began


def ticks(size: int) -> list[float]:
    """The seconds of ticks after so much history, the first of them not counted."""
    items = evidence_of(ITEMS)
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        write_history(lake, size)
        seconds = []
        for number in range(TICKS + 1):
            known = [
                HISTORY_BEGINS + (number + 1) * place * size // (TICKS + 2) // ITEMS for place in range(ITEMS // 2)
            ]
            new = [(number + 1) * ITEMS + place for place in range(ITEMS - ITEMS // 2)]
            ids = list(dict.fromkeys([*(known if size else ()), *new]))
            seconds.append(
                tick(lake, with_ids(items.slice(0, len(ids)), ids, NOW + number * HOUR), NOW + number * HOUR)
            )
        return seconds[1:]


def main(sizes: list[int]) -> None:
    """Measure each size, and print a table."""
    rows, first = [], None
    for size in sizes:
        found = median(ticks(size))
        first = found if first is None else first
        rows.append([f"{size:,}", f"{found:.2f}", f"{found - first:+.2f}"])
    print(table(["items of history", "seconds a tick", f"beside {sizes[0]:,}"], rows))


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
