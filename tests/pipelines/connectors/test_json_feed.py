"""Feeds in JSON; but for one they are written here after https://www.jsonfeed.org/version/1.1/."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from mutated import mutated
from reading_feeds import HERE, answer_of, entries_of, item_of

from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, UnreadableBody

# --- JSON Feed ------------------------------------------------------------------------------------


def json_feed(*entries: Any, **feed: Any) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": entries, **feed})


def test_a_json_feed_has_the_items_of_its_file():
    file = json.loads((HERE / "json/example.json").read_bytes())
    first, second = entries_of(answer_of(HERE / "json/example.json"))
    assert [entry.raw for entry in (first, second)] == file["items"]
    assert [entry.url for entry in (first, second)] == [entry["url"] for entry in file["items"]]
    assert (first.platform_item_id, second.platform_item_id) == ("https://example.org/ 2", "https://example.org/ 1")
    assert (first.title, second.title) == ("post 2", None)
    assert (first.text_content, first.hashtags, first.author) == ("This is a second item.", ("test", "JSON"), "me")
    assert (second.text_content.strip(), second.hashtags, second.author) == ("<p>Hello, world!</p>", (), "you")
    assert [entry.published_at for entry in (first, second)] == [None, None]


def test_a_json_feed_of_version_1_1_has_authors_a_language_and_dates():
    item = item_of(
        json_feed(
            {
                "id": "https://example.org/7",
                "url": "https://example.org/7",
                "title": "Seven",
                "content_html": "<p>7</p>",
                "authors": [{"name": "Ada Lovelace", "url": "https://ada.example/"}, {"name": "Charles Babbage"}],
                "date_published": "2021-12-10T02:52:29+01:00",
                "date_modified": "2021-12-11T00:00:00Z",
            },
            language="en-GB",
        )
    )
    assert (item.platform_item_id, item.title, item.text_content) == ("https://example.org/7", "Seven", "<p>7</p>")
    assert (item.author, item.language) == ("Ada Lovelace", "en-GB")
    assert item.published_at == datetime(2021, 12, 10, 1, 52, 29, tzinfo=UTC)
    assert (item.view_count, item.like_count, item.comment_count, item.share_count, item.rank) == (None,) * 5


def test_a_post_about_another_page_links_to_that_page_and_lies_at_its_own():
    entry = {"id": "1", "content_text": "x", "url": "https://a.example/1", "external_url": "https://b.example/"}
    item = item_of(json_feed(entry))
    assert (item.url, item.permalink) == ("https://b.example/", "https://a.example/1")


def test_the_text_of_a_json_entry_is_its_content_else_its_summary_else_its_title_as_html():
    entry = {"content_html": "<b>c</b>", "content_text": "a < b", "summary": "s & s", "title": "t"}
    texts = []
    for key in [*entry, "id"]:
        texts.append([item.text_content for item in entries_of(json_feed(entry)) if isinstance(item, Item)])
        entry.pop(key, None)
    assert texts == [["<b>c</b>"], ["a &lt; b"], ["s &amp; s"], ["t"], []]


def test_scripts_in_a_json_entry_are_gone():
    item = item_of(json_feed({"content_html": "<script>alert(1)</script><a href='javascript:x' onclick='y'>z</a>"}))
    assert item.text_content == "<a>z</a>"
    assert item_of(json_feed({"content_html": "<script>1</script>", "title": "t"})).text_content == "t"


def test_half_an_emoji_in_a_json_entry_does_no_harm():
    assert item_of(json_feed({"content_html": "cut \ud83d"})).text_content == "cut ?"
    assert item_of(json_feed({"title": "cut \ud83d"})).platform_item_id


def test_a_json_entry_without_an_id_is_told_apart_by_its_link_else_its_words():
    assert item_of(json_feed({"url": "https://a.example/1"})).platform_item_id == "https://a.example/1"
    first, again, other = (item_of(json_feed({"title": title})).platform_item_id for title in ("x", "x", "y"))
    assert first == again != other


def test_an_id_that_is_a_number_is_that_number_written():
    assert item_of(json_feed({"id": 7, "title": "x"}, title=None)).platform_item_id == "7"


def test_a_json_entry_that_is_none_is_quarantined():
    entries = entries_of(json_feed({"id": "1"}, "post", None, {"title": "x"}))
    assert [type(entry) for entry in entries] == [Quarantined, Quarantined, Quarantined, Item]
    assert entries[0] == Quarantined(0, "the entry has neither text nor link", '{"id": "1"}')
    assert entries[1] == Quarantined(1, "the entry is not an object", '"post"')


def test_a_json_feed_is_known_by_its_version_however_it_is_served():
    written = json_feed({"title": "x"})
    for content in (written, "\ufeff" + written, written.replace("/", "\\/"), "\n " + written):
        assert item_of(Answer(content.encode(), {"Content-Type": "text/plain"})).title == "x"


def test_what_is_served_as_a_json_feed_is_read_as_one_without_a_version():
    served = {"content-type": "application/feed+json; charset=utf-8"}
    assert item_of(Answer(b'{"items": [{"title": "x"}]}', served)).title == "x"
    for content, kind in ((b'{"items": {}}', "changed_shape"), (b"[1]", "changed_shape"), (b"{", "not_json")):
        with pytest.raises(UnreadableBody) as refused:
            entries_of(Answer(content, served))
        assert refused.value.kind == kind


# --- gone wrong -----------------------------------------------------------------------------------


@given(document=mutated(json.loads((HERE / "json/example.json").read_bytes())))
@settings(max_examples=50)
def test_whatever_becomes_of_a_json_feed_no_entry_is_lost(document):
    answer = Answer(json.dumps(document).encode(), {"content-type": "application/feed+json"})
    if isinstance(document.get("items"), list):
        assert len(entries_of(answer)) == len(document["items"])
    else:
        with pytest.raises(UnreadableBody, match="items is not a list"):
            entries_of(answer)
