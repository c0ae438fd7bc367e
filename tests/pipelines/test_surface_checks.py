"""What the checks of a capture run say of its surfaces: who did not answer, who is broken, who lands too much."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from kairo_pipelines.assets.surface_checks import ANSWERED, BROKEN, BUDGET, SURFACE_CHECKS, surface_check_results
from kairo_pipelines.capture.surface_state import SurfaceState
from kairo_pipelines.connectors.connector import Target

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
GOOD, BAD = (Target(name, "feeds", "feed", f"https://example.org/{name}") for name in ("good", "bad"))


def failing(times: int, **known) -> SurfaceState:
    said = {"error_kind": "timeout", "error": "no whole answer within 20 s"}
    return SurfaceState(NOON, failures_in_a_row=times, **{**said, **known})


def row(target: Target, status: str) -> dict:
    error = "no whole answer within 20 s" if status in ("failed", "partial") else None
    return {"surface_key": target.surface_key, "status": status, "error": error}


def checked(rows=(), states=None, targets=(GOOD, BAD), daily_bytes=1000) -> dict[str, dg.AssetCheckResult]:
    results = surface_check_results(rows, targets, states or {}, daily_bytes)
    return {result.check_name: result for result in results}


def passed(**known) -> set[str]:
    return {name for name, result in checked(**known).items() if result.passed}


def test_each_check_that_is_declared_has_a_result():
    assert list(checked()) == [spec.name for spec in SURFACE_CHECKS] == [ANSWERED, BROKEN, BUDGET]


def test_surfaces_that_answer_pass_all():
    rows = [row(GOOD, "succeeded"), row(BAD, "unchanged")]
    states = {"good": SurfaceState(NOON, bytes_today=799), "bad": SurfaceState(NOON)}
    assert passed(rows=rows, states=states) == {ANSWERED, BROKEN, BUDGET}


def test_nothing_captured_passes_all():
    assert passed() == {ANSWERED, BROKEN, BUDGET}


@pytest.mark.parametrize("status", ["failed", "partial"])
def test_a_surface_that_did_not_answer_is_named_with_its_reason_and_how_often(status):
    result = checked(rows=[row(GOOD, "succeeded"), row(BAD, status), row(BAD, status)])[ANSWERED]
    assert not result.passed
    assert result.metadata["failures"].data == {"https://example.org/bad: no whole answer within 20 s": 2}


def test_no_check_of_a_surface_stops_the_run():
    everything = checked(rows=[row(BAD, "failed")], states={"bad": failing(3, bytes_today=10**6)})
    assert not any(result.passed for result in everything.values())
    assert {result.severity for result in everything.values()} == {dg.AssetCheckSeverity.WARN}


def test_two_failures_in_a_row_are_not_yet_broken():
    assert BROKEN in passed(states={"bad": failing(2)})


def test_a_broken_surface_is_shown_with_its_last_success_and_next_try_though_it_was_not_captured():
    state = failing(4, last_success=NOON - timedelta(hours=4))
    result = checked(rows=[row(GOOD, "succeeded")], states={"bad": state})[BROKEN]
    assert not result.passed
    *_, shown = result.metadata["broken surfaces"].md_str.splitlines()
    assert shown == (
        "| feeds/feed/https://example.org/bad | 4 | 2021-12-10 08:00:00+00:00 | 2021-12-10 20:00:00+00:00 "
        "| timeout: no whole answer within 20 s |"
    )


def test_a_surface_that_is_gone_is_broken_at_once():
    assert BROKEN not in passed(states={"bad": failing(1, error_kind="gone")})


def test_a_surface_that_was_paused_is_no_longer_looked_at():
    assert BROKEN in passed(states={"bad": failing(9)}, targets=[GOOD])


def test_what_a_server_says_stays_in_its_cell():
    state = failing(3, error="a | b\n| c | " + "x" * 1000)
    result = checked(states={"bad": state})[BROKEN]
    head, line, shown = result.metadata["broken surfaces"].md_str.splitlines()
    assert shown.replace("\\|", "").count("|") == head.count("|") == line.count("|")
    assert len(shown) < 600


@pytest.mark.parametrize(("landed", "is_warned"), [(799, False), (800, True), (2000, True)])
def test_a_surface_is_warned_about_before_its_budget_is_used_up(landed, is_warned):
    result = checked(states={"bad": SurfaceState(NOON, bytes_today=landed)})[BUDGET]
    assert result.passed != is_warned


def test_the_warning_says_how_much_landed():
    result = checked(states={"bad": SurfaceState(NOON, bytes_today=912_345_678)}, daily_bytes=10**9)[BUDGET]
    assert result.metadata["megabytes today"].data == {"feeds/feed/https://example.org/bad": 912.3}
