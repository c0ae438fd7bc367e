"""The `kairo` command."""

import logging
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from kairo_cli import (
    api,
    backtest,
    board,
    brand,
    cluster,
    decide,
    detect,
    dev,
    doctor,
    erase,
    ingest,
    learning,
    migrate,
    rebuild,
    relevance,
    signals,
    surface,
    trends,
)
from kairo_cli.demo import demo
from kairo_cli.terminal import fail, say

app = typer.Typer(
    name="kairo",
    help="What the world is talking about right now, turned into what a brand should say today.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(migrate.migrate)
app.add_typer(brand.app, name="brand")
app.add_typer(surface.app, name="surface")
app.add_typer(ingest.app, name="ingest")
app.command()(rebuild.rebuild)
app.add_typer(erase.app, name="erase")
app.command()(signals.signals)
app.command()(board.board)
app.command()(trends.trends)
app.command()(backtest.backtest)
app.command()(detect.detect)
app.command()(cluster.cluster)
app.command()(decide.decide)
app.command()(learning.learning)
app.command()(relevance.relevance)
app.command()(api.api)
app.command()(dev.dev)


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        say(f"kairo {version('kairo')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """The options that stand before the name of a command; `run` looks at `--debug`."""
    # before anything else does: a library that the pipeline uses would have every library's INFO lines printed
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")


def run() -> None:
    """Run a command. Kairo's own errors say in a sentence what to do; any other is a mistake in Kairo, told in full."""
    try:
        app()
    except Exception as error:  # looked at once, here: told in a sentence, or raised again as it is
        is_sentence = type(error).__module__.startswith("kairo_")
        if not is_sentence or "--debug" in sys.argv[1:]:
            raise
        fail(str(error))
        sys.exit(1)
