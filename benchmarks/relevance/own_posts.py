"""Whether a brand's own posts matter more to it than others': `own_posts.py STORIES.parquet [PACKAGES DESCRIPTIONS]`.

Brands are made of descriptions, posts of titles. STORIES holds front pages of Hacker News (`item_id`, `title`, `url`):
the brands are the publishers of `publishers.yaml`, their posts the stories on their sites. PACKAGES and DESCRIPTIONS
are Debian's index of packages (`Packages`) and its descriptions (`Translation-en`), unpacked: a brand is a collection
such as `med-imaging` in its maintainers' own words, its posts the summaries of the packages it collects.

AUC: how often a post of the brand's own stands before one of another's. Peers: TF-IDF and plain embeddings.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_DNS, uuid5

import duckdb
import numpy as np
import yaml
from scipy.stats import rankdata

sys.path.insert(0, str(Path(__file__).parents[1]))
from measuring import table

from kairo_hero.brands.words import spoken_words
from kairo_hero.dto import BrandSnapshotDTO, PillarDTO
from kairo_hero.graphs.grounded import MINIMUM_RELEVANCE
from kairo_hero.signals.relevance import BrandMatcher
from kairo_pipelines.embedding import embed

PUBLISHERS = Path(__file__).with_name("publishers.yaml")
MOST_POSTS, FEWEST_POSTS = 60, 10
#: Debian's collections of packages by field, without those that serve their own making.
COLLECTION = re.compile(
    r"(?:med|science|games|education|gis|hamradio|multimedia|junior|astro|debichem)-(?!config$|tasks$|all$)\S*(?<!dev)"
)

Score = Callable[[BrandSnapshotDTO, list[str]], Any]


class Described(NamedTuple):
    """A brand, the set it belongs to, and its own posts."""

    name: str
    belongs_to: str
    snapshot: BrandSnapshotDTO
    posts: list[str]


def snapshot_of(name: str, positioning: str, pillars: list[dict[str, str]]) -> BrandSnapshotDTO:
    """A brand that is described by these texts and no others."""
    return BrandSnapshotDTO(
        brand_id=uuid5(NAMESPACE_DNS, name),
        brand_name=name,
        tenant_slug="publishers",
        positioning=positioning,
        positioning_summary="",
        tone_tags=[],
        taboos=[],
        channels=[],
        timezone="UTC",
        pillars=[
            PillarDTO(id=uuid5(NAMESPACE_DNS, one["name"]), category="", priority_rank=rank, is_active=True, **one)
            for rank, one in enumerate(pillars, start=1)
        ],
        personas=[],
        snapshot_at=datetime(2021, 1, 1, tzinfo=UTC),
    )


def publishers(stories: str) -> list[Described]:
    """The publishers of `publishers.yaml` with their first stories."""
    rows = duckdb.execute(
        r"""
        SELECT regexp_replace(regexp_extract(any_value(url), '^https?://([^/]+)', 1), '^www\.', ''), any_value(title)
        FROM read_parquet(?)
        GROUP BY item_id
        ORDER BY item_id
        """,
        [stories],
    ).fetchall()
    titles: dict[str, list[str]] = {}
    for site, title in rows:
        titles.setdefault(site, []).append(title)
    return [
        Described(
            site,
            f"publishers, {brand['half']}",
            snapshot_of(brand["name"], brand["positioning"], brand.get("pillars", [])),
            list(dict.fromkeys(titles.get(site, [])))[:MOST_POSTS],
        )
        for site, brand in yaml.safe_load(PUBLISHERS.read_text("utf-8")).items()
    ]


def collections(packages: str, descriptions: str) -> list[Described]:
    """Debian's collections that hold enough packages, in the order of the index."""
    summaries: dict[str, str] = {}
    texts: dict[str, str] = {}
    for entry in Path(descriptions).read_text("utf-8").split("\n\n"):
        if found := re.match(r"Package: (\S+)[\s\S]*?Description-en: (.*)\n([\s\S]*)", entry):
            summaries[found[1]], texts[found[1]] = found[2], re.sub(r"\s*\n(\s*\.\n)?\s*", " ", found[3])
    brands = []
    for entry in Path(packages).read_text("utf-8").split("\n\n"):
        name = re.match(r"Package: (\S+)", entry)
        if not name or not COLLECTION.fullmatch(name[1]) or name[1] not in summaries:
            continue
        collected = ", ".join(re.findall(r"^(?:Recommends|Suggests): (.*)", entry, re.MULTILINE))
        named = [re.split(r"[ (|]", one)[0] for one in collected.split(", ")]
        posts = list(dict.fromkeys(summaries[one] for one in named if one in summaries))[:MOST_POSTS]
        if len(posts) >= FEWEST_POSTS:
            described = snapshot_of(summaries[name[1]], f"{summaries[name[1]]}. {texts[name[1]].strip()}", [])
            brands.append(Described(name[1], "Debian's collections", described, posts))
    return brands


