"""Which surfaces are due at a moment, by their cadence and by how they fared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kairo_pipelines.capture.surface_state import UNKNOWN, SurfaceState
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.hours import hour_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DueCapture:
    """A surface, and the time at which it was due."""

    target: Target
    due_at: datetime


def due_captures(targets: Iterable[Target], states: Mapping[str, SurfaceState], now: datetime) -> list[DueCapture]:
    """The surfaces to capture now.

    A cadence counts in slots from the epoch, so that two looks at the same slot find the same due time; a slot that
    began before this hour is due at the hour, since a capture belongs to the hour in which it is made. One that keeps
    failing waits for its next try.
    """
    due = []
    for target in targets:
        state = states.get(target.surface_id, UNKNOWN)
        slot = _slot(now, target.cadence_minutes)
        waits = state.next_try is not None and now < state.next_try
        if not waits and (state.due_at is None or state.due_at < slot):
            due.append(DueCapture(target, max(slot, hour_of(now))))
    return due


def _slot(now: datetime, cadence_minutes: int) -> datetime:
    cadence = timedelta(minutes=cadence_minutes)
    return EPOCH + (now - EPOCH) // cadence * cadence
