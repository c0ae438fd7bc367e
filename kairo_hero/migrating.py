"""Brings the relational store to the newest schema, and says whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from kairo_pipelines.relational.database import Database

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_ADVISORY_LOCK = 5_392_471_086  # any number that no other program on the server takes


class SchemaOutOfDate(Exception):
    """The store's schema isn't the one that this code was written for; the message says what to run."""


def migrate(database: Database) -> None:
    """Bring the store to the newest revision; where two processes try at once, one waits and finds nothing to do."""
    if current_revision(database) == newest_revision():
        return
    with migrating_alone(database) as connection:
        found = _revision(connection)
        if not _is_known(found):
            raise SchemaOutOfDate(_newer_than_this(database, found))
        command.upgrade(_alembic(connection), "head")


def current_revision(database: Database) -> str | None:
    """The revision that the store is at; None if it was never migrated."""
    with database.engine.connect() as connection:
        return _revision(connection)


def newest_revision() -> str | None:
    """The revision that this code needs."""
    return _scripts().get_current_head()


def require_current(database: Database) -> None:
    """Raise SchemaOutOfDate, in one sentence, unless the store is at the newest revision."""
    found, needed = current_revision(database), newest_revision()
    if found == needed:
        return
    if not _is_known(found):
        raise SchemaOutOfDate(_newer_than_this(database, found))
    raise SchemaOutOfDate(
        f"the database {database.url.render_as_string()} is at {f'revision {found}' if found else 'no revision'} "
        f"and Kairo needs {needed}; run `kairo migrate` (`kairo doctor` checks everything)"
    )


@contextmanager
def migrating_alone(database: Database) -> Iterator[Connection]:
    """One transaction in which nobody else migrates: kept as a whole when the block ends, undone when it raises."""
    engine = database.engine.execution_options(kairo_writes=True)
    with engine.connect() as connection, _foreign_keys_off(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        yield connection


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by dropping it and making it anew, and the drop would delete or refuse its children."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    # the pragma does nothing inside a transaction, and SQLAlchemy would begin one first
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def _alembic(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_known(revision: str | None) -> bool:
    return revision is None or revision in {script.revision for script in _scripts().walk_revisions()}


def _newer_than_this(database: Database, revision: str | None) -> str:
    return (
        f"the database {database.url.render_as_string()} is at revision {revision}, which this version of Kairo "
        "doesn't know; run a newer version (`kairo doctor` checks everything)"
    )
