"""History runs through the detector as of each hour, and nothing of what came later is known."""

import shutil
from collections.abc import Iterable

import pytest
from played_days import HOURS, LOG4J_HOUR, judge_days, play_days

from kairo_pipelines.backtest.running import run
from kairo_pipelines.embedding import embed
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import DETECTOR_HOURS, TABLES, TREND_CANDIDATES
from kairo_pipelines.trends.candidates import HourOfTrends

pytestmark = pytest.mark.xdist_group("backtest_running")


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Lake:
    return play_days(tmp_path_factory.mktemp("played"))


@pytest.fixture(scope="module")
def found(lake) -> list[tuple[dict, list[dict]]]:
    """The verdict and the candidates of every hour, read in one go."""
    return told(run(lake, HOURS, embed, at_once=len(HOURS)))


def told(hours: Iterable[HourOfTrends]) -> list[tuple[dict, list[dict]]]:
    return [(hour.verdict, with_rounded_heat(hour.candidates)) for hour in hours]


def with_rounded_heat(candidates: list[dict]) -> list[dict]:
    """A product's last bit may depend on how many rows are multiplied at once; none but that of the heat is kept."""
    return [row | {"heat": row["heat"] if row["heat"] is None else round(row["heat"], 12)} for row in candidates]


@pytest.mark.parametrize("hours_left_out", [1, 100])
def test_what_comes_after_an_hour_changes_nothing_at_it_or_before_it(lake, found, tmp_path, hours_left_out):
    last = HOURS.last - hours_left_out * HOUR
    shutil.copytree(lake.uri, tmp_path / "cut")
    cut = Lake(str(tmp_path / "cut"))
    for table in (table for table in TABLES if table.hourly):
        cut.replace_slice(Slice(table, since=last + HOUR), table.rows([]))
    assert told(run(cut, HourRange(HOURS.first, last), embed, at_once=len(HOURS))) == found[:-hours_left_out]


def test_it_says_so_of_log4j_in_the_hour_of_its_second_story(found):
    noticed = [
        row["capture_hour"] for _, rows in found for row in rows if row["display_name"].casefold().startswith("log4j")
    ]
    assert min(noticed) == LOG4J_HOUR


def test_how_many_hours_are_read_at_once_makes_no_difference(lake, found):
    assert told(run(lake, HOURS, embed, at_once=31)) == found


def test_it_finds_what_the_asset_finds_and_writes_nothing(lake, found, tmp_path):
    assert lake.delta(TREND_CANDIDATES) is None
    shutil.copytree(lake.uri, tmp_path / "judged")
    judged = Lake(str(tmp_path / "judged"))
    judge_days(judged)
    in_order = "SELECT * FROM rows ORDER BY ALL"
    verdicts, candidates = (
        judged.sql(in_order, rows=Slice(table)).to_pylist() for table in (DETECTOR_HOURS, TREND_CANDIDATES)
    )
    expected = TREND_CANDIDATES.rows(row for _, rows in found for row in rows)
    assert with_rounded_heat(candidates) == judged.sql(in_order, rows=expected).to_pylist()
    assert verdicts == judged.sql(in_order, rows=DETECTOR_HOURS.rows(verdict for verdict, _ in found)).to_pylist()
