"""Signals from files: for both demo brands, for others by an index, and clear words where a file is no good."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from test_board_engine import AT, board_stores, brand_id, make  # noqa: F401 - a fixture is used by its name

from kairo_hero.brands.importing import find_brand
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.fixtures import FixtureUnreadable, SignalFixtures
from kairo_hero.signals.gathering import gather_signals, kept_signals
from kairo_pipelines.lake.lake import Lake

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@pytest.fixture
def stores(request):
    return request.getfixturevalue(f"{request.param}_stores")


@pytest.fixture
def from_files(board_stores, tmp_path):  # noqa: F811
    """Makes stores that take signals from a folder, by default the one that comes with Kairo; their lake is broken."""

    def with_folder(folder: Path | None = None):
        settings = HeroSettings(
            _env_file=None, external_signals_mode="fixtures", signal_fixtures=str(folder) if folder else None
        )
        return replace(board_stores, settings=settings, lake=Lake(str(tmp_path / "no lake at all")))

    return with_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files that come with Kairo, to be changed."""
    copy = tmp_path / "fixtures"
    copy.mkdir()
    for path in SignalFixtures().folder.glob("*.json"):
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def test_both_demo_brands_get_boards_that_differ_without_a_lake(from_files):
    boards = {slug: make(from_files(), slug=slug) for slug in ("sourcegraph", "18f")}
    titles = {slug: {card.title for card in board.opportunities} for slug, board in boards.items()}
    assert all(titles.values())
    assert not titles["sourcegraph"] & titles["18f"]
    assert not any(board.meta.degraded for board in boards.values())
    assert all(one.url for board in boards.values() for card in board.opportunities for one in card.evidence)


def test_they_are_the_same_every_time_but_for_the_moment(from_files):
    first, second = make(from_files()), make(from_files())
    assert [card.title for card in first.opportunities] == [card.title for card in second.opportunities]
    assert [card.score for card in first.opportunities] == [card.score for card in second.opportunities]


def test_all_kinds_of_signals_are_there_and_each_rests_on_evidence(from_files):
    stores = from_files()
    with stores.database.reading() as session:
        brand = find_brand(session, "sourcegraph")
    [signals] = gather_signals(stores.database, stores.lake, stores.settings, [brand], AT)
    bundle = signals.bundle
    assert bundle.trends
    assert bundle.web_mentions
    assert bundle.competitor_posts
    assert bundle.social_moments
    assert bundle.brand_id == brand.id
    assert all(trend.evidence_ids for trend in bundle.trends)
    with stores.database.reading() as session:
        assert kept_signals(session, brand) == signals


def test_the_index_knows_brands_by_slug_or_with_their_tenant(from_files, folder):
    (folder / "_index.json").write_text(json.dumps({"gsa.18f": "18f.json", "18f": "missing.json"}))
    assert make(from_files(folder), slug="18f").opportunities


def test_a_brand_without_a_file_gets_a_degraded_board_that_says_so(from_files, folder):
    (folder / "_index.json").write_text("{}")
    board = make(from_files(folder))
    assert (board.meta.degraded, board.opportunities) == (True, [])
    assert board.meta.degraded_reason == f"{folder / '_index.json'} names no file for sourcegraph.sourcegraph"


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("_index.json", "[1]", "must be an object from brand slug to file name"),
        ("_index.json", "{", "_index.json is no JSON"),
        ("sourcegraph.json", "not json", "sourcegraph.json is no JSON"),
        ("sourcegraph.json", "{}", "sourcegraph.json holds no bundle"),
        ("sourcegraph.json", "[]", "sourcegraph.json holds no bundle"),
        ("sourcegraph.json", None, "sourcegraph.json can't be read (No such file or directory)"),
    ],
)
def test_a_file_that_is_no_good_is_named_and_the_board_is_answered(from_files, folder, file, content, told):
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content)
    board = make(from_files(folder))
    assert board.meta.degraded
    assert told in board.meta.degraded_reason


def test_a_wrong_value_in_a_file_is_named_with_its_place(from_files, folder):
    kept = json.loads((folder / "sourcegraph.json").read_text())
    kept["occasions"][0]["strength"] = 500
    (folder / "sourcegraph.json").write_text(json.dumps(kept))
    stores = from_files(folder)
    with stores.database.reading() as session:
        brand = find_brand(session, "sourcegraph")
    with pytest.raises(FixtureUnreadable, match=r"occasions\.0\.strength: Input should be less than or equal to 100"):
        gather_signals(stores.database, stores.lake, stores.settings, [brand], AT)


def test_every_file_that_comes_with_kairo_is_named_in_its_index(board_stores):  # noqa: F811
    fixtures = SignalFixtures(board_stores.settings.signal_fixtures)
    assert sorted(fixtures.check()) == ["18f", "sourcegraph"]
    assert {path.name for path in fixtures.folder.glob("*.json")} == {"_index.json", "18f.json", "sourcegraph.json"}
