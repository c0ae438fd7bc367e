"""A board made over HTTP: answered, kept, told to Dagster, and joined by whoever asks meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest
from fastapi.testclient import TestClient
from model_server import says, serving_models

from kairo_api.app import build_app
from kairo_api.settings import ApiSettings
from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.importing import import_brand
from kairo_hero.dto import RegenerateResponseDTO, TodayBoardDTO

# the engine's tests do the same on both stores
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@pytest.fixture
def stores(request):
    return request.getfixturevalue(f"{request.param}_stores")


@pytest.fixture
def brand(database):
    with database.writing() as session:
        [file] = [file for file in BRAND_FILES if file.stem == "sourcegraph"]
        return import_brand(session, read_brand_file(file))


@pytest.fixture
def settings(tmp_path: Path) -> ApiSettings:
    return ApiSettings(
        _env_file=None,
        external_signals_mode="fixtures",
        lake_uri=str(tmp_path / "lake"),
        dagster_home=str(tmp_path / "dagster"),
    )


@pytest.fixture
def client(database, settings):
    with TestClient(build_app(settings, database=database), raise_server_exceptions=False) as client:
        yield client


def test_a_board_is_made_answered_and_kept(client, brand):
    answer = client.post(f"/api/brands/{brand.id}/today/regenerate")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    made = RegenerateResponseDTO.model_validate_json(answer.content)
    assert made.status == "regenerated"
    assert made.today_board.opportunities
    kept = client.get(f"/api/brands/{brand.id}/today")
    assert TodayBoardDTO.model_validate_json(kept.content) == made.today_board


def test_it_is_another_board_each_time(client, brand):
    runs = {
        client.post(f"/api/brands/{brand.id}/today/regenerate").json()["today_board"]["meta"]["run_id"]
        for _ in range(2)
    }
    assert len(runs) == 2


def test_an_unknown_brand_is_missing(client):
    unknown = uuid4()
    answer = client.post(f"/api/brands/{unknown}/today/regenerate")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:kairo:problem:brand-missing"
    assert str(unknown) in answer.json()["detail"]


def test_what_is_no_id_is_refused(client):
    answer = client.post("/api/brands/sourcegraph/today/regenerate")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "brand_id"


def test_without_a_lake_the_answer_is_a_board_that_says_why(database, brand, tmp_path):
    settings = ApiSettings(_env_file=None, lake_uri=str(tmp_path / "nothing"), dagster_home=str(tmp_path / "dagster"))
    with TestClient(build_app(settings, database=database)) as client:
        board = client.post(f"/api/brands/{brand.id}/today/regenerate").json()["today_board"]
    assert board["meta"]["degraded"]
    assert board["meta"]["degraded_reason"] == "no hour has been scored yet"


def test_dagster_is_told_where_there_is_one(client, brand, settings):
    home = Path(settings.dagster_home)
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    run_id = client.post(f"/api/brands/{brand.id}/today/regenerate").json()["today_board"]["meta"]["run_id"]
    with dg.DagsterInstance.from_config(str(home)) as instance:
        told = instance.get_latest_materialization_event(dg.AssetKey("today_board")).asset_materialization
    assert told.partition == "sourcegraph.sourcegraph"
    assert told.metadata["kairo run"].value == run_id


def test_a_dagster_that_can_not_be_told_costs_no_board(client, brand, settings):
    home = Path(settings.dagster_home)
    home.mkdir()
    (home / "dagster.yaml").write_text("storage: nonsense\n")
    assert client.post(f"/api/brands/{brand.id}/today/regenerate").status_code == 200


def test_who_asks_while_one_is_being_made_joins_it(database, brand, settings, monkeypatch):
    asked, go_on = threading.Event(), threading.Event()

    def slowly(request, handler):
        asked.set()
        go_on.wait(30)
        says({"opportunities": []})(request, handler)

    with serving_models() as server, ThreadPoolExecutor(2) as pool:
        server.script(slowly)
        monkeypatch.setenv("LLM_DISABLED", "false")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        with TestClient(build_app(settings, database=database)) as client:
            path = f"/api/brands/{brand.id}/today/regenerate"
            first = pool.submit(client.post, path)
            assert asked.wait(30)
            second = pool.submit(client.post, path)
            # until it waits: it looks at the store once, which takes milliseconds
            assert not wait([second], timeout=2).done
            go_on.set()
            answers = [first.result(30).json(), second.result(30).json()]
        assert len(server.asked) == 1
    assert [answer["status"] for answer in answers] == ["regenerated", "joined"]
    assert answers[0]["today_board"] == answers[1]["today_board"]
