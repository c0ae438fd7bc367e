"""Runs migrations over the connection that `kairo_hero.migrating` hands in, or over one to DATABASE_URL."""

from alembic import context
from sqlalchemy import Connection

# a model that isn't imported isn't in the metadata, and autogenerate would drop its table
import kairo_hero.models  # noqa: F401
import kairo_pipelines.erasure.records
import kairo_pipelines.relational.surfaces  # noqa: F401
from kairo_hero.migrating import migrating_alone
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.orm import Base
from kairo_pipelines.settings import PipelineSettings


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    with migrating_alone(Database(PipelineSettings.from_environment().database_url)) as connection:
        run(connection)
