"""From numbers to a score a person can open, and to the sentence that says why."""

import math
from dataclasses import asdict, dataclass

from kairo_pipelines.trends.windows import THRESHOLD

#: How much each part counts; together 1.
WEIGHTS = {"growth": 0.35, "breadth": 0.2, "engagement": 0.2, "novelty": 0.15, "confidence": 0.1}
#: Authors beyond the first that halve what breadth still lacks; a further platform does the same.
AUTHORS_HALVE = 3.0
#: Weighted acts gained at which engagement is full.
FULL_ENGAGEMENT = 10_000.0
#: Sightings in the past that halve novelty.
SIGHTINGS_HALVE = 5.0
#: Hours of past from which nothing is wanting.
FULL_PAST = 28 * 24


@dataclass(frozen=True)
class Parts:
    """The parts of a trend's score, each from 0 to 1."""

    growth: float
    breadth: float
    engagement: float
    novelty: float
    confidence: float

    @property
    def trend_score(self) -> float:
        """0 to 100: the weighted sum of the parts."""
        parts: dict[str, float] = asdict(self)
        return round(100 * sum(WEIGHTS[name] * value for name, value in parts.items()), 2)


def score_parts(
    *,
    decades: float,
    authors: int,
    platforms: int,
    engagement_gained: float,
    heat: float | None,
    seen_before: int,
    past_hours: int,
    coverage: float,
) -> Parts:
    """Each part from what it measures.

    Growth is 1 − ½^(decades / threshold), half at the threshold. Breadth is 1 − ½^((authors − 1)/3 + platforms − 1).
    Engagement is what was gained on a logarithmic scale, or how likely the hottest item is to become big. Novelty is
    ½^(sightings before / 5). Confidence is the share of four weeks of past that is known, as its square root, times the
    share of the window that was captured.
    """
    gained = min(1.0, math.log1p(max(engagement_gained, 0.0)) / math.log1p(FULL_ENGAGEMENT))
    return Parts(
        growth=round(1 - 0.5 ** (max(decades, 0.0) / THRESHOLD), 4),
        breadth=round(1 - 0.5 ** (max(authors - 1, 0) / AUTHORS_HALVE + max(platforms - 1, 0)), 4),
        engagement=round(max(gained, heat or 0.0), 4),
        novelty=round(0.5 ** (seen_before / SIGHTINGS_HALVE), 4),
        confidence=round(math.sqrt(min(past_hours / FULL_PAST, 1.0)) * coverage, 4),
    )


def why(*, posts: int, authors: int, window_hours: int, expected: float, seen_before: int, past_hours: int) -> str:
    """The reason in words, from the numbers: `14 posts by 12 authors in 24 h; usually 0.4`."""
    if seen_before == 0:
        usually = f"not once in the {_span(past_hours)} before"
    else:
        usually = f"usually {expected:.1f}" if expected >= 0.05 else "usually fewer than 0.1"
    return f"{_counted(posts, 'post')} by {_counted(authors, 'author')} in {window_hours} h; {usually}"


def _span(hours: int) -> str:
    return _counted(hours // 24, "day") if hours >= 48 else _counted(hours, "hour")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
