"""Six recorded days of front pages through the real assets, once per test session, and two real brands' boards."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import kairo_hero.definitions
import kairo_pipelines.definitions
from kairo_cli.demo.demo import BRAND_FILES, RECORDING
from kairo_hero.boards.reading import kept_board
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.importing import find_brand, import_brand, list_brands
from kairo_hero.dto import TodayBoardDTO
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.migrating import migrate
from kairo_hero.settings import HeroSettings
from kairo_pipelines.assets.partitions import hour_tags
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.table import Table
from kairo_pipelines.lake.tables import TABLES
from kairo_pipelines.relational.database import Database
from kairo_pipelines.settings import PipelineSettings

LAST_HOUR = datetime(2021, 12, 10, 5, tzinfo=UTC)
#: The same in all worlds, so that what is made in one can be compared with what is made in another.
AUTHOR_KEY = "the key of the tests"
HOURS = HourRange(LAST_HOUR - timedelta(hours=143), LAST_HOUR)


@dataclass(frozen=True)
class World:
    """A lake, a store and an instance, and what runs in them."""

    lake: Lake
    database: Database
    instance: dg.DagsterInstance

    @property
    def resources(self) -> Mapping[str, Any]:
        return {
            "lake": self.lake,
            "database": self.database,
            "settings": PipelineSettings.from_environment().model_copy(update={"author_key": AUTHOR_KEY}),
            "hero_settings": HeroSettings.from_environment(),
            "model_settings": ModelSettings(llm_disabled=True),
        }

    def ingest(
        self, hours: HourRange, *, replay: Path | None = RECORDING, tags: Mapping[str, str] | None = None
    ) -> None:
        config = {"ops": {"capture_runs": {"config": {"replay": str(replay)}}}} if replay else {}
        result = dg.materialize(
            kairo_pipelines.definitions.ASSETS,
            instance=self.instance,
            resources=self.resources,
            run_config=config,
            tags={**hour_tags(hours), **(tags or {})},
        )
        assert result.success
        failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
        assert not failed

    def make_board(self, brand: str) -> TodayBoardDTO:
        self.instance.add_dynamic_partitions("brands", [brand])
        assets = kairo_hero.definitions.ASSETS
        result = dg.materialize(
            [*assets, kairo_hero.definitions.TREND_CANDIDATES],
            selection=dg.AssetSelection.assets(*assets),
            instance=self.instance,
            resources=self.resources,
            partition_key=brand,
        )
        assert result.success
        assert all(check.passed for check in result.get_asset_check_evaluations())
        with self.database.reading() as session:
            board = kept_board(session, find_brand(session, brand).id)
        assert board is not None
        return board

    def content(self, tables: tuple[Table, ...] = TABLES) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table, in the order of its key."""
        return {
            table.name: self.lake.sql("SELECT * FROM rows ORDER BY ALL", rows=self.lake.read(table)).to_pylist()
            for table in tables
        }


def new_world(folder: Path, instance: dg.DagsterInstance) -> World:
    database = Database(f"sqlite:///{folder / 'db.sqlite3'}")
    migrate(database)
    return World(Lake(str(folder / "lake")), database, instance)


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which six days have been played and both demo brands are known. Tests only read it."""
    with dg.DagsterInstance.ephemeral() as instance:
        world = new_world(tmp_path_factory.mktemp("replayed"), instance)
        with world.database.writing() as session:
            for file in BRAND_FILES:
                import_brand(session, read_brand_file(file))
        for hours in HOURS.split(72):
            world.ingest(hours)
        yield world


@pytest.fixture(scope="session")
def boards(replayed: World) -> dict[str, TodayBoardDTO]:
    """The boards of both brands after the last hour."""
    with replayed.database.reading() as session:
        keys = [brand.partition_key for brand in list_brands(session)]
    return {key: replayed.make_board(key) for key in keys}


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Callable[[], World]]:
    """Makes empty worlds of one's own."""
    numbers = itertools.count()
    with dg.DagsterInstance.ephemeral() as instance:
        yield lambda: new_world(tmp_path / f"world{next(numbers)}", instance)


@pytest.fixture
def world(worlds: Callable[[], World]) -> World:
    """An empty world of one's own."""
    return worlds()
