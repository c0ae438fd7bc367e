"""Erasing an item or an author: gone from raw bytes, every table and its old files; what else there was stays."""

import pytest
from erased_world import AUTHOR, HOURS, ITEM, MIDNIGHT, OF_AUTHOR, OF_ITEM, SOURCE, STAYS, erase_in, left_of
from sqlalchemy import select

from kairo_pipelines.erasure.loading import authors_of
from kairo_pipelines.erasure.records import Erasure
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.hours import HourRange
from kairo_pipelines.lake.lake import Slice
from kairo_pipelines.lake.tables import (
    ARTIFACT_CLUSTER_LINKS,
    CAPTURE_RUNS,
    CLUSTER_AUTHORS,
    CLUSTERS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    NORMALIZED_ARTIFACTS,
    QUARANTINE,
)

pytestmark = pytest.mark.xdist_group("erased")
OF_EVIDENCE = (EVIDENCE_ITEMS, EVIDENCE_OBSERVATIONS, NORMALIZED_ARTIFACTS, ARTIFACT_CLUSTER_LINKS)
GONE_WITH_ITEM, GONE_WITH_AUTHOR = {"777000111"}, {"777000111", "777000222"}


def without(content: dict[str, list[dict]], gone: set[str]) -> dict[str, list[dict]]:
    """The rows that are not of these items."""
    return {
        table: [row for row in rows if row.get("evidence_id", row.get("artifact_id")).split(":")[1] not in gone]
        for table, rows in content.items()
    }


def cluster_id(world, key_type: str, key: str) -> str:
    [cluster] = [
        row
        for row in world.lake.read(CLUSTERS).to_pylist()
        if (row["cluster_key_type"], row["cluster_key"]) == (key_type, key)
    ]
    return cluster["cluster_id"]


def test_there_is_something_to_erase(before):
    found = left_of(OF_AUTHOR, before.folder / "lake")
    assert {name for _, name in found} == set(OF_AUTHOR)
    assert {path.split("/")[0] for path, _ in found} == {"raw", "tables"}


def test_not_one_byte_of_an_erased_item_is_left_below_the_lake(without_item):
    world, _ = without_item
    assert left_of(OF_ITEM, world.folder / "lake") == []


@pytest.mark.parametrize("keeps_handles", [False, True], ids=["hashed", "kept"])
def test_not_one_byte_of_an_erased_author_is_left_below_the_lake(made, tmp_path, keeps_handles):
    world = made(keeps_handles).copied(tmp_path / "world")
    hashed = authors_of(world.lake, world.settings).hashed(AUTHOR.platform, AUTHOR.name)
    assert bool(left_of((hashed,), world.folder / "lake")) != keeps_handles
    erase_in(world, AUTHOR)
    assert left_of((*OF_AUTHOR, hashed), world.folder / "lake") == []


@pytest.mark.parametrize(
    ("erased", "gone"), [("without_item", GONE_WITH_ITEM), ("without_author", GONE_WITH_AUTHOR)], ids=["item", "author"]
)
def test_other_items_of_the_same_captures_are_exactly_as_before(before, request, erased, gone):
    world, _ = request.getfixturevalue(erased)
    after = world.content(*OF_EVIDENCE)
    assert after == without(before.content(*OF_EVIDENCE), gone)
    assert len(after[EVIDENCE_ITEMS.name]) == 4 - len(gone)


def test_a_rebuild_gives_the_others_again_and_not_the_erased(before, without_item, tmp_path):
    world = without_item[0].copied(tmp_path / "world")
    assert world.ingest(HOURS, rebuild_from=HOURS.first).success
    assert world.content(*OF_EVIDENCE) == without(before.content(*OF_EVIDENCE), GONE_WITH_ITEM)
    assert left_of(OF_ITEM, world.folder / "lake") == []


def test_clusters_that_only_it_made_are_gone_and_shared_ones_stay(before, without_item):
    def ids(world, table) -> set[str]:
        return set(world.lake.read(table).column("cluster_id").to_pylist())

    lonely = cluster_id(before, "url", "https://leaky.example/zq?page=1")
    shared = cluster_id(before, "phrase", "kernelsource")
    assert ids(before, CLUSTERS) >= {lonely, shared}
    world, _ = without_item
    left = ids(world, CLUSTERS)
    assert left == ids(world, ARTIFACT_CLUSTER_LINKS)
    assert shared in left
    assert lonely not in left


