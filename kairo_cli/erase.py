"""`kairo erase`: an item or an author, gone from everything that is kept."""

from typing import Annotated

import typer

from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import say
from kairo_hero.erasing import erase
from kairo_pipelines.connectors.registry import CONNECTORS
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.settings import PipelineSettings

app = typer.Typer(
    help="Erase an item or an author from raw bytes, every table and every board. There is no way back.",
    no_args_is_help=True,
)

Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help="Where it was posted, such as reddit.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether this is meant.")]


@app.command()
def item(
    platform: Platform,
    item_id: Annotated[str, typer.Argument(metavar="ID", help="The platform's own id of the item.")],
    yes: Yes = False,
) -> None:
    """Erase one item, now and whenever its source lists it again."""
    _erase(Subject("item", platform, item_id), yes)


@app.command()
def author(
    platform: Platform,
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="The author's handle, as the platform writes it.")],
    yes: Yes = False,
) -> None:
    """Erase everything that an author posted, now and whenever it is listed again."""
    _erase(Subject("author", platform, handle), yes)


def _erase(subject: Subject, is_meant: bool) -> None:
    platforms = sorted({connector.platform for connector in CONNECTORS})
    database, lake = open_database(), open_lake()
    if subject.platform not in platforms:
        say(
            f"No connector is for {subject.platform!r} (there are {', '.join(platforms)}); items dropped under it count"
        )
    if not is_meant:
        typer.confirm(f"Erase the {subject} for good?", abort=True, err=True)
    record = erase(database, lake, PipelineSettings.from_environment(), subject)
    went = ", ".join(f"{name} {count}" for name, count in record.removed.items() if count)
    say(f"Erased the {subject}: {went or 'nothing was stored of it'}. It is on record as {record.id}, and stays away")
