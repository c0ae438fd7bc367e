"""`kairo demo`: recorded front pages through the whole of Kairo, to two brands' boards."""

import os
import shutil
import sys
import time
from pathlib import Path

from kairo_api.settings import ApiSettings
from kairo_cli.board import make_board_of, read_board, show_board
from kairo_cli.brand import import_brand_files, key_of
from kairo_cli.ingest import HOURS_PER_RUN, recorded_hours
from kairo_cli.stores import open_lake, reachable_database
from kairo_cli.surface import add_surface
from kairo_cli.terminal import say
from kairo_hero.boards.reading import kept_board
from kairo_hero.brands.importing import find_brand
from kairo_hero.migrating import migrate
from kairo_pipelines.capture.replay import FRONT_PAGE
from kairo_pipelines.hours import HourRange, hour_key
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import MADE_HOURS, TREND_CANDIDATES
from kairo_pipelines.relational.database import Database

_HERE = Path(__file__).parent
RECORDING = _HERE / "hackernews" / "front_pages.parquet"
BRAND_FILES = sorted((_HERE / "brands").glob("*.yaml"))
#: The brand that is fully described; the other has no pillars and no personas.
SHOWN = "sourcegraph.sourcegraph"


def demo() -> None:
    """Play twelve recorded days of Hacker News, and make the boards of two brands; needs no network and no key.

    What it did already it does not do again: run it as often as you like.
    """
    began = time.monotonic()
    database = reachable_database()
    open_lake()
    migrate(database)
    brands = [key_of(brand_file) for brand_file in import_brand_files(database, BRAND_FILES)]
    say(f"Brands: {', '.join(brands)}")
    say(add_surface(database, FRONT_PAGE))
    replay_recording()
    for brand in brands:
        say(_make_first_board(database, brand))
    show_board(database, read_board(database, SHOWN))
    say(f"\nDone in {time.monotonic() - began:.0f} s. What to open next:")
    _show_what_is_next(database)


def replay_recording() -> None:
    """Play the hours of the recording that have not been played, two days to a run."""
    from kairo_cli.dagster_runs import run_in_order

    hours = recorded_hours(RECORDING)
    lake = open_lake()
    missing = [run for run in hours.split(HOURS_PER_RUN) if not _is_made(lake, run)]
    run_in_order("pipeline", missing, replay=RECORDING)
    did = "Played" if missing else "Played before:"
    say(f"{did} {len(hours)} hours of front pages, {hour_key(hours.first)} to {hour_key(hours.last)}")


def _is_made(lake: Lake, hours: HourRange) -> bool:
    made = Slice(MADE_HOURS, hours.first, hours.last, {"table_name": TREND_CANDIDATES.name})
    return lake.sql("SELECT capture_hour FROM made", made=made).num_rows == len(hours)


def _make_first_board(database: Database, brand: str) -> str:
    with database.reading() as session:
        kept = kept_board(session, find_brand(session, brand).id)
    if kept:
        return f"{brand} has a board"
    make_board_of(database, brand)
    return f"Made the board of {brand}"


def _show_what_is_next(database: Database) -> None:
    settings = ApiSettings.from_environment()
    with database.reading() as session:
        brand = find_brand(session, SHOWN)
    kairo = _command()
    for command, what in (
        ("make dev", "Dagster’s UI: lineage, runs, what each asset found"),
        (f"{kairo} board 18f", "the board of a brand that is only partly described"),
        (f"{kairo} api", f"the board over HTTP, at {_board_url(settings, str(brand.id))}"),
    ):
        say(f"  {command:<{len(kairo) + 11}} {what}")


def _command() -> str:
    """`kairo` as this shell can call it."""
    return "kairo" if shutil.which("kairo") else os.path.relpath(Path(sys.executable).parent / "kairo")


def _board_url(settings: ApiSettings, brand_id: str) -> str:
    return f"http://{settings.api_host}:{settings.api_port}/api/brands/{brand_id}/today"
