"""Pictures of a backtest: how many trends came to something, how early they were noticed, and the largest of them."""

from datetime import timedelta
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from kairo_pipelines.backtest.backtest import AFTER, Backtest
from kairo_pipelines.hours import HOUR
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import CLUSTER_BUCKETS
from kairo_pipelines.trends.plot import NOTICED, POSTS, Strip, as_png, draw_strips

#: Days up to which each gets a bar of its own; of more, weeks.
MOST_DAYS = 62
#: Trends whose posts are drawn, for how long before they were noticed, and posts of how long make a bar.
SHOWN, SHOWN_BEFORE, BAR = 8, timedelta(days=3), timedelta(hours=3)
_COLOURS = {"followed": NOTICED, "not followed": POSTS, "too early to say": "#bbbbbb"}


def draw_outcomes(backtest: Backtest) -> bytes:
    """Trends a day or week with those that were followed, and the lead of those over their height; a PNG."""
    figure = Figure(figsize=(9, 5), layout="constrained")
    above, below = figure.subplots(2, 1)
    step = "D" if len(backtest.hours) <= MOST_DAYS * 24 else "W"
    detected = backtest.trends["detected_at"].dt.tz_localize(None).dt.to_period(step)
    first, last = (moment.replace(tzinfo=None) for moment in (backtest.hours.first, backtest.hours.last))
    periods = pd.period_range(first, last, freq=step)
    bottom = pd.Series(0.0, periods)
    for (name, colour), holds in zip(_COLOURS.items(), _outcomes(backtest.trends), strict=True):
        counts = detected[holds].value_counts().reindex(periods, fill_value=0)
        above.bar(
            periods.start_time,
            counts,
            bottom=bottom,
            width=0.9 * (1 if step == "D" else 7),
            align="edge",
            color=colour,
            label=name,
        )
        bottom += counts
    above.set_title(f"Trends a {'day' if step == 'D' else 'week'}", loc="left")
    above.legend(frameon=False, fontsize=8)
    leads = backtest.lead_hours
    below.hist(leads, bins=range(-24, int(AFTER / HOUR) + 1, 4), color=NOTICED)
    below.axvline(0, color="black", linewidth=0.8)
    below.set_title("Hours from being noticed to the height, of those that were followed", loc="left")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    return as_png(figure)


def _outcomes(trends: pd.DataFrame) -> "tuple[pd.Series[bool], pd.Series[bool], pd.Series[bool]]":
    followed = trends["followed"]
    return followed.fillna(False), ~followed.fillna(True), followed.isna()


def draw_largest(lake: Lake, backtest: Backtest) -> bytes | None:
    """The posts of the trends that most others followed, from days before to days after; a PNG, None without trends."""
    largest = backtest.trends.sort_values(["followers", "trend_score"], ascending=False).head(SHOWN)
    strips = [_strip(lake, trend) for _, trend in largest.iterrows()]
    return draw_strips(strips) if strips else None


def _strip(lake: Lake, trend: "pd.Series[Any]") -> Strip:
    noticed_at = pd.Timestamp(str(trend["detected_at"]))
    starts = pd.date_range(noticed_at - SHOWN_BEFORE, noticed_at + AFTER, freq=BAR, inclusive="left")
    rows = lake.sql(
        """
        SELECT time_bucket($bar::INTERVAL, bucket_start, $first::TIMESTAMPTZ) AS start, sum(artifact_count) AS posts
        FROM buckets
        WHERE cluster_id = $cluster_id AND bucket_start >= $first::TIMESTAMPTZ AND bucket_start < $end::TIMESTAMPTZ
        GROUP BY ALL
        """,
        {"bar": BAR, "first": starts[0], "end": starts[-1] + BAR, "cluster_id": str(trend["cluster_id"])},
        buckets=Slice(CLUSTER_BUCKETS, starts[0], starts[-1] + BAR),
    ).to_pandas()
    posts = rows.set_index("start")["posts"].astype(float).reindex(starts, fill_value=0.0)
    return Strip(f"{trend['display_name']}, {noticed_at:%Y-%m-%d}", posts, noticed_at.to_pydatetime())
