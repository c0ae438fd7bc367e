"""The detector on one plain series of counts: how unlikely each moment is by what came before it, and the alerts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.trends.detector import Counts, Mask, Past, surprise
from kairo_pipelines.trends.lifecycle import Life, is_alive, next_life
from kairo_pipelines.trends.windows import BUSY, LONG, MINIMUM_COVERAGE, MINIMUM_PAST, SHORT, THRESHOLD, Scale

#: Windows of past that tell something where each value stands for more than half a day.
MINIMUM_WINDOWS = 7
#: Moments judged at once.
AT_ONCE = 20_000

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """Per moment: −log10 of the probability of so much, 0 where there is too little past to tell; and who fires."""

    scores: Counts
    alerts: Mask


def judge(counts: Counts, step: timedelta, start: datetime) -> Judged:
    """Judge each value of a regular series by those up to it; NaN stands for what was not captured.

    The same windows, threshold and refractory time as for clusters. Causal: what comes later changes nothing.
    """
    scores = np.zeros(len(counts))
    windows = _Windows.of(counts, step, LONG)
    short = _Windows.of(counts, step, SHORT) if step <= SHORT.window else None
    for rows in _pieces(np.flatnonzero(~np.isnan(counts))):
        scores[rows], expected = windows.judged(rows)
        if short:
            busy = rows[expected * (short.scale.window / windows.scale.window) >= BUSY]
            scores[busy], _ = short.judged(busy)
    return Judged(scores, _alerts(scores, step, start))


def _pieces(rows: Positions) -> Iterator[Positions]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


@dataclass(frozen=True)
class _Windows:
    """A series at one scale: what the window that ends at each value holds, and how much of it was captured."""

    scale: Scale
    #: Values in a window, and windows of past that tell something.
    length: int
    needed: float
    sums: Counts
    covered: Counts

    @classmethod
    def of(cls, counts: Counts, step: timedelta, scale: Scale) -> "_Windows":
        known = ~np.isnan(counts)
        length = max(round(scale.window / step), 1)
        if length * step != scale.window:
            # a day or week of such windows is no whole number of them
            scale = Scale(length * step, scale.past, season=1)
        return cls(
            scale,
            length,
            needed=max(MINIMUM_PAST / scale.window, MINIMUM_WINDOWS if step > timedelta(hours=12) else 0),
            sums=trailing(np.where(known, counts, 0.0), length),
            covered=trailing(known.astype(float), length) / length,
        )

    def judged(self, rows: Positions) -> tuple[Counts, Counts]:
        """How unlikely the windows that end at these values are, 0 where nothing tells, and what was to be expected."""
        ends = rows[:, None] - self.length * np.arange(1, self.scale.past + 1)[None, :]
        there, ends = ends >= self.length - 1, np.maximum(ends, 0)
        covered = np.where(there, self.covered[ends], 0.0)
        past = Past(
            counts=np.where(there, self.sums[ends], 0.0),
            volume=covered,
            volume_now=self.covered[rows],
            usable=covered >= MINIMUM_COVERAGE,
            season=self.scale.season,
            assumed_in=self.scale.assumed_in,
        )
        found = surprise(self.sums[rows], past)
        tells = (past.usable.sum(axis=1) >= self.needed) & (self.covered[rows] >= MINIMUM_COVERAGE)
        return np.where(tells, found.decades, 0.0), found.expected


def trailing(values: Counts, length: int) -> Counts:
    """At each value the sum of it and those before it, `length` in all, or as many as there are.

    From sums that begin and end at every `length`th value (van Herk, 1992): nothing is ever subtracted, so that one
    huge value leaves no error in what comes after it.
    """
    blocks = np.zeros((-(-len(values) // length), length))
    blocks.flat[: len(values)] = values
    sums = blocks.cumsum(axis=1)
    sums[1:, :-1] += blocks[:-1, ::-1].cumsum(axis=1)[:, -2::-1]
    return sums.ravel()[: len(values)]


def _alerts(scores: Counts, step: timedelta, start: datetime) -> Mask:
    alerts = np.zeros(len(scores), dtype=bool)
    life: Life | None = None
    for position, decades in enumerate(scores.tolist()):
        if decades < THRESHOLD and not (life and is_alive(life.status)):
            continue
        now = start + position * step
        following = next_life(
            life, decades=decades, fires=decades >= THRESHOLD, threshold=THRESHOLD, now=now, elapsed=step
        )
        alerts[position] = following is not None and following.detected_at == now
        life = following or life
    return alerts
