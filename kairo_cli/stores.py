"""The stores as the settings name them, opened and known to be usable."""

from kairo_hero.migrating import require_current
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings


def reachable_database() -> Database:
    """The relational store, whatever its schema; DatabaseUnavailable where it does not answer."""
    database = Database(PipelineSettings.from_environment().database_url)
    database.check()
    return database


def open_database() -> Database:
    """The relational store at the newest schema; SchemaOutOfDate says what to run where it is not."""
    database = reachable_database()
    require_current(database)
    return database


def open_lake() -> Lake:
    """The lake; LakeUnavailable where it can't be written."""
    lake = Lake(PipelineSettings.from_environment().lake_uri)
    lake.check()
    return lake
