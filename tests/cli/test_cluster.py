"""`kairo cluster`, as people run it."""

import io
import json
import sys

import pytest
import typer
from typer.testing import CliRunner

from kairo_cli.cluster import UnreadableFile, cluster
from kairo_pipelines.topics.lines import UnreadableLine

app = typer.Typer()
app.command()(cluster)

STORIES = [
    {"id": 29504755, "text": "Log4j RCE Found", "published_at": "2021-12-10T02:25:00Z"},
    {"id": "suez", "text": "Suez canal blocked by a massive ship", "published_at": "2021-12-10T02:26:00"},
    {"id": None, "text": "RCE 0-day exploit found in log4j, a popular Java logging package"},
    {"id": 1.5, "text": ""},
]


def clustered(tmp_path, *rows, encoding="utf-8"):
    """What the command prints for rows: objects, or lines as they are."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "texts.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding)
    return CliRunner().invoke(app, [str(tmp_path / "texts.jsonl")])


def clusters(outcome):
    assert outcome.exit_code == 0, outcome.exception
    return [json.loads(line)["cluster"] for line in outcome.stdout.splitlines()]


def test_a_row_for_each_row_in_order_with_its_id_as_it_was(tmp_path):
    outcome = clustered(tmp_path, *STORIES)
    assert [json.loads(line) for line in outcome.stdout.splitlines()] == [
        {"id": 29504755, "cluster": 1},
        {"id": "suez", "cluster": 2},
        {"id": None, "cluster": 1},
        {"id": 1.5, "cluster": 4},
    ]


def test_standard_input_is_read_for_a_dash(monkeypatch):
    outcome = CliRunner().invoke(app, ["-"], input="\n".join(map(json.dumps, STORIES)))
    assert clusters(outcome) == [1, 2, 1, 4]


def test_an_empty_file_prints_nothing(tmp_path):
    assert clusters(clustered(tmp_path)) == []


def test_blank_lines_and_a_byte_order_mark_are_no_rows(tmp_path):
    assert clusters(clustered(tmp_path, STORIES[0], "", "  ", STORIES[2], encoding="utf-8-sig")) == [1, 1]


def test_ids_may_come_twice(tmp_path):
    assert clusters(clustered(tmp_path, STORIES[0], STORIES[0], {**STORIES[1], "id": STORIES[0]["id"]})) == [1, 1, 3]


def test_any_order_of_time_works(tmp_path):
    assert (
        clusters(clustered(tmp_path, STORIES[2], STORIES[0], {**STORIES[0], "published_at": "2021-12-08"})) == [1] * 3
    )


def test_a_year_later_the_same_words_are_another_topic(tmp_path):
    later = {**STORIES[0], "published_at": "2022-12-10T02:25:00Z"}
    assert clusters(clustered(tmp_path, STORIES[0], STORIES[0], later)) == [1, 1, 3]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param("{", "not JSON", id="broken"),
        pytest.param('["a"]', '["a"] is not an object', id="list"),
        pytest.param('{"text": "a"}', "no id", id="no-id"),
        pytest.param('{"id": [1], "text": "a"}', "no id", id="list-id"),
        pytest.param('{"id": 1}', "it has no text", id="no-text"),
        pytest.param('{"id": 1, "text": 5}', "text is 5, not a string", id="number-text"),
        pytest.param('{"id": 1, "text": "a", "published_at": "soon"}', 'published_at is "soon", not a time', id="time"),
        pytest.param('{"id": 1, "text": "a", "published_at": 7}', "published_at is 7, not a time", id="time-number"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_after_the_rows_before_it(tmp_path, line, wrong):
    outcome = clustered(tmp_path, STORIES[0], STORIES[1], line, STORIES[2])
    assert outcome.exit_code == 1
    assert isinstance(outcome.exception, UnreadableLine)
    assert str(outcome.exception).startswith("line 3: ")
    assert wrong in str(outcome.exception)
    assert len(outcome.stdout.splitlines()) == 2


def test_a_line_that_is_no_utf_8_is_named(tmp_path):
    with pytest.raises(UnreadableLine, match="line 1: not JSON"):
        CliRunner().invoke(app, ["-"], input=b'{"id": 1, "text": "caf\xe9"}', catch_exceptions=False)


def test_a_file_that_is_not_there_is_named(tmp_path):
    outcome = CliRunner().invoke(app, [str(tmp_path / "none.jsonl")])
    assert isinstance(outcome.exception, UnreadableFile)
    assert "none.jsonl can't be read: No such file" in str(outcome.exception)


def test_rows_come_out_while_more_are_read(monkeypatch):
    """A stream that never ends is clustered as it comes: a thousand rows are never waited for twice."""

    def forever():
        number = 0
        while True:
            assert number <= 1_000, "a second batch was read before the first was printed"
            number += 1
            yield json.dumps({"id": number, "text": f"story {number}"}).encode()

    class Printed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdin", type("Stream", (), {"buffer": forever()}))
    monkeypatch.setattr(sys, "stdout", Printed())
    with pytest.raises(BrokenPipeError):
        cluster("-")
