"""Counts as a line of bars, for tables and terminals."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], bars: int | None = None) -> str:
    """A line of bars, the highest for the largest value; `bars` sums neighbours so that there are at most so many."""
    if bars and len(values) > bars:
        each = -(-len(values) // bars)
        values = [sum(values[start : start + each]) for start in range(0, len(values), each)]
    top = max(values, default=0)
    if top <= 0:
        return _BARS[0] * len(values)
    return "".join(_BARS[min(len(_BARS) - 1, int(value / top * (len(_BARS) - 1) + 0.5))] for value in values)
