"""`kairo dev`: Dagster's UI with its daemon, and the HTTP server, until stopped."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from kairo_api.settings import ApiSettings
from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import notes, plain

_WORKSPACE = Path(__file__).resolve().parent.parent / "workspace.yaml"
_SECONDS_TO_STOP = 20


class DevelopmentStopped(Exception):
    """One of the servers ended by itself; the message says which."""


def dev(
    ui_port: Annotated[int, typer.Option(min=1, max=65535, help="The port of Dagster's UI.")] = 3000,
) -> None:
    """Serve Dagster's UI and the API on this machine until stopped, with sensors and schedules at work."""
    from kairo_cli.dagster_runs import open_instance

    open_database()
    open_lake()
    open_instance().dispose()
    settings = ApiSettings.from_environment()
    notes.print(
        plain(f"Dagster’s UI: http://127.0.0.1:{ui_port}  API: http://{settings.api_host}:{settings.api_port}/docs")
    )
    ui = ["dagster", "dev", "--workspace", str(_WORKSPACE), "--host", "127.0.0.1", "--port", str(ui_port)]
    run_together([sys.executable, "-m", *ui], [sys.executable, "-m", "kairo_cli", "api"])


def run_together(*commands: Sequence[str]) -> None:
    """Run commands side by side until one ends or this process is told to stop, then stop them all."""
    # only noted: an exception raised while a server is being started would leave it running
    told_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: told_to_stop.set())
    running = [subprocess.Popen(command) for command in commands]
    ended: list[subprocess.Popen[bytes]] = []
    while not ended and not told_to_stop.wait(0.2):
        ended = [process for process in running if process.poll() is not None]
    for process in running:
        process.terminate()
    for process in running:
        _wait_for(process)
    if ended and not told_to_stop.is_set():
        names = " and ".join(" ".join(map(str, commands[running.index(process)][2:])) for process in ended)
        raise DevelopmentStopped(f"{names} ended by itself; what it wrote above says why")


def _wait_for(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
