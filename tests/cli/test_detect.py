"""`kairo detect` as people run it, on a real series."""

import csv
import io
import random
from datetime import datetime
from pathlib import Path

import pytest

SCOTUS = Path(__file__).parents[1] / "data/gnip/scotus.csv"


@pytest.fixture(scope="module")
def scotus() -> list[str]:
    """Rows of `timestamp,value`: how often #scotus was written in an hour."""
    with SCOTUS.open() as file:
        return [f"{datetime.strptime(row[0], '%Y%m%d%H%M%S')},{row[2]}" for row in csv.reader(file)]  # noqa: DTZ007


def written(rows: list[str]) -> str:
    return "".join(f"{row}\n" for row in ["timestamp,value", *rows])


@pytest.fixture
def detected(empty_place):
    """What the command prints for some rows, from a file."""

    def run(rows: list[str]) -> list[str]:
        (empty_place.folder / "series.csv").write_text(written(rows))
        outcome = empty_place.kairo("detect", "series.csv")
        assert (outcome.code, outcome.err) == (0, "")
        return outcome.out.splitlines()

    return run


def test_each_row_comes_back_with_its_score_and_alerts_stand_where_they_fire(detected, scotus):
    header, *rows = detected(scotus)
    assert header == "timestamp,value,score,alert"
    assert [row.rsplit(",", 2)[0] for row in rows] == scotus
    assert [row for row in rows if row.endswith(",1")] == [
        "2014-09-05 12:00:00,239,4.3509,1",
        "2014-09-10 14:00:00,267,7.8744,1",
    ]


def test_cutting_the_rest_changes_nothing_before_it(detected, scotus):
    whole = detected(scotus)
    for end in random.Random(0).sample(range(len(scotus)), 5):
        assert detected(scotus[:end]) == whole[: end + 1]


def test_rows_that_are_missing_are_not_made_up(detected, scotus):
    there = [row for row in scotus if not row.startswith("2014-08-30")]
    assert [row.rsplit(",", 2)[0] for row in detected(there)[1:]] == there


def test_a_dash_reads_standard_input(empty_place, scotus, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(written(scotus).encode("utf-8-sig"))))
    outcome = empty_place.kairo("detect", "-")
    assert len(outcome.out.splitlines()) == len(scotus) + 1


def test_a_mistake_is_named_with_its_line_and_nothing_is_printed(empty_place, scotus):
    (empty_place.folder / "series.csv").write_text(written([*scotus[:9], "2014-08-24 09:00:00,-1"]))
    outcome = empty_place.kairo("detect", "series.csv")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "Error: series.csv, line 11: the value -1 is no count: a count is 0 or more, and finite\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "can't be read: no such file or directory"), (b"timestamp,value\n\xff,1\n", "is no text in UTF-8")],
    ids=["no file", "no text"],
)
def test_what_can_not_be_read_is_said_in_a_sentence(empty_place, content, problem):
    if content is not None:
        (empty_place.folder / "series.csv").write_bytes(content)
    outcome = empty_place.kairo("detect", "series.csv")
    assert outcome.code == 1
    assert outcome.err == f"Error: series.csv {problem}\n"
