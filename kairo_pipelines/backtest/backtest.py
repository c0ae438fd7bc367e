"""History run through the detector, and what there is to say of it: figures as frames."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from kairo_pipelines.backtest.outcomes import FOLLOWED_FOR, missed_bursts, trend_outcomes
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import TREND_CANDIDATES
from kairo_pipelines.trends.candidates import Embed, HourOfTrends
from kairo_pipelines.trends.windows import LONG

#: What lies before the first hour and is compared with, and what comes after the last and tells how it went on.
BEFORE, AFTER = LONG.reach, FOLLOWED_FOR
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Backtest:
    """What the platform would have said in some hours, and what came of it."""

    hours: HourRange
    #: Hours by what the detector could say in them.
    verdicts: Counter[str]
    #: A row per trend, in order of detection; see `trend_outcomes`.
    trends: pd.DataFrame
    #: Bursts in these hours, and a row for each that no trend told of; see `missed_bursts`.
    bursts: int
    missed: pd.DataFrame

    @property
    def per_day(self) -> float:
        """Trends a day of the hours in which anything could be said."""
        return len(self.trends) / max(self.verdicts["scored"] / 24, 1 / 24)

    @property
    def lead_hours(self) -> "pd.Series[float]":
        """Hours from detection to height, of those that came to something."""
        leads: pd.Series[float] = self.trends.loc[self.trends["followed"].fillna(False), "lead_hours"]
        return leads

    def summary(self, by: "pd.Series[Any] | None" = None) -> pd.DataFrame:
        """Trends, how many of them can be judged by now, how many of those were followed, and that share."""
        groups = by if by is not None else pd.Series("all", self.trends.index)
        followed = self.trends["followed"].astype("Float64").groupby(groups)
        return pd.DataFrame(
            {
                "trends": followed.size(),
                "judged": followed.count(),
                "followed": followed.sum().astype(int),
                "precision": followed.mean(),
            }
        )

    def by_authors(self) -> pd.DataFrame:
        """The summary by how many authors a trend had when it was noticed."""
        authors = self.trends["author_count"]
        return self.summary(authors.clip(upper=5).map(lambda number: f"{number}{' or more' * (number == 5)}"))


def judged(
    lake: Lake, hours: HourRange, found: Iterable[HourOfTrends], known_until: datetime, embed: Embed
) -> Backtest:
    """What came of the trends that were found hour by hour, as far as it is known by then."""
    verdicts: Counter[str] = Counter()
    first_rows: dict[str, dict[str, Any]] = {}
    could_say = hours.last
    for hour in found:
        verdicts[hour.verdict["verdict"]] += 1
        if hour.verdict["verdict"] == "scored":
            could_say = min(could_say, hour.verdict["capture_hour"])
        for row in hour.candidates:
            first_rows.setdefault(row["trend_id"], row)
    trends = trend_outcomes(lake, TREND_CANDIDATES.rows(first_rows.values()), known_until)
    bursts, missed = missed_bursts(lake, HourRange(could_say, hours.last), trends, embed)
    return Backtest(hours, verdicts, trends, bursts, missed)
