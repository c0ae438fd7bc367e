"""A source's daily allowance: on record before it is spent, seen by every process, and never passed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from obstore.store import LocalStore

from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.connectors.connector import Quota

NOON = datetime(2021, 12, 10, 12, tzinfo=UTC)
YOUTUBE = Quota("youtube", 100, 10_000, "America/Los_Angeles")


@pytest.fixture
def store(tmp_path) -> LocalStore:
    return LocalStore(tmp_path / "lake", mkdir=True)


@pytest.fixture
def quotas(store) -> Quotas:
    return Quotas(store)


def test_what_is_reserved_is_spent(quotas):
    assert quotas.spent(YOUTUBE, NOON) == 0
    assert quotas.reserve(YOUTUBE, NOON)
    assert quotas.reserve(Quota("youtube", 1, 10_000, YOUTUBE.timezone), NOON)
    assert quotas.spent(YOUTUBE, NOON) == 101


def test_the_whole_allowance_can_be_spent_and_no_unit_more(quotas):
    assert quotas.reserve(Quota("q", 6, 10), NOON)
    assert quotas.reserve(Quota("q", 4, 10), NOON)
    assert not quotas.reserve(Quota("q", 1, 10), NOON)


def test_what_is_refused_is_not_recorded(quotas):
    quotas.reserve(Quota("q", 6, 10), NOON)
    assert not quotas.reserve(Quota("q", 5, 10), NOON)
    assert quotas.spent(Quota("q", 5, 10), NOON) == 6
    assert quotas.reserve(Quota("q", 4, 10), NOON)


def test_what_one_process_spent_every_process_knows(store):
    assert Quotas(store).reserve(Quota("q", 6, 10), NOON)
    assert not Quotas(store).reserve(Quota("q", 6, 10), NOON)
    assert Quotas(store).spent(Quota("q", 6, 10), NOON) == 6


def test_allowances_of_other_names_are_others(quotas):
    quotas.reserve(Quota("q", 10, 10), NOON)
    assert quotas.reserve(Quota("other", 10, 10), NOON)


def test_many_that_reserve_at_once_never_pass_the_limit(quotas):
    one = Quota("q", 1, 20)
    with ThreadPoolExecutor(16) as processes:
        served = list(processes.map(lambda _: quotas.reserve(one, NOON), range(60)))
    assert sum(served) <= 20
    assert quotas.spent(one, NOON) == sum(served)
    # Those that got in each other's way were refused; what they left is there for whoever comes next.
    left = [quotas.reserve(one, NOON) for _ in range(21)]
    assert sum(served) + sum(left) == 20


def test_the_day_is_that_of_the_source(quotas):
    before, after = (datetime(2021, 12, 10, hour, 59, 59, tzinfo=UTC) for hour in (7, 8))
    for _ in range(100):
        quotas.reserve(YOUTUBE, before)
    assert not quotas.reserve(YOUTUBE, before)
    assert quotas.reserve(YOUTUBE, after)
    assert quotas.spent(YOUTUBE, after) == 100


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        ("2021-12-10T07:59:59+00:00", "2021-12-10T08:00:00+00:00"),
        ("2021-12-10T08:00:00+00:00", "2021-12-11T08:00:00+00:00"),
        ("2021-07-01T12:00:00+00:00", "2021-07-02T07:00:00+00:00"),
        # The clocks go forward on this day, and back on that one.
        ("2021-03-14T08:30:00+00:00", "2021-03-15T07:00:00+00:00"),
        ("2021-11-07T07:30:00+00:00", "2021-11-08T08:00:00+00:00"),
    ],
)
def test_an_allowance_begins_anew_at_midnight_in_los_angeles(now, midnight):
    assert YOUTUBE.begins_anew(datetime.fromisoformat(now)) == datetime.fromisoformat(midnight)


def test_it_begins_anew_just_when_the_day_becomes_another():
    again = YOUTUBE.begins_anew(NOON)
    moment_before = again - timedelta(microseconds=1)
    assert YOUTUBE.day_of(moment_before) == YOUTUBE.day_of(NOON) != YOUTUBE.day_of(again)
