"""`kairo board`: a brand's Today Board, as it is kept or made now."""

from datetime import datetime
from typing import Annotated

import typer

from kairo_cli.hour_options import moment
from kairo_cli.stores import open_database
from kairo_cli.terminal import results
from kairo_hero.boards.reading import kept_board, signals_of_board
from kairo_hero.brands.importing import find_brand
from kairo_hero.dto import TodayBoardDTO
from kairo_pipelines.relational.database import Database


class NoBoard(Exception):
    """The brand has no board; the message says how to make one."""


def board(
    slug: Annotated[
        str, typer.Argument(metavar="BRAND", help="tenant.brand, or the brand alone where only one has it.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the board as JSON, and nothing else.")] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="The board that stood then, as 2021-12-10T08:30 (UTC)."),
    ] = None,
    make: Annotated[bool, typer.Option("--make", help="Make the board now, then show it.")] = False,
    replay: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Make the card with this id again, from what its board was made from."),
    ] = None,
) -> None:
    """Show a brand's board: its cards, best first, each with its id, its score, its reason and its evidence."""
    if make and as_of:
        raise typer.BadParameter("give --make or --as-of: a board is made as of now")
    if replay and (make or as_of):
        raise typer.BadParameter("give --replay alone: a card is made again from the board that composed it")
    database = open_database()
    if replay:
        show_replay(database, slug, replay, as_json=as_json)
        return
    if make:
        make_board_of(database, slug)
    shown = read_board(database, slug, as_of)
    if as_json:
        print(shown.model_dump_json(indent=2))
    else:
        show_board(database, shown)


def make_board_of(database: Database, slug: str) -> None:
    """Make the brand's board now, in a run of its own."""
    from kairo_cli.dagster_runs import make_board

    with database.reading() as session:
        key = find_brand(session, slug).partition_key
    make_board(key)


def read_board(database: Database, slug: str, as_of: datetime | None = None) -> TodayBoardDTO:
    """The kept board; NoBoard where there is none."""
    with database.reading() as session:
        brand = find_brand(session, slug)
        kept = kept_board(session, brand.id, as_of)
    key = brand.partition_key
    if kept is None and as_of:
        raise NoBoard(f"{key} had no board at {as_of:%Y-%m-%d %H:%M} UTC; without --as-of, its latest board is shown")
    if kept is None:
        raise NoBoard(f"{key} has no board yet; make one with: kairo board {key} --make")
    return kept


def show_board(database: Database, shown: TodayBoardDTO) -> None:
    """Print the board for people to read."""
    from kairo_cli.board_view import board_view

    with database.reading() as session:
        signals = signals_of_board(session, shown)
    results.print(board_view(shown, signals))


def show_replay(database: Database, slug: str, card: str, *, as_json: bool) -> None:
    """Print the card that was made again, and whether it is the same; the exit code is 1 where it is not."""
    # with what composes cards comes the client of models, which takes longer to load than the rest
    from kairo_cli.board_view import replay_view
    from kairo_hero.engines.replaying import replay_card

    with database.reading() as session:
        replayed = replay_card(session, find_brand(session, slug).id, card)
    if as_json:
        print(replayed.again.model_dump_json(indent=2))
    else:
        results.print(replay_view(replayed))
    if replayed.differences:
        raise typer.Exit(1)
