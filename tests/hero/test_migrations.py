"""The chain of migrations: it makes what the models say, alone and whole, and says when the store is behind."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import inspect, text

from kairo_hero.migrating import (
    SchemaOutOfDate,
    current_revision,
    migrate,
    migrating_alone,
    newest_revision,
    require_current,
)
from kairo_hero.models import Brand, Persona, Tenant
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.orm import Base

ALEMBIC_INI = Path(__file__).parents[2] / "alembic.ini"
MIGRATE_WHEN_TOLD = """
import sys
from kairo_hero.migrating import migrate
from kairo_pipelines.relational.database import Database

database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(database)
"""


def constraints(database):
    """What compare_metadata does not look at, as the database tells it."""
    inspector = inspect(database.engine)
    return {
        table: {
            "checks": {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(table)},
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": {key["name"]: key["options"] for key in inspector.get_foreign_keys(table)},
        }
        for table in Base.metadata.tables
    }


def set_revision(database, revision):
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_the_migrated_schema_is_what_the_models_say(database):
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_migrated_constraints_are_what_the_models_say(database, empty_database):
    with empty_database.engine.begin() as connection:
        Base.metadata.create_all(connection)
    assert constraints(database) == constraints(empty_database)


def test_migrating_twice_is_harmless(database):
    with database.writing() as session:
        session.add(Tenant(name="Acme", slug="acme"))
    migrate(database)
    assert current_revision(database) == newest_revision()
    with database.reading() as session:
        assert session.query(Tenant).one().slug == "acme"


def test_two_processes_may_migrate_at_once(empty_database):
    url = empty_database.url.render_as_string(hide_password=False)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE_WHEN_TOLD, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=30)[1] for process in processes] == ["", ""]
    assert current_revision(empty_database) == newest_revision()


def test_alembics_own_command_migrates_the_store_of_database_url(empty_database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", empty_database.url.render_as_string(hide_password=False))
    command.upgrade(Config(ALEMBIC_INI), "head")
    require_current(empty_database)


def test_a_migration_that_fails_leaves_nothing_behind(empty_database):
    def migrate_and_fail():
        with migrating_alone(empty_database) as connection:
            Base.metadata.create_all(connection)
            raise TimeoutError

    with pytest.raises(TimeoutError):
        migrate_and_fail()
    assert inspect(empty_database.engine).get_table_names() == []


def test_altering_a_table_keeps_the_rows_that_refer_to_it(database):
    with database.writing() as session:
        tenant = Tenant(name="Acme", slug="acme")
        session.add(Brand(tenant=tenant, name="Acme", slug="acme", personas=[Persona(name="Ana")]))
    with migrating_alone(database) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("brand") as brand:
            brand.alter_column("positioning", nullable=True)
    with database.reading() as session:
        assert session.query(Persona).one().name == "Ana"


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_foreign_keys_hold_again_after_a_migration(empty_database):
    migrate(empty_database)
    with empty_database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_an_in_memory_store_can_be_migrated():
    database = Database("sqlite://:memory:")
    migrate(database)
    require_current(database)
    database.engine.dispose()


def test_a_store_that_was_never_migrated_has_no_revision(empty_database):
    assert current_revision(empty_database) is None


def test_a_store_that_is_behind_is_refused_with_what_to_run(empty_database):
    with pytest.raises(SchemaOutOfDate, match=r"is at no revision and Kairo needs \w+; run `kairo migrate`"):
        require_current(empty_database)


@pytest.mark.parametrize("use", [migrate, require_current])
def test_a_store_of_a_newer_version_is_refused(database, use):
    set_revision(database, "from_the_future")
    with pytest.raises(SchemaOutOfDate, match="revision from_the_future, which this version of Kairo doesn't know"):
        use(database)
