"""Feeds as people publish them, ill-formed and oddly encoded ones among them: one behaviour of their reader each."""

from datetime import UTC, datetime

import pytest
from reading_feeds import DUE, FEED, HERE, answer_of, atom, entries_of, item_of, rss, sample_item

from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, Target, UnreadableBody
from kairo_pipelines.connectors.feeds import Feeds

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
