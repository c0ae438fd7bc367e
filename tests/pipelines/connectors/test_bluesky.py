"""Bluesky's posts and trends.

No whole answer of Bluesky is recorded. The payloads here are built from its lexicons, and a test holds them against
these; the post's record and the feed's address are those of records that the AT Protocol SDK for Python has.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated import mutated

from kairo_pipelines.connectors.bluesky import Bluesky
from kairo_pipelines.connectors.connector import Answer, Failure, Item, Login, Quarantined, Target, UnreadableBody
from kairo_pipelines.settings import SettingsError

DATA = Path(__file__).parents[2] / "data"
DUE = datetime(2026, 1, 5, 14, tzinfo=UTC)
RECORDED: dict[str, Any] = json.loads((DATA / "bluesky/custom_record.json").read_bytes())
FEED: str = json.loads((DATA / "bluesky/feed_record.json").read_bytes())["uri"]
DID = "did:plc:kvwvcn5iqfooopmyzvb4qzba"
URI = f"at://{DID}/app.bsky.feed.post/3k2yinh52ne2x"
FULL_RECORD: dict[str, Any] = {
    **RECORDED["value"],
    "$type": "app.bsky.feed.post",
    "text": "#Python 3.14 is out: python.org",
    "facets": [
        {
            "index": {"byteStart": 0, "byteEnd": 7},
            "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Python"}],
        },
        {
            "index": {"byteStart": 21, "byteEnd": 31},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://www.python.org/"}],
        },
    ],
    "tags": ["release", "Python"],
    "embed": {
        "$type": "app.bsky.embed.external",
        "external": {
            "uri": "https://docs.python.org/3.14/whatsnew/3.14.html",
            "title": "What's new",
            "description": "",
        },
    },
}
TREND: dict[str, Any] = {
    "topic": "python-release",
    "displayName": "Python 3.14",
    "link": "/profile/trending.bsky.app/feed/697251438",
    "startedAt": "2026-01-05T09:12:44.120Z",
    "postCount": 1337,
    "status": "hot",
    "category": "tech",
    "actors": [{"did": DID, "handle": "marshal.dev"}],
}


def post(record: Any = None, **changed: Any) -> dict[str, Any]:
    """A post as lists show it, with the recorded record."""
    return {
        "uri": URI,
        "cid": RECORDED["cid"],
        "author": {"did": DID, "handle": "marshal.dev", "displayName": "Ilya"},
        "record": record or {**RECORDED["value"], "$type": "app.bsky.feed.post"},
        "replyCount": 2,
        "repostCount": 3,
        "likeCount": 40,
        "quoteCount": 1,
        "indexedAt": "2023-07-21T01:33:52.000Z",
        **changed,
    }


ANSWERS: dict[str, dict[str, Any]] = {
    "search": {"cursor": "100", "hitsTotal": 2, "posts": [post(), post(FULL_RECORD)]},
    "feed": {
        "feed": [
            {"post": post(FULL_RECORD), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}},
            {"post": post(), "feedContext": "c", "reqId": "r"},
        ]
    },
    "trends": {"trends": [TREND], "recIdStr": "1"},
}


def surface(surface_type: str, key: str = "all") -> Target:
    return Target(f"bluesky-{surface_type}", "bluesky", surface_type, key)


def entries_of(document: Any, surface_type: str = "search") -> list[Item | Quarantined]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(Bluesky().parse(surface(surface_type), [Answer(content)]))


def post_of(**changed: Any) -> Item | Quarantined:
    """What becomes of the only post that was found."""
    [entry] = entries_of({"posts": [post(**changed)]})
    return entry


def trend_of(**changed: Any) -> Item | Quarantined:
    [entry] = entries_of({"trends": [{**TREND, **changed}]}, "trends")
    return entry


# --- the payloads of these tests ------------------------------------------------------------------

TYPES = {"string": str, "integer": int, "array": list, "object": dict, "boolean": bool}


def offences(value: Any, shape: dict[str, Any], lexicon: str) -> list[str]:
    """Where a value is not of a lexicon's shape; shapes of lexicons that are not beside it, and unions, may be any."""
    while shape["type"] == "ref":
        name, _, part = shape["ref"].partition("#")
        path = DATA / f"bluesky/lexicons/{name or lexicon}.json"
        if not path.exists():
            return []
        lexicon, shape = name or lexicon, json.loads(path.read_bytes())["defs"][part or "main"]
    shape = shape.get("record", shape)
    if shape["type"] in TYPES and not isinstance(value, TYPES[shape["type"]]):
        return [f"{value!r} is no {shape['type']}"]
    if shape["type"] == "array":
        return [found for inner in value for found in offences(inner, shape["items"], lexicon)]
    if shape["type"] != "object":
        return []
    known = shape["properties"]
    missing = [f"{name} is missing" for name in shape.get("required", []) if name not in value]
    unknown = [f"{name} is unknown" for name in value if name not in known and name != "$type"]
    inner = (offences(held, known[name], lexicon) for name, held in value.items() if name in known)
    return missing + unknown + [found for part in inner for found in part]


