"""How fast raw captures become normalized artifacts, and in how much memory, beside plain pandas.

python benchmarks/ingest/parsing.py [STORIES ...]
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from captures import captures
from measuring import ALONE, alone, measured, table
from parsing_in_pandas import parse_and_normalize

from kairo_pipelines.capture.reading import read_capture
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.tables import evidence_tables
from kairo_pipelines.normalize.artifacts import normalized

SIZES = (100_000, 1_000_000)


def in_kairo(stories: int) -> None:
    """As the assets do it, from landed bytes to the rows of both tables."""
    readings = (read_capture(receipt, answers) for receipt, answers in captures(stories))
    evidence = evidence_tables(readings, Erased(Authors(b"a key for the benchmark")))
    artifacts = normalized(evidence.sightings)
    assert artifacts.num_rows == stories


def in_pandas(stories: int) -> None:
    """The same in one frame."""
    assert len(parse_and_normalize(stories)) == stories


WAYS = {"kairo": in_kairo, "pandas": in_pandas}


def main(sizes: list[int]) -> None:
    """Measure each way at each size, and print a table."""
    rows = []
    for size in sizes:
        figures = {way: alone(__file__, way, str(size)) for way in WAYS}
        ratio = figures["pandas"]["seconds"] / figures["kairo"]["seconds"]
        rows += [
            [
                f"{size:,}",
                way,
                f"{size / found['seconds']:,.0f}",
                f"{found['megabytes']:,.0f}",
                f"{ratio:.2f}" if way == "kairo" else "1",
            ]
            for way, found in figures.items()
        ]
    print(table(["items", "", "items a second", "peak MB", "speed beside pandas"], rows))


if __name__ == "__main__":
    if sys.argv[1:2] == [ALONE]:
        print(json.dumps(measured(lambda: WAYS[sys.argv[2]](int(sys.argv[3])))))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
