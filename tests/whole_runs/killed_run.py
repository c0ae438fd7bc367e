"""An hour from due surfaces to increments, as a process of its own runs it that may be killed at any moment.

Imported once by the process that the others are forked from; hence what takes long to load is loaded here.
"""

from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pandas as pd  # noqa: F401  # which pyarrow would load when it is first used

from kairo_pipelines.assets.capture import capture_runs
from kairo_pipelines.assets.clusters import cluster_buckets, linked_clusters
from kairo_pipelines.assets.evidence import evidence
from kairo_pipelines.assets.normalized import normalized_artifacts
from kairo_pipelines.assets.partitions import hour_tags
from kairo_pipelines.capture.capturing import capture_due, capture_limits
from kairo_pipelines.capture.due import due_captures
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.capture.surface_state import surface_states
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.erasure.loading import erased_now
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.normalize.text import language_of
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings

#: A run prints nothing.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset
def warm() -> None:
    """Loads what Dagster loads with its first run."""


language_of("so that its model is loaded")
dg.materialize([warm], run_config=QUIET)


def lake_in(folder: Path) -> Lake:
    return Lake(str(folder / "lake"))


def database_in(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'db.sqlite3'}")


def make_hour(folder: Path, targets: list[Target], hour: datetime) -> None:
    """Capture what is due in the middle of this hour, list it, and make everything from it up to the increments."""
    lake, database = lake_in(folder), database_in(folder)
    settings = PipelineSettings(http_retry_seconds=0.01, author_key="the key of the tests")
    now = hour + timedelta(minutes=30)
    states = surface_states(lake, targets, now)
    capture_due(
        due_captures(targets, states, now),
        Landing(lake.objects()),
        Quotas(lake.objects()),
        hour,
        states=states,
        limits=capture_limits(settings),
        erased=erased_now(database, lake, settings),
    )
    dg.materialize(
        [capture_runs, evidence, normalized_artifacts, linked_clusters, cluster_buckets],
        resources={"lake": lake, "database": database, "settings": settings},
        tags=hour_tags(HourRange.single(hour)),
        run_config=QUIET,
    )
