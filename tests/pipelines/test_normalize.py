"""Evidence in one comparable form: text, language, links, tags and engagement."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairo_pipelines.normalize.artifacts import MAX_TEXT, normalize
from kairo_pipelines.normalize.engagement import engagement_score, weighted_acts
from kairo_pipelines.normalize.links import canonical_url
from kairo_pipelines.normalize.text import hashtags_in, language_of, mentions_in, plain_text

SEEN_AT = datetime(2021, 12, 10, 2, 25, 46, tzinfo=UTC)


def evidence(**known) -> dict:
    """An evidence item as the lake gives it."""
    return {
        "evidence_id": "e1",
        "platform": "hackernews",
        "title": "Log4j RCE Found",
        "text_content": "Log4j RCE Found",
        "author": "usmannk",
        "audio_id": None,
        "hashtags": [],
        "url": "https://github.com/apache/logging-log4j2/pull/608",
        "permalink": "https://news.ycombinator.com/item?id=29504755",
        "language": None,
        "published_at": None,
        "first_seen_at": SEEN_AT,
        "view_count": None,
        "like_count": 152,
        "comment_count": 42,
        "share_count": None,
        "capture_day": "2021-12-10",
        "capture_hour": datetime(2021, 12, 10, 2, tzinfo=UTC),
        **known,
    }


def artifact(**known) -> dict:
    [row] = normalize([evidence(**known)])
    return row


# --- artifacts ------------------------------------------------------------------------------------


def test_a_story_as_an_artifact():
    row = artifact()
    assert (row["artifact_id"], row["evidence_id"], row["author"]) == ("ae1", "e1", "usmannk")
    assert row["normalized_text"] == "Log4j RCE Found"
    assert row["canonical_url"] == "https://github.com/apache/logging-log4j2/pull/608"
    assert row["engagement_score"] == engagement_score(152, 42, None, None)
    assert row["happened_at"] == SEEN_AT


def test_artifacts_come_in_the_order_of_their_evidence():
    rows = normalize(evidence(evidence_id=name) for name in "cab")
    assert [row["evidence_id"] for row in rows] == ["c", "a", "b"]


def test_the_text_is_title_and_body_and_neither_twice():
    assert artifact(title="Fiat Lux", text_content="First episode")["normalized_text"] == "Fiat Lux First episode"
    assert artifact(title=None, text_content="First episode")["normalized_text"] == "First episode"
    assert artifact(title="Fiat Lux", text_content="")["normalized_text"] == "Fiat Lux"


def test_markup_is_read_only_where_the_platform_writes_it():
    written = {"title": "List<String> is here", "text_content": "<p>Use <b>List&lt;Int&gt;</b></p>"}
    assert artifact(platform="feeds", **written)["normalized_text"] == "List<String> is here Use List<Int>"
    assert artifact(platform="hackernews", **written)["normalized_text"] == (
        "List<String> is here <p>Use <b>List&lt;Int&gt;</b></p>"
    )


def test_a_long_text_is_cut():
    assert len(artifact(text_content="word " * 1000)["normalized_text"]) == MAX_TEXT


def test_a_post_that_links_to_itself_links_to_nothing():
    page = "https://news.ycombinator.com/item?id=29505524"
    assert artifact(url=page, permalink=page)["canonical_url"] is None
    assert artifact(url="http://news.ycombinator.com/item?id=29505524#up", permalink=page)["canonical_url"] is None
    other = "https://news.ycombinator.com/item?id=13108404"
    assert artifact(url=other, permalink=page)["canonical_url"] == other


def test_the_page_that_a_feed_announces_is_the_page_that_others_link_to():
    announced = artifact(
        platform="feeds", url="https://www.lunasec.io/docs/blog/log4j-zero-day/?utm_source=rss", permalink=None
    )
    assert announced["canonical_url"] == artifact(url="http://lunasec.io/docs/blog/log4j-zero-day")["canonical_url"]


def test_tags_listed_and_tags_written_are_the_same_tags():
    row = artifact(hashtags=["#Log4j", " Java ", "ＲＣＥ", ""], text_content="patch now #java #Log4Shell")
    assert row["hashtags"] == ["log4j", "java", "rce", "log4shell"]


def test_a_post_happened_when_it_was_published_but_never_after_it_was_seen():
    assert artifact(published_at=SEEN_AT - timedelta(hours=3))["happened_at"] == SEEN_AT - timedelta(hours=3)
    assert artifact(published_at=SEEN_AT + timedelta(days=30))["happened_at"] == SEEN_AT


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "https://www.lunasec.io/docs/blog/log4j-zero-day/",
        "http://lunasec.io/docs/blog/log4j-zero-day",
        "HTTPS://WWW.LunaSec.io:443/docs/blog/log4j-zero-day/",
        "http://www.lunasec.io:80//docs/blog//log4j-zero-day/#timeline",
        " https://lunasec.io./docs/blog/log4j-zero-day?utm_source=hn&utm_medium=social&fbclid=IwAR2\n",
        "https://lunasec.io/docs/blog/log4j-zero-day/?mc_cid=ab08c41b0f&amp;mc_eid=8663481594&_ga=2.1&ref=hn&REF=x",
        "https://user:secret@www.lunasec.io/docs/blog/log4j-zero-day?&",
    ],
)
def test_many_ways_to_write_a_link_are_one_address(written):
    assert canonical_url(written) == "https://lunasec.io/docs/blog/log4j-zero-day"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://münchen.de/fest", "https://xn--mnchen-3ya.de/fest"),
        ("https://MÜNCHEN.de/", "http://www.xn--mnchen-3ya.de"),
        ("https://en.wikipedia.org/wiki/C++", "https://en.wikipedia.org/wiki/C%2B%2B"),
        ("https://en.wikipedia.org/wiki/Foo_(bar)", "https://en.wikipedia.org/wiki/Foo_%28bar%29"),
        ("https://ja.wikipedia.org/wiki/東京", "https://ja.wikipedia.org/wiki/%e6%9d%b1%e4%ba%ac"),
        ("https://example.org/~ada", "https://example.org/%7Eada"),
        ("https://example.org/?a=1&b=2", "https://example.org?b=2&a=1"),
    ],
)
def test_names_and_escapes_are_written_in_one_way(one, other):
    assert canonical_url(one) == canonical_url(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.youtube.com/watch?v=-CWO3IpCco8", "https://www.youtube.com/watch?v=xvFZjo5PgG0"),
        ("https://wiki.c2.com/?ForthVsLisp", "https://wiki.c2.com/?ObjectBrowser"),
        (
            "https://www.hackerfactor.com/blog/index.php?/archives/901-Zebras-and-Dots.html",
            "https://www.hackerfactor.com/blog/index.php?/archives/929-One-Bad-Apple.html",
        ),
        ("http://worrydream.com/#!/LearnableProgramming", "http://worrydream.com/#!/Apple"),
        ("https://example.org/play?game=5", "https://example.org/play?game=6"),
        ("https://example.org/a%2Fb", "https://example.org/a/b"),
        ("https://example.org/Page", "https://example.org/page"),
        ("https://example.org:8080/", "https://example.org/"),
        ("https://a.example.org/", "https://b.example.org/"),
    ],
)
def test_pages_that_differ_keep_addresses_that_differ(one, other):
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "",
        " ",
        "item?id=29505524",
        "/relative",
        "//example.org/x",
        "example.org",
        "javascript:alert(1).x",
        "mailto:ada@example.org",
        "ftp://example.org/x",
        "urn:isbn:9780141036144",
        "http://",
        "http://localhost/x",
        "http://./",
        "http://..org/",
        "http://[bad/",
        "http://[::ffff:1.2.3.4]/",
        "http://example.org:99999/",
        "http://example.org\\x",
        "http://exa mple.org/",
        "http://xn--/",
        "see https://example.org/",
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(garbage):
    assert canonical_url(garbage) is None


urls = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["example.org", "www.example.org:8080", "münchen.de", "EXAMPLE.org.", "1.2.3.4"]),
    st.text("/ab%2Fé~!;()?&=#.\\ \t[]", max_size=30).map(lambda text: f"/{text}"),
    st.sampled_from(["", "?utm_source=x", "?b=1&a=2", "#top", "#/route"]),
)


@given(urls | st.text())
def test_whatever_is_written_is_an_address_or_none_and_an_address_is_its_own_canonical_form(written):
    address = canonical_url(written)
    assert address is None or (address.startswith("https://") and canonical_url(address) == address)


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Reddit bans subreddit group “r/DonaldTrump”", "Reddit bans subreddit group “r/DonaldTrump”"),
        ("Apple’s “theft” claims", "Apple's “theft” claims"),
        ("SolarWinds‘ shares", "SolarWinds' shares"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ ﬁre ①", "Full width fire 1"),
        ("Cafe\u0301", "Café"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        (" two\n\tlines \u00a0 here ", "two lines here"),
        ("zero\u200bwidth \u202eright-to-left\u202c \ufeffmark so\u00adft", "zerowidth right-to-left mark soft"),
        ("a \u200b b\x00c", "a bc"),
        ("List<String> & Map", "List<String> & Map"),
        ("", ""),
    ],
)
def test_plain_text_is_one_line_in_one_form(written, plain):
    assert plain_text(written, marked_up=False) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<p>Hello</p><p>world</p>", "Hello world"),
        ("one<br/>two<br>three", "one two three"),
        ("<b>bo</b>ld", "bold"),
        ("<ul><li>a</li><li>b</li></ul>", "a b"),
        ("AT&amp;T &lt;3 caf&eacute; &#128293;", "AT&T <3 café 🔥"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("x<script>alert(1)</script>y<style>b{}</style>", "xy"),
        ('<img src=x onerror="alert(1)">seen', "seen"),
        ("<!-- hidden -->seen", "seen"),
        ("if a < b and b > c", "if a < b and b > c"),
        ("<p>not closed", "not closed"),
        ("pre<preview>view", "preview"),
    ],
)
def test_markup_leaves_its_words(written, plain):
    assert plain_text(written, marked_up=True) == plain


@given(st.text(), st.booleans())
def test_any_text_becomes_one_clean_line(written, marked_up):
    plain = plain_text(written, marked_up=marked_up)
    assert plain == plain.strip()
    assert "  " not in plain
    assert "\n" not in plain
    assert "\x00" not in plain


@given(st.text())
def test_plain_text_is_its_own_plain_text(written):
    once = plain_text(written, marked_up=False)
    assert plain_text(once, marked_up=False) == once


# --- tags -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#Log4j and #log4shell", ["log4j", "log4shell"]),
        ("#Log4j again #LOG4J", ["log4j"]),
        ("(#java) #java_17, #Straße!", ["java", "java_17", "strasse"]),
        ("#テスト #café #한국어", ["テスト", "café", "한국어"]),
        ("C# and F# #1 #2021wins a#b ##x", []),
        ("https://example.org/#top &#39;", []),
        ("", []),
    ],
)
def test_tags_are_found_where_people_mean_them(text, tags):
    assert hashtags_in(text) == tags


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ada and @bo.b, see (@cy)", ["ada", "bo.b", "cy"]),
        ("thanks @ada @ADA!", ["ada"]),
        ("@user@mastodon.social wrote", ["user@mastodon.social"]),
        ("ends with @ada. And @bo-", ["ada", "bo"]),
        ("@тест @名前", ["тест", "名前"]),
        ("ada@example.org https://example.org/@ada a@b @ @@ada", []),
        ("", []),
    ],
)
def test_those_a_text_speaks_to_are_found(text, names):
    assert mentions_in(text) == names


def test_mentions_and_a_signature_come_with_the_artifact():
    row = artifact(text_content="patch now, says @Ada to @bo")
    assert row["mentions"] == ["ada", "bo"]
    assert len(row["signature"]) == 8


# --- language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("RCE 0-day exploit found in log4j, a popular Java logging package", "en"),
        ("Das Wetter wird morgen im ganzen Land wieder schöner", "de"),
        ("La nouvelle loi a été adoptée par l'Assemblée nationale", "fr"),
        ("日本語のテキストです", "ja"),
        ("Новый закон принят сегодня в Москве", "ru"),
        ("Etleap", None),
        ("", None),
    ],
)
def test_a_language_is_told_where_the_text_is_enough(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("declared", "language"), [("en-GB", "en"), ("DE", "de"), ("pt_BR", "pt"), ("zh-Hant-TW", "zh")]
)
def test_what_the_source_declares_counts_first(declared, language):
    assert language_of("Etleap", declared) == language


@pytest.mark.parametrize("declared", ["", "english", "-", "e", "x-klingon"])
def test_a_declaration_that_is_no_code_does_not_count(declared):
    assert language_of("Das Wetter wird morgen im ganzen Land wieder schöner", declared) == "de"


# --- engagement -----------------------------------------------------------------------------------

counts = st.none() | st.integers(-5, 2**62)
all_counts = st.tuples(counts, counts, counts, counts)


def test_nothing_known_is_nothing():
    assert engagement_score(None, None, None, None) == 0
    assert engagement_score(0, 0, 0, 0) == 0


def test_a_comment_weighs_two_likes_a_share_three_and_a_hundred_views_one():
    assert weighted_acts(2, None, None, None) == weighted_acts(None, 1, None, None)
    assert weighted_acts(3, None, None, None) == weighted_acts(None, None, 1, None)
    assert weighted_acts(1, None, None, None) == weighted_acts(None, None, None, 100)


def test_the_scale_ends_at_a_million():
    assert engagement_score(1_000_000, None, None, None) == 100
    assert engagement_score(2**60, 2**60, 2**60, 2**60) == 100


def test_ten_times_the_attention_adds_about_seventeen():
    small, large = (engagement_score(likes, None, None, None) for likes in (1_000, 10_000))
    assert large - small == pytest.approx(100 / 6, abs=0.1)


@given(all_counts)
def test_a_score_is_between_0_and_100(known):
    assert 0 <= engagement_score(*known) <= 100


@given(all_counts, st.integers(0, 3), st.integers(1, 10**9))
def test_more_of_anything_is_never_less(known, which, more):
    grown = [*known]
    grown[which] = (grown[which] or 0) + more
    assert engagement_score(*grown) >= engagement_score(*known)


def test_a_count_that_a_platform_makes_negative_takes_nothing_away():
    assert engagement_score(-7, 3, None, None) == engagement_score(None, 3, None, None)
