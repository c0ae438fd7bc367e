"""A lake and a store as the real assets make them of a handful of stories: small enough for every test to have one."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kairo_pipelines.definitions
from kairo_hero.migrating import migrate
from kairo_pipelines.assets.partitions import REBUILD_TAG, hour_tags
from kairo_pipelines.hours import HourRange, hour_key
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.table import Table
from kairo_pipelines.lake.tables import TABLES
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_SCHEMA = pa.schema(
    {
        "snapshot_ts": pa.timestamp("us"),
        "rank": pa.int64(),
        "item_id": pa.int64(),
        "title": pa.string(),
        "url": pa.string(),
        "author": pa.string(),
        "upvotes": pa.int64(),
        "comments": pa.int64(),
    }
)


class Story(NamedTuple):
    """A story of the front page; without a title it can't be read as an item."""

    item_id: int
    title: str | None
    author: str
    url: str | None = None


def record(path: Path, pages: Mapping[datetime, Sequence[Story]]) -> Path:
    """A recording of these front pages; a story gains ten points from each to the next."""
    rows = [
        {
            "snapshot_ts": moment.replace(tzinfo=None),
            "rank": rank,
            **story._asdict(),
            "upvotes": 10 * number + rank,
            "comments": number,
        }
        for number, (moment, stories) in enumerate(pages.items())
        for rank, story in enumerate(stories, start=1)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), path)
    return path


def at(hour: datetime, minute: int = 10) -> datetime:
    """A moment within an hour."""
    return hour + timedelta(minutes=minute)


@dataclass(frozen=True)
class SmallWorld:
    """A folder with a lake and a migrated store, and the settings to run with."""

    folder: Path
    settings: PipelineSettings = field(default_factory=PipelineSettings)

    @classmethod
    def new(cls, folder: Path, settings: PipelineSettings | None = None) -> "SmallWorld":
        """An empty one."""
        folder.mkdir(parents=True, exist_ok=True)
        world = cls(folder, settings or PipelineSettings())
        migrate(world.database)
        return world

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    @property
    def database(self) -> Database:
        return Database(f"sqlite:///{self.folder / 'db.sqlite3'}")

    def copied(self, folder: Path) -> "SmallWorld":
        """The same once more, to be changed."""
        shutil.copytree(self.folder, folder)
        return SmallWorld(folder, self.settings)

    def ingest(
        self,
        hours: HourRange,
        *,
        replay: Path | None = None,
        rebuild_from: datetime | None = None,
        only: Sequence[str] = (),
        fails: bool = False,
    ) -> dg.ExecuteInProcessResult:
        """Run ingestion for these hours, or some of its assets.

        `rebuild_from` is the first hour of a rebuild that this is part of.
        """
        config = {"ops": {"capture_runs": {"config": {"replay": str(replay)}}}} if replay else {}
        with dg.DagsterInstance.ephemeral() as instance, pytest.MonkeyPatch.context() as monkeypatch:
            # What is tried again is tried at once.
            monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0)
            return dg.materialize(
                kairo_pipelines.definitions.ASSETS,
                selection=dg.AssetSelection.assets(*only).required_multi_asset_neighbors() if only else None,
                raise_on_error=not fails,
                instance=instance,
                resources={"lake": self.lake, "database": self.database, "settings": self.settings},
                run_config=_QUIET | config,
                tags={**hour_tags(hours), **({REBUILD_TAG: hour_key(rebuild_from)} if rebuild_from else {})},
            )

    def content(self, *tables: Table) -> dict[str, list[dict[str, Any]]]:
        """Every row of these tables, or of all, in an order of its own."""
        lake = self.lake
        return {
            table.name: lake.sql("SELECT * FROM rows ORDER BY ALL", rows=lake.read(table)).to_pylist()
            for table in tables or TABLES
        }

    def raw(self) -> dict[str, bytes]:
        """Every raw object by its path."""
        folder = self.folder / "lake"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.glob("raw/**/*") if path.is_file()
        }
