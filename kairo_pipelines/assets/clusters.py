"""Which artifacts share what: links and clusters, and what each hour added to each cluster."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pyarrow as pa

from kairo_pipelines.assets.checks import fits_schema, schema_check
from kairo_pipelines.assets.metadata import described
from kairo_pipelines.assets.partitions import hours_of, start_over
from kairo_pipelines.assets.policies import FOLLOWING, HOURLY, OWNED
from kairo_pipelines.clusters.linking import linked
from kairo_pipelines.clusters.topic_links import topics_of
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.made_hours import record_made, require_made, require_past
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    NORMALIZED_ARTIFACTS,
)
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.trends.increments import added_authors, added_buckets

ONE_PRIMARY = "one_primary_link_per_artifact"


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            "artifact_cluster_links",
            deps=["normalized_artifacts"],
            description="Which artifact belongs to which cluster: one primary link each, secondary links for the rest.",
            kinds={"python", "deltalake"},
            code_version="1",
            **OWNED,
            **FOLLOWING,
        ),
        dg.AssetSpec(
            "clusters",
            deps=["normalized_artifacts"],
            description="Grouping keys as they were first seen: tags, sounds, links, words and word pairs, and topics.",
            kinds={"python", "deltalake"},
            code_version="1",
            **OWNED,
            **FOLLOWING,
        ),
    ],
    check_specs=[
        schema_check("artifact_cluster_links"),
        schema_check("clusters"),
        dg.AssetCheckSpec(
            ONE_PRIMARY,
            asset="artifact_cluster_links",
            blocking=True,
            description="No artifact has two primary links.",
        ),
    ],
    **HOURLY,
)
def linked_clusters(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> Iterator[dg.MaterializeResult]:
    """Link what these hours first saw, and add the clusters that nobody had seen before."""
    hours = hours_of(context)
    require_made(lake, NORMALIZED_ARTIFACTS, hours)
    require_past(lake, CLUSTERS, hours)
    starts_over = start_over(context, lake, hours, ARTIFACT_CLUSTER_LINKS, CLUSTERS)

    topics = topics_of(lake, hours)
    # Clusters first: a link to a cluster that is not there could not be followed.
    _store_clusters(lake, hours, linked(lake, hours, topics).clusters, starts_over=starts_over)
    links = lake.replace(
        ARTIFACT_CLUSTER_LINKS, hours, lambda: linked(lake, hours, topics).links, drop_later=starts_over
    )
    for table in (ARTIFACT_CLUSTER_LINKS, CLUSTERS):
        record_made(lake, table, hours)

    yield dg.MaterializeResult(
        asset_key="artifact_cluster_links",
        metadata=described(links, hours, ["artifact_id", "cluster_id", "role", "key_type"]),
        check_results=[fits_schema(lake, ARTIFACT_CLUSTER_LINKS, hours=hours), _one_primary(lake, hours)],
    )
    yield dg.MaterializeResult(
        asset_key="clusters",
        metadata=described(
            lake.read(CLUSTERS, hours), hours, ["cluster_key_type", "cluster_key", "display_name", "platforms"]
        ),
        check_results=[fits_schema(lake, CLUSTERS, hours=hours)],
    )


@dg.asset(
    deps=["artifact_cluster_links", "evidence_observations"],
    description="What each capture hour added to each cluster, by when it happened: posts, authors, growth.",
    kinds={"duckdb", "deltalake"},
    code_version="1",
    check_specs=[schema_check("cluster_buckets")],
    **OWNED,
    **FOLLOWING,
    **HOURLY,
)
def cluster_buckets(context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult:
    """Count what these hours added; what they only saw again adds the engagement it gained."""
    hours = hours_of(context)
    require_made(lake, ARTIFACT_CLUSTER_LINKS, hours)
    require_past(lake, CLUSTER_BUCKETS, hours)
    starts_over = start_over(context, lake, hours, CLUSTER_BUCKETS)
    width = timedelta(minutes=PipelineSettings.from_environment().bucket_minutes)
    authors = lake.replace(CLUSTER_AUTHORS, hours, lambda: added_authors(lake, hours, width), drop_later=starts_over)
    buckets = lake.replace(CLUSTER_BUCKETS, hours, lambda: added_buckets(lake, hours, width), drop_later=starts_over)
    record_made(lake, CLUSTER_BUCKETS, hours)
    return dg.MaterializeResult(
        metadata=described(
            buckets,
            hours,
            ["cluster_id", "bucket_start", "artifact_count", "author_count", "engagement_gained", "coverage"],
            authors=authors.num_rows,
        ),
        check_results=[fits_schema(lake, CLUSTER_BUCKETS, CLUSTER_AUTHORS, hours=hours)],
    )


def _store_clusters(lake: Lake, hours: HourRange, clusters: pa.Table, *, starts_over: bool) -> None:
    if not starts_over:
        lake.append_new(CLUSTERS, clusters)
        return
    before = Slice(CLUSTERS, until=hours.first - HOUR)
    new = lake.sql("SELECT found.* FROM found ANTI JOIN known USING (cluster_id)", found=clusters, known=before)
    lake.replace(CLUSTERS, hours, new, drop_later=True)


def _one_primary(lake: Lake, hours: HourRange) -> dg.AssetCheckResult:
    several = lake.sql(
        "SELECT artifact_id FROM links WHERE role = 'primary' GROUP BY artifact_id HAVING count(*) > 1",
        links=Slice.of(ARTIFACT_CLUSTER_LINKS, hours),
    )
    return dg.AssetCheckResult(
        check_name=ONE_PRIMARY,
        asset_key="artifact_cluster_links",
        passed=several.num_rows == 0,
        metadata={"artifacts with several": several.num_rows},
    )
