"""The stores as routes ask for them."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from kairo_hero.engines.opportunities_engine import BoardStores
from kairo_hero.migrating import require_current
from kairo_pipelines.relational.database import Database


async def store_of(request: Request) -> Database:
    """The store that the application was built over."""
    return cast(Database, request.app.state.database)


def require_usable(database: Database) -> None:
    """Raise DatabaseUnavailable or SchemaOutOfDate unless the store answers and has the schema that this code needs."""
    database.check()
    require_current(database)


@dataclass(frozen=True)
class BoardMaking:
    """What boards are made with, and which Dagster instance is told of them."""

    stores: BoardStores
    dagster_home: str


async def board_making_of(request: Request) -> BoardMaking:
    """What the application was built to make boards with."""
    return cast(BoardMaking, request.app.state.board_making)


# A route opens its session itself, in its own thread: one that a dependency opened would hold its connection
# until a thread is free to close it.
Store = Annotated[Database, Depends(store_of)]
Boards = Annotated[BoardMaking, Depends(board_making_of)]
