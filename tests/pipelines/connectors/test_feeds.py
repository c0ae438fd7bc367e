"""Feeds as people publish them, ill-formed and oddly encoded ones among them.

The files in tests/data/feeds are feedparser's own tests, 250 of them, each with what a reader must find in it. The
JSON feeds but for one are written here after https://www.jsonfeed.org/version/1.1/.
"""

import ast
import json
import random
import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from feedparser import FeedParserDict
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated import mutated

from kairo_pipelines.capture.landing import Receipt, capture_id, page_of
from kairo_pipelines.capture.reading import Reading, read_capture
from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, Target, UnreadableBody
from kairo_pipelines.connectors.feeds import Feeds
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.evidence.rows import evidence_rows
from kairo_pipelines.lake.tables import EVIDENCE_ITEMS, NORMALIZED_ARTIFACTS, QUARANTINE
from kairo_pipelines.normalize.artifacts import normalize
from kairo_pipelines.normalize.text import without_markup

HERE = Path(__file__).parents[2] / "data/feeds"
SAMPLES = sorted(path for path in HERE.rglob("*") if path.suffix in (".xml", ".json"))
DUE = datetime(2021, 12, 10, 12, 30, tzinfo=UTC)
FEED = Target("s", "feeds", "feed", "https://example.org/feed")


def answer_of(path: Path) -> Answer:
    """The file, with the headers that its comment says it came with; one named http came from the web."""
    content = path.read_bytes()
    headers = {name.lower(): value for name, value in re.findall(r"Header:\s*([\w-]+):\s*(.*?)\s*\n", latin(content))}
    url = f"http://127.0.0.1:8097/{path.relative_to(HERE).as_posix()}"
    if path.name.startswith("http"):
        headers["content-location"] = urljoin(url, headers.get("content-location", ""))
    return Answer(content, headers, url)


def latin(content: bytes) -> str:
    """Its ASCII characters in any encoding, to search in."""
    return content.replace(b"\0", b"").decode("latin-1")


def entries_of(content: Answer | bytes | str) -> list[Item | Quarantined]:
    if not isinstance(content, Answer):
        content = Answer(content if isinstance(content, bytes) else content.encode())
    return list(Feeds().parse(FEED, [content]))


def item_of(content: Answer | bytes | str) -> Item:
    """The only item of a feed."""
    [item] = entries_of(content)
    assert isinstance(item, Item), item
    return item


def sample_item(name: str) -> Item:
    return item_of(answer_of(HERE / name))


def rss(entry: str, channel: str = "") -> str:
    return f'<rss version="2.0"><channel>{channel}<item>{entry}</item></channel></rss>'


