"""The life of a trend: emerging, active, fading, stale; and when the same cluster may be a trend again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: A trend lives while it is above this share of the threshold that it had to pass (hysteresis).
LIVES_ABOVE = 0.5
#: What a trend had loses half in so long, as on Mastodon (`Trends::Base`, `score_halflife`).
HALF_LIFE = timedelta(hours=4)
#: A trend is emerging for this long after it was detected.
EMERGES_FOR = timedelta(hours=6)
#: A cluster fires at most once in this time.
REFRACTORY = timedelta(hours=24)


@dataclass(frozen=True)
class Life:
    """Where a trend stands in its life, as of a moment."""

    status: str
    detected_at: datetime
    #: Its surprise, in decades; or what is left of a higher one that it had.
    level: float


def next_life(
    life: Life | None, *, decades: float, fires: bool, threshold: float, now: datetime, elapsed: timedelta
) -> Life | None:
    """How a trend, or a cluster that is none (None), stands after `elapsed`.

    A cluster that fires becomes a trend. It is active while its surprise stays over the threshold, fading while what is
    left of it is above half of that, then stale once, so that its end is on record, then nothing. After that it may
    come back once the refractory time since its detection is over.
    """
    if life is None or life.status == "stale":
        rested = life is None or now - life.detected_at >= REFRACTORY
        return Life("emerging", now, decades) if fires and rested else None
    level = max(decades, life.level * 0.5 ** (elapsed / HALF_LIFE))
    if decades >= threshold:
        young = now - life.detected_at < EMERGES_FOR
        return replace(life, status="emerging" if young and life.status == "emerging" else "active", level=level)
    return replace(life, status="fading" if level >= threshold * LIVES_ABOVE else "stale", level=level)


def is_alive(status: str) -> bool:
    """Whether a trend of this status goes on."""
    return status != "stale"
