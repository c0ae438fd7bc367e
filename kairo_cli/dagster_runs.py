"""How commands run Dagster's jobs: in this process, on the instance that Dagster's UI shows.

Imported where a command needs it, since Dagster takes longer to load than most commands take to run.
"""

import hashlib
import importlib
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kairo_cli.settings import CliSettings
from kairo_cli.terminal import notes, warn
from kairo_hero.assets.partitions import BRANDS
from kairo_hero.sensors import BOARDS_JOB
from kairo_pipelines.assets.partitions import hour_tags
from kairo_pipelines.dagster_environment import point_dagster_to
from kairo_pipelines.hours import HourRange, hour_key
from kairo_pipelines.jobs import job_name

INGESTION = "kairo_pipelines.definitions"
HERO = "kairo_hero.definitions"

_PROJECT = Path(__file__).resolve().parent.parent
_INSTANCE_FILES = {
    "sqlite": _PROJECT / "dagster.yaml",
    "postgres": _PROJECT / "deploy" / "dagster-postgres" / "dagster.yaml",
}

# Somebody is waiting: what fails is told at once, not after retries, and in one sentence, not as a log.
_WATCHED: Mapping[str, Any] = {
    "execution": {"config": {"retries": {"disabled": {}}}},
    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
}


class DagsterHomeUnusable(Exception):
    """Dagster's own storage can't be opened; the message says where it is and what to do."""


class JobFailed(Exception):
    """A step of a run failed; the message is that step's own error."""


def open_instance() -> dg.DagsterInstance:
    """The instance at DAGSTER_HOME; a home whose `dagster.yaml` is not somebody's own gets the project's."""
    settings = CliSettings.from_environment()
    home = Path(settings.dagster_home).expanduser().absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        _configure(home / "dagster.yaml", _INSTANCE_FILES[settings.dagster])
        point_dagster_to(home, settings.dagster_postgres_url)
        return dg.DagsterInstance.get()
    except Exception as error:  # every storage that a dagster.yaml can name raises its own kinds
        raise DagsterHomeUnusable(
            f"Dagster's home {home} can't be used ({str(error).splitlines()[0]}); "
            "set DAGSTER_HOME to a folder this process may write, and check its dagster.yaml"
        ) from error


def _configure(instance_file: Path, wanted: Path) -> None:
    ours = [file.read_bytes() for file in _INSTANCE_FILES.values() if file.exists()]
    if wanted.exists() and (not instance_file.exists() or instance_file.read_bytes() in ours):
        shutil.copyfile(wanted, instance_file)


def run_in_order(
    step: str,
    ranges: Sequence[HourRange],
    *,
    replay: Path | None = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Run an ingestion step for each range in turn; where there are several, a bar shows how far it is."""
    # drawn between runs only: a run keeps all that is written meanwhile as its log
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("hours"),
        TimeElapsedColumn(),
        console=notes,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=len(ranges) < 2,
    )
    with progress:
        bar = progress.add_task("", total=sum(map(len, ranges)))
        for hours in ranges:
            progress.update(bar, description=hour_key(hours.first), refresh=True)
            run_hours(step, hours, replay=replay, extra_tags=extra_tags)
            progress.update(bar, advance=len(hours), refresh=True)


def run_hours(
    step: str, hours: HourRange, *, replay: Path | None = None, extra_tags: Mapping[str, str] | None = None
) -> None:
    """Run an ingestion step for a range of hours, in one run."""
    config = {"ops": {"capture_runs": {"config": {"replay": str(replay.absolute())}}}} if replay else {}
    with open_instance() as instance:
        _run(instance, INGESTION, job_name(step), {**hour_tags(hours), **(extra_tags or {})}, config)


def make_board(brand_key: str) -> None:
    """Make a brand's board now."""
    with open_instance() as instance:
        # the sensor that keeps them in step may not be running, and what is there already stays
        instance.add_dynamic_partitions(str(BRANDS.name), [brand_key])
        _run(instance, HERO, BOARDS_JOB, {"dagster/partition": brand_key}, {})


def resolve_job(code_location: str, name: str, environment: str) -> dg.JobDefinition:
    """A job of a code location, as this environment describes it."""
    definitions: dg.Definitions = importlib.import_module(code_location).build_defs()
    return definitions.resolve_job_def(name)


def _run(
    instance: dg.DagsterInstance, code_location: str, name: str, tags: Mapping[str, str], config: Mapping[str, Any]
) -> None:
    # Dagster keeps the job that it made last, by these arguments: in another environment it is another job
    environment = hashlib.sha256(repr(sorted(os.environ.items())).encode()).hexdigest()
    arguments = {"code_location": code_location, "name": name, "environment": environment}
    job = dg.build_reconstructable_job(__name__, resolve_job.__name__, reconstructable_kwargs=arguments)
    with dg.execute_job(job, instance, run_config={**_WATCHED, **config}, tags=tags) as result:
        for sentence in _warnings(instance, result):
            warn(sentence)
        if not result.success:
            raise _failure(result)


def _warnings(instance: dg.DagsterInstance, result: dg.JobExecutionResult) -> Iterator[str]:
    """What the run's assets warned of, and the checks that failed without stopping it."""
    for entry in instance.all_logs(result.run_id):
        if entry.level == logging.WARNING and not entry.is_dagster_event:
            yield entry.user_message
    for check in result.get_asset_check_evaluations():
        if not check.passed and not check.blocking:
            found = "; ".join(f"{name}: {_text(value.value)}" for name, value in check.metadata.items())
            yield f"{check.asset_key.to_user_string()} failed its check {check.check_name} ({found})"


def _text(value: object) -> str:
    return ", ".join(f"{name} ({count})" for name, count in value.items()) if isinstance(value, dict) else str(value)


def _failure(result: dg.JobExecutionResult) -> JobFailed:
    for event in result.filter_events(lambda event: event.is_step_failure):
        error = event.step_failure_data.error
        if error is None:
            continue
        while error.cause and error.cls_name and error.cls_name.startswith(("Dagster", "RetryRequested")):
            error = error.cause
        # "package.module.Name: sentence", of which Kairo's own errors need only the sentence
        name, _, sentence = error.message.strip().partition(": ")
        failure = JobFailed(
            sentence if name.startswith("kairo_") else f"step {event.step_key} failed: {name}: {sentence}"
        )
        failure.add_note(f"in step {event.step_key} of run {result.run_id}:\n{error.to_string()}")
        return failure
    return JobFailed(
        f"run {result.run_id} of {result.job_def.name} failed before its first step; Dagster's UI shows why"
    )