def atom(entry: str, feed: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{feed}<entry>{entry}</entry></feed>'


# --- the whole of an entry ------------------------------------------------------------------------


def test_an_atom_entry_has_its_id_title_text_link_and_date_and_the_author_of_the_feed():
    item = sample_item("wellformed/psc/atomsimplechapter.xml")
    assert item.platform_item_id == "urn:uuid:3241ace2-ca21-dd12-2341-1412ce31fad2"
    assert (item.title, item.text_content) == ("Fiat Lux", "First episode")
    assert (item.url, item.permalink) == ("http://podlove.org/podcast/1", None)
    assert item.author == "Tim Pritlove"
    assert item.published_at == datetime(2012, 3, 26, 23, 25, 19, tzinfo=UTC)
    assert item.raw["psc_chapters"]["chapters"][0]["title"] == "Welcome"


def test_an_rss_1_item_has_its_date_author_and_language_from_the_modules():
    item = sample_item("wellformed/namespace/rss1.0withModulesNoDefNSLocalNameClash.xml")
    assert item.title == "Test Item - RSS 1.0 no Default NS, localName clashes"
    assert item.text_content == "correct description"
    assert item.author == "sf@zaks.demon.co.uk"
    assert item.language == "en-gb"
    assert item.published_at == datetime(2002, 9, 28, 20, 1, 19, tzinfo=UTC)


def test_a_cdf_item_has_its_link():
    assert sample_item("wellformed/cdf/item_href_map_link.xml").url == "http://www.example.org/"


def test_counts_that_a_feed_does_not_give_are_unknown_not_zero():
    item = sample_item("wellformed/psc/atomsimplechapter.xml")
    assert (item.view_count, item.like_count, item.comment_count, item.share_count) == (None,) * 4


def test_entries_come_in_the_order_of_the_feed():
    feed = "<rss><channel><item><title>b</title></item><item><title>a</title></item></channel></rss>"
    assert [item.title for item in entries_of(feed)] == ["b", "a"]


def test_tags_and_categories_are_the_hashtags():
    [entry] = entries_of(
        (HERE / "wellformed/rss/item_madeup_tags_element.xml")
        .read_bytes()
        .replace(b"<item>", b"<item><title>x</title>")
    )
    assert entry.hashtags == ("tag one", "tag two", "category one")


# --- ids ------------------------------------------------------------------------------------------


def test_an_id_that_is_unique_in_the_world_is_taken_as_it_is():
    for own in ("urn:uuid:1225c695-cfb8", "tag:example.org,2021:7", "https://example.org/7", "yt:video:x"):
        assert item_of(atom(f"<id>{own}</id><title>x</title>")).platform_item_id == own


def test_an_id_that_is_unique_only_in_its_feed_is_named_together_with_it():
    guid = "<guid isPermaLink='false'>2</guid><title>x</title>"
    ids = [item_of(rss(guid, f"<link>https://{host}/</link>")).platform_item_id for host in ("a.example", "b.example")]
    assert ids == ["https://a.example/ 2", "https://b.example/ 2"]
    assert item_of(rss(guid, "<title>News</title>")).platform_item_id == "News 2"
    assert item_of(rss(guid)).platform_item_id == "2"


def test_the_id_of_an_entry_is_not_that_of_a_picture_in_it():
    feed = (
        (HERE / "wellformed/node_precedence/atom10_id.xml").read_bytes().replace(b"<entry>", b"<entry><title>x</title>")
    )
    assert [item.platform_item_id for item in entries_of(feed)] == ["Correct Value"] * 2


def test_without_an_id_the_link_tells_entries_apart():
    assert (
        item_of(rss("<title>x</title><link>https://example.org/1</link>")).platform_item_id == "https://example.org/1"
    )


def test_without_id_and_link_the_words_tell_entries_apart():
    first, again, other = (item_of(rss(f"<title>{title}</title>")).platform_item_id for title in ("x", "x", "y"))
    assert first == again != other


# --- authors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "author",
    [
        "<author>ada@example.org (Ada Lovelace)</author>",
        "<author>Ada Lovelace &lt;ada@example.org&gt;</author>",
        '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada Lovelace</dc:creator>',
    ],
)
def test_an_author_is_a_name_where_there_is_one(author):
    assert item_of(rss(f"<title>x</title>{author}")).author == "Ada Lovelace"


def test_an_author_who_gives_an_address_only_is_that_address():
    assert item_of(rss("<title>x</title><author>ada@example.org</author>")).author == "ada@example.org"


def test_an_author_that_nobody_names_is_unknown():
    assert item_of(rss("<title>x</title>")).author is None
    assert item_of(atom("<title>x</title><author><name/></author>")).author is None


# --- links ----------------------------------------------------------------------------------------


def test_a_relative_link_is_resolved_against_where_the_feed_came_from():
    assert (
        sample_item("wellformed/base/http_entry_link_base_content_location.xml").url
        == "http://example.com/relative/link"
    )


def test_a_guid_that_is_a_permalink_is_the_link():
    assert item_of(rss("<title>x</title><guid>https://example.org/1</guid>")).url == "https://example.org/1"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "urn:uuid:7", "/no/base", "http://[", "x y"]
)
def test_what_is_no_web_address_is_no_link(link):
    assert item_of(rss(f"<title>x</title><link>{link}</link>")).url is None


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 10 Dec 2021 01:52:29 GMT",
        "Fri, 10 Dec 2021 02:52:29 +0100",
        "10 Dec 2021 01:52:29 UT",
        "Thu, 09 Dec 2021 20:52:29 EST",
        "2021-12-10T01:52:29Z",
        "2021-12-10T07:22:29+05:30",
    ],
)
def test_dates_of_many_forms_are_the_same_moment(date):
    item = item_of(rss(f"<title>x</title><pubDate>{date}</pubDate>"))
    assert item.published_at == datetime(2021, 12, 10, 1, 52, 29, tzinfo=UTC)


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Dec 2021", "0000-00-00T00:00:00Z", "99999-01-01T00:00:00Z"])
def test_a_date_that_is_none_is_unknown(date):
    assert item_of(rss(f"<title>x</title><pubDate>{date}</pubDate>")).published_at is None


def test_without_a_date_of_publication_that_of_the_update_counts():
    assert item_of(atom("<title>x</title><updated>2021-12-10T01:52:29Z</updated>")).published_at == datetime(
        2021, 12, 10, 1, 52, 29, tzinfo=UTC
    )


