"""Which topic each artifact tells of: what is known of the last days' topics is what their links say."""

import hashlib
from typing import Any

import pyarrow as pa

from kairo_pipelines.clusters.linking import TOPICS
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import ARTIFACT_CLUSTER_LINKS, CLUSTERS, NORMALIZED_ARTIFACTS
from kairo_pipelines.topics.terms import terms
from kairo_pipelines.topics.texts import Document
from kairo_pipelines.topics.topics import QUIET, Topics

Row = dict[str, Any]
_REMEMBERED = """
    SELECT
        artifacts.artifact_id,
        artifacts.normalized_text,
        artifacts.language,
        artifacts.capture_hour,
        links.cluster_id
    FROM artifacts
    INNER JOIN links USING (artifact_id)
    WHERE links.key_type = 'topic'
    ORDER BY artifacts.capture_hour, artifacts.happened_at, artifacts.artifact_id
"""
_NEW = """
    SELECT artifact_id, normalized_text, language, capture_hour, phrases
    FROM artifacts
    WHERE len(phrase_keys) > 0
    ORDER BY capture_hour, happened_at, artifact_id
"""


def topics_of(lake: Lake, hours: HourRange) -> pa.Table:
    """The topic of each artifact of these hours that says anything; reads as far back as a topic lives."""
    topics = Topics()
    before = hours.reaching_back(QUIET)
    remembered = lake.sql(
        _REMEMBERED,
        artifacts=Slice(NORMALIZED_ARTIFACTS, before.first, hours.first - HOUR),
        links=Slice(ARTIFACT_CLUSTER_LINKS, before.first, hours.first - HOUR),
    ).to_pylist()
    keys = _keys(lake, remembered, hours)
    topics.remember([_document(row) for row in remembered], [keys[row["cluster_id"]] for row in remembered])
    new = lake.sql(_NEW, artifacts=Slice.of(NORMALIZED_ARTIFACTS, hours)).to_pylist()
    found = topics.assign([_document(row) for row in new])
    rows = [
        {
            "artifact_id": row["artifact_id"],
            "topic": topic,
            "name": _name(row["phrases"]),
            "is_shared": topic != topic_key(row["artifact_id"]),
        }
        for row, topic in zip(new, found, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=TOPICS)


def topic_key(artifact_id: str) -> str:
    """The key of the topic that an artifact founds: it does not tell which artifact that was."""
    return hashlib.sha256(artifact_id.encode()).hexdigest()[:16]


def _keys(lake: Lake, remembered: list[Row], hours: HourRange) -> dict[str, str]:
    ids = pa.table({"cluster_id": pa.array(sorted({row["cluster_id"] for row in remembered}), pa.string())})
    known = lake.with_ids(CLUSTERS, ids, ["cluster_id", "cluster_key"], until=hours.first - HOUR).to_pylist()
    return {row["cluster_id"]: row["cluster_key"] for row in known}


def _document(row: Row) -> Document:
    return Document(topic_key(row["artifact_id"]), terms(row["normalized_text"]), row["capture_hour"], row["language"])


def _name(phrases: list[str]) -> str:
    """What its founder calls a topic: its first pair of words, or its first word."""
    return next((phrase for phrase in phrases if " " in phrase), phrases[0])
