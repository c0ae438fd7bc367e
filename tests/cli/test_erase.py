"""`kairo erase`, and what `kairo board` shows of a board that quoted what was erased."""

import copy
import io
import sys

import pytest
from erased_world import AUTHOR, HOURS, ITEM, OF_AUTHOR, OF_ITEM, SOURCE, ZANZIBAR, left_of, recording
from small_world import SmallWorld

from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.brands.importing import find_brand
from kairo_hero.dto import TodayBoardDTO
from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.models import TodayBoard
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS


@pytest.fixture
def captured(place) -> SmallWorld:
    """The place's own lake, with two days of evidence in it."""
    world = SmallWorld(place.folder)
    evidence = ("surfaces", "capture_runs", "evidence_items", "evidence_observations")
    assert world.ingest(HOURS, replay=recording(place.folder), only=evidence).success
    return world


def titles(world: SmallWorld) -> set[str]:
    return set(world.lake.read(EVIDENCE_ITEMS).column("title").to_pylist())


def test_an_item_is_erased_and_it_is_told_how_much_of_it_there_was(place, captured):
    outcome = place.kairo("erase", "item", "hackernews", ITEM.name, "--yes")
    assert (outcome.code, outcome.err) == (0, "")
    for part in ("Erased the item 777000111 of hackernews", "captures 4", "evidence_items 1", "It is on record as"):
        assert part in outcome.words
    assert left_of(OF_ITEM, place.folder / "lake") == []


def test_an_author_is_erased_with_all_that_is_theirs(place, captured):
    outcome = place.kairo("erase", "author", "hackernews", AUTHOR.name, "--yes")
    assert outcome.code == 0
    assert "evidence_items 2" in outcome.words
    assert left_of(OF_AUTHOR, place.folder / "lake") == []
    assert SOURCE.title in titles(captured)


@pytest.mark.parametrize(("answer", "is_erased"), [("n\n", False), ("", False), ("y\n", True)])
def test_nothing_is_erased_before_somebody_says_that_it_is_meant(place, captured, monkeypatch, answer, is_erased):
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    outcome = place.kairo("erase", "item", "hackernews", ITEM.name)
    assert "Erase the item 777000111 of hackernews for good?" in outcome.err
    assert (outcome.code == 0) == is_erased
    assert (ZANZIBAR.title not in titles(captured)) == is_erased


def test_what_is_not_stored_is_on_record_and_told_so(place):
    outcome = place.kairo("erase", "item", "hackernews", "4711", "--yes")
    assert outcome.code == 0
    assert "nothing was stored of it. It is on record as" in outcome.words


def test_a_platform_that_no_connector_is_for_is_pointed_out(place):
    outcome = place.kairo("erase", "author", "hackrnews", "somebody", "--yes")
    assert outcome.code == 0
    assert "No connector is for 'hackrnews' (there are bluesky, drop, feeds, hackernews" in outcome.words


def test_a_board_that_quoted_it_is_shown_without(place, captured):
    place.kairo("brand", "import", *BRAND_FILES)
    board = copy.deepcopy(EXAMPLES["TodayBoardDTO"])
    card = board["opportunities"][0]
    card["angle"] = f"Start from “{ZANZIBAR.title}”"
    card["evidence"][0] |= {"evidence_id": "hackernews:777000111", "title": ZANZIBAR.title, "url": ZANZIBAR.url}
    with place.database.writing() as session:
        brand = find_brand(session, "18f")
        session.add(TodayBoard(brand_id=brand.id, run_id="r", board=board, signal_bundle={}))
    assert ZANZIBAR.title in place.kairo("board", "18f").words
    assert "kept rows redacted 1" in place.kairo("erase", "item", "hackernews", ITEM.name, "--yes").words
    shown = place.kairo("board", "18f")
    assert shown.code == 0
    assert "Start from “[removed]”" in shown.words
    assert "[removed] · hackernews" in shown.words
    as_json = place.kairo("board", "18f", "--json")
    assert not [name for name in OF_ITEM if name in (shown.out + as_json.out).lower()]
    assert TodayBoardDTO.model_validate_json(as_json.out).opportunities[0].evidence[0].title == "[removed]"
