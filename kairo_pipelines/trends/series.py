"""The detector on one plain series of counts: how unlikely each moment is by what came before it, and the alerts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kairo_pipelines.trends.detector import Counts, Mask, Past, surprise
from kairo_pipelines.trends.lifecycle import Life, next_life
from kairo_pipelines.trends.windows import BUSY, LONG, MINIMUM_COVERAGE, MINIMUM_PAST, SHORT, THRESHOLD, Scale

#: Windows of past that tell something where each value stands for more than a day.
MINIMUM_WINDOWS = 7
#: Moments judged at once.
AT_ONCE = 20_000


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
    for rows in _pieces(len(counts)):
        scores[rows] = _scores(counts, step, rows)
    return Judged(scores, _alerts(scores, step, start))


def _pieces(size: int) -> Iterator[NDArray[np.int64]]:
    for first in range(0, size, AT_ONCE):
        yield np.arange(first, min(first + AT_ONCE, size))


def _scores(counts: Counts, step: timedelta, rows: NDArray[np.int64]) -> Counts:
    scores, usual = _scores_at(counts, step, rows, _in_steps(LONG, step))
    if step <= SHORT.window:
        short = _in_steps(SHORT, step)
        at_short, usual = _scores_at(counts, step, rows, short)
        scores = np.where(usual >= BUSY, at_short, scores)
    return scores


def _in_steps(scale: Scale, step: timedelta) -> Scale:
    """The scale with a window of whole steps; the season of a day or week only where it has whole windows."""
    window = max(round(scale.window / step), 1) * step
    return scale if window == scale.window else Scale(window, scale.past, season=1)


def _scores_at(counts: Counts, step: timedelta, rows: NDArray[np.int64], scale: Scale) -> tuple[Counts, Counts]:
    length = scale.window // step
    known = ~np.isnan(counts)
    sums, covered = _trailing(np.where(known, counts, 0.0), length), _trailing(known.astype(float), length) / length
    ends = rows[:, None] - length * np.arange(1, scale.past + 1)[None, :]
    there, ends = ends >= length - 1, np.maximum(ends, 0)
    past = Past(
        counts=np.where(there, sums[ends], 0.0),
        volume=np.where(there, covered[ends], 0.0),
        volume_now=covered[rows],
        usable=there & (covered[ends] >= MINIMUM_COVERAGE),
        season=scale.season,
        assumed_in=scale.assumed_in,
    )
    found = surprise(sums[rows], past)
    needed = max(MINIMUM_PAST / scale.window, MINIMUM_WINDOWS if step > timedelta(days=1) / 2 else 0)
    tells = (past.usable.sum(axis=1) >= needed) & known[rows] & (covered[rows] >= MINIMUM_COVERAGE)
    return np.where(tells, found.decades, 0.0), found.expected


def _trailing(values: Counts, length: int) -> Counts:
    """At each value the sum of it and those before it, `length` in all, or as many as there are."""
    running = np.cumsum(np.concatenate([[0.0], values]))
    last = np.arange(1, len(values) + 1)
    return np.asarray(running[last] - running[np.maximum(last - length, 0)])


def _alerts(scores: Counts, step: timedelta, start: datetime) -> Mask:
    alerts = np.zeros(len(scores), dtype=bool)
    life: Life | None = None
    for position, decades in enumerate(scores.tolist()):
        if life is None and decades < THRESHOLD:
            continue
        now = start + position * step
        following = next_life(
            life, decades=decades, fires=decades >= THRESHOLD, threshold=THRESHOLD, now=now, elapsed=step
        )
        alerts[position] = following is not None and following.detected_at == now
        life = following or life
    return alerts
