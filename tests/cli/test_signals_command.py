"""`kairo signals`, and boards made from files of them: what a brand's board is made from, and a card made again."""

import json

import pytest

from kairo_hero.signals.bundle import Signals


def test_before_any_were_gathered_it_says_how_to(described):
    outcome = described.kairo("signals", "18f")
    assert outcome.code == 1
    assert "gather them with: kairo signals gsa.18f --gather" in outcome.words


def test_signals_show_what_is_the_brands_what_else_is_hot_and_who_is_named(described):
    shown = described.kairo("signals", "sourcegraph", "--gather").words
    assert "Log4j" in shown
    assert "outside" in shown
    assert "a mention" in shown
    assert "on GitHub" in shown


def test_what_was_gathered_is_what_is_shown(described):
    gathered = described.kairo("signals", "18f", "--gather", "--json").out
    assert described.kairo("signals", "18f", "--json").out == gathered
    assert Signals.model_validate_json(gathered).occasions


def test_a_file_made_of_them_makes_the_same_board(described, tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "shoes.json").write_text(described.kairo("signals", "sourcegraph", "--gather", "--json").out)
    (folder / "_index.json").write_text('{"sourcegraph": "shoes.json"}')
    described.kairo("board", "sourcegraph", "--make")
    before = json.loads(described.kairo("board", "sourcegraph", "--json").out)
    monkeypatch.setenv("KAIRO_SIGNAL_FIXTURES", str(folder))
    described.kairo("board", "sourcegraph", "--make")
    after = json.loads(described.kairo("board", "sourcegraph", "--json").out)
    assert [card["title"] for card in after["opportunities"]] == [card["title"] for card in before["opportunities"]]
    assert after["meta"]["run_id"] != before["meta"]["run_id"]


def test_a_board_shows_ids_and_a_card_is_made_again_by_one(described):
    assert described.kairo("board", "sourcegraph", "--make").code == 0
    [card, *_] = json.loads(described.kairo("board", "sourcegraph", "--json").out)["opportunities"]
    beginning = card["id"][:8]
    assert beginning in described.kairo("board", "sourcegraph").words
    outcome = described.kairo("board", "sourcegraph", "--replay", beginning)
    assert outcome.code == 0
    assert "The same card, made again from the inputs of run" in outcome.words
    again = json.loads(described.kairo("board", "sourcegraph", "--replay", beginning, "--json").out)
    assert again == card


def test_a_board_shows_what_else_is_hot(described):
    described.kairo("board", "sourcegraph", "--make")
    assert "Hot, and none of the brand’s business: Tailwind" in described.kairo("board", "sourcegraph").words


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--replay", "00000000"], 1, "the brand has no card '00000000'"),
        (["--replay", "0", "--make"], 2, "give --replay alone"),
        (["--replay", "0", "--as-of", "2021-12-10"], 2, "give --replay alone"),
    ],
)
def test_what_can_not_be_made_again_is_told(described, arguments, code, told):
    outcome = described.kairo("board", "sourcegraph", *arguments)
    assert outcome.code == code
    assert told in outcome.words
