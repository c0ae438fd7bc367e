"""`kairo ingest` and `kairo rebuild`: the same rows, however often and in whatever order hours are made."""

import os
from datetime import UTC, datetime

import dagster as dg
import pytest

from kairo_cli.rebuild import spans
from kairo_pipelines.hours import HourRange, hour_from_key
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_ITEMS, MADE_HOURS, TREND_CANDIDATES


@pytest.fixture(scope="module")
def rows(played):
    return played.rows()


def test_a_recording_goes_all_the_way(played, rows):
    assert len(rows[CAPTURE_RUNS.name]) == 8
    assert len(rows[EVIDENCE_ITEMS.name]) > 30
    made = {row["capture_hour"] for row in rows[MADE_HOURS.name] if row["table_name"] == TREND_CANDIDATES.name}
    assert made == set(HourRange(hour_from_key("2021-11-28-06:00"), hour_from_key("2021-11-28-09:00")))


def test_its_runs_are_the_instance_s_and_nothing_of_dagster_s_log_is_shown(played, four_hours):
    outcome = played.kairo("ingest", "capture", "--replay", four_hours, "--hour", "2021-11-28-06:30")
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith("capture made hour 2021-11-28-06:00")
    with dg.DagsterInstance.from_config(os.environ["DAGSTER_HOME"]) as instance:
        jobs = [run.job_name for run in instance.get_runs()]
    assert jobs[0] == "ingest_capture"
    assert jobs[-2:] == ["ingest_pipeline", "ingest_pipeline"]


def test_playing_it_again_changes_no_row(played, rows, four_hours):
    assert played.kairo("ingest", "pipeline", "--replay", four_hours).code == 0
    assert played.rows() == rows


def test_a_rebuild_from_the_middle_changes_no_row_even_where_it_stopped_in_between(played, rows):
    stopped = played.kairo("rebuild", "--from", "2021-11-28-07:00", "--to", "2021-11-28-07:00")
    assert stopped.code == 0
    assert "make them with: kairo rebuild --from 2021-11-28-08:00" in stopped.err

    finished = played.kairo("rebuild", "--from", "2021-11-28-08:00", "--hours-per-run", 1)
    assert finished.code == 0
    assert "rebuilt 2 captured hours, 2021-11-28-08:00 to 2021-11-28-09:00" in finished.out
    assert played.rows() == rows


def test_a_rebuild_of_nothing_says_so(place):
    outcome = place.kairo("rebuild", "--from", "2021-11-28-08:00")
    assert outcome.code == 1
    assert outcome.err == "Error: no hour has been captured from 2021-11-28-08:00 to now\n"


def test_a_failing_step_is_told_in_its_own_words(place):
    outcome = place.kairo("ingest", "normalize", "--hour", "2021-11-28-06:00")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("Error: capture_runs has not been made for 2021-11-28-06:00")
    assert outcome.err.count("\n") == 1


def test_an_unusable_recording_is_refused_before_anything_is_run(place):
    (place.folder / "notes.parquet").write_text("not Parquet")
    for file in ("nowhere.parquet", "notes.parquet"):
        outcome = place.kairo("ingest", "pipeline", "--replay", file)
        assert outcome.code == 1
        assert outcome.err.startswith("Error: ")
        assert file in outcome.err
    assert not (place.folder / "lake").exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--hour", "noon"), "is not an hour"),
        (("--hour", "2019-12-31-23:00"), "KAIRO_FIRST_HOUR"),
        (("--hour", "2999-01-01-00:00"), "has not begun yet"),
        (("--from", "2021-11-28-07:00", "--to", "2021-11-28-06:00"), "before it begins"),
        (("--to", "2021-11-28-06:00"), "--to needs a --from"),
        (("--hour", "2021-11-28-06:00", "--from", "2021-11-28-06:00"), "not both"),
        (("--hours-per-run", "0"), "greater than or equal to 1"),
    ],
)
def test_hours_that_make_no_sense_are_refused(place, options, why):
    outcome = place.kairo("ingest", "pipeline", *options)
    assert outcome.code == 2
    assert why in outcome.words


def test_hours_with_gaps_are_several_ranges():
    hours = [datetime(2021, 11, 28, hour, tzinfo=UTC) for hour in (6, 7, 9, 11, 12)]
    assert [(span.first.hour, span.last.hour) for span in spans(hours)] == [(6, 7), (9, 9), (11, 12)]
