"""How far a cluster's last hours lie above its own past. Arrays in, arrays out; what a trend is stands elsewhere."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]

#: The standard deviation of √(n + 3/8) where n is Poisson (Anscombe, 1948): no past is quieter than chance.
POISSON_DEVIATION = 0.5
#: Where earlier bursts are cut off, in deviations, so that an old burst does not hide a new one.
WINSOR_DEVIATIONS = 3.0
#: Posts assumed in the covered past besides those seen: what was never seen is not impossible (Jeffreys' prior).
ASSUMED_POSTS = 0.5
#: A trailing window of the past counts when at least this share of its hours was captured.
MINIMUM_WINDOW_COVERAGE = 0.5


@dataclass(frozen=True)
class Surprise:
    """Per cluster: how surprising its window is, and how much was to be expected of it."""

    z: Counts
    expected: Counts


def surprise(counts: Counts, volume: Counts, covered: NDArray[np.bool_], window: int) -> Surprise:
    """How far each row's last `window` hours lie above its own past, in standard deviations.

    `counts` is clusters × hours, the window last; `volume` is all posts per hour, `covered` whether the hour was
    captured. Trailing sums of the past, scaled to the window's volume and with half a post assumed in all of it, are
    variance-stabilised (Anscombe, 1948), capped at three deviations and compared with the window's sum. Hours that
    were not captured are left out, never zeros. Causal: nothing after the last column exists.
    """
    counts = counts * covered
    past = _trailing_sums(counts[:, :-window], window)
    past_volume = _trailing_sums((volume * covered)[None, :-window], window)[0]
    past_covered = _trailing_sums(covered[None, :-window].astype(float), window)[0]
    usable = (past_covered >= MINIMUM_WINDOW_COVERAGE * window) & (past_volume > 0)
    window_volume = float((volume * covered)[-window:].sum())
    scaled = past[:, usable] * (window_volume / past_volume[usable])

    assumed = ASSUMED_POSTS * window / max(int(covered[:-window].sum()), 1)
    stabilised = np.sqrt(scaled + assumed + 3 / 8)
    mean, deviation = stabilised.mean(axis=1), stabilised.std(axis=1)
    capped = np.minimum(stabilised, (mean + WINSOR_DEVIATIONS * deviation)[:, None])
    mean, deviation = capped.mean(axis=1), np.maximum(capped.std(axis=1), POISSON_DEVIATION)
    now = np.sqrt(counts[:, -window:].sum(axis=1) + 3 / 8)
    return Surprise(z=(now - mean) / deviation, expected=scaled.mean(axis=1))


def _trailing_sums(counts: Counts, window: int) -> Counts:
    """Sums over each run of `window` consecutive columns."""
    running = np.cumsum(np.pad(counts, ((0, 0), (1, 0))), axis=1)
    return np.asarray(running[:, window:] - running[:, :-window])
