"""Whether what takes off is noticed early, and whether what is noticed comes to something: Kairo beside a plain rule.

    python benchmarks/trends/quality.py RECORDING.parquet [LAKE]

The recording is played into a lake, LAKE to keep it, and judged hour by hour as of each hour. Figures that were looked
at while the gates were set are those until July 2021; those from August on are the test. The plain rule: a word or word
pair by two authors within twelve hours, so unlikely by its 45 days before (Poisson) that Kairo's threshold holds; once
a day for a word, and once for words in the same posts.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import pandas as pd
import pyarrow as pa
from measuring import table
from scipy.stats import poisson

from kairo_pipelines.backtest.backtest import judged
from kairo_pipelines.backtest.outcomes import SAME_POSTS, trend_outcomes
from kairo_pipelines.backtest.running import run
from kairo_pipelines.backtest.sources import captured_hours, played
from kairo_pipelines.capture.replay import FrontPageRecording
from kairo_pipelines.embedding import embed
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.hours import HOUR, HourRange, hour_of
from kairo_pipelines.lake.lake import Lake, Slice
from kairo_pipelines.lake.tables import ARTIFACT_CLUSTER_LINKS, CLUSTERS, NORMALIZED_ARTIFACTS
from kairo_pipelines.trends.windows import THRESHOLD

FIRST, LATER = datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 8, 1, tzinfo=UTC)
#: What became big: since when it may be noticed, and the moment in whose hour it should have been.
BURSTS = {
    "log4j": (datetime(2021, 12, 9, tzinfo=UTC), datetime(2021, 12, 10, 2, 25, tzinfo=UTC), "its second story"),
    "omicron": (datetime(2021, 11, 25, tzinfo=UTC), datetime(2021, 11, 27, 14, 8, tzinfo=UTC), "its third story"),
    "gamestop": (datetime(2021, 1, 25, tzinfo=UTC), datetime(2021, 1, 27, 18, 5, tzinfo=UTC), "that time"),
}
WINDOW, PAST, REST = timedelta(hours=12), timedelta(days=45), timedelta(hours=24)


def plain_rule(lake: Lake, hours: HourRange) -> pd.DataFrame:
    """What the plain rule raises, with what came of it."""
    windows = lake.sql(
        """
        SELECT
            links.cluster_id,
            clusters.display_name,
            artifacts.happened_at,
            count(DISTINCT artifacts.author) OVER just_now AS authors,
            count(*) OVER in_the_past AS posts_before,
            list(artifacts.artifact_id) OVER just_now AS posts
        FROM links
        INNER JOIN artifacts USING (artifact_id)
        INNER JOIN clusters USING (cluster_id)
        WHERE links.key_type = 'phrase' AND artifacts.author IS NOT NULL
        WINDOW
            just_now AS (
                PARTITION BY links.cluster_id ORDER BY artifacts.happened_at
                RANGE BETWEEN INTERVAL 12 HOUR PRECEDING AND CURRENT ROW
            ),
            in_the_past AS (
                PARTITION BY links.cluster_id ORDER BY artifacts.happened_at
                RANGE BETWEEN INTERVAL 1092 HOUR PRECEDING AND INTERVAL 12 HOUR PRECEDING
            )
        QUALIFY authors >= 2
        ORDER BY artifacts.happened_at, links.cluster_id
        """,
        links=Slice(ARTIFACT_CLUSTER_LINKS),
        artifacts=Slice(NORMALIZED_ARTIFACTS),
        clusters=Slice(CLUSTERS),
    ).to_pandas()
    expected = (windows["posts_before"] + 0.5) * (WINDOW / PAST)
    unlikely = -np.log10(poisson.sf(windows["authors"] - 1, expected)) >= THRESHOLD
    inside = (windows["happened_at"] >= hours.first) & (windows["happened_at"] < hours.end)
    raised = pd.DataFrame(_rested(windows.assign(expected_count=expected)[unlikely & inside]))
    return trend_outcomes(lake, pa.Table.from_pandas(raised, preserve_index=False), captured_hours(lake).end)


def _rested(alarms: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Each word at most once a day, and words in the same posts once."""
    last: dict[str, datetime] = {}
    stories: list[tuple[datetime, set[str]]] = []
    for number, alarm in enumerate(alarms.itertuples()):
        if alarm.happened_at - last.get(alarm.cluster_id, FIRST - REST) < REST:
            continue
        last[alarm.cluster_id] = alarm.happened_at
        posts = set(alarm.posts)
        stories = [(at, others) for at, others in stories if alarm.happened_at - at < REST]
        if any(len(posts & others) >= SAME_POSTS * min(len(posts), len(others)) for _, others in stories):
            continue
        stories.append((alarm.happened_at, posts))
        yield {
            "trend_id": str(number),
            "cluster_id": alarm.cluster_id,
            "cluster_key": alarm.display_name,
            "display_name": alarm.display_name,
            # told at the end of the hour, as Kairo does
            "detected_at": hour_of(alarm.happened_at) + HOUR,
            "window_hours": WINDOW // HOUR,
            "expected_count": alarm.expected_count,
        }


def noticed(trends: pd.DataFrame, name: str) -> str:
    """When a burst was noticed first."""
    since, by, _ = BURSTS[name]
    called = trends["display_name"].str.contains(name, flags=re.IGNORECASE) | (trends["cluster_key"] == name)
    times = trends.loc[called & (trends["detected_at"] >= since), "detected_at"]
    if times.empty:
        return "never"
    in_time = hour_of(times.min() - timedelta(seconds=1)) <= hour_of(by)
    return f"{times.min():%Y-%m-%d %H:%M}{'' if in_time else ', too late'}"


def share(trends: pd.DataFrame, first: datetime, last: datetime) -> list[str]:
    """Trends a day, and how many of them were followed."""
    part = trends[(trends["detected_at"] >= first) & (trends["detected_at"] < last)]
    decided = part["followed"].dropna()
    return [f"{len(part) / ((last - first) / timedelta(days=1)):.2f}", f"{decided.mean():.1%} of {len(decided)}"]


def main(recording: str, folder: str) -> None:
    """Play, judge, and print the tables."""
    lake, source = Lake(folder), FrontPageRecording(recording)
    for _ in played(lake, source, source.hours(), Erased(Authors(b"of no use after the benchmark"))):
        pass
    hours = HourRange(max(FIRST, source.hours().first), source.hours().last)
    kairo = judged(lake, hours, run(lake, hours, embed), source.hours().end, embed).trends
    sides = {"Kairo": kairo, "the plain rule": plain_rule(lake, hours)}
    rows = [
        [name, f"{by:%Y-%m-%d %H:%M}, {story}", *(noticed(trends, name) for trends in sides.values())]
        for name, (_, by, story) in BURSTS.items()
    ]
    print(table(["burst", "to be noticed by", *sides], rows), end="\n\n")
    parts = ((hours.first, LATER), (LATER, hours.end))
    rows = [[name, *(cell for part in parts for cell in share(trends, *part))] for name, trends in sides.items()]
    print(table(["", "a day until July", "followed", "a day from August", "followed"], rows))
    key_types = [
        [key_type, *(cell for part in parts for cell in share(of_type, *part))]
        for key_type, of_type in kairo.groupby("cluster_key_type")
    ]
    print(
        "\n" + table(["Kairo by key type", "a day until July", "followed", "a day from August", "followed"], key_types)
    )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(*sys.argv[1:3])
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(sys.argv[1], temporary)
