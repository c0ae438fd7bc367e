"""How long boards take: for a brand with 10,000 candidates, and for 200 brands in one run.

Usage: .venv/bin/python benchmarks/boards/speed.py
"""

import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import dagster as dg
import duckdb
import yaml
from measuring import table

import kairo_hero.definitions
from kairo_cli.demo.demo import BRAND_FILES, RECORDING
from kairo_hero.brands.brand_file import BrandFile, PillarEntry, TenantEntry, read_brand_file
from kairo_hero.brands.importing import find_brand, import_brand
from kairo_hero.engines.opportunities_engine import BoardStores, generate_today_board
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.migrating import migrate
from kairo_hero.settings import HeroSettings
from kairo_hero.signals.gathering import gather_signals
from kairo_pipelines.hours import HourRange, capture_day
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_BUCKETS,
    DETECTOR_HOURS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
    TREND_CANDIDATES,
)
from kairo_pipelines.relational.database import Database

PUBLISHERS = Path(__file__).parents[1] / "relevance" / "publishers.yaml"
HOUR = datetime(2021, 12, 10, 5, tzinfo=UTC)
PLACE = {"capture_day": capture_day(HOUR), "capture_hour": HOUR}
MANY, FEW, POSTS = 10_000, 100, 2
BRANDS = 200
TIMES = 5


def titles() -> Iterator[str]:
    """Real titles, over and over, each with a number of its own."""
    found = duckdb.sql(f"SELECT DISTINCT title FROM read_parquet('{RECORDING}') ORDER BY title").fetchall()
    number = 0
    while True:
        for (title,) in found:
            number += 1
            yield f"{title} ({number})"


def fill(lake: Lake, candidates: int) -> None:
    """So many trends of two posts each, alive in one hour."""
    source = titles()
    posts = [(cluster, f"{cluster}-{n}", next(source)) for cluster in range(candidates) for n in range(POSTS)]
    hours = HourRange.single(HOUR)
    seen = HOUR - timedelta(minutes=50)
    for kept, rows in (
        (EVIDENCE_ITEMS, [_item(key, title) for _, key, title in posts]),
        (EVIDENCE_OBSERVATIONS, [_observation(key, n, seen) for n, (_, key, _) in enumerate(posts)]),
        (NORMALIZED_ARTIFACTS, [_artifact(key, title) for _, key, title in posts]),
        (ARTIFACT_CLUSTER_LINKS, [_link(cluster, key) for cluster, key, _ in posts]),
        (CLUSTER_BUCKETS, [_bucket(cluster) for cluster in range(candidates)]),
        (TREND_CANDIDATES, [_candidate(cluster, posts[POSTS * cluster][2]) for cluster in range(candidates)]),
        (DETECTOR_HOURS, [_verdict(candidates)]),
    ):
        lake.replace(kept, hours, kept.rows(row | PLACE for row in rows))


def _item(key: str, title: str) -> dict[str, Any]:
    return {
        "evidence_id": f"hackernews:{key}",
        "platform": "hackernews",
        "platform_item_id": key,
        "capture_id": "c",
        "surface_id": "s",
        "title": title,
        "text_content": title,
        "text_hash": 1,
        "hashtags": [],
        "url": f"https://example.com/{key}",
        "first_seen_at": HOUR,
        "raw_json": "{}",
    }


def _observation(key: str, number: int, seen: datetime) -> dict[str, Any]:
    return {
        "evidence_id": f"hackernews:{key}",
        "capture_id": "c",
        "surface_id": "s",
        "observed_at": seen,
        "like_count": number % 500,
    }


def _artifact(key: str, title: str) -> dict[str, Any]:
    return {
        "artifact_id": f"ahackernews:{key}",
        "evidence_id": f"hackernews:{key}",
        "platform": "hackernews",
        "normalized_text": title,
        "phrase_keys": [],
        "phrases": [],
        "hashtags": [],
        "mentions": [],
        "signature": [],
        "happened_at": HOUR,
        "engagement_score": 10.0,
    }


def _link(cluster: int, key: str) -> dict[str, Any]:
    return {
        "artifact_id": f"ahackernews:{key}",
        "cluster_id": f"c{cluster}",
        "role": "secondary",
        "key_type": "phrase",
    }


def _bucket(cluster: int) -> dict[str, Any]:
    return {
        "cluster_id": f"c{cluster}",
        "bucket_start": HOUR,
        "platforms": ["hackernews"],
        "artifact_count": POSTS,
        "author_count": POSTS,
        "engagement_gained": 10.0,
        "coverage": 1.0,
    }


