"""How likely an item of a ranked list is to become big, from its first 75 minutes: a logistic formula in fifteen terms.

The terms and weights were chosen on Hacker News front pages of November 2020 to July 2021, a month at a time left out,
so that they hold with captures half as frequent, and with ranks or comments unknown. Counts of points are scaled by the
target, so that 100 or 600 can be asked for as well as 300.
"""

import functools
import json
from collections.abc import Mapping
from datetime import timedelta
from importlib.resources import files
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kairo_pipelines.trends.queries import query

Column = NDArray[np.float64]

#: The points that the weights were fitted for.
FITTED_FOR = 300.0
#: An item is judged by what was known so long after it was first seen.
DECIDED_WITHIN = timedelta(minutes=75)
#: Minutes between captures, where it is not known how long before an item was not there yet.
USUAL_GAP = 30.0


def early_growth(observations: pa.Table, decided_within: timedelta = DECIDED_WITHIN) -> pa.Table:
    """What each item's beginning shows, a row per item; nothing later than its decision is looked at.

    `observations` has the columns seen_at, item, points, rank and comments, of one list whose captures are whole: where
    an item is missing from a capture it has left the list. Rank and comments may be null.
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("observations", observations)
        growth: pa.Table = connection.sql(
            query("item_growth"), params={"decided_within": decided_within}
        ).to_arrow_table()
        return growth


def likelihood(growth: pa.Table, target: float = FITTED_FOR) -> Column:
    """The probability of each row of `early_growth` that the item reaches `target` points."""
    columns = {name: _numbers(growth, name) for name in growth.column_names if name not in _OF_TIME}
    terms = _terms(columns, FITTED_FOR / target)
    # Of a source that never reports comments none is known; of one that does, one that is missing means few.
    comments = int(bool(np.any(~np.isnan(columns["comments"])))) if growth.num_rows else 0
    odds = np.zeros(growth.num_rows)
    ranked = ~np.isnan(columns["last_rank"])
    for is_ranked in (0, 1):
        weights, rows = _weights()[f"rank{is_ranked}com{comments}"], ranked == bool(is_ranked)
        odds[rows] = weights["bias"] + sum(
            weight * terms[name][rows] for name, weight in weights.items() if name != "bias"
        )
    return np.asarray(1 / (1 + np.exp(-odds)))


_OF_TIME = ("item", "first_seen_at", "decided_at")


def _terms(known: Mapping[str, Column], scale: float) -> dict[str, Column]:
    """The terms of the formula, each centred where items usually lie."""
    first, last, before = (known[name] * scale for name in ("first_points", "last_points", "points_before"))
    level, elapsed = np.log(last + 1) - 3.4, known["followed"] / 60 - 0.8
    on_the_whole = np.log((np.maximum(last - first, 0) + 3) / (known["followed"] + 15))
    lately = np.log((np.maximum(last - before, 0) + 2) / (known["since_before"] + 8))
    pace = np.clip(np.where(np.isnan(known["since_before"]), on_the_whole, lately) + 1, -3, 1.1)
    gained, field = (np.nan_to_num(known[name]) * scale for name in ("gained", "field_gained"))
    gap = np.where(np.isnan(known["gap_before"]), USUAL_GAP, known["gap_before"])
    rank = np.log(known["last_rank"]) - 2.2
    comments = np.where(np.isnan(known["comments"]), 1, known["comments"])
    return {
        "lp": level,
        "el": elapsed,
        "el2": elapsed**2,
        "lp*el": level * elapsed,
        "vb": pace,
        "vb2": pace**2,
        "vb*el": pace * elapsed,
        "share": np.log((gained + 2) / (field + 4)),
        "gap": np.log(np.clip(gap, 5, 120) / USUAL_GAP),
        "gone": (known["away"] > 0).astype(float),
        "lr": rank,
        "lr*lp": rank * level,
        "drr": np.nan_to_num(np.log(known["last_rank"] / known["rank_before"])),
        "vb*lr": pace * rank,
        "cp": np.log((comments + 1) / (last + 3)) + 1.2,
    }


def _numbers(table: pa.Table, name: str) -> Column:
    return np.asarray(table.column(name).to_pandas().to_numpy(dtype=np.float64, na_value=np.nan))


@functools.cache
def _weights() -> dict[str, dict[str, Any]]:
    """Weights by whether rank and comments are known."""
    text = files("kairo_pipelines.trends").joinpath("item_growth.json").read_text()
    weights: dict[str, dict[str, Any]] = json.loads(text)
    return weights
