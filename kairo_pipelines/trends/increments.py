"""What some capture hours added to clusters: reads the lake, computes in SQL, writes nothing."""

from datetime import timedelta

import pyarrow as pa

from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
)
from kairo_pipelines.normalize.engagement import COMMENT_WEIGHT, SHARE_WEIGHT, VIEW_WEIGHT
from kairo_pipelines.trends.queries import query

#: What is found later than this after it was posted is evidence, and counts to no bucket: news it is not.
LATENESS_LIMIT = timedelta(days=28)
#: For so long after first sight what an item gains is counted to its clusters.
GROWTH_MEMORY = timedelta(days=3)
#: A text that was posted so long ago is no copy when it comes again.
COPY_MEMORY = timedelta(days=3)


def added_buckets(lake: Lake, hours: HourRange, width: timedelta = HOUR) -> pa.Table:
    """The rows of `cluster_buckets`, in buckets of this width; reads as far back as an item's growth is followed."""
    recent = hours.reaching_back(GROWTH_MEMORY)
    return CLUSTER_BUCKETS.fitted(
        lake.sql(
            query("cluster_buckets"),
            {
                "first_hour": hours.first,
                "width": width,
                "followed_for": GROWTH_MEMORY,
                "lateness_limit": LATENESS_LIMIT,
                "comment_weight": COMMENT_WEIGHT,
                "share_weight": SHARE_WEIGHT,
                "view_weight": VIEW_WEIGHT,
            },
            runs=Slice.of(CAPTURE_RUNS, hours),
            artifacts=Slice.of(NORMALIZED_ARTIFACTS, recent),
            links=Slice.of(ARTIFACT_CLUSTER_LINKS, recent),
            observations=Slice.of(EVIDENCE_OBSERVATIONS, recent),
        )
    )


def added_authors(lake: Lake, hours: HourRange, width: timedelta = HOUR) -> pa.Table:
    """The rows of `cluster_authors`, in buckets of this width; who repeats a text of the days before has none."""
    return CLUSTER_AUTHORS.fitted(
        lake.sql(
            query("cluster_authors"),
            {"lateness_limit": LATENESS_LIMIT, "copy_memory": COPY_MEMORY, "width": width},
            artifacts=Slice.of(NORMALIZED_ARTIFACTS, hours),
            known=Slice.of(NORMALIZED_ARTIFACTS, hours.reaching_back(COPY_MEMORY)),
            links=Slice.of(ARTIFACT_CLUSTER_LINKS, hours),
        )
    )
