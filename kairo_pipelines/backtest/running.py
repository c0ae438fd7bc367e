"""The trends of past hours, each as of its own end, by the code that makes `trend_candidates`. Writes nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import TREND_CANDIDATES
from kairo_pipelines.trends.candidates import Embed, HourOfTrends, trends_by_hour
from kairo_pipelines.trends.history import read_history
from kairo_pipelines.trends.lifecycle import REFRACTORY

#: Hours whose history is read at once.
AT_ONCE = 7 * 24


def run(lake: Lake, hours: HourRange, embed: Embed, *, at_once: int = AT_ONCE) -> Iterator[HourOfTrends]:
    """What the platform would have said in each of these hours, in order, had it begun with the first of them."""
    remembering = _Remembering(lake)
    for piece in hours.split(at_once):
        for hour in trends_by_hour(read_history(remembering, piece), embed):
            remembering.candidates += hour.candidates
            yield hour
        kept_from = piece.end - REFRACTORY
        remembering.candidates = [row for row in remembering.candidates if row["capture_hour"] >= kept_from]


class _Remembering(Lake):
    """A lake that is read as it is, but for its candidates: they are those found so far."""

    def __init__(self, lake: Lake) -> None:
        super().__init__(lake.uri, lake.storage_options)
        self.candidates: list[dict[str, Any]] = []

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None, **relations: Slice | pa.Table) -> pa.Table:
        return super().sql(query, parameters, **{name: self._found(part) for name, part in relations.items()})

    def _found(self, part: Slice | pa.Table) -> Slice | pa.Table:
        if not isinstance(part, Slice) or part.table is not TREND_CANDIDATES:
            return part
        assert part.since, "a history begins somewhere"
        assert part.until, "and ends"
        since, until = part.since, part.until
        return TREND_CANDIDATES.rows(row for row in self.candidates if since <= row["capture_hour"] <= until)
