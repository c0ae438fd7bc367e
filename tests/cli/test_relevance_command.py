"""`kairo relevance` as people run it."""

import io
import json
from pathlib import Path

import pytest

from kairo_cli.demo.demo import BRAND_FILES

SOURCEGRAPH = next(path for path in map(Path, BRAND_FILES) if path.stem == "sourcegraph")
TEXTS = [
    {"id": 29504755, "text": "Log4j RCE Found. RCE 0-day exploit found in log4j, a popular Java logging package"},
    {"id": "é", "text": "Bob Dole Has Died", "points": 66},
    {"id": "nothing", "text": ""},
]


def written(texts: list[dict]) -> str:
    return "".join(json.dumps(text) + "\n" for text in texts)


@pytest.fixture
def file(empty_place) -> Path:
    path = empty_place.folder / "texts.jsonl"
    path.write_text(written(TEXTS))
    return path


def answers(outcome) -> list[dict]:
    assert (outcome.code, outcome.err) == (0, "")
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_each_text_comes_back_by_its_id_with_its_relevance(empty_place, file):
    found = answers(empty_place.kairo("relevance", SOURCEGRAPH, file))
    assert [set(one) for one in found] == [{"id", "relevance"}] * 3
    assert [one["id"] for one in found] == [29504755, "é", "nothing"]
    assert found[0]["relevance"] > 0.5 > 0.1 > found[1]["relevance"]


def test_a_brand_in_the_store_goes_by_its_name_and_says_the_same_as_its_file(place, file):
    place.kairo("brand", "import", SOURCEGRAPH)
    by_name = answers(place.kairo("relevance", "sourcegraph", file))
    assert by_name == answers(place.kairo("relevance", SOURCEGRAPH, file))


def test_a_dash_reads_standard_input_and_empty_lines_are_no_texts(empty_place, monkeypatch):
    given = io.BytesIO(b"\xef\xbb\xbf" + written(TEXTS).replace("\n", "\r\n\r\n").encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given))
    assert len(answers(empty_place.kairo("relevance", SOURCEGRAPH, "-"))) == 3


def test_no_texts_are_no_answers(empty_place, file):
    file.write_text("")
    assert answers(empty_place.kairo("relevance", SOURCEGRAPH, file)) == []


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("Log4j RCE Found", "Log4j RCE Found is not JSON; each line is one object with id and text"),
        ('["1", "Log4j"]', "this is no JSON object; each line is one object with id and text"),
        ('{"id": 1}', "text is missing; each line is one object with id and text"),
        ('{"id": 1, "text": null}', "text must be text"),
        ('{"id": 1.5, "text": "Log4j"}', "id must be text or a whole number"),
        (
            r'{"id": 1, "text": "\ud800"}',
            r'{"id": 1, "text": "\ud800"} is not JSON; each line is one object with id and text',
        ),
    ],
    ids=["no JSON", "a list", "no text", "null", "a fraction", "half a character"],
)
def test_a_mistake_is_named_with_its_line_and_nothing_is_printed(empty_place, file, line, mistake):
    file.write_text(written(TEXTS) + line + "\n")
    outcome = empty_place.kairo("relevance", SOURCEGRAPH, file)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == f"Error: {file}, line 4: {mistake}\n"


def test_what_is_not_there_is_said_in_a_sentence(place):
    assert "nowhere.jsonl can't be read: no such file" in place.kairo("relevance", SOURCEGRAPH, "nowhere.jsonl").err
    assert "there is no brand 'nobody'" in place.kairo("relevance", "nobody", "-").err
    assert "brand file nobody.yaml can't be read" in place.kairo("relevance", "nobody.yaml", "-").err
