"""A board on request: one at a time for a brand, and nobody pays twice."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from model_server import says, serving_models
from sqlalchemy import func, select
from test_board_engine import board_stores, brand_id  # noqa: F401 - a fixture is used by its name

from kairo_hero.engines.regenerating import regenerate_today_board
from kairo_hero.errors import ObjectNotFoundError
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models import BoardGeneration, TodayBoard


def boards(stores) -> int:
    with stores.database.reading() as session:
        return session.scalar(select(func.count()).select_from(TodayBoard))


def test_a_board_is_made_and_another_request_makes_another(board_stores):  # noqa: F811
    first, second = (regenerate_today_board(board_stores, brand_id(board_stores)) for _ in range(2))
    assert (first.status, second.status) == ("regenerated", "regenerated")
    assert first.today_board.meta.run_id != second.today_board.meta.run_id
    assert boards(board_stores) == 2


def test_who_asks_while_one_is_being_made_gets_that_one(board_stores):  # noqa: F811
    asked, go_on = threading.Event(), threading.Event()

    def slowly(request, handler):
        asked.set()
        go_on.wait(30)
        says({"opportunities": []})(request, handler)

    with serving_models() as server, ThreadPoolExecutor(2) as pool:
        server.script(slowly)
        settings = ModelSettings(_env_file=None, llm_disabled=False, openai_base_url=server.base_url, provider="openai")
        stores = replace(board_stores, models=ModelClient(settings, board_stores.database))
        first = pool.submit(regenerate_today_board, stores, brand_id(stores))
        assert asked.wait(30)
        second = pool.submit(regenerate_today_board, stores, brand_id(stores))
        # until it waits: it looks at the store once, which takes milliseconds
        assert not wait([second], timeout=2).done
        go_on.set()
        assert (first.result(30).status, second.result(30).status) == ("regenerated", "joined")
        assert first.result().today_board == second.result().today_board
        assert len(server.asked) == 1
    assert boards(board_stores) == 1


def test_a_generation_that_died_with_its_process_is_waited_for_no_longer(board_stores):  # noqa: F811
    with board_stores.database.writing() as session:
        expired = datetime.now(UTC) - timedelta(seconds=1)
        session.add(BoardGeneration(brand_id=brand_id(board_stores), run_id="dead", expires_at=expired))
    assert regenerate_today_board(board_stores, brand_id(board_stores)).status == "regenerated"
    with board_stores.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BoardGeneration)) == 0


def test_an_unknown_brand_is_named(board_stores):  # noqa: F811
    unknown = uuid4()
    with pytest.raises(ObjectNotFoundError, match=str(unknown)):
        regenerate_today_board(board_stores, unknown)
