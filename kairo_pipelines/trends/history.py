"""What the detector looks at: the increments of window and past, read once for a range of hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    NORMALIZED_ARTIFACTS,
    TREND_CANDIDATES,
)
from kairo_pipelines.trends.heat import Heat, read_heat
from kairo_pipelines.trends.lifecycle import REFRACTORY
from kairo_pipelines.trends.queries import query
from kairo_pipelines.trends.windows import LONG

#: How far back an answer may lie that still covers an hour.
LONGEST_CADENCE = timedelta(days=7)
#: Authors under which no cluster is ever looked at.
LEAST_AUTHORS = 2

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Increments:
    """Rows in order of capture, as columns; `captured` and `happened` count hours from the history's start."""

    columns: Columns

    @classmethod
    def of(cls, rows: pa.Table) -> "Increments":
        """The columns of an Arrow table that is ordered by `captured`."""
        return cls({name: rows.column(name).to_numpy(zero_copy_only=False) for name in rows.column_names})

    def until(self, hour: int) -> Columns:
        """What had been captured by the end of an hour."""
        end = np.searchsorted(self.columns["captured"], hour, side="right")
        return {name: values[:end] for name, values in self.columns.items()}


@dataclass(frozen=True)
class History:
    """What was captured from `start` to the end of `hours`, of the clusters that can matter in `hours`."""

    start: datetime
    hours: HourRange
    clusters: list[dict[str, Any]]
    #: captured, happened, cluster, author, sightings; before the first hour's window nobody is told from others: -1
    authors: Increments
    #: captured, happened, cluster, posts, engagement, platforms (one bit each), from the first hour's window on
    buckets: Increments
    #: captured, happened, author, posts: of everything, not only these clusters; authors as above
    volume: Increments
    #: captured, happened, cluster, item, text, names: what was posted in the clusters, from the first hour's window on
    texts: Increments
    #: by hour: whether any surface answered in it, or before and is not yet due again
    covered: NDArray[np.bool_]
    #: how likely items are to become big
    heat: Heat
    #: the candidates of the refractory time before
    candidates: list[dict[str, Any]]
    platforms: list[str]

    def index(self, hour: datetime) -> int:
        """The position of an hour, counted from the start."""
        return (hour - self.start) // HOUR


def read_history(lake: Lake, hours: HourRange, reach: timedelta = LONG.reach) -> History:
    """Increments of window and past before these hours and of the hours themselves; never all history."""
    start, window_start = hours.first + HOUR - reach, hours.first + HOUR - LONG.window
    recent = Slice(TREND_CANDIDATES, hours.first - REFRACTORY, hours.first - HOUR)
    authors, buckets = Slice(CLUSTER_AUTHORS, start, hours.last), Slice(CLUSTER_BUCKETS, window_start, hours.last)
    moments = {"start": start, "window_start": window_start}
    counted = {**moments, "first_hour": hours.first}
    in_play = lake.sql(
        query("clusters_in_play"),
        {"window_start": window_start, "least_authors": LEAST_AUTHORS},
        authors=authors,
        candidates=recent,
    )
    clusters = lake.sql(
        "SELECT clusters.*, in_play.cluster FROM clusters JOIN in_play USING (cluster_id) ORDER BY cluster",
        clusters=lake.with_ids(CLUSTERS, in_play, CLUSTERS.schema.names, until=hours.last),
        in_play=in_play,
    )
    platforms = lake.sql("SELECT DISTINCT unnest(platforms) AS platform FROM buckets ORDER BY 1", buckets=buckets)
    known: list[str] = [row["platform"] for row in platforms.to_pylist()]
    return History(
        start=start,
        hours=hours,
        clusters=clusters.to_pylist(),
        authors=Increments.of(lake.sql(query("author_history"), counted, rows=authors, in_play=in_play)),
        buckets=Increments.of(
            lake.sql(query("bucket_history"), {**moments, "platforms": known}, rows=buckets, in_play=in_play)
        ),
        volume=Increments.of(
            lake.sql(query("volume_history"), counted, rows=Slice(NORMALIZED_ARTIFACTS, start, hours.last))
        ),
        texts=Increments.of(
            lake.sql(
                query("text_history"),
                moments,
                artifacts=Slice(NORMALIZED_ARTIFACTS, window_start, hours.last),
                links=Slice(ARTIFACT_CLUSTER_LINKS, window_start, hours.last),
                clusters=clusters,
            )
        ),
        covered=_covered(lake, start, hours.last),
        heat=read_heat(lake, HourRange(window_start, hours.last)),
        candidates=lake.sql("SELECT * FROM rows ORDER BY capture_hour", rows=recent).to_pylist(),
        platforms=known,
    )


def _covered(lake: Lake, start: datetime, last: datetime) -> NDArray[np.bool_]:
    """An answer covers its hour, and those until its surface is due again: where nothing is due nothing is missing."""
    answers = lake.sql(
        """
        SELECT
            date_diff('hour', $start::TIMESTAMPTZ, capture_hour) AS hour,
            max(greatest(ceil(cadence_minutes / 60), 1))::BIGINT AS lasts
        FROM runs
        WHERE status <> 'failed'
        GROUP BY ALL
        """,
        {"start": start},
        runs=Slice(CAPTURE_RUNS, start - LONGEST_CADENCE, last),
    )
    covered = np.zeros((last - start) // HOUR + 1, dtype=bool)
    for answer in answers.to_pylist():
        covered[max(answer["hour"], 0) : max(answer["hour"] + answer["lasts"], 0)] = True
    return covered
