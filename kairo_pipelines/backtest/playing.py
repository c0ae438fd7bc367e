"""A recording played into a lake, through the steps that the assets make, up to what each hour adds to clusters."""

from collections.abc import Iterator
from functools import partial

from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.reading import capture_run_rows, read_landed
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.capture.usual_sizes import usual_sizes
from kairo_pipelines.clusters.linking import linked
from kairo_pipelines.clusters.topic_links import topics_of
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.storing import store_evidence
from kairo_pipelines.evidence.tables import EvidenceTables, evidence_tables
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    EVIDENCE_ITEMS,
    NORMALIZED_ARTIFACTS,
)
from kairo_pipelines.normalize.artifacts import normalized
from kairo_pipelines.trends.increments import added_authors, added_buckets

#: Hours made at once: a commit to each table costs as much for an hour as for a week.
AT_ONCE = 7 * 24


def play(lake: Lake, recording: FrontPageRecording, hours: HourRange, erased: Erased) -> Iterator[HourRange]:
    """Play some hours of a recording, in order; yields the hours of each step when they are made."""
    landing = Landing(lake.objects())
    for piece in hours.split(AT_ONCE):
        recording.land(landing, piece, erased=erased)
        rows = capture_run_rows(read_landed(landing, piece), usual_sizes(lake, piece))
        lake.replace(CAPTURE_RUNS, piece, CAPTURE_RUNS.rows(rows))
        evidence = evidence_tables(read_landed(landing, piece), erased)
        store_evidence(lake, piece, partial(_same, evidence), starts_over=False)
        lake.replace(NORMALIZED_ARTIFACTS, piece, normalized(lake.read(EVIDENCE_ITEMS, piece)))
        found = linked(lake, piece, topics_of(lake, piece))
        lake.append_new(CLUSTERS, found.clusters)
        lake.replace(ARTIFACT_CLUSTER_LINKS, piece, found.links)
        lake.replace(CLUSTER_AUTHORS, piece, added_authors(lake, piece))
        lake.replace(CLUSTER_BUCKETS, piece, added_buckets(lake, piece))
        yield piece


def _same(evidence: EvidenceTables) -> EvidenceTables:
    return evidence
