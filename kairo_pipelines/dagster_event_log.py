"""Dagster's event log on SQLite, with connections that stay open; named by `dagster.yaml`.

Dagster opens and closes a database twice or more per event, and closing the last connection to a write-ahead log copies
it back each time. A run over two days of hours writes some 800 events; keeping the connections makes it more than twice
as fast. Nothing of what is stored changes: the files are those of Dagster's own storage, in the same place.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine

#: Databases of runs kept open besides the index; a process seldom writes to more runs at once.
OPEN_RUNS = 16
BUSY_TIMEOUT_SECONDS = 30
#: Where `kairo` keeps Dagster's files unless told otherwise, below the working directory.
USUAL_HOME = "var/dagster"


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """As its base, but for how it connects."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._engines_lock = threading.Lock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> Any:
        """Nothing is up for choice: the files lie where Dagster's own storage keeps them."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "PooledSqliteEventLogStorage":
        """Made by Dagster from `dagster.yaml`; a tool that is called without DAGSTER_HOME finds the usual one."""
        home = os.environ.get("DAGSTER_HOME") or USUAL_HOME
        return cls(base_dir=str(Path(home) / "history" / "runs"), inst_data=inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if shard not in self._initialized_dbs:
            # The base knows how a database begins, and connects once to make sure of it.
            with super()._connect(shard) as connection:
                yield connection
            return
        with self._engine(shard).connect() as connection, connection.begin():
            yield connection
        if shard != INDEX_SHARD_NAME:
            # Who watches a run is woken by a change of its file; a commit changes only the log beside it.
            os.utime(self.path_for_shard(shard))

    def _engine(self, shard: str) -> Engine:
        with self._engines_lock:
            if shard not in self._engines:
                self._engines[shard] = create_engine(
                    self.conn_string_for_shard(shard), connect_args={"timeout": BUSY_TIMEOUT_SECONDS}
                )
                while len(self._engines) > OPEN_RUNS + 1:
                    oldest = next(name for name in self._engines if name != INDEX_SHARD_NAME)
                    self._engines.pop(oldest).dispose()
            self._engines.move_to_end(shard)
            return self._engines[shard]

    def delete_events(self, run_id: str) -> None:
        """Delete a run's events, and the file that held them: Dagster would leave it there empty."""
        super().delete_events(run_id)
        with self._engines_lock:
            if engine := self._engines.pop(run_id, None):
                engine.dispose()
        self._initialized_dbs.discard(run_id)
        for ending in ("", "-wal", "-shm"):
            Path(self.path_for_shard(run_id) + ending).unlink(missing_ok=True)

    def dispose(self) -> None:
        """Close every connection."""
        super().dispose()
        with self._engines_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()
