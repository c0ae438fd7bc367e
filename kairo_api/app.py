"""Puts the HTTP application together; every call makes a new one, nothing is wired at import."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from kairo_api.openapi import complete_document
from kairo_api.problems import answer_with_problems
from kairo_api.routes import boards, brands, decisions, health
from kairo_api.settings import ApiSettings
from kairo_hero.engines.opportunities_engine import BoardStores
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.settings import ModelSettings
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.relational.database import Database

_DESCRIPTION = """
What each brand should say today, and why now: the boards that have been made, as they stand.

Every error is a problem (RFC 9457, `application/problem+json`) whose `type` is stable and whose `detail` says what can
be done. Answers carry an `ETag`; send it back in `If-None-Match`, and 304 says that nothing has changed. Lists are
paged by `limit` and `cursor`.
"""

_TAGS = [
    {"name": "brands", "description": "Who speaks."},
    {"name": "boards", "description": "What to say today."},
    {"name": "decisions", "description": "What people make of it, which changes the next board."},
    {"name": "health", "description": "For supervisors and load balancers."},
]


def build_app(settings: ApiSettings | None = None, *, database: Database | None = None) -> FastAPI:
    """The application over the stores that settings name (by default the environment's), or over the database given."""
    settings = settings or ApiSettings.from_environment()
    store = database or Database(settings.database_url)
    models = ModelClient.where_enabled(ModelSettings.from_environment(), store)

    @asynccontextmanager
    async def closing_its_own_store(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if models is not None:
            models.close()
        if database is None:
            store.engine.dispose()

    app = FastAPI(
        title="Kairo",
        version=version("kairo"),
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        generate_unique_id_function=lambda route: route.name,
        lifespan=closing_its_own_store,
    )
    app.state.database = store
    app.state.settings = settings
    app.state.board_stores = BoardStores(store, Lake(settings.lake_uri), settings, models)
    answer_with_problems(app)
    for routes in (brands, boards, decisions, health):
        app.include_router(routes.router)
    complete_document(app)
    return app


def create_app() -> FastAPI:
    """The application as the environment describes it, for `uvicorn --factory kairo_api.app:create_app`."""
    return build_app(ApiSettings.from_environment())