@pytest.mark.parametrize(
    ("surface_type", "method"),
    [
        ("search", "app.bsky.feed.searchPosts"),
        ("feed", "app.bsky.feed.getFeed"),
        ("trends", "app.bsky.unspecced.getTrends"),
    ],
)
def test_the_answers_of_these_tests_are_what_the_lexicons_say(surface_type: str, method: str):
    lexicon = json.loads((DATA / f"bluesky/lexicons/{method}.json").read_bytes())
    assert offences(ANSWERS[surface_type], lexicon["defs"]["main"]["output"]["schema"], method) == []


@pytest.mark.parametrize("record", [RECORDED["value"], FULL_RECORD])
def test_the_records_of_these_tests_are_what_the_lexicons_say(record: Any):
    assert offences(record, {"type": "ref", "ref": "app.bsky.feed.post"}, "") == []


# --- posts ----------------------------------------------------------------------------------------


def test_a_post_has_its_address_text_author_language_time_and_counts():
    item = post_of()
    assert (item.platform_item_id, item.text_content, item.title) == (URI, "foo", None)
    assert (item.author, item.language) == ("marshal.dev", "en")
    assert item.published_at == datetime(2023, 7, 21, 1, 33, 51, 481951, tzinfo=UTC)
    assert (item.like_count, item.comment_count, item.share_count, item.view_count) == (40, 2, 3, None)


def test_its_page_is_named_by_the_id_of_the_author_which_stays_when_the_handle_changes():
    item = post_of()
    assert item.url == item.permalink == f"https://bsky.app/profile/{DID}/post/3k2yinh52ne2x"


def test_authors_without_a_valid_handle_are_told_apart_by_their_ids():
    assert post_of(author={"did": DID, "handle": "handle.invalid"}).author == DID


def test_its_tags_are_those_in_the_text_and_those_beside_it():
    assert post_of(record=FULL_RECORD).hashtags == ("Python", "release")


def test_it_links_to_its_card():
    assert post_of(record=FULL_RECORD).url == "https://docs.python.org/3.14/whatsnew/3.14.html"


def test_it_links_to_its_card_where_it_quotes_a_post_too():
    embed = {"media": {"external": {"uri": "https://example.org/a"}}, "record": {"record": {"uri": URI}}}
    assert post_of(record={**FULL_RECORD, "embed": embed}).url == "https://example.org/a"


def test_without_a_card_it_links_to_the_first_link_in_its_text():
    assert post_of(record={**FULL_RECORD, "embed": {"images": []}}).url == "https://www.python.org/"


def test_a_link_that_is_no_web_address_is_passed_over():
    embed = {"external": {"uri": "javascript:alert(1)"}}
    assert post_of(record={**FULL_RECORD, "embed": embed}).url == "https://www.python.org/"


def test_a_post_of_images_alone_has_an_empty_text():
    assert post_of(record={"text": "", "createdAt": "2023-07-21T01:33:51Z"}).text_content == ""


def test_without_a_time_of_its_own_a_post_has_that_of_its_indexing():
    assert post_of(record={"text": "foo", "createdAt": "yesterday"}).published_at == datetime(
        2023, 7, 21, 1, 33, 52, tzinfo=UTC
    )


def test_counts_that_are_not_there_are_not_zero():
    item = post_of(likeCount=None, replyCount="many", repostCount="541.2K")
    assert (item.like_count, item.comment_count, item.share_count) == (None, None, 541_200)


def test_a_search_is_in_order_of_time_and_ranks_nothing():
    assert [item.rank for item in entries_of(ANSWERS["search"])] == [None, None]


def test_a_feed_ranks_the_posts_it_wraps():
    items = entries_of(ANSWERS["feed"], "feed")
    assert [(item.rank, item.text_content) for item in items] == [(1, "#Python 3.14 is out: python.org"), (2, "foo")]
    assert [item.raw for item in items] == ANSWERS["feed"]["feed"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (post(uri=None), "no address of a post"),
        (post(uri=FEED), "no address of a post"),
        (post(record={"text": None}), "no text"),
        (post(record="foo"), "no text"),
        ("foo", "no address of a post"),
        (None, "no address of a post"),
    ],
)
def test_what_is_no_post_is_quarantined(entry: Any, reason: str):
    first, second = entries_of({"posts": [entry, post()]})
    assert isinstance(first, Quarantined)
    assert reason in first.reason
    assert isinstance(second, Item)


