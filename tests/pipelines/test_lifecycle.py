"""The life of a trend, hour by hour."""

from datetime import UTC, datetime, timedelta

from kairo_pipelines.trends.lifecycle import Life, next_life

NOW = datetime(2021, 12, 10, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
THRESHOLD = 3.5


def following(life: Life | None, decades: float, now: datetime = NOW, *, fires: bool | None = None) -> Life | None:
    fires = decades >= THRESHOLD if fires is None else fires
    return next_life(life, decades=decades, fires=fires, threshold=THRESHOLD, now=now, elapsed=HOUR)


def lived(*surprises: float) -> list[str]:
    """The states of hours with these surprises."""
    states: list[str] = []
    life: Life | None = None
    for number, decades in enumerate(surprises):
        after = following(life, decades, NOW + number * HOUR)
        states.append(after.status if after else "none")
        life = after or life
    return states


def test_over_the_threshold_a_cluster_emerges():
    assert lived(3.4, 3.6) == ["none", "emerging"]


def test_what_does_not_fire_is_no_trend_however_surprising():
    assert following(None, 9.0, fires=False) is None


def test_a_trend_that_stays_over_becomes_active_after_six_hours():
    assert lived(*[4.0] * 8) == ["emerging"] * 6 + ["active"] * 2


def test_below_the_threshold_it_fades_and_may_return_to_active():
    assert lived(4.0, 2.4, 4.0) == ["emerging", "fading", "active"]


def test_what_a_trend_had_loses_half_in_four_hours_and_below_half_the_threshold_it_is_over():
    assert lived(7.2, *[0.0] * 9) == ["emerging", *["fading"] * 8, "stale"]


def test_stale_stands_for_one_hour_so_that_its_end_is_on_record():
    assert lived(3.6, *[0.0] * 6)[-3:] == ["fading", "stale", "none"]


def test_a_cluster_fires_once_a_day():
    states = lived(3.6, *[0.0] * 5, *[5.0] * 20)
    assert states[5] == "stale"
    assert states.index("emerging", 1) == 24


def test_a_trend_that_ended_may_come_back_a_day_after_it_was_detected():
    ended = Life("stale", NOW, 1.0)
    assert following(ended, 6.0, NOW + 23 * HOUR) is None
    assert following(ended, 6.0, NOW + 24 * HOUR) == Life("emerging", NOW + 24 * HOUR, 6.0)