def test_a_date_in_a_foreign_script_does_no_harm():
    answer = answer_of(HERE / "illformed/http_high_bit_date.xml")
    with_item = answer.content.replace(b"</channel>", b"<item><title>x</title></item></channel>")
    assert item_of(Answer(with_item, answer.headers)).title == "x"


# --- titles and texts -----------------------------------------------------------------------------


def test_markup_in_a_title_is_gone():
    assert sample_item("wellformed/atom10/entry_title_escaped_markup.xml").title == "Example Atom"
    assert item_of(rss("<title>&lt;b&gt;AT&amp;amp;T&lt;/b&gt; &amp;amp; more</title>")).title == "AT&T & more"
    assert item_of(rss("<title><![CDATA[<i>Caf&eacute;</i>]]></title>")).title == "Café"


def test_brackets_in_a_plain_title_are_no_markup():
    assert item_of(atom('<title type="text">List&lt;String&gt; is here</title>')).title == "List<String> is here"
    assert item_of(rss("<title>if a &lt; b &amp;&amp; c &gt; d</title>")).title == "if a < b && c > d"


def test_a_title_over_several_lines_is_one_line():
    assert item_of(rss("<title>\n  Fiat\n\t Lux \n</title>")).title == "Fiat Lux"


def test_the_text_is_the_content_else_the_summary_else_the_title():
    content = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">whole</content:encoded>'
    assert item_of(rss(f"<title>t</title><description>s</description>{content}")).text_content == "whole"
    assert item_of(rss("<title>t</title><description>s</description>")).text_content == "s"
    assert item_of(rss("<title>t</title>")).text_content == "t"


def test_the_text_is_html_whatever_the_feed_says_it_is():
    assert sample_item("wellformed/rss/item_description_br.xml").text_content == (
        "article title<br /><br /> article byline<br /><br />text of article"
    )
    assert sample_item("wellformed/amp/amp61.xml").text_content == "<div><b>&amp;</b></div>"
    assert item_of(atom('<summary type="text">a &lt;b&gt; c</summary>')).text_content == "a &lt;b&gt; c"


def test_a_text_in_base64_is_read():
    assert (
        sample_item("wellformed/atom/entry_content_mode_base64.xml").text_content == "Example &lt;b&gt;Atom&lt;/b&gt;"
    )


def test_an_unsafe_base_makes_no_unsafe_links():
    assert "javascript" not in sample_item("wellformed/base/unsafe_base.xml").text_content


# --- encodings ------------------------------------------------------------------------------------


def test_windows_characters_are_put_right():
    assert sample_item("encoding/demoronize-1.xml").text_content == "don’t"


def test_korean_in_its_own_encoding_is_read():
    assert sample_item("encoding/euc-kr-attribute.xml").text_content == '<img alt="년" />'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32", "iso-8859-1", "windows-1252"])
def test_a_feed_is_read_in_the_encoding_that_it_declares(encoding):
    feed = f"<?xml version='1.0' encoding='{encoding}'?>{rss('<title>Crème brûlée</title>')}"
    assert item_of(feed.encode(encoding)).title == "Crème brûlée"


def test_a_feed_without_entries_is_a_feed_in_any_encoding():
    assert entries_of(answer_of(HERE / "encoding/utf-32le-bom.xml")) == []


def test_the_encoding_of_the_header_counts_before_that_of_the_body():
    feed = f"<?xml version='1.0' encoding='ascii'?>{rss('<title>Ελλάδα</title>')}".encode("iso-8859-7")
    assert item_of(Answer(feed, {"Content-Type": "application/rss+xml; charset=iso-8859-7"})).title == "Ελλάδα"


def test_bytes_that_are_not_of_the_encoding_they_claim_lose_no_entry():
    feed = b"<?xml version='1.0' encoding='utf-8'?>" + rss("<title>caf? \x00?</title>").encode().replace(b"?", b"\xe9")
    assert item_of(feed).title.startswith("caf")


# --- ill-formed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "references", ["&#xD83D;&#xDD25;", "&#55357;&#56613;", "&#x1F525;", "&#128293;", "&#xd83d;&#56613;"]
)
def test_an_emoji_is_read_however_it_is_written(references):
    assert item_of(rss(f"<title>hot {references} news</title>")).title == "hot 🔥 news"


@pytest.mark.parametrize(
    "reference", ["&#xD83D;", "&#xDC00;&#xD83D;", "&#9999999999;", "&#x110000;", f"&#{'9' * 5000};"]
)
def test_a_reference_to_no_character_loses_no_entry(reference):
    assert item_of(rss(f"<title>hot {reference} news</title>")).title.startswith("hot ")


