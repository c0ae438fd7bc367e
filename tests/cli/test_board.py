"""`kairo board`: a kept board for people and for programs."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest

from kairo_cli.demo.demo import BRAND_FILES
from kairo_hero.brands.importing import find_brand
from kairo_hero.dto import TodayBoardDTO
from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.models import TodayBoard

MORNING = datetime(2021, 12, 10, 8, 15, 4, tzinfo=UTC)


@pytest.fixture
def keep(place):
    """Keeps a board of 18F, made from the documented example."""
    place.kairo("brand", "import", *BRAND_FILES)

    def keep(made_at: datetime = MORNING, title: str = "Find every use of Log4j", **meta: object) -> TodayBoardDTO:
        board = copy.deepcopy(EXAMPLES["TodayBoardDTO"])
        board["opportunities"][0]["title"] = title
        board["meta"] |= {"generated_at": made_at.isoformat(), "run_id": f"run-{made_at:%H%M}", **meta}
        kept = TodayBoardDTO.model_validate(board)
        with place.database.writing() as session:
            brand = find_brand(session, "18f")
            session.add(
                TodayBoard(
                    brand_id=brand.id,
                    run_id=kept.meta.run_id,
                    generated_at=made_at,
                    board=kept.model_dump(mode="json"),
                    signal_bundle={},
                )
            )
        return kept

    return keep


@pytest.mark.parametrize("name", ["18f", "gsa.18f"])
def test_json_is_the_board_and_nothing_else(place, keep, name):
    kept = keep()
    outcome = place.kairo("board", name, "--json")
    assert outcome.code == 0
    assert outcome.out == kept.model_dump_json(indent=2) + "\n"
    assert TodayBoardDTO.model_validate_json(outcome.out) == kept


def test_people_see_why_and_on_what_evidence(place, keep):
    keep()
    shown = place.kairo("board", "18f").words
    for part in (
        "Find every use of Log4j",
        "86.5 = trend 44.0 + fit 28.5 + freshness 14.0 + learning 0.0",
        "506 likes, 171 comments",
        "https://www.lunasec.io/docs/blog/log4j-zero-day/",
        "Security Engineering Leader",
        "1 card from 14 signals",
        "2 near duplicate, 1 taboo",
    ):
        assert part in shown


def test_what_a_board_lacks_is_said(place, keep):
    keep(degraded=True, degraded_reason="the model did not answer", missing=["pillars", "personas"])
    shown = place.kairo("board", "18f").words
    assert "Degraded: the model did not answer" in shown
    assert "would be served better with: pillars, personas" in shown


def test_a_title_that_strangers_wrote_is_text(place, keep):
    keep(title="\x1b]0;owned\x07[bold]Log4j[/nonsense]")
    shown = place.kairo("board", "18f").out
    assert "[bold]Log4j[/nonsense]" in shown
    assert "\x1b" not in shown


def test_as_of_shows_the_board_that_stood_then(place, keep):
    keep(MORNING, title="The first")
    keep(MORNING + timedelta(hours=4), title="The second")
    assert "The second" in place.kairo("board", "18f").out
    earlier = place.kairo("board", "18f", "--as-of", "2021-12-10T09:00", "--json")
    assert json.loads(earlier.out)["opportunities"][0]["title"] == "The first"
    before = place.kairo("board", "18f", "--as-of", "2021-12-10T08:00")
    assert before.code == 1
    assert "had no board at 2021-12-10 08:00 UTC" in before.err


def test_no_board_yet_says_how_to_make_one(place, keep):
    outcome = place.kairo("board", "18f", "--json")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err == "Error: gsa.18f has no board yet; make one with: kairo board gsa.18f --make\n"


def test_make_makes_it_now_even_where_nothing_was_captured(place, keep):
    outcome = place.kairo("board", "18f", "--make", "--json")
    assert outcome.code == 0, outcome.err
    board = TodayBoardDTO.model_validate_json(outcome.out)
    assert board.snapshot.brand_name == "18F"
    assert board.opportunities == []


def test_a_board_is_not_made_as_of_the_past(place, keep):
    outcome = place.kairo("board", "18f", "--make", "--as-of", "2021-12-10")
    assert outcome.code == 2
    assert "a board is made as of now" in outcome.words
