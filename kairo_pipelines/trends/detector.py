"""How unlikely a window is, given its own past. Arrays in, arrays out; what a trend is stands elsewhere."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Counts = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Where earlier bursts are cut off, in deviations, so that an old burst does not hide a new one.
WINSOR_DEVIATIONS = 3.0
#: Posts assumed in the past besides those seen: what was never seen is not impossible (Jeffreys' prior).
ASSUMED_POSTS = 0.5
#: What is assumed of how much more than chance anything varies, and as from how many windows: a few don't show it.
ASSUMED_OVERDISPERSION, ASSUMED_WINDOWS = 0.1, 5.0
#: Usual posts of a window from which a time of day or week can be told from chance, and how many more of the same time
#: a season must be seen in before it is believed by half.
SEASONAL_FROM, SEASON_DOUBT = 5.0, 2.0
#: A probability so small that smaller ones are not told apart, as decades.
MOST_DECADES = 300.0


@dataclass(frozen=True)
class Past:
    """What each row's windows of the past held, the latest first; rows × windows, or one row that all share."""

    counts: Counts
    #: How much was seen of everything in each of these windows, and in the window now; or how much of it was covered.
    volume: Counts
    volume_now: Counts
    #: Windows that were captured well enough to count.
    usable: Mask
    #: Windows after which a time of day or week returns; 1 for none.
    season: int = 1
    #: Windows in which half a post is assumed, however few there were.
    assumed_in: float = 1.0


class Surprise(NamedTuple):
    """Per row: how unlikely its window is by its own past, and how much was to be expected."""

    #: −log10 of the probability of at least so many.
    decades: Counts
    #: Deviations above what was expected, on the scale where chance varies by ½ (Anscombe, 1948).
    deviations: Counts
    expected: Counts


def surprise(now: Counts, past: Past) -> Surprise:
    """How far each row's window lies above its own past.

    Counts of the past are scaled to the volume of the window, variance-stabilised by √(n + 3/8) (Anscombe, 1948),
    capped at three deviations, and freed of what the time of day or week explains. What they leave is a negative
    binomial: its mean is what was usual, with half a post assumed in all of the past; its spread is chance, what so
    short a past leaves open, and how much more than chance the past varied. The score is the probability of its upper
    tail. Windows that were not captured are left out, never zeros.
    """
    usable = np.broadcast_to(past.usable, past.counts.shape)
    volume = np.broadcast_to(np.where(past.usable, past.volume, 0.0), past.counts.shape)
    ratio = np.divide(past.volume_now[:, None], volume, out=np.zeros_like(past.counts), where=volume > 0)
    usable = usable & (volume > 0)
    number = np.maximum(usable.sum(axis=1), 1)

    stabilised = _capped(np.sqrt(past.counts * ratio + 3 / 8), usable, number)
    level = np.maximum(_mean(stabilised, usable, number), np.sqrt(3 / 8))
    offsets = _seasonal_offsets(stabilised - level[:, None], usable, past.season)
    offsets[level**2 - 3 / 8 < SEASONAL_FROM] = 0.0
    left = stabilised - level[:, None] - offsets
    variance = _mean(left**2, usable, number)

    capped = np.divide(np.maximum(stabilised**2 - 3 / 8, 0), ratio, out=np.zeros_like(ratio), where=ratio > 0) * usable
    seen = capped.sum(axis=1)
    all_volume = np.maximum(volume.sum(axis=1), 1e-9)
    assumed_in = np.maximum(all_volume, all_volume / number * past.assumed_in)
    usual = (seen / all_volume + ASSUMED_POSTS / assumed_in) * past.volume_now
    # the window now has the season of the window one period before it
    stabilised_now = np.maximum(level + offsets[:, past.season - 1], np.sqrt(3 / 8))
    expected = usual * (stabilised_now / level) ** 2
    # the variance of √n is (1 + overdispersion · mean) / 4, by the delta method
    measured = np.maximum(4 * variance - 1, 0) / np.maximum(expected, 1)
    overdispersion = (number * measured + ASSUMED_WINDOWS * ASSUMED_OVERDISPERSION) / (number + ASSUMED_WINDOWS)
    shape = 1 / (1 / (seen + ASSUMED_POSTS) + overdispersion)
    return Surprise(
        decades=_decades(now, expected, shape),
        deviations=(np.sqrt(now + 3 / 8) - stabilised_now) / np.maximum(np.sqrt(variance), 0.5),
        expected=expected,
    )


def unlikely_together(decades: Counts, false_share: float, looked_at: int | None = None) -> Mask:
    """Which of many windows, looked at together, are more than chance, so that by chance alone at most the given share
    of them is (Benjamini and Hochberg, 1995). `looked_at` counts those too that were left out as unremarkable.
    """
    order = np.argsort(-decades, kind="stable")
    ranks = np.arange(1, len(decades) + 1)
    holds = np.flatnonzero(decades[order] >= -np.log10(false_share * ranks / max(looked_at or len(decades), 1)))
    chosen = np.zeros(len(decades), dtype=bool)
    chosen[order[: holds[-1] + 1 if len(holds) else 0]] = True
    return chosen


def _mean(values: Counts, usable: Mask, number: NDArray[np.int64]) -> Counts:
    mean: Counts = np.where(usable, values, 0.0).sum(axis=1) / number
    return mean


def _capped(stabilised: Counts, usable: Mask, number: NDArray[np.int64]) -> Counts:
    mean = _mean(stabilised, usable, number)
    deviation = np.sqrt(_mean((stabilised - mean[:, None]) ** 2, usable, number))
    return np.minimum(stabilised, (mean + WINSOR_DEVIATIONS * deviation)[:, None])


def _seasonal_offsets(left: Counts, usable: Mask, season: int) -> Counts:
    """What each window's place in its day or week adds to it, believed the more the more often it was seen."""
    if season == 1:
        return np.zeros_like(left)
    rows, windows = left.shape
    by_place = np.where(usable, left, 0.0).reshape(rows, windows // season, season)
    seen = usable.reshape(rows, windows // season, season).sum(axis=1)
    return np.tile(by_place.sum(axis=1) / (seen + SEASON_DOUBT), windows // season)


def _decades(now: Counts, expected: Counts, shape: Counts) -> Counts:
    """−log10 of the upper tail of a negative binomial, continued to fractions of a post."""
    tail = np.where(now > 0, betainc(np.maximum(now, 1e-9), shape, expected / (expected + shape)), 1.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.minimum(-np.log10(tail), MOST_DECADES) + 0.0)
