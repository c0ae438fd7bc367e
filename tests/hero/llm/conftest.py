"""A scripted endpoint, and a desk from which it is asked."""

from collections.abc import Callable, Iterator

import pytest
from asking_desk import KEY, Desk
from model_server import ModelServer, serving_models

from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models import Brand, Tenant
from kairo_hero.observability import RunLog


@pytest.fixture(params=["sqlite"])
def stores(request: pytest.FixtureRequest) -> object:
    """SQLite, but for the tests of what is particular to a store."""
    return request.getfixturevalue(f"{request.param}_stores")


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with serving_models() as server:
        yield server


@pytest.fixture
def model_settings(model_server: ModelServer) -> Callable[..., ModelSettings]:
    """Settings for the scripted endpoint, at OpenAI's prices, with little patience."""

    def settings(**changes: object) -> ModelSettings:
        quick = {
            "llm_disabled": False,
            "openai_api_key": KEY,
            "openai_base_url": model_server.base_url,
            "model_fast": "gpt-4o-mini",
            "model_heavy": "gpt-4o",
            "provider": "openai",
            "timeout_seconds": 5,
            "deadline_seconds": 10,
            "retry_seconds": 0,
        }
        return ModelSettings(_env_file=None, **{**quick, **changes})

    return settings


@pytest.fixture
def make_desk(database, model_server, model_settings, tmp_path) -> Iterator[Callable[..., Desk]]:
    clients = []
    with database.writing() as session:
        brand = Brand(tenant=Tenant(name="Acme", slug="acme"), name="Acme", slug="acme")
        session.add(brand)

    def make(**changes: object) -> Desk:
        client = ModelClient(model_settings(**changes), database)
        clients.append(client)
        models = client.for_run("run-1", brand.id, RunLog("run-1", str(tmp_path)))
        return Desk(database, model_server, client, models, brand.id, tmp_path)

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def desk(make_desk) -> Desk:
    return make_desk()
