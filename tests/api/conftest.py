"""A client of the application, and brands and boards for it to find."""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from kairo_api.app import build_app
from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.models import Brand, Tenant, TodayBoard
from kairo_pipelines.relational.database import Database

MORNING = datetime(2021, 12, 10, 8, 15, 4, tzinfo=UTC)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """The application over the test's store; a defect answers 500 here, as it does to the world."""
    with TestClient(build_app(database=database), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def add_brand(database: Database) -> Callable[[str], Brand]:
    """Stores the brand that `tenant.brand` names."""

    def add(key: str = "acme.shoes") -> Brand:
        tenant_slug, slug = key.split(".")
        with database.writing() as session:
            tenant = session.scalar(select(Tenant).where(Tenant.slug == tenant_slug))
            tenant = tenant or Tenant(name=tenant_slug.title(), slug=tenant_slug)
            brand = Brand(tenant=tenant, name=slug.title(), slug=slug, timezone="Europe/Berlin")
            session.add(brand)
        return brand

    return add


@pytest.fixture
def keep_board(database: Database) -> Callable[..., dict]:
    """Keeps a board of the brand as made at a moment, and returns its JSON."""

    def keep(brand: Brand, made_at: datetime = MORNING) -> dict:
        board = copy.deepcopy(EXAMPLES["TodayBoardDTO"])
        run_id = f"run-{made_at:%Y%m%dT%H%M}"
        board["brand_id"] = board["snapshot"]["brand_id"] = str(brand.id)
        board["meta"] |= {"run_id": run_id, "generated_at": made_at.isoformat().replace("+00:00", "Z")}
        with database.writing() as session:
            session.add(
                TodayBoard(brand_id=brand.id, run_id=run_id, generated_at=made_at, board=board, signal_bundle={})
            )
        return board

    return keep
