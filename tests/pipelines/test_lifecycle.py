"""The life of a trend, hour by hour."""

from datetime import UTC, datetime, timedelta

from kairo_pipelines.trends.lifecycle import Life, next_life

NOW = datetime(2021, 12, 10, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
THRESHOLD = 1.75


def lived(*values: float, life: Life | None = None) -> list[str]:
    """The states of hours with these z values."""
    states = []
    for number, z in enumerate(values):
        following = next_life(life, z=z, enough_authors=True, threshold=THRESHOLD, now=NOW + number * HOUR)
        states.append(following.status if following else "none")
        life = following or life
    return states


def test_over_the_threshold_a_cluster_emerges():
    assert lived(1.7, 1.8) == ["none", "emerging"]


def test_too_few_authors_never_make_a_trend():
    assert next_life(None, z=9.0, enough_authors=False, threshold=THRESHOLD, now=NOW) is None


def test_a_trend_that_stays_over_becomes_active_after_six_hours():
    assert lived(*[2.0] * 8) == ["emerging"] * 6 + ["active"] * 2


def test_below_the_threshold_it_fades_and_may_return_to_active():
    assert lived(2.0, 1.2, 2.0) == ["emerging", "fading", "active"]


def test_far_below_it_is_stale_for_one_hour_so_that_its_end_is_on_record():
    assert lived(2.0, 0.1, 0.1) == ["emerging", "stale", "none"]


def test_a_cluster_fires_once_a_day():
    assert lived(2.0, 0.1, *[3.0] * 24) == ["emerging", "stale", *["none"] * 22, "emerging", "emerging"]


def test_a_trend_that_ended_may_come_back_a_day_after_it_was_detected():
    ended = Life("stale", NOW)
    assert next_life(ended, z=3.0, enough_authors=True, threshold=THRESHOLD, now=NOW + 23 * HOUR) is None
    back = next_life(ended, z=3.0, enough_authors=True, threshold=THRESHOLD, now=NOW + 24 * HOUR)
    assert back == Life("emerging", NOW + 24 * HOUR)
