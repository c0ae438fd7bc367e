"""What is compared with what: how long a window is and how much past it is compared with, by how much usually comes."""

from dataclasses import dataclass
from datetime import timedelta

DAY = timedelta(days=1)
#: In so long half a post is assumed of anything.
ASSUMED_IN = timedelta(days=14)


@dataclass(frozen=True)
class Scale:
    """A window, the number of windows of its past, and after how many of them a season returns."""

    window: timedelta
    past: int
    season: int

    @property
    def assumed_in(self) -> float:
        """Windows in which half a post is assumed: a shorter past has not seen what comes every other week."""
        return ASSUMED_IN / self.window

    @property
    def reach(self) -> timedelta:
        """How far back the past begins."""
        return self.window * (self.past + 1)


#: Where much comes, two hours against a week, by the time of day; where little comes, a day against six weeks.
SHORT = Scale(timedelta(hours=2), past=84, season=12)
LONG = Scale(DAY, past=42, season=7)
#: Posts usual in a short window from which it holds enough to judge by.
BUSY = 2.0
#: Captured past without which nothing can be called unusual.
MINIMUM_PAST = timedelta(hours=72)
#: A window of the past counts when at least this share of it was captured.
MINIMUM_COVERAGE = 0.5
#: How unlikely a window is that makes a trend: −log10 of its probability; and the share of windows looked at together
#: that may pass by chance.
THRESHOLD, FALSE_SHARE = 3.5, 0.05
