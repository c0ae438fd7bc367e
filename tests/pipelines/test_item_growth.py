"""How likely a story is to become big, from its first 75 minutes on real front pages."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from kairo_pipelines.trends.item_growth import early_growth, likelihood

START = datetime(2021, 12, 10, tzinfo=UTC)
SCHEMA = pa.schema(
    {
        "seen_at": pa.timestamp("us"),
        "item": pa.int64(),
        "points": pa.int64(),
        "rank": pa.int64(),
        "comments": pa.int64(),
    }
)


def seen(minute: int, item: int, points: int, rank: int | None = None, comments: int | None = None) -> dict:
    moment = (START + timedelta(minutes=minute)).replace(tzinfo=None)
    return {"seen_at": moment, "item": item, "points": points, "rank": rank, "comments": comments}


def growth_of(*observations: dict) -> pa.Table:
    return early_growth(pa.Table.from_pylist(list(observations), schema=SCHEMA))


#: A list that moves slowly, so that there is a field to gain on.
FIELD = [seen(minute, 1, 100 + minute // 10, 5, 20) for minute in range(0, 300, 30)]


def of_item(growth: pa.Table, item: int, target: float = 300.0) -> float:
    return float(likelihood(growth, target)[growth.column("item").to_pylist().index(item)])


def test_a_story_that_gains_faster_is_likelier_to_become_big():
    fast = [seen(60 + minute, 2, 10 + 2 * minute, 10, 5) for minute in (0, 30, 60)]
    slow = [seen(60 + minute, 3, 10 + minute // 10, 20, 5) for minute in (0, 30, 60)]
    growth = growth_of(*FIELD, *fast, *slow)
    assert of_item(growth, 2) > 3 * of_item(growth, 3)


def test_what_is_seen_later_than_75_minutes_changes_nothing():
    early = [seen(60 + minute, 2, 10 + minute, 10, 5) for minute in (0, 30, 60)]
    later = [seen(150, 2, 900, 1, 400), seen(180, 2, 1200, 1, 500)]
    until_then = [row for row in FIELD if row["seen_at"] <= early[-1]["seen_at"] + timedelta(minutes=15)]
    assert of_item(growth_of(*FIELD, *early, *later), 2) == pytest.approx(of_item(growth_of(*until_then, *early), 2))


def test_a_story_that_has_left_the_list_is_less_likely_to_become_big():
    stays = [seen(60 + minute, 2, 10 + minute, 10, 5) for minute in (0, 30, 60)]
    leaves = [seen(60 + minute, 3, 10 + minute, 10, 5) for minute in (0, 30)]
    growth = growth_of(*FIELD, *stays, *leaves)
    assert of_item(growth, 3) < of_item(growth, 2)


def test_a_higher_target_is_less_likely_to_be_reached():
    growth = growth_of(*FIELD, *(seen(60 + minute, 2, 10 + minute, 10, 5) for minute in (0, 30, 60)))
    assert of_item(growth, 2, target=100) > of_item(growth, 2) > of_item(growth, 2, target=600)


@pytest.mark.parametrize(("rank", "comments"), [(None, None), (None, 5), (10, None)])
def test_an_unknown_rank_or_count_is_no_number_of_its_own(rank, comments):
    rows = [seen(minute, 2, 10 + minute, rank, comments) for minute in (0, 30, 60)]
    [known] = likelihood(growth_of(*rows))
    assert 0 < known < 1


def test_no_observation_is_no_item():
    assert growth_of().num_rows == 0
    assert np.array_equal(likelihood(growth_of()), [])
