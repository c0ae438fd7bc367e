"""The ingestion code location: `build_defs` makes it afresh, nothing is wired at import."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from kairo_pipelines.assets.capture import capture_runs
from kairo_pipelines.assets.clusters import cluster_buckets, linked_clusters
from kairo_pipelines.assets.evidence import evidence
from kairo_pipelines.assets.normalized import normalized_artifacts
from kairo_pipelines.assets.surfaces import surfaces
from kairo_pipelines.assets.trends import trend_candidates
from kairo_pipelines.failure_webhook import tell_of_failures
from kairo_pipelines.jobs import build_jobs
from kairo_pipelines.resources import build_resources
from kairo_pipelines.sensors import due_surfaces
from kairo_pipelines.settings import PipelineSettings
from kairo_pipelines.upkeep_job import nightly_upkeep, upkeep

ASSETS = [
    surfaces,
    capture_runs,
    evidence,
    normalized_artifacts,
    linked_clusters,
    cluster_buckets,
    trend_candidates,
]


def executor(name: str) -> dg.ExecutorDefinition:
    """Steps in the run's own process, or a process each (slower to start, for steps that compete for memory)."""
    return dg.multiprocess_executor if name == "multiprocess" else dg.in_process_executor


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Everything of ingestion, with resources from settings except where overridden."""
    settings = PipelineSettings.from_environment()
    return dg.Definitions(
        assets=ASSETS,
        jobs=[*build_jobs(), upkeep],
        schedules=[nightly_upkeep],
        sensors=[
            due_surfaces,
            tell_of_failures,
            dg.AutomationConditionSensorDefinition(
                "follow_ingestion",
                target=dg.AssetSelection.assets(*ASSETS),
                default_status=dg.DefaultSensorStatus.RUNNING,
                minimum_interval_seconds=30,
            ),
        ],
        executor=executor(settings.executor),
        resources={**build_resources(settings), **(resource_overrides or {})},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `workspace.yaml` loads."""
    return build_defs()
