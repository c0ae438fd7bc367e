"""How each surface has fared: its last captures, whether it is broken, and when it is to be tried again.

Read from `capture_runs` alone, so that every process sees the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import HOUR, capture_day, hour_of
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import CAPTURE_RUNS

#: How far back is looked, at least; a source that has had nothing newer for so long is asked for all of it again.
LOOKED_BACK = timedelta(days=7)
#: So many failures in a row are no accident.
BROKEN_AFTER = 3
#: A surface that keeps failing is tried at least so often; one that is gone for good, so often.
LONGEST_PAUSE, PAUSE_WHEN_GONE = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class SurfaceState:
    """What is known of a surface. Without captures there is none; `last_success` is looked for a week back."""

    due_at: datetime | None = None
    cadence: timedelta = HOUR
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    last_success: datetime | None = None
    failures_in_a_row: int = 0
    error_kind: str | None = None
    error: str | None = None
    retry_at: datetime | None = None
    bytes_today: int = 0

    @property
    def is_broken(self) -> bool:
        """Whether it has failed so often, or so finally, that somebody should look."""
        return self.failures_in_a_row >= BROKEN_AFTER or self.error_kind == "gone"

    @property
    def next_try(self) -> datetime | None:
        """When a surface that failed is tried again; None for one that did not.

        The pause doubles with each failure in a row, from the cadence to a day; what the source asked for counts too.
        """
        if not self.failures_in_a_row or self.due_at is None:
            return None
        longest = max(self.cadence, PAUSE_WHEN_GONE if self.error_kind == "gone" else LONGEST_PAUSE)
        doubled = self.cadence * 2 ** min(self.failures_in_a_row - 1, 20)
        pause = longest if self.error_kind == "gone" else min(doubled, longest)
        return max(self.due_at + pause, self.retry_at or self.due_at)


UNKNOWN = SurfaceState()


def surface_states(lake: Lake, targets: Sequence[Target], now: datetime) -> dict[str, SurfaceState]:
    """The state of each surface that has been captured lately, by its id."""
    longest = max([LOOKED_BACK, *(timedelta(minutes=target.cadence_minutes) for target in targets)])
    rows = lake.sql(
        """
        WITH successes AS (
            SELECT surface_id, max(due_at) AS last_success
            FROM runs
            WHERE status <> 'failed'
            GROUP BY surface_id
        )

        SELECT
            surface_id,
            max(due_at) AS due_at,
            any_value(last_success) AS last_success,
            arg_max(cadence_minutes, due_at) AS cadence_minutes,
            arg_max(etag, due_at) FILTER (WHERE etag IS NOT NULL AND came_whole) AS etag,
            arg_max(last_modified, due_at) FILTER (WHERE last_modified IS NOT NULL AND came_whole) AS last_modified,
            arg_max(moved_to, due_at) FILTER (WHERE moved_to IS NOT NULL) AS moved_to,
            count(*) FILTER (WHERE last_success IS NULL OR due_at > last_success) AS failures_in_a_row,
            arg_max_null(error_kind, due_at) AS error_kind,
            arg_max_null(error, due_at) AS error,
            arg_max_null(retry_at, due_at) AS retry_at,
            coalesce(sum(body_bytes) FILTER (WHERE capture_day = $today), 0)::BIGINT AS bytes_today
        FROM (SELECT *, status IN ('succeeded', 'unchanged') AS came_whole FROM runs)
        LEFT JOIN successes USING (surface_id)
        GROUP BY surface_id
        """,
        {"today": capture_day(now)},
        runs=Slice(CAPTURE_RUNS, hour_of(now) - longest - HOUR, hour_of(now)),
    )
    return {
        row.pop("surface_id"): SurfaceState(cadence=timedelta(minutes=row.pop("cadence_minutes")), **row)
        for row in rows.to_pylist()
    }
