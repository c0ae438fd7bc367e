"""The stores and the settings as routes ask for them."""

from typing import Annotated, cast

from fastapi import Depends, Request

from kairo_api.settings import ApiSettings
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


async def board_stores_of(request: Request) -> BoardStores:
    """What the application was built to make boards with."""
    return cast(BoardStores, request.app.state.board_stores)


async def settings_of(request: Request) -> ApiSettings:
    """The settings that the application was built with."""
    return cast(ApiSettings, request.app.state.settings)


# A route opens its session itself, in its own thread: one that a dependency opened would hold its connection
# until a thread is free to close it.
Store = Annotated[Database, Depends(store_of)]
Boards = Annotated[BoardStores, Depends(board_stores_of)]
Settings = Annotated[ApiSettings, Depends(settings_of)]
