"""Opens the relational store and hands out sessions; knows nothing of what is stored."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool


class DatabaseUnavailable(Exception):
    """The relational store can't be reached; the message says which and what to do."""


def normalized_url(database_url: str) -> URL:
    """SQLAlchemy's URL for what people write: `postgres://` means psycopg 3, `sqlite://:memory:` an in-memory store."""
    if database_url in ("sqlite://:memory:", "sqlite://"):
        return make_url("sqlite:///:memory:")
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise DatabaseUnavailable(
            f"DATABASE_URL {database_url!r} is not a database URL; write sqlite:///db.sqlite3 or "
            "postgresql://user:password@host/name"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseUnavailable(
            f"DATABASE_URL names {url.get_backend_name()!r}; Kairo keeps its data in sqlite or postgresql"
        )
    return url


class Database:
    """The relational store. SQLite gets foreign keys, a write-ahead log, and transactions that wait to write."""

    def __init__(self, database_url: str) -> None:
        self.url = normalized_url(database_url)
        if self.url.get_backend_name() == "sqlite":
            options: dict[str, Any] = {"connect_args": {"timeout": 30, "check_same_thread": False}}
            if self.url.database in (None, "", ":memory:"):
                options["poolclass"] = StaticPool
            else:
                _make_folder(Path(self.url.database or "").expanduser().parent)
            self.engine = create_engine(self.url, **options)
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(self.url, pool_pre_ping=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it is kept when the block ends, none of it when the block raises."""
        engine: Engine = self.engine.execution_options(kairo_writes=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def check(self) -> None:
        """Raise DatabaseUnavailable, in one sentence, unless the store answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError as error:
            reason = str(error.orig).strip().splitlines()[0]
            raise DatabaseUnavailable(
                f"the database {self.url.render_as_string()} can't be opened ({reason}); "
                "check DATABASE_URL and that the server runs"
            ) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(
            f"the folder {folder} of the database can't be made ({error.strerror}); "
            "set DATABASE_URL to a file in a folder this process may write"
        ) from error


def _configure_sqlite(connection: SqliteConnection, _record: object) -> None:
    # The driver's own transaction handling would begin too late for `BEGIN IMMEDIATE` below.
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    _turn_log_on(connection)


def _turn_log_on(connection: SqliteConnection) -> None:
    # of two processes that open a new file at once, SQLite refuses one the change of mode without waiting
    deadline = time.monotonic() + 30
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another has written in between;
    # one that takes the write lock when it begins waits its turn.
    writes = connection.get_execution_options().get("kairo_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