def _candidate(cluster: int, name: str) -> dict[str, Any]:
    scores = ("trend", "growth", "breadth", "engagement", "novelty", "confidence", "velocity")
    numbers = ("surprise", "level", "acceleration", "coherence", "expected_count", "engagement_gained")
    return {
        "trend_id": f"t{cluster}",
        "cluster_id": f"c{cluster}",
        "cluster_key_type": "phrase",
        "cluster_key": name,
        "display_name": name,
        "platforms": ["hackernews"],
        "status": "emerging",
        "detected_at": HOUR,
        **{f"{score}_score": float(cluster % 90) for score in scores},
        **dict.fromkeys(numbers, 1.0),
        "artifact_count": POSTS,
        "author_count": POSTS,
        "seen_before": 0,
        "window_hours": 24,
        "why": f"{POSTS} posts by {POSTS} authors in 24 h; not once in the 11 days before",
    }


def _verdict(candidates: int) -> dict[str, Any]:
    return {
        "verdict": "scored",
        "reason": "as made up",
        "covered_hours": 200,
        "window_artifacts": candidates * POSTS,
        "window_authors": candidates * POSTS,
        "minimum_authors": 2,
        "clusters_tested": candidates,
        "candidates": candidates,
    }


def brand_files() -> list[BrandFile]:
    """Brands by descriptions that somebody could have written: the demo's, and publishers' under several names."""
    described = list(yaml.safe_load(PUBLISHERS.read_text("utf-8")).values())
    files = [read_brand_file(file) for file in BRAND_FILES]
    for number in range(BRANDS - len(files)):
        one = described[number % len(described)]
        files.append(
            BrandFile(
                tenant=TenantEntry(name="Publishers", slug="publishers"),
                name=f"{one['name']} {number}",
                slug=f"brand-{number}",
                positioning=one["positioning"],
                mention_names=[one["name"]],
                channels=["linkedin", "x"],
                pillars=[
                    PillarEntry(priority_rank=rank, **pillar) for rank, pillar in enumerate(one.get("pillars", []), 1)
                ],
            )
        )
    return files


def one_brand(folder: Path, candidates: int) -> tuple[float, float, int]:
    """Seconds to gather a brand's signals, and then to make its board (medians); and the board's cards."""
    database = Database(f"sqlite:///{folder / f'{candidates}.sqlite3'}")
    migrate(database)
    with database.writing() as session:
        for file in BRAND_FILES:
            import_brand(session, read_brand_file(file))
    lake = Lake(str(folder / f"lake{candidates}"))
    fill(lake, candidates)
    stores = BoardStores(database, lake, HeroSettings.from_environment())
    with database.reading() as session:
        brand = find_brand(session, "sourcegraph")
    gathering, making, cards = [], [], 0
    for _ in range(TIMES):
        began = time.perf_counter()
        gather_signals(database, lake, stores.settings, [brand], datetime.now(UTC))
        gathering.append(time.perf_counter() - began)
        began = time.perf_counter()
        board = generate_today_board(stores, brand.id, run_id=str(uuid.uuid4()), gather=False)
        making.append(time.perf_counter() - began)
        cards = len(board.opportunities)
    return median(gathering), median(making), cards


def many_brands(folder: Path, candidates: int, files: Sequence[BrandFile]) -> float:
    """Seconds of one Dagster run that makes every brand asset, boards among them, of all these brands."""
    database = Database(f"sqlite:///{folder / f'{len(files)}-{candidates}.sqlite3'}")
    migrate(database)
    with database.writing() as session:
        keys = sorted(import_brand(session, file).partition_key for file in files)
    lake = Lake(str(folder / f"lake{candidates}"))
    assets = kairo_hero.definitions.ASSETS
    home = folder / f"dagster{len(files)}-{candidates}"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        instance.add_dynamic_partitions("brands", keys)
        began = time.perf_counter()
        result = dg.materialize(
            [*assets, kairo_hero.definitions.TREND_CANDIDATES],
            selection=dg.AssetSelection.assets(*assets),
            instance=instance,
            resources={
                "lake": lake,
                "database": database,
                "hero_settings": HeroSettings.from_environment(),
                "model_settings": ModelSettings(_env_file=None, llm_disabled=True),
            },
            tags={"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        seconds = time.perf_counter() - began
        assert result.success
    return seconds


def main() -> None:
    """Measure and print both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        few, many = one_brand(folder, FEW), one_brand(folder, MANY)
        rows = [
            [f"{count:,}", cards, f"{gather:.2f}", f"{make:.3f}", f"{make / few[1]:.1f}"]
            for count, (gather, make, cards) in ((FEW, few), (MANY, many))
        ]
        head = ["candidates", "cards", "signals, seconds", "board, seconds", f"times the board of {FEW}"]
        print(table(head, rows), "\n")
        files = brand_files()
        rows = []
        for candidates in (FEW, MANY):
            one = many_brands(folder, candidates, files[:1])
            all_of_them = many_brands(folder, candidates, files)
            rows.append([f"{candidates:,}", f"{one:.1f}", f"{all_of_them:.1f}", f"{all_of_them / one:.1f}"])
        print(table(["candidates", "one brand, seconds", f"{BRANDS} brands, seconds", "times one brand"], rows))


if __name__ == "__main__":
    main()