def test_what_is_not_closed_is_repaired():
    feed = "<rss version='2.0'><channel><item><title>Fish & chips</title><link>https://example.org/1?a=1&b=2</link>"
    item = item_of(feed)
    assert (item.title, item.url) == ("Fish & chips", "https://example.org/1?a=1&b=2")


def test_an_entry_without_text_and_link_is_quarantined_with_its_position_and_beginning():
    good = b"<item><title>x</title></item>"
    body = (
        (HERE / "wellformed/rss/item_guid_not_permalink_not_url.xml").read_bytes().replace(b"<item>", good + b"<item>")
    )
    item, quarantined = entries_of(body)
    assert isinstance(item, Item)
    assert quarantined == Quarantined(1, "the entry has neither text nor link", '{"id": "abc", "guidislink": false}')


def test_an_entry_that_only_encloses_a_film_has_nothing_to_read():
    [entry] = entries_of(answer_of(HERE / "wellformed/atom10/entry_link_rel_enclosure_map_enclosure_url.xml"))
    assert isinstance(entry, Quarantined)
    assert "http://www.example.com/movie.mp4" in entry.fragment


# --- what is no feed ------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"  \r\n"])
def test_nothing_is_refused(content):
    with pytest.raises(UnreadableBody, match="the server answered with nothing") as refused:
        entries_of(content)
    assert refused.value.kind == "empty_body"


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><html><head><title>Shop</title></head><body>Welcome</body></html>",
        b'{"error": "rate limited"}',
        b"Service Unavailable",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
    ],
)
def test_what_is_no_feed_is_refused_and_shown(content):
    with pytest.raises(UnreadableBody, match="the body is not a feed; it begins '") as refused:
        entries_of(content)
    assert refused.value.kind == "not_a_feed"


def test_a_body_that_names_a_file_here_is_not_that_file(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<title>secret</title>"))
    with pytest.raises(UnreadableBody, match="the body is not a feed"):
        entries_of(str(secret))


def test_a_feed_is_not_expanded_beyond_what_came():
    bomb = "<!DOCTYPE x [<!ENTITY a 'boom'><!ENTITY b '&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]>"
    assert "boom" not in item_of(bomb + rss("<title>x &c;</title>")).title


def test_a_page_that_asks_for_a_person_is_named_as_such():
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
    with pytest.raises(UnreadableBody) as refused:
        entries_of(page)
    assert refused.value.kind == "challenge_page"


def test_what_the_reader_of_feeds_itself_fails_at_is_refused_and_named():
    feed = rss("<title>x</title><gml:pos xmlns:gml='http://www.opengis.net/gml'>1 2</gml:pos>")
    with pytest.raises(UnreadableBody, match="the feed could not be read: KeyError") as refused:
        entries_of(feed)
    assert refused.value.kind == "parser_failed"


# --- what is asked for ----------------------------------------------------------------------------


def test_a_feed_is_asked_for_once():
    [request] = Feeds().requests(FEED, DUE, ())
    assert (request.url, request.login, request.quota) == ("https://example.org/feed", None, None)
    assert "application/feed+json" in request.headers["Accept"]
    assert Feeds().requests(FEED, DUE, (Answer(b"<rss/>"),)) == ()


@pytest.mark.parametrize("key", ["example.org/feed", "file:///etc/passwd", "http://", "https://[", "http://a:99999/"])
def test_a_key_that_is_no_web_address_is_refused_by_name(key):
    with pytest.raises(ValueError, match="is not a web address; a feed's key is its http or https URL"):
        Feeds().check(Target("s", "feeds", "feed", key))
    with pytest.raises(ValueError, match="is not a web address"):
        Feeds().requests(Target("s", "feeds", "feed", key), DUE, ())


def test_an_empty_key_is_told_what_it_must_be():
    with pytest.raises(ValueError, match="the key is empty; it is the URL of an RSS, Atom, RDF, CDF or JSON feed"):
        Feeds().check(Target("s", "feeds", "feed", " "))


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


@given(document=mutated(json.loads((HERE / "json/example.json").read_bytes())))
@settings(max_examples=50)
def test_whatever_becomes_of_a_json_feed_no_entry_is_lost(document):
    answer = Answer(json.dumps(document).encode(), {"content-type": "application/feed+json"})
    if isinstance(document.get("items"), list):
        assert len(entries_of(answer)) == len(document["items"])
    else:
        with pytest.raises(UnreadableBody, match="items is not a list"):
            entries_of(answer)


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
