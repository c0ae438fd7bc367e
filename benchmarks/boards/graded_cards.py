"""How much of what a brand is shown is its business, by stories that were graded blind (see graded/README.md).

Usage: .venv/bin/python benchmarks/boards/graded_cards.py, after `make demo`, whose lake it reads
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "relevance"))

import numpy as np
from measuring import table
from own_posts import auc, by_embedding, by_kairo, by_tf_idf

from kairo_cli.demo.demo import BRAND_FILES
from kairo_cli.stores import open_lake
from kairo_hero.brands.brand_file import read_brand_file
from kairo_hero.brands.brand_ir import compile_brand
from kairo_hero.brands.snapshot import written_brand
from kairo_hero.dto import BrandSnapshotDTO, OpportunityDraftDTO
from kairo_hero.engines.dropping import Choice, keep_best
from kairo_hero.graphs.grounded import MINIMUM_RELEVANCE, compose_opportunities
from kairo_hero.graphs.inputs import OpportunityInputs
from kairo_hero.learning.summary import default_summary
from kairo_hero.signals.bundle import external_signals
from kairo_hero.signals.day import read_day

GRADED = Path(__file__).parent / "graded"
SETS = {"demo": ("demo",), "chosen on": ("spring", "autumn"), "later": ("winter", "summer")}
#: The last hour of the demo's recording; its boards are those of the mornings before.
LAST_HOUR, MORNINGS = datetime(2021, 12, 10, 5, tzinfo=UTC), 9
CARDS = 10


@dataclass(frozen=True)
class Graded:
    """A story and its grades; `strict` is None where it was not graded so."""

    set: str
    item_id: str
    title: str
    grade: int
    strict: bool | None


def graded(brand: str) -> list[Graded]:
    """The stories that were graded for a brand."""
    with (GRADED / f"{brand}.csv").open(encoding="utf-8", newline="") as file:
        return [
            Graded(
                row["set"],
                row["item_id"],
                row["title"],
                int(row["grade"]),
                row["strict"] == "1" if row["strict"] else None,
            )
            for row in csv.DictReader(file)
        ]


def of_titles(brand: str, snapshot: BrandSnapshotDTO) -> Iterator[list[Any]]:
    """A row a set: how many of the stories from 0.5 on are graded, and of as many that each peer ranks highest."""
    for name, sets in SETS.items():
        stories = [story for story in graded(brand) if story.set in sets]
        titles = [story.title for story in stories]
        fits = np.array([story.grade >= 1 for story in stories])
        belongs = np.array([story.grade == 2 for story in stories])
        scores = by_kairo(snapshot, titles)
        passed = scores >= MINIMUM_RELEVANCE
        peers = (peer(snapshot, titles) for peer in (by_embedding, by_tf_idf))
        precisions = (_share(fits[np.argsort(-peer, kind="stable")[: passed.sum()]]) for peer in peers)
        yield [
            brand,
            name,
            len(stories),
            int(fits.sum()),
            int(passed.sum()),
            _share(fits[passed]),
            *precisions,
            f"{int(belongs[passed].sum())} of {int(belongs.sum())}",
            f"{auc(scores, fits):.3f}",
        ]


def of_cards(brand: str, snapshot: BrandSnapshotDTO, names: list[str], competitors: list[str]) -> list[Any]:
    """How many different cards the brand's boards of all mornings show, and how many of them are graded."""
    grades = {f"hackernews:{story.item_id}": story for story in graded(brand)}
    cards: dict[str, list[Graded]] = {}
    per_morning = []
    for days in reversed(range(MORNINGS)):
        drafts = _board(snapshot, names, competitors, LAST_HOUR - timedelta(days=days))
        per_morning.append(len(drafts))
        for draft in drafts:
            cards[draft.signal_id] = [grades[one] for one in draft.evidence_ids if one in grades]
    known = [stories for stories in cards.values() if stories]
    strict = [any(story.strict for story in stories) for stories in known]
    return [
        brand,
        " ".join(map(str, per_morning)),
        len(cards),
        len(known),
        _share([max(story.grade for story in stories) >= 1 for stories in known]),
        _share([max(story.grade for story in stories) == 2 for stories in known]),
        _share(strict),
    ]


def _board(
    snapshot: BrandSnapshotDTO, names: list[str], competitors: list[str], hour: datetime
) -> list[OpportunityDraftDTO]:
    day = read_day(open_lake(), [*names, *competitors], hour)
    ir = compile_brand(snapshot, hour)
    signals = external_signals(day, snapshot, ir, mention_names=names, competitors=competitors, at=hour)
    inputs = OpportunityInputs(
        snapshot=snapshot,
        taboo_patterns=ir.taboo_patterns,
        patterns=[],
        competitors=competitors,
        occasions=signals.occasions,
        learning=default_summary(snapshot.brand_id, hour),
        trend_hour=hour,
        other_brands=[],
        said=[],
    )
    return keep_best(compose_opportunities(inputs), Choice(most=CARDS)).drafts


def _share(of: Any) -> str:
    return f"{np.mean(of):.2f}" if len(of) else "none"


def main() -> None:
    """Print both tables."""
    titles: list[list[Any]] = []
    cards: list[list[Any]] = []
    for path in BRAND_FILES:
        file = read_brand_file(path)
        snapshot = written_brand(file, LAST_HOUR)
        titles += of_titles(path.stem, snapshot)
        cards.append(of_cards(path.stem, snapshot, file.mention_names, file.competitors))
    head = [
        "brand",
        "set",
        "stories",
        "graded",
        f"≥ {MINIMUM_RELEVANCE}",
        "of these graded",
        "by embedding",
        "by TF-IDF",
    ]
    print(table([*head, "that belong", "AUC"], titles), "\n")
    head = ["brand", "cards a morning", "different", "graded", "fit or belong", "belong", "strict"]
    print(table(head, cards))


if __name__ == "__main__":
    main()
