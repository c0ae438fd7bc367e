"""The named jobs of ingestion, one per `kairo ingest` command."""

from typing import Any

import dagster as dg

CAPTURE = ("surfaces", "capture_runs")
NORMALIZE = ("evidence_items", "evidence_observations", "normalized_artifacts")
AGGREGATE = ("artifact_cluster_links", "clusters", "cluster_buckets")
SCORE = ("trend_candidates",)

STEPS = {
    "capture": (CAPTURE, "Fetch what is due, or play a recording, and list what landed."),
    "normalize": (NORMALIZE, "Parse what landed into evidence, and evidence into comparable artifacts."),
    "aggregate": (AGGREGATE, "Link artifacts to clusters and count what each hour added."),
    "score": (SCORE, "Find the clusters that are taking off."),
    "pipeline": ((*CAPTURE, *NORMALIZE, *AGGREGATE, *SCORE), "All of ingestion, from surfaces to trend candidates."),
}


def job_name(step: str) -> str:
    """The Dagster job of a step."""
    return f"ingest_{step}"


def build_jobs() -> list[Any]:
    """One job per step."""
    return [
        dg.define_asset_job(job_name(step), dg.AssetSelection.assets(*assets), description=description)
        for step, (assets, description) in STEPS.items()
    ]