def test_an_author_leaves_the_clusters_that_others_share(before, without_author):
    shared = cluster_id(before, "url", SOURCE.url)

    def authors(world) -> int:
        rows = world.lake.sql(
            "SELECT DISTINCT author_hash FROM rows WHERE cluster_id = $shared",
            {"shared": shared},
            rows=Slice(CLUSTER_AUTHORS),
        )
        return rows.num_rows

    world, _ = without_author
    assert (authors(before), authors(world)) == (2, 1)


def test_captures_still_lead_to_their_raw_bytes(without_author):
    world, _ = without_author
    paths = {row["body_path"]: row["body_bytes"] for row in world.lake.read(CAPTURE_RUNS).to_pylist()}
    raw = {path: len(body) for path, body in world.raw().items() if path.endswith(".body")}
    assert paths == raw


def test_captures_that_did_not_hold_it_keep_their_bytes(before, without_item):
    world, _ = without_item
    kept = {path: body for path, body in before.raw().items() if b"777000111" not in body and path.endswith(".body")}
    assert kept
    assert kept.items() <= world.raw().items()


def test_quarantined_entries_that_name_it_keep_their_reason_only(before, without_item):
    [row] = before.content(QUARANTINE)[QUARANTINE.name]
    assert "777000111" in row["fragment"]
    world, _ = without_item
    assert world.content(QUARANTINE)[QUARANTINE.name] == [row | {"fragment": "[removed]"}]


def test_captures_that_could_not_be_read_are_emptied_and_stay_failures(before, world):
    def failures(of) -> dict[str, tuple[str, str]]:
        rows = of.lake.read(CAPTURE_RUNS).to_pylist()
        return {row["surface_id"]: (row["error_kind"], row["error"]) for row in rows if row["error"]}

    kinds = {"page": "not_a_feed", "error": "changed_shape"}
    assert {surface: kind for surface, (kind, _) in failures(before).items()} == kinds
    assert "777000111" in failures(before)["page"][1]
    erase_in(world, ITEM)
    told = failures(world)
    assert told == failures(before) | {"page": ("not_a_feed", "[removed]")}
    assert world.ingest(HourRange.single(MIDNIGHT), only=["capture_runs"]).success
    assert failures(world) == told


def test_an_item_of_the_same_id_elsewhere_stays(before, world):
    erase_in(world, Subject("item", "reddit", ITEM.name))
    assert world.content(*OF_EVIDENCE) == before.content(*OF_EVIDENCE)


def test_the_record_says_when_and_how_much_and_not_what(without_item):
    world, record = without_item
    with world.database.reading() as session:
        [kept] = session.scalars(select(Erasure))
    assert kept.id == record.id
    assert (kept.kind, kept.platform) == ("item", "hackernews")
    assert kept.requested_at <= kept.finished_at
    assert {"captures": 6, "evidence_items": 1, "evidence_observations": 3, "quarantine": 1}.items() <= (
        kept.removed.items()
    )
    said = repr([getattr(kept, column.key) for column in Erasure.__table__.columns]).lower()
    assert not any(name in said for name in OF_ITEM)


def test_an_erasure_done_twice_changes_nothing_more(without_author, tmp_path):
    erased, first = without_author
    world = erased.copied(tmp_path / "world")
    rows, raw = world.content(), world.raw()
    second = erase_in(world, AUTHOR)
    assert (world.content(), world.raw()) == (rows, raw)
    assert (second.id, second.removed) == (first.id, first.removed)
    assert second.finished_at > first.finished_at


def test_what_is_not_there_is_on_record_all_the_same(before, world):
    record = erase_in(world, Subject("author", "hackernews", "nobody"))
    assert not any(record.removed.values())
    assert world.content() == before.content()
    assert world.raw() == before.raw()


def test_what_stays_can_be_erased_later(without_item, tmp_path):
    world = without_item[0].copied(tmp_path / "world")
    erase_in(world, Subject("author", "hackernews", STAYS.author))
    assert left_of((*OF_ITEM, "1001", "a story that stays"), world.folder / "lake") == []
    [left] = [row["title"] for row in world.lake.read(EVIDENCE_ITEMS).to_pylist() if row["title"] == SOURCE.title]
    assert left
