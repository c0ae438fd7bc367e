"""Links, clusters, buckets, authors and scores of a month of 1,000,000 posts: how long they take, in how much memory.

    python benchmarks/trends/speed/speed.py [REPEATS]

Beside the same in pandas, Polars and PySpark, from the same files to the same numbers, and beside the least that DuckDB
needs to read and group those files. Polars and PySpark (which needs Java) are left out where they are not installed.
Each in a process of its own, in turns; medians. Reading the libraries in, and starting Spark, is not counted.
"""

import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from measuring import ALONE, alone, measured, table

#: The ways, and the package that each one needs besides Kairo's own.
WAYS = {"kairo": None, "pandas": None, "polars": "polars", "pyspark": "pyspark", "bare minimum": None}
MADE = (
    "artifact_cluster_links",
    "clusters",
    "cluster_authors",
    "cluster_buckets",
    "trend_candidates",
    "detector_hours",
)


def figures(way: str, lake_uri: str) -> dict[str, float]:
    """What one run took in this process, and the numbers that it arrived at."""
    found: dict[str, Any] = {}
    if way == "kairo":
        from in_kairo import Kairo

        kairo = Kairo(lake_uri)
        return _taken(kairo.run) | {"committing": kairo.committing} | asdict(kairo.found())
    if way == "pyspark":
        import in_spark

        spark = in_spark.session()
        taken = _taken(lambda: found.update(asdict(in_spark.run(lake_uri, spark))))
        return taken | found | {"megabytes": in_spark.peak_megabytes(spark), "cpu": in_spark.cpu_seconds(spark)}
    if way == "bare minimum":
        import at_least

        return _taken(lambda: at_least.run(lake_uri))
    if way == "pandas":
        import in_pandas as peer
    else:
        import in_polars as peer
    return _taken(lambda: found.update(asdict(peer.run(lake_uri)))) | found


def _taken(work: Any) -> dict[str, float]:
    began = time.process_time()
    return measured(work) | {"cpu": time.process_time() - began}


def write_month(lake_uri: str) -> dict[str, float]:
    """Put the month into a lake, in a process of its own."""
    from posts import posts

    from kairo_pipelines.lake.lake import Lake

    return measured(lambda: posts().write(Lake(lake_uri)))


def compared(repeats: int, lake_uri: str) -> dict[str, list[dict[str, float]]]:
    """The figures of each run of each way; AssertionError where two ways did not find the same."""
    from found import Found

    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way, package in WAYS.items():
            if package and not find_spec(package):
                continue
            for name in MADE:
                shutil.rmtree(Path(lake_uri) / "tables" / name, ignore_errors=True)
            runs[way].append(alone(__file__, way, lake_uri))
            if way != "bare minimum":
                names = Found.__annotations__
                ours, theirs = (
                    Found(**{name: one[name] for name in names}) for one in (runs["kairo"][0], runs[way][-1])
                )
                ours.require_same(theirs, way)
    return {way: found for way, found in runs.items() if found}


def main(repeats: int) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        alone(__file__, "month", folder)
        runs = compared(repeats, folder)
    middle = {way: {name: median(one[name] for one in found) for name in found[0]} for way, found in runs.items()}
    kairo = middle["kairo"]
    computing = kairo["seconds"] - kairo["committing"]
    rows = [["kairo", f"{computing:.1f}", "", f"{kairo['megabytes']:,.0f}", "1"]]
    rows.append(["kairo, committed to the lake", f"{kairo['seconds']:.1f}", f"{kairo['cpu']:.1f}", rows[0][3], ""])
    for way, found in middle.items():
        if way != "kairo":
            ratio = f"{found['seconds'] / computing:.2f}"
            rows.append([way, f"{found['seconds']:.1f}", f"{found['cpu']:.1f}", f"{found['megabytes']:,.0f}", ratio])
    print(table(["", "seconds", "CPU seconds", "peak MB", "times Kairo's seconds"], rows))
    print(*(f"{way} is not installed." for way in WAYS if way not in runs))


if __name__ == "__main__":
    if sys.argv[1:2] == [ALONE]:
        way, lake_uri = sys.argv[2:]
        print(json.dumps(write_month(lake_uri) if way == "month" else figures(way, lake_uri)))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
