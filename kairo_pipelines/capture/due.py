"""Which surfaces are due at a moment, by their cadence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import hour_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DueCapture:
    """A surface, and the time at which it was due."""

    target: Target
    due_at: datetime


def due_captures(targets: Iterable[Target], last_due: Mapping[str, datetime], now: datetime) -> list[DueCapture]:
    """The surfaces to capture now.

    `last_due` holds, by surface id, when the latest capture was due. A cadence counts in slots from the epoch, so
    that two looks at the same slot find the same due time; a slot that began before this hour is due at the hour, since
    a capture belongs to the hour in which it is made.
    """
    due = []
    for target in targets:
        slot = _slot(now, target.cadence_minutes)
        last = last_due.get(target.surface_id)
        if last is None or last < slot:
            due.append(DueCapture(target, max(slot, hour_of(now))))
    return due


def _slot(now: datetime, cadence_minutes: int) -> datetime:
    cadence = timedelta(minutes=cadence_minutes)
    return EPOCH + (now - EPOCH) // cadence * cadence
