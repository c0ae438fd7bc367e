"""`kairo backtest` as people run it, on ten recorded days."""

import csv
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from kairo_cli.demo.demo import RECORDING
from kairo_cli.main import app
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS

pytestmark = pytest.mark.xdist_group("backtest")
HOURS = ["--from", "2021-12-05-00:00", "--to", "2021-12-10-05:00"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("backtest")


@pytest.fixture(scope="module")
def days(folder) -> Path:
    """A recording of ten days."""
    path = folder / "days.parquet"
    duckdb.execute(f"COPY (FROM read_parquet('{RECORDING}') WHERE snapshot_ts >= '2021-11-30') TO '{path}'")
    return path


@pytest.fixture(scope="module")
def kept(folder) -> Path:
    """Where what is played of it is kept."""
    return folder / "kept"


@pytest.fixture(scope="module")
def outcome(folder, days, kept):
    """What is said of five days, with the five before them as their past."""
    environment = {"DATABASE_URL": f"sqlite:///{folder}/db.sqlite3", "KAIRO_LAKE_URI": str(folder / "lake")}
    arguments = ["backtest", days, *HOURS, "--lake", kept, "--out", folder / "report"]
    return CliRunner(env=environment).invoke(app, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def report(folder, outcome) -> Path:
    assert outcome.exit_code == 0
    return folder / "report"


def trends(folder: Path) -> list[dict[str, str]]:
    with (folder / "candidates.csv").open() as file:
        return list(csv.DictReader(file))


def test_it_says_how_it_went_and_where_the_report_is(outcome, report):
    words = " ".join(outcome.stdout.split())
    assert "hours 125 scored, 1 broken coverage" in words
    assert "a day" in words
    assert "bursts without a trend" in words
    assert f"The report is {report}/report.md" in words


def test_each_trend_is_a_row_with_what_came_of_it(report):
    log4j = next(row for row in trends(report) if row["display_name"].startswith("Log4j"))
    assert log4j["detected_at"] == "2021-12-10T03:00:00Z"
    assert log4j["followed"] == ""  # too early to say: the recording ends three hours later


def test_the_page_has_figures_tables_and_pictures(report):
    page = (report / "report.md").read_text()
    assert page.startswith("# Backtest of days.parquet, 2021-12-05-00:00 to 2021-12-10-05:00 (UTC)\n")
    for heading in ("By what the trend is about", "By authors", "The largest bursts that no trend told of", "Trends"):
        assert f"## {heading}" in page
    assert page.count("| 2021-12-") >= len(trends(report))
    assert "nan" not in page
    for picture in ("plot.png", "trends.png"):
        assert f"({picture})" in page
        assert (report / picture).read_bytes().startswith(b"\x89PNG")


def test_what_was_played_is_kept_and_judged_the_same_the_next_time(empty_place, days, kept, report):
    again = empty_place.kairo("backtest", days, *HOURS, "--lake", kept)
    assert again.code == 0, again.err
    assert trends(empty_place.folder / "var/backtest/2021-12-05-00_2021-12-10-05") == trends(report)


def test_what_was_captured_is_a_source_as_well_and_is_only_read(empty_place, kept, report, monkeypatch):
    monkeypatch.setenv("KAIRO_LAKE_URI", str(kept))
    files = sorted(kept.glob("tables/**/*"))
    told = empty_place.kairo("backtest", "lake", *HOURS, "--out", "captured")
    assert told.code == 0, told.err
    assert trends(empty_place.folder / "captured") == trends(report)
    assert sorted(kept.glob("tables/**/*")) == files


def test_hours_without_a_trend_are_reported_too(empty_place, days):
    told = empty_place.kairo("backtest", days, "--to", "2021-11-30-20:00", "--out", "cold")
    assert told.code == 0, told.err
    assert "trends 0, 0.00 a day" in told.words
    assert not (empty_place.folder / "cold/trends.png").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--from", "2020-01-01"],
            "2020-01-01-00:00 to 2021-12-10-05:00 was asked for, and the source holds 2021-11-30-00:00 to",
        ),
        (["--from", "2021-12-03", "--to", "2021-12-02"], "2021-12-03-00:00 to 2021-12-02-00:00 was asked for"),
    ],
    ids=["before the source", "the wrong way round"],
)
def test_hours_that_the_source_has_not_are_refused(empty_place, days, arguments, sentence):
    refused = empty_place.kairo("backtest", days, *arguments)
    assert refused.code == 1
    assert sentence in refused.words


def test_a_folder_is_for_one_recording(empty_place, kept, report):
    refused = empty_place.kairo("backtest", RECORDING, "--lake", kept)
    assert refused.code == 1
    assert "holds a recording of 2021-11-30-00:00 to 2021-12-10-05:00, and this one is of 2021-11-28" in refused.words


def test_what_is_no_source_is_said_in_a_sentence(empty_place):
    missing, nothing = (empty_place.kairo("backtest", source) for source in ("nothing.parquet", "lake"))
    assert (missing.code, nothing.code) == (1, 1)
    assert "there is no recording at nothing.parquet" in missing.words
    assert "nothing has been captured in" in nothing.words


def test_what_was_captured_is_not_played_anywhere(empty_place):
    refused = empty_place.kairo("backtest", "lake", "--lake", "elsewhere")
    assert refused.code == 2
    assert "--lake is for recordings" in refused.words


def test_what_has_been_erased_is_not_played(place, four_hours):
    def played_into(folder: str) -> set[str]:
        assert place.kairo("backtest", four_hours, "--lake", folder, "--out", "report").code == 0
        items = Lake(str(place.folder / folder)).read(EVIDENCE_ITEMS)
        return {row["platform_item_id"] for row in items.to_pylist()}

    before = played_into("before")
    one = min(before)
    assert place.kairo("erase", "item", "hackernews", one, "--yes").code == 0
    assert played_into("after") == before - {one}
