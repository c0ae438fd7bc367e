"""What assets and sensors are given: plain objects, made from settings when a code location is built."""

from typing import Any

import dagster as dg

from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings


def build_resources(settings: PipelineSettings) -> dict[str, Any]:
    """The resources of ingestion by name; made when first used, so that loading a location touches no store."""

    @dg.resource(description="Delta tables and raw bytes, at KAIRO_LAKE_URI.")
    def lake(_context: dg.InitResourceContext) -> Lake:
        return Lake(settings.lake_uri)

    @dg.resource(description="The relational store, at DATABASE_URL.")
    def database(_context: dg.InitResourceContext) -> Database:
        return Database(settings.database_url)

    return {"lake": lake, "database": database, "settings": dg.ResourceDefinition.hardcoded_resource(settings)}
