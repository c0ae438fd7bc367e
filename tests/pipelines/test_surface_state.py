"""How a surface has fared, from its rows in `capture_runs`: failures in a row, and when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.capture.surface_state import BROKEN_AFTER, SurfaceState, surface_states
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import capture_day, hour_of
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import CAPTURE_RUNS

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def run(due_at: datetime, status: str = "succeeded", surface_id: str = "s", **known) -> dict:
    """A row of `capture_runs`."""
    return {
        "capture_id": f"{surface_id} {due_at}",
        "surface_id": surface_id,
        "platform": "feeds",
        "surface_type": "feed",
        "surface_key": f"https://example.org/{surface_id}",
        "cadence_minutes": 60,
        "status": status,
        "item_count": 0 if status in ("failed", "unchanged") else 10,
        "quarantined_count": 0,
        "error_kind": "timeout" if status in ("failed", "partial") else None,
        "error": "no whole answer within 20 s" if status in ("failed", "partial") else None,
        "due_at": due_at,
        "started_at": due_at,
        "ended_at": due_at,
        "request_count": 1,
        "body_bytes": 0,
        "capture_day": capture_day(due_at),
        "capture_hour": hour_of(due_at),
        **known,
    }


def states(lake: Lake, *rows: dict, now: datetime = NOON, cadence: int = 60) -> dict[str, SurfaceState]:
    lake.overwrite(CAPTURE_RUNS, CAPTURE_RUNS.rows(rows))
    return surface_states(lake, [Target("s", "feeds", "feed", "https://example.org/s", cadence)], now)


def state(lake: Lake, *rows: dict, **known) -> SurfaceState:
    return states(lake, *rows, **known)["s"]


def hourly(*statuses: str) -> list[dict]:
    """Captures an hour apart, the last at noon."""
    return [run(NOON - HOUR * number, status) for number, status in enumerate(reversed(statuses))]


# --- what is read from the rows -------------------------------------------------------------------


def test_a_surface_that_was_never_captured_has_no_state(lake):
    assert surface_states(lake, [], NOON) == {}
    assert "other" not in states(lake, run(NOON))


def test_a_good_capture_is_the_last_success(lake):
    known = state(lake, *hourly("succeeded"))
    assert (known.due_at, known.last_success, known.failures_in_a_row, known.next_try) == (NOON, NOON, 0, None)
    assert not known.is_broken


def test_failures_count_from_the_last_success(lake):
    known = state(lake, *hourly("failed", "failed", "succeeded", "failed", "failed"))
    assert (known.failures_in_a_row, known.last_success) == (2, NOON - 2 * HOUR)
    assert (known.error_kind, known.error) == ("timeout", "no whole answer within 20 s")


def test_one_success_ends_the_row(lake):
    known = state(lake, *hourly("failed", "failed", "failed", "failed", "succeeded"))
    assert (known.failures_in_a_row, known.next_try, known.error_kind, known.error) == (0, None, None, None)
    assert not known.is_broken


def test_a_surface_that_has_only_failed_has_no_last_success(lake):
    known = state(lake, *hourly("failed", "failed", "failed"))
    assert (known.failures_in_a_row, known.last_success, known.is_broken) == (3, None, True)


@pytest.mark.parametrize("status", ["partial", "unchanged"])
def test_what_brought_something_or_had_nothing_newer_is_no_failure(lake, status):
    known = state(lake, *hourly("failed", "failed", "failed", status))
    assert (known.failures_in_a_row, known.last_success, known.is_broken) == (0, NOON, False)


def test_a_source_that_never_has_anything_newer_keeps_its_validators(lake):
    whole = run(NOON - 2 * HOUR, etag='"7"', last_modified="Fri, 10 Dec 2021 01:52:29 GMT")
    known = state(lake, whole, run(NOON - HOUR, "unchanged", etag='"7"'), run(NOON, "unchanged"))
    assert (known.etag, known.last_modified) == ('"7"', "Fri, 10 Dec 2021 01:52:29 GMT")


@pytest.mark.parametrize("status", ["failed", "partial"])
def test_validators_of_what_did_not_come_whole_are_not_sent(lake, status):
    known = state(lake, run(NOON - HOUR, etag='"whole"'), run(NOON, status, etag='"not whole"'))
    assert known.etag == '"whole"'


def test_after_a_week_all_of_it_is_asked_for_again(lake):
    known = state(lake, run(NOON - 8 * DAY, etag='"7"'), run(NOON, "unchanged"))
    assert known.etag is None


def test_a_move_for_good_is_remembered_beyond_the_capture_that_found_it(lake):
    known = state(lake, run(NOON - HOUR, moved_to="https://example.org/new"), run(NOON))
    assert known.moved_to == "https://example.org/new"


def test_the_last_of_several_moves_counts(lake):
    moves = [run(NOON - HOUR, moved_to="https://example.org/1"), run(NOON, moved_to="https://example.org/2")]
    assert state(lake, *moves).moved_to == "https://example.org/2"


def test_what_the_source_asked_for_counts_until_the_next_capture(lake):
    asked_for = run(NOON - HOUR, "failed", retry_at=NOON + 5 * HOUR)
    assert state(lake, asked_for).retry_at == NOON + 5 * HOUR
    assert state(lake, asked_for, run(NOON, "failed")).retry_at is None


def test_bytes_are_those_of_the_day(lake):
    yesterday, today = run(NOON - 13 * HOUR, body_bytes=100), run(NOON - 12 * HOUR, body_bytes=20)
    assert state(lake, yesterday, today, run(NOON, "failed", body_bytes=3)).bytes_today == 23
    assert state(lake, yesterday).bytes_today == 0


def test_surfaces_are_kept_apart(lake):
    known = states(lake, run(NOON, surface_id="a"), run(NOON, "failed", surface_id="b"))
    assert {name: one.failures_in_a_row for name, one in known.items()} == {"a": 0, "b": 1}


def test_a_week_is_looked_back_and_longer_where_a_surface_is_captured_less_often(lake):
    assert states(lake, run(NOON - 8 * DAY)) == {}
    assert state(lake, run(NOON - 8 * DAY), cadence=10 * 24 * 60).due_at == NOON - 8 * DAY


def test_rows_of_an_hour_to_come_are_not_looked_at(lake):
    assert state(lake, run(NOON), run(NOON + 2 * HOUR, "failed")).due_at == NOON


# --- when it is tried again -----------------------------------------------------------------------


def failed(times: int, cadence: timedelta = HOUR, **known) -> SurfaceState:
    return SurfaceState(NOON, cadence, failures_in_a_row=times, **known)


@pytest.mark.parametrize(
    ("times", "hours"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (7, 24), (100, 24), (10**6, 24)]
)
def test_the_pause_doubles_up_to_a_day(times, hours):
    assert failed(times).next_try == NOON + hours * HOUR


def test_a_surface_captured_less_than_daily_pauses_for_its_cadence(lake):
    assert failed(5, cadence=3 * DAY).next_try == NOON + 3 * DAY


def test_what_is_gone_for_good_is_looked_for_once_a_week():
    assert failed(1, error_kind="gone").next_try == NOON + 7 * DAY
    assert failed(1, cadence=30 * DAY, error_kind="gone").next_try == NOON + 30 * DAY


def test_what_the_source_asks_for_is_kept_where_it_is_later():
    assert failed(1, retry_at=NOON + 5 * HOUR).next_try == NOON + 5 * HOUR
    assert failed(1, retry_at=NOON + MINUTE).next_try == NOON + HOUR


@pytest.mark.parametrize(("times", "is_broken"), [(0, False), (BROKEN_AFTER - 1, False), (BROKEN_AFTER, True)])
def test_three_failures_in_a_row_are_a_broken_surface(times, is_broken):
    assert failed(times).is_broken == is_broken


def test_what_is_gone_is_broken_at_once():
    assert failed(1, error_kind="gone").is_broken


cadences = st.integers(1, 365 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
moments = st.floats(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@given(moments, cadences, st.integers(1, 10**9), st.sampled_from(["timeout", "forbidden", "far_smaller", None]))
def test_a_surface_that_fails_is_tried_again_between_its_cadence_and_a_day_later(due_at, cadence, times, kind):
    next_try = SurfaceState(due_at, cadence, failures_in_a_row=times, error_kind=kind).next_try
    assert due_at + cadence <= next_try <= due_at + max(cadence, DAY)


@given(moments, cadences, st.integers(1, 50), st.none() | moments, st.sampled_from(["timeout", "gone"]))
def test_no_surface_is_tried_before_it_was_due_nor_before_its_source_wants_it(due_at, cadence, times, retry_at, kind):
    next_try = SurfaceState(due_at, cadence, failures_in_a_row=times, error_kind=kind, retry_at=retry_at).next_try
    assert next_try >= max(due_at, retry_at or due_at)
    assert next_try <= max(due_at + max(cadence, 7 * DAY), retry_at or due_at)


@given(moments, cadences, st.integers(1, 60))
def test_one_failure_more_never_means_a_shorter_pause(due_at, cadence, times):
    fewer, more = (SurfaceState(due_at, cadence, failures_in_a_row=number).next_try for number in (times, times + 1))
    assert fewer <= more
