"""`kairo surface`: what is to be captured, and how often."""

import json
import re
from typing import Annotated, Any

import typer
from rich.table import Table

from kairo_cli.stores import open_database
from kairo_cli.terminal import plain, results, say
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.connectors.registry import connector_for
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.surfaces import Surface, find_surface, list_surfaces

app = typer.Typer(help="Add surfaces to capture, and list those that there are.", no_args_is_help=True)

_UNITS = {"m": 1, "h": 60, "d": 24 * 60}
_LONGEST = 365 * _UNITS["d"]


class UnusableSurface(Exception):
    """The connector can't do anything with this key; the message says what it takes."""


def cadence(text: str) -> int:
    """Minutes of what people write: `30m`, `1h`, `1d`, or a bare number of minutes."""
    written = re.fullmatch(r"([0-9]{1,6})([mhd]?)", text)
    minutes = int(written[1]) * _UNITS[written[2] or "m"] if written else 0
    if not 1 <= minutes <= _LONGEST:
        raise typer.BadParameter(f"{text!r} is not a cadence; write 30m, 1h, 1d or a number of minutes, a year at most")
    return minutes


@app.command()
def add(
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="Where it is, such as feeds.")],
    surface_type: Annotated[str, typer.Argument(metavar="TYPE", help="What it is there, such as feed.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="Which one: the address of a feed, for example.")],
    every: Annotated[
        int, typer.Option(parser=cadence, metavar="CADENCE", help="How often to capture it: 30m, 1h, 1d, or minutes.")
    ] = "1h",  # type: ignore[assignment]  # parsed as if it had been written
) -> None:
    """Add a surface, to be captured from now on. One that is there already stays as it is."""
    say(add_surface(open_database(), Target("", platform, surface_type, key, every)))


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="Print the surfaces as JSON.")] = False,
) -> None:
    """List the surfaces, active or not."""
    with open_database().reading() as session:
        surfaces = [_described(surface) for surface in list_surfaces(session)]
    if as_json:
        print(json.dumps(surfaces, indent=2, ensure_ascii=False))
    elif surfaces:
        results.print(_as_table(surfaces))
    else:
        say("There is no surface yet; add one with: kairo surface add feeds feed ADDRESS")


def add_surface(database: Database, target: Target) -> str:
    """Store the surface unless it is there, and say which; one that can only be replayed is not active."""
    is_fetched = _is_fetched(target)
    with database.writing() as session:
        stored = find_surface(session, target.platform, target.surface_type, target.surface_key)
        if stored:
            return f"{target} is there already, every {_every(stored.cadence_minutes)}; nothing was changed"
        session.add(
            Surface(
                platform=target.platform,
                surface_type=target.surface_type,
                surface_key=target.surface_key,
                cadence_minutes=target.cadence_minutes,
                is_active=is_fetched,
            )
        )
    how = f"captured every {_every(target.cadence_minutes)}" if is_fetched else "replayed from recordings only"
    return f"Added {target}, {how}"


def _is_fetched(target: Target) -> bool:
    """Whether it can be fetched at all; raise where the platform, the type or the key is of no use."""
    connector = connector_for(target.platform, target.surface_type)
    longest = Surface.surface_key.type.length
    if not 1 <= len(target.surface_key) <= longest:
        raise UnusableSurface(f"the key of a surface has 1 to {longest} characters, this one {len(target.surface_key)}")
    try:
        return connector.request(target) is not None
    except ValueError as error:
        raise UnusableSurface(str(error)) from error


def _every(minutes: int) -> str:
    unit = next(unit for unit in ("d", "h", "m") if minutes % _UNITS[unit] == 0)
    return f"{minutes // _UNITS[unit]}{unit}"


def _described(surface: Surface) -> dict[str, Any]:
    return {
        "id": str(surface.id),
        "platform": surface.platform,
        "surface_type": surface.surface_type,
        "surface_key": surface.surface_key,
        "cadence_minutes": surface.cadence_minutes,
        "is_active": surface.is_active,
    }


def _as_table(surfaces: list[dict[str, Any]]) -> Table:
    table = Table("platform", "type", "key", "every", "active")
    for surface in surfaces:
        table.add_row(
            surface["platform"],
            surface["surface_type"],
            plain(surface["surface_key"]),
            _every(surface["cadence_minutes"]),
            "yes" if surface["is_active"] else "no",
        )
    return table
