"""What responses say about waiting, in every spelling that is in use, and that nothing else does."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.capture.hosts import LONGEST_WAIT, Host, wanted_wait

NOW = datetime(2021, 12, 10, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)


def seconds_to_wait(status: int = 200, **headers: str) -> float | None:
    until = wanted_wait(status, {name.replace("_", "-"): value for name, value in headers.items()}, NOW)
    return None if until is None else (until - NOW).total_seconds()


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds(status):
    assert seconds_to_wait(status, retry_after="120") == 120


def test_retry_after_as_a_date():
    assert seconds_to_wait(429, retry_after=format_datetime(SOON, usegmt=True)) == 300
    assert seconds_to_wait(429, retry_after="Friday, 10-Dec-21 12:05:00 GMT") == 300


def test_retry_after_says_nothing_of_an_answer_that_was_given():
    assert seconds_to_wait(200, retry_after="120") is None
    assert seconds_to_wait(301, retry_after="120") is None


@pytest.mark.parametrize("reset", ["300", "300.0", str(int(SOON.timestamp())), "2021-12-10T12:05:00.000000Z"])
@pytest.mark.parametrize("prefix", ["x_ratelimit", "ratelimit"])
def test_a_used_up_rate_limit_in_its_spellings(prefix, reset):
    assert seconds_to_wait(**{f"{prefix}_remaining": "0", f"{prefix}_reset": reset}) == 300


def test_reddit_counts_what_is_left_in_parts():
    assert seconds_to_wait(x_ratelimit_remaining="588.0", x_ratelimit_reset="386") is None
    assert seconds_to_wait(x_ratelimit_remaining="0.0", x_ratelimit_reset="386") == 386


def test_mastodon_says_when_as_a_moment():
    left = {"x_ratelimit_limit": "300", "x_ratelimit_reset": "2021-12-10T12:05:00.123456Z"}
    assert seconds_to_wait(x_ratelimit_remaining="299", **left) is None
    assert seconds_to_wait(x_ratelimit_remaining="0", **left) == pytest.approx(300.123456)


def test_a_used_up_limit_that_does_not_say_until_when_says_nothing():
    assert seconds_to_wait(x_ratelimit_remaining="0") is None
    assert seconds_to_wait(x_ratelimit_reset="300") is None


def test_what_a_refusal_asks_for_counts_before_its_rate_limit():
    assert seconds_to_wait(429, retry_after="7", x_ratelimit_remaining="0", x_ratelimit_reset="300") == 7
    assert seconds_to_wait(429, retry_after="later", x_ratelimit_remaining="0", x_ratelimit_reset="300") == 300


@pytest.mark.parametrize("after", ["172800", "2021-12-25T00:00:00Z", "4102444800"])
def test_nobody_makes_us_wait_longer_than_a_day(after):
    assert seconds_to_wait(429, retry_after=after) == LONGEST_WAIT.total_seconds()


@pytest.mark.parametrize(
    "after", ["", "soon", "-5", "1e3", "NaN", "Fri, 99 Dec 2021 99:99:99 GMT", "1 Dec 99999999999999999999", "９"]
)
def test_what_is_no_moment_is_passed_over(after):
    assert seconds_to_wait(429, retry_after=after) is None


written = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.text("0123456789:+-., TZGM", max_size=30),
    st.lists(st.sampled_from(["Fri,", "10", "Dec", "2021", "9" * 20, "12:05:00", "99:99", "+9999", "GMT"])).map(
        " ".join
    ),
)


@given(st.sampled_from([200, 429, 503]), written, st.just("0") | written, written)
def test_whatever_stands_in_the_headers_it_is_a_moment_within_a_day_or_nothing(status, after, remaining, reset):
    headers = {"retry-after": after, "x-ratelimit-remaining": remaining, "x-ratelimit-reset": reset}
    until = wanted_wait(status, headers, NOW)
    assert until is None or until <= NOW + LONGEST_WAIT


def test_a_host_is_left_alone_until_the_last_moment_that_it_named():
    host = Host(turns=1)
    assert host.wait(NOW) == timedelta(0)
    host.heed(429, {"retry-after": "300"}, NOW)
    host.heed(429, {"retry-after": "60"}, NOW)
    host.heed(200, {}, NOW)
    assert host.wait(NOW) == timedelta(minutes=5)
    assert host.wait(NOW + timedelta(minutes=4)) == timedelta(minutes=1)
    assert host.wait(SOON + timedelta(days=1)) == timedelta(0)
