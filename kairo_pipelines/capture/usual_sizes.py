"""How many items a surface usually gives, so that a listing that broke without an error is seen."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from statistics import median

from kairo_pipelines.capture.landing import Receipt
from kairo_pipelines.connectors.registry import connector_for
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import CAPTURE_RUNS

#: What is usual is the median of so many captures before, of the last two weeks, at least of so many.
CAPTURES, LOOKED_BACK, AT_LEAST = 20, timedelta(days=14), 5
#: A listing that usually has fewer says nothing by having few.
SMALLEST_USUAL = 10
#: Below this share of the usual, it is far smaller.
SHARE = 0.2


class UsualSizes:
    """The sizes of each surface's last listings; a change that lasts becomes what is usual."""

    def __init__(self) -> None:
        self._sizes: dict[str, deque[tuple[datetime, int]]] = defaultdict(lambda: deque(maxlen=CAPTURES))

    def learn(self, surface_id: str, due_at: datetime, size: int) -> None:
        """Take note of a listing; in order of capture."""
        self._sizes[surface_id].append((due_at, size))

    def far_smaller(self, receipt: Receipt, size: int) -> str | None:
        """Why this listing is suspicious, in a sentence, or None; takes note of it either way."""
        before = [known for due_at, known in self._sizes[receipt.surface_id] if due_at > receipt.due_at - LOOKED_BACK]
        self.learn(receipt.surface_id, receipt.due_at, size)
        if connector_for(receipt.platform, receipt.surface_type).varies_in_size or len(before) < AT_LEAST:
            return None
        usual = median(before)
        if usual < SMALLEST_USUAL or size >= SHARE * usual:
            return None
        return f"the listing holds {size} items, where it usually holds {usual:g}"


def usual_sizes(lake: Lake, hours: HourRange) -> UsualSizes:
    """What was usual before these hours."""
    rows = lake.sql(
        """
        SELECT surface_id, due_at, item_count
        FROM runs
        WHERE status = 'succeeded' OR error_kind = 'far_smaller'
        ORDER BY due_at
        """,
        runs=Slice(CAPTURE_RUNS, hours.first - LOOKED_BACK - HOUR, hours.first - HOUR),
    )
    usual = UsualSizes()
    for row in rows.to_pylist():
        usual.learn(row["surface_id"], row["due_at"], row["item_count"])
    return usual
