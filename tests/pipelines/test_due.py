"""Which surfaces are due: slots of their cadence, counted from the epoch, and captures that belong to their hour."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.capture.due import EPOCH, DueCapture, due_captures
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import HOUR, hour_of

cadences = st.integers(1, 7 * 24 * 60)
moments = st.floats(1_577_836_800, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2021-12-10T{clock}+00:00")


def every(minutes: int, surface_id: str = "s") -> Target:
    return Target(surface_id, "feeds", "feed", f"https://example.org/{surface_id}", minutes)


def due_at(minutes: int, now: datetime, last: datetime | None = None) -> datetime | None:
    """When a surface of this cadence is due, looking at it now; None where it is not."""
    due = due_captures([every(minutes)], {"s": last} if last else {}, now)
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
    assert due_captures([every(15)], {"s": at("02:00")}, at("09:31")) == [DueCapture(every(15), at("09:30"))]


def test_each_surface_is_looked_at_by_its_own_cadence_and_capture():
    targets = [every(15, "often"), every(60, "hourly"), every(1440, "daily"), every(60, "new")]
    last = {"often": at("02:00"), "hourly": at("02:00"), "daily": at("00:00")}
    due = due_captures(targets, last, at("02:20"))
    assert [(one.target.surface_id, one.due_at) for one in due] == [("often", at("02:15")), ("new", at("02:00"))]


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
