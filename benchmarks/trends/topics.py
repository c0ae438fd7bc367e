"""Topics of short texts: speed and quality of `kairo cluster`'s method beside its peers, in the same run.

    python benchmarks/trends/topics.py RECORDING.parquet [LABELLED.jsonl ...]

Speed on the titles of RECORDING (front pages: `item_id`, `title`, `snapshot_ts`) and on texts put together from halves
of two titles, all live. Quality on the titles that `front_page_topics.csv` labels, which were found by key words within
dates and then looked through, and on each LABELLED file (`text` and `cluster` a line), in the order given and shuffled.
"""

import csv
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch  # takes the prior away, for the variant without it

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import numpy as np
from datasketch import MinHash, MinHashLSH
from measuring import table

from kairo_pipelines.embedding import embed
from kairo_pipelines.topics import weights
from kairo_pipelines.topics.lines import clusters_of
from kairo_pipelines.topics.terms import terms

LIVE, STEP = 120_000, 10_000
PEER_LIVE = 30_000
EPOCH = datetime(2021, 1, 1, tzinfo=UTC)
Method = Callable[[Sequence[str]], list[int]]


def kairo(texts: Sequence[str]) -> list[int]:
    """The command, from lines of JSON on."""
    lines = (
        json.dumps({"id": row, "text": text, "published_at": str(EPOCH + timedelta(seconds=row))}).encode()
        for row, text in enumerate(texts)
    )
    return [cluster for _, cluster in clusters_of(lines)]


def without_prior(texts: Sequence[str]) -> list[int]:
    """The same where nothing is known of a language: plain one-pass TF-IDF."""
    with patch.object(weights, "frequency", lambda _term, _language: 0.0):
        return kairo(texts)


def by_embedding(texts: Sequence[str], like_enough: float = 0.35, together: int = 500) -> list[int]:
    """One pass over static embeddings: each joins the sum that it is most like; from where it does best here."""
    sums, found = np.zeros((0, 256), dtype=np.float32), []
    for start in range(0, len(texts), together):
        vectors = embed(texts[start : start + together])
        known = len(sums)
        unit = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        near = vectors @ unit.T if known else np.zeros((len(vectors), 1), dtype=np.float32)
        nearest, cosines = near.argmax(axis=1), near.max(axis=1)
        sums = np.concatenate([sums, np.zeros_like(vectors)])
        number = known
        for row, vector in enumerate(vectors):
            best, cosine = int(nearest[row]), float(cosines[row])
            if number > known:
                new = sums[known:number]
                likeness = new @ vector / np.maximum(np.linalg.norm(new, axis=1), 1e-9)
                if likeness.max() > cosine:
                    best, cosine = known + int(likeness.argmax()), float(likeness.max())
            if cosine < like_enough:
                best, number = number, number + 1
            sums[best] += vector
            found.append(best)
        sums = sums[:number]
    return found


def by_minhash(texts: Sequence[str]) -> list[int]:
    """Near-duplicates alone: MinHash of the terms, 64 permutations, Jaccard from 0.5."""
    index, found = MinHashLSH(threshold=0.5, num_perm=64), []
    for row, text in enumerate(texts):
        signature = MinHash(num_perm=64)
        signature.update_batch([term.encode() for term in terms(text)])
        similar = index.query(signature)
        found.append(found[min(similar)] if similar else row)
        index.insert(row, signature)
    return found


METHODS: dict[str, Method] = {
    "Kairo": kairo,
    "TF-IDF without language": without_prior,
    "static embeddings": by_embedding,
    "MinHash LSH": by_minhash,
}


