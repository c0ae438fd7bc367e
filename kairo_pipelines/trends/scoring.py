"""From numbers to a score a person can open, and to the sentence that says why."""

import math
from dataclasses import dataclass

GROWTH_WEIGHT, BREADTH_WEIGHT, ENGAGEMENT_WEIGHT = 0.5, 0.3, 0.2
#: Deviations that bring growth to about two thirds.
GROWTH_SCALE = 3.0
#: Authors beyond the first that halve what breadth still lacks; a further platform does the same.
AUTHORS_HALVE = 3.0
#: Weighted acts gained at which engagement is full.
FULL_ENGAGEMENT = 10_000.0


@dataclass(frozen=True)
class Parts:
    """The parts of a trend's score, each from 0 to 1."""

    growth: float
    breadth: float
    engagement: float

    @property
    def trend_score(self) -> float:
        """0 to 100: half growth, three tenths breadth, two tenths engagement."""
        weighted = GROWTH_WEIGHT * self.growth + BREADTH_WEIGHT * self.breadth + ENGAGEMENT_WEIGHT * self.engagement
        return round(100 * weighted, 2)


def score_parts(*, z: float, authors: int, platforms: int, engagement_gained: float) -> Parts:
    """Growth 1 − e^(−z/3); breadth 1 − ½^((authors − 1)/3 + platforms − 1); engagement on a logarithmic scale."""
    doublings = max(authors - 1, 0) / AUTHORS_HALVE + max(platforms - 1, 0)
    return Parts(
        growth=round(1 - math.exp(-max(z, 0.0) / GROWTH_SCALE), 4),
        breadth=round(1 - 0.5**doublings, 4),
        engagement=round(min(1.0, math.log1p(max(engagement_gained, 0.0)) / math.log1p(FULL_ENGAGEMENT)), 4),
    )


def why(*, posts: int, authors: int, window_hours: int, expected: float, baseline_hours: int) -> str:
    """The reason in words, from the numbers: `14 posts by 12 authors in 12 h; usually 0.4`."""
    if expected == 0:
        usually = f"not once in the {_span(baseline_hours)} before"
    else:
        usually = f"usually {expected:.1f}" if expected >= 0.05 else "usually fewer than 0.1"
    return f"{_counted(posts, 'post')} by {_counted(authors, 'author')} in {window_hours} h; {usually}"


def _span(hours: int) -> str:
    return _counted(hours // 24, "day") if hours >= 48 else _counted(hours, "hour")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
