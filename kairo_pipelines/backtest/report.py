"""A backtest as files for people: a page, a table of the trends, a table of what was missed, two pictures."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from kairo_pipelines.backtest.backtest import Backtest
from kairo_pipelines.backtest.outcomes import BURST_AUTHORS, FOLLOWED_FOR, FOLLOWERS, TIMES_USUAL
from kairo_pipelines.backtest.plots import draw_largest, draw_outcomes
from kairo_pipelines.hours import hour_key
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.trends.gates import MINIMUM_COHERENCE

#: What was missed is listed up to here; all of it is in the table beside the page.
MOST_MISSED = 20
_STEERS_MARKDOWN = re.compile(r"([\\`*_\[\]<>|$#])")


def write_report(lake: Lake, backtest: Backtest, source: str, folder: Path) -> None:
    """Write report.md, candidates.csv, missed.csv, plot.png and, where there are trends, trends.png."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plot.png").write_bytes(draw_outcomes(backtest))
    largest = draw_largest(lake, backtest)
    if largest:
        (folder / "trends.png").write_bytes(largest)
    backtest.trends.assign(platforms=backtest.trends["platforms"].map(" ".join)).to_csv(
        folder / "candidates.csv", index=False, date_format="%Y-%m-%dT%H:%M:%SZ"
    )
    backtest.missed.to_csv(folder / "missed.csv", index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    (folder / "report.md").write_text("\n".join(_page(backtest, source, has_trends=bool(largest))), "utf-8")


def figures(backtest: Backtest) -> dict[str, str]:
    """The few figures that say how it went, by what they are."""
    hours = ", ".join(f"{count:,} {verdict.replace('_', ' ')}" for verdict, count in backtest.verdicts.most_common())
    rows = {"hours": hours, "trends": f"{len(backtest.trends)}, {backtest.per_day:.2f} a day"}
    decided = backtest.trends["followed"].dropna()
    if len(decided):
        rows["followed"] = f"{decided.sum()} of {len(decided)} ({decided.mean():.1%})"
    leads = backtest.lead_hours
    if len(leads):
        low, middle, high = (f"{leads.quantile(share):.0f}" for share in (0.25, 0.5, 0.75))
        rows["lead before the height"] = f"{middle} h (quartiles {low} and {high} h), of those that were followed"
    rows["bursts without a trend"] = (
        f"{len(backtest.missed)} of {backtest.bursts}; {len(_about_one_thing(backtest.missed))} are about one thing"
    )
    return rows


def _about_one_thing(missed: pd.DataFrame) -> pd.DataFrame:
    return missed[missed["coherence"] >= MINIMUM_COHERENCE]


def _page(backtest: Backtest, source: str, *, has_trends: bool) -> Iterator[str]:
    days = FOLLOWED_FOR.days
    yield f"# Backtest of {_cell(source)}, {hour_key(backtest.hours.first)} to {hour_key(backtest.hours.last)} (UTC)\n"
    yield _markdown(pd.DataFrame(figures(backtest).items(), columns=["figure", "value"]))
    yield (
        f"\nA trend is **followed** when within {days} days of its detection at least {FOLLOWERS} further authors "
        f"post in its cluster, and at least {TIMES_USUAL:g} times as many as usual. Its **height** is the middle of "
        f"its densest 24 hours. A **burst** is {BURST_AUTHORS} authors or more within {days} days, {TIMES_USUAL:g} "
        "times as many as the six weeks before brought in that time.\n"
    )
    yield "![Trends with those that were followed, and how early those were noticed](plot.png)\n"
    if has_trends:
        yield "![Posts of the trends that most others followed](trends.png)\n"
    if len(backtest.trends):
        yield "## By what the trend is about\n"
        yield _markdown(_shares(backtest.summary(backtest.trends["cluster_key_type"]), "key type"))
        yield "\n## By authors when it was noticed\n"
        yield _markdown(_shares(backtest.by_authors(), "authors"))
    yield "\n## The largest bursts that no trend told of\n"
    yield f"Of those whose texts are about one thing (mean cosine from {MINIMUM_COHERENCE:g}); all are in missed.csv.\n"
    yield _markdown(_missed_shown(backtest.missed))
    yield "\n## Trends\n"
    yield _markdown(_trends_shown(backtest.trends))
    yield ""


def _shares(summary: pd.DataFrame, name: str) -> pd.DataFrame:
    shares = summary["precision"].map(lambda share: f"{share:.1%}", na_action="ignore")
    return summary.assign(precision=shares).rename_axis(name).reset_index()


def _missed_shown(missed: pd.DataFrame) -> pd.DataFrame:
    largest = _about_one_thing(missed).head(MOST_MISSED)
    return pd.DataFrame(
        {
            "burst": largest["display_name"],
            "authors": largest["authors"],
            "usual": largest["usual"].map("{:.1f}".format),
            "from": largest["began_at"].map("{:%Y-%m-%d %H:%M}".format),
            "to": largest["ended_at"].map("{:%Y-%m-%d %H:%M}".format),
            "cosine": largest["coherence"].map("{:.2f}".format),
            "for example": largest["example"],
        }
    )


def _trends_shown(trends: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "noticed": trends["detected_at"].map("{:%Y-%m-%d %H:%M}".format),
            "trend": trends["display_name"],
            "key": trends["cluster_key_type"],
            "score": trends["trend_score"].map("{:.1f}".format),
            "why": trends["why"],
            "followers": trends["followers"],
            "followed": trends["followed"].map({True: "yes", False: "no"}).fillna("too early to say"),
            "lead, h": trends["lead_hours"].map("{:.0f}".format),
        }
    )


def _markdown(frame: pd.DataFrame) -> str:
    cells = frame.astype(object).map(_cell)
    lines = [list(frame.columns), ["---"] * len(frame.columns), *cells.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    """The text without what would steer Markdown: strangers wrote much of it."""
    return _STEERS_MARKDOWN.sub(r"\\\1", " ".join(str(value).split())) if not pd.isna(value) else ""
