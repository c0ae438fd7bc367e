"""Which surfaces are due: slots of their cadence, counted from the epoch, and captures that belong to their hour."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.capture.due import EPOCH, DueCapture, due_captures
from kairo_pipelines.capture.surface_state import SurfaceState
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import HOUR, hour_of

cadences = st.integers(1, 7 * 24 * 60)
moments = st.floats(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2021-12-10T{clock}+00:00")


def every(minutes: int, surface_id: str = "s") -> Target:
    return Target(surface_id, "feeds", "feed", f"https://example.org/{surface_id}", minutes)


def captured(last: datetime | None, minutes: int = 60, **known) -> SurfaceState:
    """A surface of this cadence, last captured then."""
    return SurfaceState(last, timedelta(minutes=minutes), **known)


def due_at(minutes: int, now: datetime, last: datetime | None = None, **known) -> datetime | None:
    """When a surface of this cadence is due, looking at it now; None where it is not."""
    due = due_captures([every(minutes)], {"s": captured(last, minutes, **known)} if last else {}, now)
    return due[0].due_at if due else None


def test_a_new_surface_is_due_at_once():
    assert due_at(60, at("02:17")) == at("02:00")


def test_every_quarter_of_an_hour_a_surface_is_due_at_the_quarter():
    assert due_at(15, at("02:17"), last=at("02:00")) == at("02:15")
    assert due_at(15, at("02:29:59"), last=at("02:15")) is None
    assert due_at(15, at("02:30"), last=at("02:15")) == at("02:30")


def test_every_hour_a_surface_is_due_at_the_hour():
    assert due_at(60, at("02:59:59"), last=at("02:00")) is None
    assert due_at(60, at("03:00"), last=at("02:00")) == at("03:00")


def test_every_six_hours_a_surface_is_due_four_times_a_day():
    assert due_at(360, at("11:59"), last=at("06:00")) is None
    assert due_at(360, at("12:00"), last=at("06:00")) == at("12:00")


def test_a_slot_that_nobody_looked_into_in_time_is_due_in_the_hour_in_which_somebody_does():
    assert due_at(360, at("15:20"), last=at("06:00")) == at("15:00")
    assert due_at(360, at("15:40"), last=at("15:00")) is None
    assert due_at(360, at("18:00"), last=at("15:00")) == at("18:00")


def test_a_slot_across_the_hour_is_captured_once():
    # Slots of 25 minutes begin at 02:15, 02:40, 03:05 on this day.
    assert due_at(25, at("02:55")) == at("02:40")
    assert due_at(25, at("03:02"), last=at("02:40")) is None
    assert due_at(25, at("03:02"), last=at("02:15")) == at("03:00")
    assert due_at(25, at("03:04"), last=at("03:00")) is None
    assert due_at(25, at("03:05"), last=at("03:00")) == at("03:05")


def test_hours_that_were_missed_are_not_made_up_for():
    assert due_captures([every(15)], {"s": captured(at("02:00"), 15)}, at("09:31")) == [
        DueCapture(every(15), at("09:30"))
    ]


def test_each_surface_is_looked_at_by_its_own_cadence_and_capture():
    targets = [every(15, "often"), every(60, "hourly"), every(1440, "daily"), every(60, "new")]
    states = {"often": captured(at("02:00"), 15), "hourly": captured(at("02:00")), "daily": captured(at("00:00"), 1440)}
    due = due_captures(targets, states, at("02:20"))
    assert [(one.target.surface_id, one.due_at) for one in due] == [("often", at("02:15")), ("new", at("02:00"))]


def test_a_surface_that_failed_once_is_due_with_its_next_slot():
    assert due_at(15, at("02:14"), last=at("02:00"), failures_in_a_row=1) is None
    assert due_at(15, at("02:15"), last=at("02:00"), failures_in_a_row=1) == at("02:15")


def test_a_surface_that_keeps_failing_lets_slots_go_by():
    known = {"last": at("02:00"), "failures_in_a_row": 4, "error_kind": "timeout"}
    assert due_at(15, at("03:59"), **known) is None
    assert due_at(15, at("04:00"), **known) == at("04:00")


def test_a_surface_whose_source_wants_to_be_left_alone_is_not_due_before():
    known = {"last": at("02:00"), "failures_in_a_row": 1, "retry_at": at("02:50")}
    assert due_at(15, at("02:49:59"), **known) is None
    assert due_at(15, at("02:50"), **known) == at("02:45")


def test_a_surface_that_is_gone_is_looked_for_a_week_later():
    known = {"last": at("02:00"), "failures_in_a_row": 1, "error_kind": "gone"}
    assert due_at(60, at("02:00") + timedelta(days=7, seconds=-1), **known) is None
    assert due_at(60, at("02:00") + timedelta(days=7), **known) == at("02:00") + timedelta(days=7)


def test_one_that_keeps_failing_holds_up_no_other():
    states = {"broken": captured(at("02:00"), failures_in_a_row=5), "good": captured(at("02:00"))}
    due = due_captures([every(60, "broken"), every(60, "good")], states, at("03:00"))
    assert [one.target.surface_id for one in due] == ["good"]


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
def test_the_clock_may_be_of_any_zone(zone):
    assert due_at(60, at("02:17").astimezone(zone)) == at("02:00")


@given(cadences, moments, st.none() | moments)
def test_what_is_due_is_due_in_the_hour_in_progress(minutes, now, last):
    due = due_at(minutes, now, last)
    assert due is None or hour_of(now) <= due <= now


@given(cadences, moments, st.floats(0, 1))
def test_two_looks_in_a_slot_and_hour_find_the_same_due_time(minutes, now, later):
    slot_end = EPOCH + ((now - EPOCH) // timedelta(minutes=minutes) + 1) * timedelta(minutes=minutes)
    until = min(slot_end, hour_of(now) + HOUR) - timedelta(microseconds=1)
    assert due_at(minutes, now) == due_at(minutes, now + (until - now) * later)


@given(cadences, moments, st.lists(st.integers(1, 300), max_size=40))
def test_a_surface_captured_whenever_it_is_due_is_captured_once_in_each_slot_that_is_looked_into(minutes, now, waits):
    captured: dict[int, int] = {}
    looked, last = set(), None
    for wait in waits:
        now += timedelta(minutes=wait)
        slot = (now - EPOCH) // timedelta(minutes=minutes)
        looked.add(slot)
        if due := due_at(minutes, now, last):
            captured[slot] = captured.get(slot, 0) + 1
            last = due
    assert captured == dict.fromkeys(looked, 1)
