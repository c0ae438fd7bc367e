"""`kairo surface`: what is to be captured, and how often."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from kairo_cli.stores import open_database, open_lake
from kairo_cli.terminal import plain, results, say
from kairo_pipelines.capture.capturing import capture_limits
from kairo_pipelines.capture.reading import Reading
from kairo_pipelines.capture.surface_state import UNKNOWN, SurfaceState, surface_states
from kairo_pipelines.capture.trial import try_capture
from kairo_pipelines.connectors.connector import Item, Target
from kairo_pipelines.connectors.registry import CONNECTORS, connector_for
from kairo_pipelines.relational.database import Database
from kairo_pipelines.relational.surfaces import Surface, find_surface, list_surfaces
from kairo_pipelines.relational.targets import active_targets
from kairo_pipelines.settings import PipelineSettings

app = typer.Typer(help="Add surfaces to capture, try them, pause them, and list how they fare.", no_args_is_help=True)

_UNITS = {"m": 1, "h": 60, "d": 24 * 60}
_LONGEST = 365 * _UNITS["d"]
#: Rows of a trial that are shown.
_SHOWN = 20


class UnusableSurface(Exception):
    """The connector can't do anything with this key; the message says what it takes."""


class NoSuchSurface(Exception):
    """There is no such surface in the store; the message says how to find those that there are."""


class TrialFailed(Exception):
    """A surface was tried and brought nothing; the message is the capture's own failure."""


def cadence(text: str) -> int:
    """Minutes of what people write: `30m`, `1h`, `1d`, or a bare number of minutes."""
    written = re.fullmatch(r"([0-9]{1,6})([mhd]?)", text)
    minutes = int(written[1]) * _UNITS[written[2] or "m"] if written else 0
    if not 1 <= minutes <= _LONGEST:
        raise typer.BadParameter(f"{text!r} is not a cadence; write 30m, 1h, 1d or a number of minutes, a year at most")
    return minutes


