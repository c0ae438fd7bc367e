"""The relational store as routes ask for it."""

from typing import Annotated, cast

from fastapi import Depends, Request

from kairo_hero.migrating import require_current
from kairo_pipelines.relational.database import Database


async def store_of(request: Request) -> Database:
    """The store that the application was built over."""
    return cast(Database, request.app.state.database)


def require_usable(database: Database) -> None:
    """Raise DatabaseUnavailable or SchemaOutOfDate unless the store answers and has the schema that this code needs."""
    database.check()
    require_current(database)


# A route opens its session itself, in its own thread: one that a dependency opened would hold its connection
# until a thread is free to close it.
Store = Annotated[Database, Depends(store_of)]
