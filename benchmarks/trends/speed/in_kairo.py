"""The month's links, clusters, buckets, authors and trends as Kairo's assets make them, in one run over all hours."""

import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from found import Found
from posts import DAYS, LAST

from kairo_pipelines.clusters.linking import linked
from kairo_pipelines.embedding import embed
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    DETECTOR_HOURS,
    TREND_CANDIDATES,
)
from kairo_pipelines.trends.candidates import trends_by_hour
from kairo_pipelines.trends.gates import minimum_authors
from kairo_pipelines.trends.history import History, read_history
from kairo_pipelines.trends.increments import added_authors, added_buckets
from kairo_pipelines.trends.views import View
from kairo_pipelines.trends.windows import LONG

MONTH = HourRange(LAST - (24 * DAYS - 1) * HOUR, LAST)


class Kairo:
    """One run; afterwards, what it made and how many seconds of it went into committing rows to the lake."""

    def __init__(self, lake_uri: str) -> None:
        self.lake = Lake(lake_uri)
        self.sums: dict[str, float] = {}
        self.committing = 0.0
        # loads the model, as a process that runs for long has done
        embed(["text"])

    def run(self) -> None:
        """Make and commit all tables, each as its asset does; trends as of the last hour."""
        self._link()
        self._count_authors()
        self._count_buckets()
        self.history = read_history(self.lake, HourRange.single(LAST))
        [self.trends] = trends_by_hour(self.history, embed)
        began = time.perf_counter()
        self.lake.replace(TREND_CANDIDATES, HourRange.single(LAST), TREND_CANDIDATES.rows(self.trends.candidates))
        self.lake.replace(DETECTOR_HOURS, HourRange.single(LAST), DETECTOR_HOURS.rows([self.trends.verdict]))
        self.committing += time.perf_counter() - began

    def found(self) -> Found:
        """The numbers to be compared."""
        history: History = self.history
        view = View(history, history.index(LAST))
        enough = view.distinct_authors(LONG) >= minimum_authors(view.posts_in_window())
        judged = view.judged(np.flatnonzero(enough))
        return Found.of(
            [history.clusters[one.cluster]["cluster_id"] for one in judged],
            np.asarray([one.decades for one in judged]),
            **self.sums,
        )

    def _link(self) -> None:
        made = linked(self.lake, MONTH)
        began = time.perf_counter()
        self.lake.append_new(CLUSTERS, made.clusters)
        self.lake.replace(ARTIFACT_CLUSTER_LINKS, MONTH, made.links)
        self.committing += time.perf_counter() - began
        self.sums |= {
            "links": made.links.num_rows,
            "primary_links": pc.sum(pc.equal(made.links["role"], "primary")).as_py(),
            "clusters": made.clusters.num_rows,
            "letters_of_names": pc.sum(pc.utf8_length(made.clusters["display_name"])).as_py(),
        }

    def _count_authors(self) -> None:
        authors = self._committed(CLUSTER_AUTHORS, added_authors(self.lake, MONTH))
        self.sums["author_rows"] = authors.num_rows

    def _count_buckets(self) -> None:
        buckets = self._committed(CLUSTER_BUCKETS, added_buckets(self.lake, MONTH))
        self.sums |= {
            "buckets": buckets.num_rows,
            "posts": pc.sum(buckets["artifact_count"]).as_py(),
            "authors_in_buckets": pc.sum(buckets["author_count"]).as_py(),
            "gained": pc.sum(buckets["engagement_gained"]).as_py(),
            "platforms": pc.sum(pc.list_value_length(buckets["platforms"])).as_py(),
        }

    def _committed(self, table: object, rows: pa.Table) -> pa.Table:
        began = time.perf_counter()
        self.lake.replace(table, MONTH, rows)
        self.committing += time.perf_counter() - began
        return rows
