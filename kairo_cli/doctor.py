"""`kairo doctor`: what is wrong with the settings and the stores, and what to do about it."""

import importlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.table import Table

from kairo_api.settings import ApiSettings
from kairo_cli.settings import CliSettings
from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import plain, results
from kairo_hero.learning.settings import LearningSettings
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.migrating import newest_revision
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.fixtures import SignalFixtures
from kairo_pipelines.connectors.registry import CONNECTORS
from kairo_pipelines.embedding_endpoint import EmbeddingSettings
from kairo_pipelines.settings import EnvironmentSettings, PipelineSettings

SETTINGS: Mapping[str, type[EnvironmentSettings]] = {
    "ingestion settings": PipelineSettings,
    "embedding settings": EmbeddingSettings,
    "hero settings": HeroSettings,
    "learning settings": LearningSettings,
    "model settings": ModelSettings,
    "API settings": ApiSettings,
    "Dagster settings": CliSettings,
}


class ObservationsUnwritable(Exception):
    """The folder for what is written down of runs can't be written; the message says what to do."""


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    checked: str
    is_ok: bool
    detail: str


def doctor() -> None:
    """Check every setting and try every store; the exit code is 1 where anything is wrong."""
    table = Table("checked", "", "found")
    wrong: set[str] = set()
    for finding in examine():
        state = plain("ok", "green") if finding.is_ok else plain("wrong", "bold red")
        # a wrong setting is wrong for all that read it
        table.add_row(finding.checked, state, plain("as above" if finding.detail in wrong else finding.detail))
        if not finding.is_ok:
            wrong.add(finding.detail)
    results.print(table)
    if wrong:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Check the settings, and try what they name."""
    for name, kind in SETTINGS.items():
        yield _tried(name, _valid(kind))
    for connector in CONNECTORS:
        if connector.settings_class:
            yield _tried(f"{connector.platform} settings", _valid(connector.settings_class))
    yield _tried("database", _database)
    yield _tried("lake", _lake)
    yield _tried("signals", _signals)
    yield _tried("observations", _observations)
    yield _tried("models", _models)
    yield _tried("Dagster", _dagster)
    for location in ("kairo_pipelines", "kairo_hero"):
        yield _tried(f"code location {location}", _loads(f"{location}.definitions"))


def _tried(checked: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(checked, True, check())
    except Exception as error:  # whatever it is, the doctor goes on and tells it
        is_sentence = type(error).__module__.startswith("kairo_")
        return Finding(checked, False, str(error) if is_sentence else f"{type(error).__name__}: {error}")


def _valid(kind: type[EnvironmentSettings]) -> Callable[[], str]:
    def check() -> str:
        return f"{len(kind.from_environment().model_fields_set)} set, {len(kind.model_fields)} in all"

    return check


def _database() -> str:
    return f"{open_database().url.render_as_string()} at revision {newest_revision()}"


def _lake() -> str:
    lake = open_lake()
    lake.check()
    return f"{lake.uri} can be written"


def _signals() -> str:
    settings = HeroSettings.from_environment()
    if settings.external_signals_mode == "ingestion":
        return "from what is captured"
    fixtures = SignalFixtures(settings.signal_fixtures)
    return f"from files in {fixtures.folder}, for {', '.join(fixtures.check())}"


def _observations() -> str:
    settings = HeroSettings.from_environment()
    if not settings.obs_enabled:
        return "off; KAIRO_OBS_ENABLED=true turns them on"
    try:
        Path(settings.obs_dir).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.obs_dir):
            return f"{settings.obs_dir} can be written"
    except OSError as error:
        raise ObservationsUnwritable(
            f"the folder {settings.obs_dir} can't be written ({error.strerror}); set KAIRO_OBS_DIR to one that can, "
            "or KAIRO_OBS_ENABLED to false"
        ) from error


def _models() -> str:
    settings = ModelSettings.from_environment()
    if settings.enabled:
        return f"{settings.model_heavy} and {settings.model_fast} at {settings.endpoint_host} compose boards"
    why = "LLM_DISABLED is true" if settings.llm_disabled else "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"
    return f"none is called, since {why}; boards are composed from the signals alone"


def _dagster() -> str:
    from kairo_cli.dagster_runs import open_instance

    with open_instance() as instance:
        return f"{instance.root_directory}, {instance.get_runs_count()} runs"


def _loads(module: str) -> Callable[[], str]:
    def check() -> str:
        import dagster as dg

        definitions: dg.Definitions = importlib.import_module(module).build_defs()
        dg.Definitions.validate_loadable(definitions)
        return f"{len(definitions.resolve_all_asset_specs())} assets"

    return check