def agreement(labels: Sequence[object], clusters: Sequence[object]) -> tuple[float, float]:
    """Normalized mutual information (arithmetic mean) and adjusted Rand index (Hubert and Arabie, 1985)."""
    rows, columns = (np.unique(np.array(one, dtype=str), return_inverse=True)[1] for one in (labels, clusters))
    both = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(both, (rows, columns), 1)

    def entropy(counts: np.ndarray) -> float:
        shares = counts[counts > 0] / counts.sum()
        return float(-(shares * np.log(shares)).sum())

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    one, other = both.sum(axis=1), both.sum(axis=0)
    mutual = entropy(one) + entropy(other) - entropy(both.ravel())
    expected = pairs(one) * pairs(other) / pairs(both.sum())
    rand = (pairs(both) - expected) / ((pairs(one) + pairs(other)) / 2 - expected)
    return 2 * mutual / (entropy(one) + entropy(other)), rand


def quality(name: str, labelled: list[tuple[str, str]]) -> list[list[object]]:
    """A row for each method and order."""
    shuffled = random.Random(1).sample(labelled, len(labelled))
    rows: list[list[object]] = []
    for order, texts in (("as given", labelled), ("shuffled", shuffled)):
        for method, cluster in METHODS.items():
            labels = [label for _, label in texts]
            clusters = cluster([text for text, _ in texts])
            mutual, rand = agreement(labels, clusters)
            number = f"{len(set(clusters))} of {len(set(labels))}"
            rows.append([name, order, method, f"{mutual:.3f}", f"{rand:.3f}", number])
    return rows


def speed(texts: list[str]) -> list[list[object]]:
    """Texts a second of each method; of Kairo also those of the last step, with all before them live."""
    rows: list[list[object]] = []
    for method, cluster in METHODS.items():
        began = time.perf_counter()
        cluster(texts[:PEER_LIVE])
        rows.append([method, f"{PEER_LIVE:,}", f"{PEER_LIVE / (time.perf_counter() - began):,.0f}", ""])
    lines = (json.dumps({"id": row, "text": text}).encode() for row, text in enumerate(texts))
    at = [time.perf_counter()]
    for row, _ in enumerate(clusters_of(lines), 1):
        if row % STEP == 0:
            at.append(time.perf_counter())
    rows.append(["Kairo", f"{LIVE:,}", f"{LIVE / (at[-1] - at[0]):,.0f}", f"{STEP / (at[-1] - at[-2]):,.0f}"])
    return rows


def titles_of(recording: str) -> dict[int, str]:
    """The first title of each story, in the order in which they were first seen."""
    seen = duckdb.sql(
        """
        SELECT item_id, arg_min(title, snapshot_ts)
        FROM read_parquet($path)
        WHERE title IS NOT NULL
        GROUP BY item_id
        ORDER BY min(snapshot_ts), item_id
        """,
        params={"path": recording},
    )
    return dict(seen.fetchall())


def many(titles: list[str], number: int) -> list[str]:
    """The titles, and texts made of halves of two of them."""
    chance = random.Random(0)
    words = [title.split() for title in titles]
    made = list(titles)
    while len(made) < number:
        one, other = chance.choice(words), chance.choice(words)
        made.append(" ".join(one[: len(one) // 2] + other[len(other) // 2 :]))
    return made[:number]


def main(recording: str, *files: str) -> None:
    """Measure, and print two tables."""
    titles = titles_of(recording)
    with Path(__file__).with_name("front_page_topics.csv").open(encoding="utf-8") as file:
        sets = {"front pages": [(titles[int(row["item_id"])], row["topic"]) for row in csv.DictReader(file)]}
    for path in files:
        rows = [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
        sets[Path(path).name] = [(row["text"], str(row["cluster"])) for row in rows]
    head = ["texts", "order", "method", "NMI", "ARI", "clusters"]
    print(table(head, [row for name, labelled in sets.items() for row in quality(name, labelled)]))
    print()
    head = ["method", "texts", "texts a second", f"of the last {STEP:,}"]
    print(table(head, speed(many(list(titles.values()), LIVE))))


if __name__ == "__main__":
    main(*sys.argv[1:])
