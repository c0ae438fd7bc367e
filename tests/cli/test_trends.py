"""`kairo trends` as people run it, on ten recorded days."""

import json
import re

import pytest
from played_days import HOURS, judge_days, play_days

pytestmark = pytest.mark.xdist_group("trends")


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A lake in which ten days have been played and judged. Tests only read it."""
    lake = play_days(tmp_path_factory.mktemp("days"))
    judge_days(lake)
    return lake


@pytest.fixture
def days(lake, empty_place, monkeypatch):
    """A place with that lake."""
    monkeypatch.setenv("KAIRO_LAKE_URI", lake.uri)
    return empty_place


@pytest.fixture
def everything(days) -> dict[str, str]:
    """The id of each trend, by its name."""
    trends = json.loads(days.kairo("trends", "--all", "--json").out)["trends"]
    return {trend["display_name"]: trend["trend_id"] for trend in trends}


def test_the_current_trends_come_with_score_status_reason_and_line(days):
    shown = days.kairo("trends")
    assert shown.code == 0
    assert "Trends as of the end of 2021-12-10-05:00 (UTC)" in shown.out
    assert re.search(r"\n\d\d\.\d  Log4j\S*  emerging, noticed 2021-12-10 03:00 +[▁▂▃▄▅▆▇█]{24}\n", shown.out)
    assert "2 posts by 2 authors in 24 h; not once in the 9" in shown.words


def test_those_that_are_over_are_shown_when_asked_for(days):
    assert "stale" not in days.kairo("trends").out
    assert "stale, noticed 2021-12-0" in days.kairo("trends", "--all").out


def test_an_earlier_hour_is_shown_as_it_was(days):
    shown = days.kairo("trends", "--as-of", "2021-12-10-01:00")
    assert "Trends as of the end of 2021-12-10-01:00" in shown.out
    assert "Log4j" not in shown.out


def test_a_cold_start_is_told_from_no_trend(days):
    cold = days.kairo("trends", "--as-of", "2021-12-02")
    assert cold.code == 0
    assert "Cold start: " in cold.out
    assert "72 tell what is usual" in cold.words


def test_as_json_it_is_whole_and_nothing_else(days):
    said = json.loads(days.kairo("trends", "--json").out)
    assert said.keys() == {"hour", "verdict", "answer", "trends"}
    assert said["hour"] == HOURS.last.isoformat()
    assert all(len(trend["sparkline"]) == 48 and trend["why"] for trend in said["trends"])


def test_one_is_explained_down_to_its_raw_bytes(days, everything):
    log4j = next(trend for name, trend in everything.items() if name.startswith("Log4j"))
    shown = days.kairo("trends", "--explain", log4j[:8])
    assert shown.code == 0
    for said in (
        *("emerging, noticed 2021-12-10 03:00 UTC", "growth", "Life", "posts/h", "Evidence: 2 posts"),
        *("Log4j RCE Found", "29 → 338 likes", "hackernews front_page news", "capture_hour=00"),
    ):
        assert said in shown.words
    story = json.loads(days.kairo("trends", "--explain", log4j, "--json").out)
    assert story.keys() == {"as_of", "trend", "parts", "life", "buckets", "evidence"}
    assert [post["evidence_id"] for post in story["evidence"]] == ["hackernews:29504755", "hackernews:29505477"]


def test_every_trend_can_be_explained_in_any_hour_of_its_life(days, everything):
    for trend_id in everything.values():
        for row in json.loads(days.kairo("trends", "--explain", trend_id, "--json").out)["life"][::20]:
            shown = days.kairo("trends", "--explain", trend_id, "--as-of", row["capture_hour"])
            assert shown.code == 0
            assert "Evidence: 0 posts" not in shown.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--explain", "nobody"], "there is no trend 'nobody' as of 2021-12-10-05:00; kairo trends --all lists"),
        (["--explain", ""], "trends begin with ''"),
        (["--as-of", "2021-01-01"], "no hour until 2021-01-01-00:00 has been judged; make hours with: kairo ingest"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(days, arguments, sentence):
    outcome = days.kairo("trends", *arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert sentence in outcome.err


def test_an_empty_lake_says_how_to_fill_it(empty_place):
    outcome = empty_place.kairo("trends")
    assert outcome.code == 1
    assert outcome.err == "Error: no hour has been judged; make hours with: kairo ingest pipeline\n"
