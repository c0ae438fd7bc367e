"""Which stories reach 300 points, told from their first 75 minutes: ranking quality beside simple scores.

    python benchmarks/trends/early_growth.py RECORDING.parquet

Of items still under 150 points at the decision; reported on those first seen from 2021-08-01 to 2021-12-26. The weights
were fitted on those before.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import numpy as np
from measuring import table

from kairo_pipelines.trends.item_growth import early_growth, likelihood

TARGET, STILL_UNDER = 300, 150
SINCE, UNTIL = "2021-08-01", "2021-12-27"


def area_under_curve(score: np.ndarray, reached: np.ndarray) -> float:
    """The share of pairs in which the item that reached the target has the higher score; a tie counts half."""
    _, positions, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[positions]
    positive = reached.sum()
    return float((ranks[reached].sum() - positive * (positive + 1) / 2) / (positive * (len(score) - positive)))


def average_precision(score: np.ndarray, reached: np.ndarray) -> float:
    """The mean, over the items that reached the target, of the precision among all scored at least as high."""
    order = np.argsort(-score, kind="stable")
    hits = reached[order].cumsum()
    _, last_of_score = np.unique(-score[order], return_index=True)
    ends = np.append(last_of_score[1:], len(score)) - 1
    gained = np.diff(np.concatenate([[0], hits[ends]]))
    return float((gained * hits[ends] / (ends + 1)).sum() / reached.sum())


def main(recording: str) -> None:
    """Score the later part, and print a table."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        observations = connection.sql(
            """
            SELECT snapshot_ts::TIMESTAMP AS seen_at, item_id AS item, upvotes AS points, rank, comments
            FROM read_parquet($path)
            WHERE author IS NOT NULL
            """,
            params={"path": recording},
        ).to_arrow_table()
        growth = early_growth(observations)
        connection.register("growth", growth)
        connection.register("observations", observations)
        judged = connection.sql(
            f"""
            SELECT growth.*, max(observations.points) >= {TARGET} AS reached
            FROM growth
            JOIN observations USING (item)
            WHERE last_points < {STILL_UNDER} AND first_seen_at >= '{SINCE}' AND first_seen_at < '{UNTIL}'
            GROUP BY ALL
            """
        ).to_arrow_table()
    reached = np.asarray(judged.column("reached").to_pylist())
    gained = np.nan_to_num(judged.column("gained").to_pandas().to_numpy(dtype=float))
    scores = {
        "Kairo": likelihood(judged.drop_columns(["reached"]), TARGET),
        "points so far": judged.column("last_points").to_pandas().to_numpy(dtype=float),
        "points gained": gained,
    }
    rows = [
        [name, f"{area_under_curve(score, reached):.3f}", f"{average_precision(score, reached):.3f}"]
        for name, score in scores.items()
    ]
    print(f"{len(reached):,} items, {reached.mean():.1%} reached {TARGET} points\n")
    print(table(["score", "AUC", "average precision"], rows))


if __name__ == "__main__":
    main(sys.argv[1])