Platform = Annotated[str, typer.Argument(metavar="PLATFORM", help="Where it is, such as feeds.")]
Type = Annotated[str, typer.Argument(metavar="TYPE", help="What it is there, such as feed.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="Which one: the address of a feed, for example.")]


@app.command()
def add(
    platform: Platform,
    surface_type: Type,
    key: Key,
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
    """List the surfaces, active or not, and how each has fared."""
    with open_database().reading() as session:
        stored = list_surfaces(session)
    states = surface_states(open_lake(), active_targets(stored), datetime.now(UTC))
    surfaces = [_described(surface, states.get(str(surface.id), UNKNOWN)) for surface in stored]
    if as_json:
        print(json.dumps(surfaces, indent=2, ensure_ascii=False))
    elif surfaces:
        results.print(_as_table(surfaces))
    else:
        say("There is no surface yet; add one with: kairo surface add feeds feed ADDRESS")


@app.command()
def types() -> None:
    """List what can be captured: each platform's surface types, and what their keys are."""
    table = Table("platform", "type", "key")
    for connector in CONNECTORS:
        for surface_type, key in connector.surface_types.items():
            table.add_row(connector.platform, surface_type, plain(key))
    results.print(table)


@app.command()
def pause(platform: Platform, surface_type: Type, key: Key) -> None:
    """Capture a surface no more until it is resumed; what it brought stays."""
    say(set_active(open_database(), Target("", platform, surface_type, key), active=False))


@app.command()
def resume(platform: Platform, surface_type: Type, key: Key) -> None:
    """Capture a paused surface again when it is next due."""
    say(set_active(open_database(), Target("", platform, surface_type, key), active=True))


@app.command()
def test(platform: Platform, surface_type: Type, key: Key) -> None:
    """Fetch a surface once and show what would be stored; nothing is written, and it need not have been added."""
    target = Target("", platform, surface_type, key)
    if not _is_fetched(target):
        raise UnusableSurface(f"{target} can only be replayed from recordings")
    settings = PipelineSettings.from_environment()
    reading = try_capture(target, capture_limits(settings))
    results.print(_tried(reading, keeps_handles=settings.keep_author_handles))
    for entry in reading.quarantined[:_SHOWN]:
        say(f"quarantined, entry {entry.position}: {entry.reason}")
    say(
        f"{target}: {reading.status}; {len(reading.items)} items, {len(reading.quarantined)} quarantined, "
        f"{reading.receipt.body_bytes} bytes in {len(reading.receipt.pages)} answers; nothing was stored"
    )
    if reading.failure:
        raise TrialFailed(f"{reading.failure}: {reading.sentence}")


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


def set_active(database: Database, target: Target, *, active: bool) -> str:
    """Pause or resume a surface, and say so; NoSuchSurface where there is none."""
    if active and not _is_fetched(target):
        raise UnusableSurface(f"{target} can only be replayed from recordings")
    with database.writing() as session:
        stored = find_surface(session, target.platform, target.surface_type, target.surface_key)
        if stored is None:
            raise NoSuchSurface(f"there is no surface {target}; kairo surface list shows those that there are")
        was_active, stored.is_active = stored.is_active, active
    if was_active == active:
        return f"{target} is {'active' if active else 'paused'} already; nothing was changed"
    return f"{'Resumed' if active else 'Paused'} {target}"


def _is_fetched(target: Target) -> bool:
    """Whether it can be fetched at all; raise where the platform, the type or the key is of no use."""
    connector = connector_for(target.platform, target.surface_type)
    longest = Surface.surface_key.type.length
    if not 1 <= len(target.surface_key) <= longest:
        raise UnusableSurface(f"the key of a surface has 1 to {longest} characters, this one {len(target.surface_key)}")
    try:
        connector.check(target)
    except ValueError as error:
        raise UnusableSurface(str(error)) from error
    return connector.is_fetched


def _every(minutes: int) -> str:
    unit = next(unit for unit in ("d", "h", "m") if minutes % _UNITS[unit] == 0)
    return f"{minutes // _UNITS[unit]}{unit}"


def _described(surface: Surface, state: SurfaceState) -> dict[str, Any]:
    return {
        "id": str(surface.id),
        "platform": surface.platform,
        "surface_type": surface.surface_type,
        "surface_key": surface.surface_key,
        "cadence_minutes": surface.cadence_minutes,
        "is_active": surface.is_active,
        "is_broken": state.is_broken,
        "last_success": state.last_success.isoformat() if state.last_success else None,
        "failures_in_a_row": state.failures_in_a_row,
        "next_try": state.next_try.isoformat() if state.next_try else None,
        "error_kind": state.error_kind,
        "error": state.error,
    }


def _as_table(surfaces: list[dict[str, Any]]) -> Table:
    table = Table("platform", "type", "key", "every", "state", "last success (UTC)", "failing")
    for surface in surfaces:
        table.add_row(
            surface["platform"],
            surface["surface_type"],
            plain(surface["surface_key"]),
            _every(surface["cadence_minutes"]),
            _state(surface),
            (surface["last_success"] or "")[:16].replace("T", " "),
            plain(_failing(surface)),
        )
    return table


def _state(surface: dict[str, Any]) -> str:
    if not surface["is_active"]:
        return "paused"
    return "[bold red]broken[/]" if surface["is_broken"] else "active"


def _failing(surface: dict[str, Any]) -> str:
    if not surface["failures_in_a_row"]:
        return ""
    again = f"next try {surface['next_try'][:16].replace('T', ' ')}" if surface["next_try"] else ""
    return f"{surface['failures_in_a_row']} in a row, {again}: {surface['error_kind']}: {surface['error']}"


def _tried(reading: Reading, *, keeps_handles: bool) -> Table:
    table = Table("id", "text", "author", "published (UTC)", "views", "likes", "comments", "shares", "link")
    for item in reading.items[:_SHOWN]:
        # What is stored is a hash of the handle, by a key that the lake may not have yet.
        author = item.author if keeps_handles or not item.author else "a hash"
        table.add_row(*_cells(item, author or ""))
    return table


def _cells(item: Item, author: str) -> list[Any]:
    words = " ".join((item.title or item.text_content).split())
    counts = (item.view_count, item.like_count, item.comment_count, item.share_count)
    return [
        plain(item.platform_item_id[:40]),
        plain(words[:80]),
        plain(author),
        f"{item.published_at:%Y-%m-%d %H:%M}" if item.published_at else "",
        *("" if count is None else str(count) for count in counts),
        plain((item.url or "")[:60]),
    ]
