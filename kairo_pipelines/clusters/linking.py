"""Which artifacts share what: reads the lake, computes in SQL, writes nothing."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import pyarrow as pa

from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.table import FLAG, TEXT
from kairo_pipelines.lake.tables import ARTIFACT_CLUSTER_LINKS, CLUSTERS, NORMALIZED_ARTIFACTS

#: What the topics of artifacts look like.
TOPIC_COLUMNS: dict[str, Any] = {"artifact_id": TEXT, "topic": TEXT, "name": TEXT, "is_shared": FLAG}
TOPICS = pa.schema(TOPIC_COLUMNS)


@dataclass(frozen=True)
class Linked:
    """Links of artifacts to clusters, and the clusters as these artifacts show them."""

    links: pa.Table
    clusters: pa.Table


def linked(lake: Lake, hours: HourRange, topics: pa.Table | None = None) -> Linked:
    """The rows of `artifact_cluster_links` for these hours, and a row of `clusters` for each cluster in them."""
    links = lake.sql(
        _query("links"),
        artifacts=Slice.of(NORMALIZED_ARTIFACTS, hours),
        topics=TOPICS.empty_table() if topics is None else topics,
    )
    clusters = lake.sql(_query("clusters"), links=links)
    return Linked(ARTIFACT_CLUSTER_LINKS.fitted(links), CLUSTERS.fitted(clusters))


def _query(name: str) -> str:
    return files("kairo_pipelines.clusters").joinpath(f"{name}.sql").read_text("utf-8")