# --- trends ---------------------------------------------------------------------------------------


def test_a_trend_has_its_name_page_beginning_rank_and_posts():
    item = trend_of()
    assert (item.title, item.text_content, item.author) == ("Python 3.14", "Python 3.14", None)
    assert item.url == item.permalink == "https://bsky.app/profile/trending.bsky.app/feed/697251438"
    assert item.published_at == datetime(2026, 1, 5, 9, 12, 44, 120000, tzinfo=UTC)
    assert (item.rank, item.share_count) == (1, 1337)


def test_a_trend_that_is_described_is_described():
    assert trend_of(description="A new version is out").text_content == "A new version is out"


def test_a_trend_is_the_same_however_it_is_worded_and_counted():
    later = trend_of(displayName="Python Release", postCount=2000, startedAt="2026-01-05T09:12:44Z")
    assert later.platform_item_id == trend_of().platform_item_id


@pytest.mark.parametrize(
    "changed", [{"link": "/profile/trending.bsky.app/feed/697251439"}, {"startedAt": "2026-02-01T09:12:44Z"}]
)
def test_a_trend_with_another_link_or_from_another_day_is_another(changed: dict[str, Any]):
    assert trend_of(**changed).platform_item_id != trend_of().platform_item_id


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"displayName": None, "topic": ""}, "no name"),
        ({"startedAt": None}, "when it began"),
        ({"startedAt": "soon"}, "when it began"),
    ],
)
def test_a_trend_that_could_not_be_told_from_others_is_quarantined(changed: dict[str, Any], reason: str):
    entry = trend_of(**changed)
    assert isinstance(entry, Quarantined)
    assert reason in entry.reason


# --- answers that are none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "surface_type", "kind"),
    [
        (b"", "search", "empty_body"),
        (b"<!doctype html><title>Just a moment...</title>", "search", "challenge_page"),
        (b"{", "feed", "not_json"),
        (b'{"feed": {}}', "feed", "changed_shape"),
        (b'{"topics": []}', "trends", "changed_shape"),
        (b"[]", "trends", "changed_shape"),
    ],
)
def test_an_answer_that_is_no_list_is_named(content: bytes, surface_type: str, kind: str):
    with pytest.raises(UnreadableBody) as caught:
        entries_of(content, surface_type)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("status", "error", "message", "kind", "can_pass"),
    [
        (400, "ExpiredToken", "Token has expired", "unauthorized", False),
        (401, "AuthMissing", "Authentication Required", "unauthorized", False),
        (400, "AccountTakedown", "Account has been taken down", "suspended", False),
        (400, "UnknownFeed", "", "not_found", False),
        (400, "InvalidRequest", "could not find feed", "not_found", False),
        (400, "InvalidRequest", "Could not locate record", "not_found", False),
        (400, "InvalidRequest", 'Params must have the property "q"', "http_error", False),
        (400, "BadQueryString", "unclosed quote", "http_error", False),
        (429, "RateLimitExceeded", "Rate Limit Exceeded", "rate_limited", True),
        (502, "UpstreamFailure", "feed unavailable", "server_error", True),
        (502, "InvalidFeedResponse", "feed provided an invalid response", "server_error", True),
        (503, "NotEnoughResources", "Not Enough Resources", "server_error", True),
    ],
)
def test_an_error_is_named_after_what_it_says(status: int, error: str, message: str, kind: str, can_pass: bool):
    body = json.dumps({"error": error, "message": message}).encode()
    failure = Bluesky().failure(Answer(body, status=status))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.can_pass) == (kind, can_pass)
    assert failure.sentence.startswith(f"the server answered {status}: {message or error}")


def test_a_search_that_is_refused_with_a_page_says_that_an_account_helps():
    url = "https://public.api.bsky.app/xrpc/app.bsky.feed.searchPosts?limit=100&q=python&sort=latest"
    failure = Bluesky().failure(Answer(b"<html><title>403 Forbidden</title></html>", url=url, status=403))
    assert isinstance(failure, Failure)
    assert failure.kind == "forbidden"
    assert "KAIRO_BLUESKY_IDENTIFIER and KAIRO_BLUESKY_APP_PASSWORD" in failure.sentence


