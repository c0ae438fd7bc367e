"""The `kairo` command as people run it, in a place of its own: its own folder, database, lake and Dagster home."""

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from kairo_cli.demo.demo import BRAND_FILES, RECORDING
from kairo_cli.main import run
from kairo_hero.migrating import migrate
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import TABLES
from kairo_pipelines.relational.database import Database


@dataclass(frozen=True)
class Outcome:
    """What a command wrote, and the code it ended with."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """What it wrote without frames and line breaks, to be searched."""
        return " ".join(word for word in (self.out + " " + self.err).split() if word not in "│┃╭╮╰╯")


@dataclass(frozen=True)
class Place:
    """Where commands are run."""

    folder: Path

    @property
    def database(self) -> Database:
        return Database(f"sqlite:///{self.folder}/db.sqlite3")

    @property
    def lake(self) -> Lake:
        return Lake(str(self.folder / "lake"))

    def kairo(self, *arguments: object) -> Outcome:
        """Run a command in this process."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sys, "argv", ["kairo", *map(str, arguments)])
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    run()
                except SystemExit as stopped:
                    code = int(stopped.code or 0)
        return Outcome(code, out.getvalue(), err.getvalue())

    def rows(self) -> dict[str, list[dict]]:
        """Every row of every lake table, in an order of its own."""
        return {table.name: sorted(self.lake.read(table).to_pylist(), key=repr) for table in TABLES}


@contextlib.contextmanager
def place_in(folder: Path) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as environment:
        environment.chdir(folder)
        for variable in ("OPENAI_API_KEY", "KAIRO_OBS_ENABLED", "KAIRO_FIRST_HOUR", "KAIRO_DAGSTER"):
            environment.delenv(variable, raising=False)
        environment.setenv("DATABASE_URL", f"sqlite:///{folder}/db.sqlite3")
        environment.setenv("KAIRO_LAKE_URI", str(folder / "lake"))
        environment.setenv("DAGSTER_HOME", str(folder / "dagster"))
        yield Place(folder)


@pytest.fixture
def empty_place(tmp_path: Path) -> Iterator[Place]:
    """A place whose database was never migrated."""
    with place_in(tmp_path) as place:
        yield place


@pytest.fixture
def place(empty_place: Place) -> Place:
    """A place whose database has the newest schema."""
    migrate(empty_place.database)
    return empty_place


@pytest.fixture(scope="session")
def four_hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first four hours of the demo's recording."""
    path = tmp_path_factory.mktemp("recording") / "four_hours.parquet"
    duckdb.execute(
        f"COPY (FROM read_parquet('{RECORDING}') WHERE snapshot_ts < TIMESTAMP '2021-11-28 10:00') TO '{path}'"
    )
    return path


@pytest.fixture(scope="module")
def played(tmp_path_factory, four_hours):
    """A place where four recorded hours were played, two to a run."""
    with place_in(tmp_path_factory.mktemp("played")) as place:
        place.kairo("migrate")
        outcome = place.kairo("ingest", "pipeline", "--replay", four_hours, "--hours-per-run", 2)
        assert outcome.code == 0, outcome.err
        assert "pipeline made 4 hours, 2021-11-28-06:00 to 2021-11-28-09:00" in outcome.out
        yield place


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place that knows both demo brands and takes signals from the files that come with Kairo."""
    with place_in(tmp_path_factory.mktemp("described")) as place, pytest.MonkeyPatch.context() as environment:
        environment.setenv("EXTERNAL_SIGNALS_MODE", "fixtures")
        place.kairo("migrate")
        place.kairo("brand", "import", *BRAND_FILES)
        yield place
