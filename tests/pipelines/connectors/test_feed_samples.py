"""feedparser's own tests, 250 feeds, each with what a reader must find in it: all are read or refused with a reason."""

import ast
import json
import random
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from feedparser import FeedParserDict
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_feeds import DUE, HERE, SAMPLES, answer_of, entries_of, latin

from kairo_pipelines.capture.landing import Receipt, capture_id, page_of
from kairo_pipelines.capture.reading import Reading, read_capture
from kairo_pipelines.connectors.connector import Item, Quarantined, Target, UnreadableBody
from kairo_pipelines.connectors.feeds import Feeds
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.rows import evidence_rows
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, NORMALIZED_ARTIFACTS, QUARANTINE
from kairo_pipelines.normalize.artifacts import normalize
from kairo_pipelines.normalize.text import without_markup

# --- all samples ----------------------------------------------------------------------------------


def reading_of(path: Path) -> Reading:
    answer = answer_of(path)
    target = Target("s", "feeds", "feed", answer.url)
    receipt = Receipt(
        capture_id=capture_id(target, DUE),
        surface_id=target.surface_id,
        platform=target.platform,
        surface_type=target.surface_type,
        surface_key=target.surface_key,
        due_at=DUE,
        started_at=DUE,
        ended_at=DUE,
        pages=(page_of(answer),),
    )
    return read_capture(receipt, [answer])


def entries_in(path: Path) -> int:
    """How many entries a file holds, read without the connector."""
    if path.suffix == ".json":
        return len(json.loads(path.read_bytes())["items"])
    without_comments = re.sub(r"<!--.*?-->", "", latin(path.read_bytes()), flags=re.DOTALL)
    return len(re.findall(r"(?i)<(?:\w+:)?(?:item|entry)[\s>]", without_comments))


def test_every_sample_is_read_or_refused_with_a_named_reason_and_no_entry_is_lost():
    assert len(SAMPLES) == 250
    readings = {path: reading_of(path) for path in SAMPLES}
    for path, reading in readings.items():
        assert len(reading.items) + len(reading.quarantined) == entries_in(path), path
        assert bool(reading.items) == (reading.failure is None) == (reading.sentence is None), path
    outcomes = Counter(reading.failure for reading in readings.values())
    # Most are about the feed itself and have no entry, or one that is about a single field and has nothing to read. A
    # CDF channel without an item has nothing to tell it by.
    assert outcomes == {None: 65, "no_items": 149, "changed_shape": 35, "not_a_feed": 1}
    assert readings[HERE / "wellformed/cdf/channel_abstract_map_description.xml"].failure == "not_a_feed"


def test_the_items_of_every_sample_fit_the_lake_and_normalize():
    rows = evidence_rows((reading_of(path) for path in SAMPLES), Erased(Authors(b"key")))
    items = EVIDENCE_ITEMS.rows(rows.sightings)
    artifacts = NORMALIZED_ARTIFACTS.rows(normalize(items.to_pylist()))
    assert artifacts.num_rows == items.num_rows
    assert QUARANTINE.rows(rows.quarantined).num_rows == len(rows.quarantined)


def test_without_the_fields_of_its_author_no_entry_names_the_author():
    authors, named = Authors(b"key"), 0
    for item in (item for path in SAMPLES for item in reading_of(path).items if item.author):
        kept = json.dumps(authors.raw(item.raw, Feeds.author_fields), ensure_ascii=False)
        assert not re.search(rf"\b{re.escape(item.author)}\b", kept)
        named += 1
    assert named == 5


# --- what the samples say of themselves -----------------------------------------------------------


def statements_of(path: Path) -> list[ast.expr]:
    """What a sample's comment says must be so, where it speaks of its entries and of nothing else."""
    [expected] = re.findall(r"Expect:\s*(.*?)\s*(?:-->|$)", latin(path.read_bytes()), re.MULTILINE)[:1] or ["True"]
    tree = ast.parse(expected.strip(), mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return [part for part in parts if names_in(part) in ({"entries"}, {"entries", "len"})]


def names_in(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def raw_of(entry: Item | Quarantined) -> FeedParserDict:
    """The entry as it is kept, under all names that feedparser knows its fields by."""
    kept = json.dumps(entry.raw) if isinstance(entry, Item) else entry.fragment
    return json.loads(kept, object_hook=known)


def known(fields: dict[str, Any]) -> FeedParserDict:
    return FeedParserDict({key: tuple(value) if key.endswith("_parsed") else value for key, value in fields.items()})


#: But for one whose entry has nothing to read: the fragment that is kept of it ends within its polygon.
SPEAKING = [path for path in SAMPLES if statements_of(path) and path.stem != "gml_polygon"]


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_what_a_sample_says_of_its_entries_is_so(path):
    entries = [raw_of(entry) for entry in entries_of(answer_of(path))]
    for statement in statements_of(path):
        code = compile(ast.Expression(statement), path.name, "eval")
        assert eval(code, {"__builtins__": {}}, {"entries": entries, "len": len}), ast.unparse(statement)


#: What of an item must be what a sample says of a field of its entry.
SAID_OF = {
    "['title']": lambda item, said: item.title == without_markup(said).strip(),
    "['title_detail']['value']": lambda item, said: item.title == without_markup(said).strip(),
    "['link']": lambda item, said: item.url == said,
    ".link": lambda item, said: item.url == said,
    "['links'][0]['href']": lambda item, said: item.url == said,
    "['id']": lambda item, said: item.platform_item_id == said,
    "['description']": lambda item, said: item.text_content == said,
    "['summary']": lambda item, said: item.text_content == said,
    "['content'][0]['value']": lambda item, said: item.text_content == said,
    "['author_detail']['name']": lambda item, said: item.author == said,
    "['author_detail']['email']": lambda item, said: said in item.author,
    "['tags'][0]['term']": lambda item, said: item.hashtags[0] == said,
    "['tags'][1]['term']": lambda item, said: item.hashtags[1] == said,
}


def test_titles_links_ids_texts_authors_and_tags_are_what_the_samples_say():
    compared = Counter()
    for path in SPEAKING:
        first, *_ = entries_of(answer_of(path))
        for statement in statements_of(path):
            match ast.unparse(statement).split(" == "):
                case [asked, said] if asked.removeprefix("entries[0]") in SAID_OF and isinstance(first, Item):
                    field = asked.removeprefix("entries[0]")
                    assert SAID_OF[field](first, ast.literal_eval(said)), (path.name, field, first)
                    compared[field] += 1
    assert compared.total() >= 30
    assert len(compared) >= 8


# --- gone wrong -----------------------------------------------------------------------------------


@given(seed=st.integers())
@settings(max_examples=50)
def test_whatever_becomes_of_an_xml_feed_it_is_read_or_refused(seed):
    chance = random.Random(seed)
    content = bytearray(chance.choice(SAMPLES).read_bytes())
    for _ in range(chance.randint(1, 6)):
        here, other = chance.randrange(len(content) + 1), chance.choice(SAMPLES).read_bytes()
        there = chance.randrange(len(other))
        content[here : here + chance.randint(0, 30)] = other[there : there + chance.randint(0, 200)]
    with suppress(UnreadableBody):
        assert all(isinstance(entry, Item | Quarantined) for entry in entries_of(bytes(content)))