@pytest.mark.parametrize("content", [b"", b"<html>Bad Gateway", b'{"error": "NewOne"}', b'{"error": ["ExpiredToken"]}'])
def test_an_error_without_a_known_name_is_left_to_its_status(content: bytes):
    assert Bluesky().failure(Answer(content, status=502)) is None


# --- what is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("surface_type", "key", "asked"),
    [
        ("search", "log4j & co", "app.bsky.feed.searchPosts?limit=100&q=log4j+%26+co&sort=latest"),
        (
            "feed",
            FEED,
            "app.bsky.feed.getFeed?limit=100"
            "&feed=at%3A%2F%2Fdid%3Aplc%3As6jnht6koorxz7trghirytmf%2Fapp.bsky.feed.generator%2Fatproto",
        ),
        ("trends", "all", "app.bsky.unspecced.getTrends?limit=25"),
    ],
)
def test_one_page_is_asked_for(surface_type: str, key: str, asked: str):
    connector = Bluesky()
    [request] = connector.requests(surface(surface_type, key), DUE, [])
    assert request.url == f"https://public.api.bsky.app/xrpc/{asked}"
    assert request.login is None
    assert connector.requests(surface(surface_type, key), DUE, [Answer(b"{}", url=request.url)]) == []


def test_with_an_account_its_server_is_asked_and_the_password_is_in_no_address(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_BLUESKY_IDENTIFIER", "kairo.bsky.social")
    monkeypatch.setenv("KAIRO_BLUESKY_APP_PASSWORD", "abcd-efgh-ijkl-mnop")
    [request] = Bluesky().requests(surface("trends"), DUE, [])
    assert request.url == "https://bsky.social/xrpc/app.bsky.unspecced.getTrends?limit=25"
    assert request.login == Login(
        "https://bsky.social/xrpc/com.atproto.server.createSession",
        (("identifier", "kairo.bsky.social"), ("password", "abcd-efgh-ijkl-mnop")),
        "accessJwt",
        as_json=True,
    )


@pytest.mark.parametrize("given_one", ["KAIRO_BLUESKY_IDENTIFIER", "KAIRO_BLUESKY_APP_PASSWORD"])
def test_half_an_account_is_none(given_one: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(given_one, "something")
    with pytest.raises(SettingsError, match="KAIRO_BLUESKY_IDENTIFIER and KAIRO_BLUESKY_APP_PASSWORD belong together"):
        Bluesky().requests(surface("trends"), DUE, [])


def test_addresses_and_limit_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_BLUESKY_URL", "http://127.0.0.1:8000/")
    monkeypatch.setenv("KAIRO_BLUESKY_LIMIT", "10")
    [request] = Bluesky().requests(surface("trends"), DUE, [])
    assert request.url == "http://127.0.0.1:8000/xrpc/app.bsky.unspecced.getTrends?limit=10"


@pytest.mark.parametrize(
    ("surface_type", "key", "sentence"),
    [
        ("search", " ", "the key is empty; it is a query"),
        ("feed", "https://bsky.app/profile/bsky.app/feed/whats-hot", "is no feed; the key is the address of a feed"),
        ("feed", "at://bsky.app/app.bsky.feed.generator/whats-hot", "is no feed"),
        ("feed", URI, "is no feed"),
    ],
)
def test_a_key_that_is_none_is_refused_in_a_sentence(surface_type: str, key: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        Bluesky().check(surface(surface_type, key))


# --- whatever comes -------------------------------------------------------------------------------


@pytest.mark.parametrize(("surface_type", "name"), [("search", "posts"), ("feed", "feed"), ("trends", "trends")])
@settings(max_examples=50)
@given(data=st.data())
def test_whatever_comes_each_entry_is_an_item_or_quarantined(surface_type: str, name: str, data: st.DataObject):
    document = data.draw(mutated(ANSWERS[surface_type]))
    try:
        entries = entries_of(document, surface_type)
    except UnreadableBody:
        assert not isinstance(document, dict) or not isinstance(document.get(name), list)
        return
    assert len(entries) == len(document[name])
    assert all(isinstance(entry, Item | Quarantined) for entry in entries)


@settings(max_examples=50)
@given(data=st.data())
def test_whatever_an_error_says_it_has_a_name_or_none(data: st.DataObject):
    body = data.draw(mutated({"error": "InvalidRequest", "message": "could not find feed"}))
    failure = Bluesky().failure(Answer(json.dumps(body).encode(), status=400))
    assert failure is None or failure.kind in ("not_found", "http_error")
