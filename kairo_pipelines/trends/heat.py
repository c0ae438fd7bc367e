"""How likely the items of ranked lists are to become big, as known at each hour: reads the lake, judges beginnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import CAPTURE_RUNS, EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS
from kairo_pipelines.trends.item_growth import DECIDED_WITHIN, early_growth, likelihood

_LISTED = """
    SELECT
        observations.surface_id,
        observations.observed_at AS seen_at,
        observations.evidence_id AS item,
        observations.like_count AS points,
        observations.rank,
        observations.comment_count AS comments
    FROM observations
    JOIN runs USING (capture_id)
    -- of a list that was captured in part nobody knows what has left it
    WHERE observations.rank IS NOT NULL AND observations.like_count IS NOT NULL AND runs.status = 'succeeded'
"""


@dataclass(frozen=True)
class Heat:
    """Per item, the moment from which it is known, and the probability that the item becomes big."""

    items: dict[str, tuple[datetime, float]]

    def of(self, items: Sequence[str], now: datetime) -> float | None:
        """The highest of some items, as known at a moment: 0 while they are too new to tell.

        None where most of them are on no list: a story that is told elsewhere is not cold because a list lets it lie.
        """
        listed = [self.items[item] for item in items if item in self.items]
        if 2 * len(listed) < max(len(items), 1):
            return None
        return max(probability if since <= now else 0.0 for since, probability in listed)


def read_heat(lake: Lake, hours: HourRange) -> Heat:
    """The heat of items that were first seen in these hours, on lists that rank and count; others have none."""
    listed = lake.sql(_LISTED, observations=Slice.of(EVIDENCE_OBSERVATIONS, hours), runs=Slice.of(CAPTURE_RUNS, hours))
    new = set(lake.sql("SELECT evidence_id FROM items", items=Slice.of(EVIDENCE_ITEMS, hours)).column(0).to_pylist())
    items: dict[str, tuple[datetime, float]] = {}
    for surface in listed.column("surface_id").unique().to_pylist():
        query = "SELECT * EXCLUDE (surface_id) FROM listed WHERE surface_id = $surface"
        for item, known in _heat_on(lake.sql(query, {"surface": surface}, listed=listed)):
            if item in new:
                items[item] = max(known, items.get(item, known), key=lambda one: one[1])
    return Heat(items)


def _heat_on(listed: pa.Table) -> list[tuple[str, tuple[datetime, float]]]:
    growth = early_growth(listed)
    beginnings = zip(growth.to_pylist(), likelihood(growth).round(6).tolist(), strict=True)
    return [(row["item"], (row["first_seen_at"] + DECIDED_WITHIN, probability)) for row, probability in beginnings]
