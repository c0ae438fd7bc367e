"""The life of a trend: emerging, active, fading, stale; and when the same cluster may be a trend again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: A trend stays alive while it is above this share of the threshold that it had to pass (hysteresis).
STAYS_ABOVE = 0.5
#: A trend is emerging for this long after it was detected.
EMERGES_FOR = timedelta(hours=6)
#: A cluster fires at most once in this time.
REFRACTORY = timedelta(hours=24)


@dataclass(frozen=True)
class Life:
    """Where a trend stands in its life, as of the end of an hour."""

    status: str
    detected_at: datetime


def next_life(life: Life | None, *, z: float, enough_authors: bool, threshold: float, now: datetime) -> Life | None:
    """The next hour of a trend, or of a cluster that is none (None).

    Over the threshold a cluster becomes a trend. It is active while it stays over it, fading while it is above half of
    it, then stale for one hour, so that its end is on record, then nothing. After that it may come back once the
    refractory time since its detection is over.
    """
    over = enough_authors and z >= threshold
    if life is None or life.status == "stale":
        rested = life is None or now - life.detected_at >= REFRACTORY
        return Life("emerging", now) if over and rested else None
    if over:
        young = now - life.detected_at < EMERGES_FOR
        return replace(life, status="emerging" if young and life.status == "emerging" else "active")
    if z >= threshold * STAYS_ABOVE:
        return replace(life, status="fading")
    return replace(life, status="stale")