def by_kairo(brand: BrandSnapshotDTO, texts: list[str]) -> Any:
    """What decides on a brand's board."""
    return np.array([fit.relevance for fit in BrandMatcher(brand).fits(texts)])


def by_embedding(brand: BrandSnapshotDTO, texts: list[str]) -> Any:
    """Cosine of the embeddings of the text and of the whole description."""
    return embed(texts) @ embed([description(brand)])[0]


def by_tf_idf(brand: BrandSnapshotDTO, texts: list[str]) -> Any:
    """Cosine of the words' counts, each weighed by the logarithm of its rarity among all texts (smoothed)."""
    documents = [Counter(spoken_words(text)) for text in [description(brand), *texts]]
    frequency = Counter(word for document in documents for word in document)
    weight = {word: np.log((1 + len(documents)) / (1 + count)) + 1 for word, count in frequency.items()}
    weighed = [{word: count * weight[word] for word, count in document.items()} for document in documents]
    lengths = [np.sqrt(sum(value**2 for value in one.values())) or 1.0 for one in weighed]
    brands = weighed[0]
    products = [sum(value * brands.get(word, 0.0) for word, value in one.items()) for one in weighed[1:]]
    return np.array(products) / np.array(lengths[1:]) / lengths[0]


def description(brand: BrandSnapshotDTO) -> str:
    """All that is known of a brand."""
    return ". ".join([brand.positioning, *(f"{pillar.name}. {pillar.description}" for pillar in brand.pillars)])


def auc(scores: Any, own: Any) -> float:
    """The share of pairs of an own and another's post in which the own scores higher; a tie is half."""
    ranks, count = rankdata(scores), own.sum()
    return float((ranks[own].sum() - count * (count + 1) / 2) / (count * (~own).sum()))


PEERS: dict[str, Score] = {"kairo": by_kairo, "embedding": by_embedding, "TF-IDF": by_tf_idf}


def measured(brands: list[Described]) -> None:
    """Print the AUC of every brand of one set, then their mean, with its standard error over brands."""
    texts = list(dict.fromkeys(post for brand in brands for post in brand.posts))
    rows: list[list[Any]] = []
    found: dict[str, list[list[float]]] = {}
    for brand in brands:
        own = np.isin(texts, brand.posts)
        scores = {peer: score(brand.snapshot, texts) for peer, score in PEERS.items()}
        passed = scores["kairo"] >= MINIMUM_RELEVANCE
        figures = [*(auc(one, own) for one in scores.values()), passed[own].mean(), passed[~own].mean()]
        found.setdefault(brand.belongs_to, []).append(figures)
        rows.append([brand.name, len(brand.posts), *(f"{figure:.3f}" for figure in figures)])
    head = [*PEERS, f"own ≥ {MINIMUM_RELEVANCE}", f"others' ≥ {MINIMUM_RELEVANCE}"]
    print(table(["brand", "posts", *head], rows), "\n")
    means = []
    for name, figures_of_all in found.items():
        all_figures = np.array(figures_of_all)
        error = all_figures.std(axis=0, ddof=1) / np.sqrt(len(all_figures))
        cells = [f"{mean:.3f} ± {one:.3f}" for mean, one in zip(all_figures.mean(axis=0), error, strict=True)]
        means.append([f"{name} ({len(all_figures)} brands)", *cells])
    print(table(["mean", *head], means), "\n")


def main() -> None:
    """Measure the sets that were given."""
    stories, *debian = sys.argv[1:]
    measured(publishers(stories))
    if debian:
        measured(collections(*debian))
    brand = publishers(stories)[1].snapshot
    texts = [post for one in publishers(stories) for post in one.posts]
    texts = [f"{texts[number % len(texts)]} {number}" for number in range(10_000)]
    began = time.perf_counter()
    BrandMatcher(brand).fits(texts)
    print(f"10,000 texts against a brand of four pillars: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
