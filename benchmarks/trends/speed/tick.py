"""What an hour of 5,000 posts costs, from links to candidates, with ever more months before it.

    python benchmarks/trends/speed/tick.py [MONTHS ...]

Links and clusters, authors and buckets, and the trends as of that hour, all committed; the median of three hours, after
one that is not counted. A month is 720 hours of 1,400 posts as `posts.py` makes them, 5,000 in those that are measured.
"""

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from measuring import table
from posts import LAST, posts

from kairo_pipelines.clusters.linking import linked
from kairo_pipelines.embedding import embed
from kairo_pipelines.hours import HOUR, HourRange
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_AUTHORS,
    CLUSTER_BUCKETS,
    CLUSTERS,
    DETECTOR_HOURS,
    TREND_CANDIDATES,
)
from kairo_pipelines.trends.candidates import trends_by_hour
from kairo_pipelines.trends.history import read_history
from kairo_pipelines.trends.increments import added_authors, added_buckets

MONTHS = (0, 1, 3, 12)
POSTS, AN_HOUR, TICKS = 5_000, 1_400, 3


def tick(lake: Lake, hours: HourRange) -> dict[str, float]:
    """Seconds that one hour takes, or that a stretch of history does, by step."""
    began = time.perf_counter()
    made = linked(lake, hours)
    lake.append_new(CLUSTERS, made.clusters)
    lake.replace(ARTIFACT_CLUSTER_LINKS, hours, made.links)
    linked_at = time.perf_counter()
    lake.replace(CLUSTER_AUTHORS, hours, added_authors(lake, hours))
    lake.replace(CLUSTER_BUCKETS, hours, added_buckets(lake, hours))
    counted_at = time.perf_counter()
    [found] = trends_by_hour(read_history(lake, HourRange.single(hours.last)), embed)
    lake.replace(TREND_CANDIDATES, HourRange.single(hours.last), TREND_CANDIDATES.rows(found.candidates))
    lake.replace(DETECTOR_HOURS, HourRange.single(hours.last), DETECTOR_HOURS.rows([found.verdict]))
    ended_at = time.perf_counter()
    return {"links": linked_at - began, "buckets": counted_at - linked_at, "candidates": ended_at - counted_at}


def ticks(months: int) -> list[dict[str, float]]:
    """The seconds of hours after so many months, the first of them not counted."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        for number in range(months):
            last = LAST - (months - 1 - number) * timedelta(days=30)
            before = posts(720 * AN_HOUR, last=last, seed=number, first_id=number * 10_000_000)
            before.write(lake)
            tick(lake, before.hours)
        found = []
        for number in range(1, TICKS + 2):
            hour = HourRange.single(LAST + number * HOUR)
            posts(POSTS, 1, hour.last, seed=100 + number, first_id=(50 + number) * 10_000_000).write(lake)
            found.append(tick(lake, hour))
        return found[1:]


def main(sizes: list[int]) -> None:
    """Measure each length of history, and print a table."""
    embed(["loads the model"])
    rows = []
    for months in sizes:
        found = ticks(months)
        steps = {step: median(one[step] for one in found) for step in found[0]}
        whole = median(sum(one.values()) for one in found)
        rows.append([months, *(f"{seconds:.2f}" for seconds in (*steps.values(), whole))])
    print(table(["months of history", "links", "authors and buckets", "candidates", "seconds a tick"], rows))


if __name__ == "__main__":
    main([int(months) for months in sys.argv[1:]] or list(MONTHS))
