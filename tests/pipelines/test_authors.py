"""Who wrote an item is kept as a hash that tells nobody who it was, unless a setting keeps handles."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import obstore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import LocalStore

from kairo_pipelines.capture.landing import Receipt, capture_id
from kairo_pipelines.capture.reading import Reading
from kairo_pipelines.capture.replay import FRONT_PAGE
from kairo_pipelines.connectors.connector import Item, Quarantined
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import KEY_PATH, Authors, author_key
from kairo_pipelines.evidence.rows import EvidenceRows, evidence_rows
from kairo_pipelines.hours import hour_from_key

NOON = hour_from_key("2021-12-10-12:00")
HASHED, KEPT = Authors(b"a key"), Authors(b"a key", keeps_handles=True)


def test_the_same_author_is_the_same_hash():
    assert HASHED.stored("reddit", "ada") == Authors(b"a key").stored("reddit", "ada")
    assert re.fullmatch(r"~[0-9a-f]{20}", HASHED.stored("reddit", "ada"))


def test_other_authors_other_platforms_and_other_keys_are_other_hashes():
    assert HASHED.stored("reddit", "ada") != HASHED.stored("reddit", "bo")
    assert HASHED.stored("reddit", "ada") != HASHED.stored("mastodon", "ada")
    assert HASHED.stored("reddit", "ada") != Authors(b"another").stored("reddit", "ada")


def test_an_author_that_is_not_known_is_none():
    assert HASHED.stored("reddit", None) is None
    assert KEPT.stored("reddit", None) is None


def test_a_setting_keeps_handles():
    assert KEPT.stored("reddit", "ada") == "ada"


@given(st.text(), st.text())
def test_whatever_an_author_is_called_there_is_a_hash_that_does_not_say_it(platform, handle):
    hashed = HASHED.stored(platform, handle)
    assert re.fullmatch(r"~[0-9a-f]{20}", hashed)


def test_half_a_character_in_a_name_can_be_hashed():
    assert HASHED.stored("reddit", "ada\ud83d").startswith("~")


# --- what else names an author --------------------------------------------------------------------


def rows(authors: Authors, entry: dict) -> EvidenceRows:
    """The rows of a capture that holds this entry as an item, and again as what could not be read."""
    receipt = Receipt(
        capture_id=capture_id(FRONT_PAGE, NOON),
        surface_id="s",
        platform="hackernews",
        surface_type="front_page",
        surface_key="news",
        due_at=NOON,
        started_at=NOON,
        ended_at=NOON,
    )
    item = Item(platform_item_id="1", text_content="x", author=entry["author"], raw=entry)
    unread = Quarantined(1, "why", json.dumps(entry))
    return evidence_rows([Reading(receipt, (item,), (unread,))], Erased(authors))


ENTRY = {"title": "x", "author": "ada", "kids": [{"author": "bo", "text": "y"}], "authority": "z"}


def test_no_row_holds_a_handle(tmp_path):
    written = rows(HASHED, ENTRY)
    [sighting], [unread] = written.sightings, written.quarantined
    assert json.loads(sighting["raw_json"]) == {"title": "x", "kids": [{"text": "y"}], "authority": "z"}
    assert sighting["author"] == HASHED.hashed("hackernews", "ada")
    assert unread["fragment"] == '{"title": "x", …'
    assert "ada" not in str(written)


def test_every_row_holds_the_handle_where_handles_are_kept():
    written = rows(KEPT, ENTRY)
    [sighting], [unread] = written.sightings, written.quarantined
    assert json.loads(sighting["raw_json"]) == ENTRY
    assert (sighting["author"], json.loads(unread["fragment"])) == ("ada", ENTRY)


# --- the key --------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path) -> LocalStore:
    return LocalStore(tmp_path / "lake", mkdir=True)


def test_the_key_is_made_once_and_stays(store):
    key = author_key(store, None)
    assert len(key) == 32
    assert author_key(store, None) == key


def test_two_lakes_have_two_keys(store, tmp_path):
    assert author_key(store, None) != author_key(LocalStore(tmp_path / "other", mkdir=True), None)


def test_a_key_that_was_configured_counts_and_none_is_kept(store):
    assert author_key(store, "sixteen or more characters") == b"sixteen or more characters"
    assert [entry["path"] for page in obstore.list(store) for entry in page] == []
    author_key(store, None)
    assert [entry["path"] for page in obstore.list(store) for entry in page] == [KEY_PATH]


def test_many_that_ask_for_it_at_once_get_the_same(tmp_path):
    together = threading.Barrier(8)

    def ask(_: int) -> bytes:
        store = LocalStore(tmp_path / "lake", mkdir=True)
        together.wait(10)
        return author_key(store, None)

    with ThreadPoolExecutor(8) as processes:
        assert len(set(processes.map(ask, range(8)))) == 1
