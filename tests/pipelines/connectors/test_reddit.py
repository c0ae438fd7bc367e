"""Reddit's listings, searches and refusals, as PRAW recorded them.

None of the recordings holds a crosspost, a comment in a listing, `view_count`, or an error body with a reason: these
are built as https://www.reddit.com/dev/api and the recordings describe them.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated import mutated

from kairo_pipelines.connectors.connector import Answer, Failure, Item, Login, Quarantined, Target, UnreadableBody
from kairo_pipelines.connectors.reddit import Reddit
from kairo_pipelines.settings import SettingsError

DUE = datetime(2026, 1, 5, 14, tzinfo=UTC)
LISTINGS = {
    "TestFront.test_hot.1.200.json": "hot",
    "TestSubredditListings.test_hot.1.200.json": "hot",
    "TestSubredditListings.test_new.1.200.json": "new",
    "TestSubredditListings.test_rising.1.200.json": "rising",
    "TestSubredditListings.test_top.1.200.json": "top",
    "TestSubreddit.test_search.1.200.json": "search",
}

#: A recorded listing of six posts.
SOME_POSTS = json.loads((Path(__file__).parents[2] / "data/reddit/TestSubreddit.test_search.1.200.json").read_bytes())

Sample = Callable[[str], bytes]


def surface(surface_type: str = "hot", key: str = "askreddit") -> Target:
    return Target(f"reddit-{surface_type}", "reddit", surface_type, key)


def entries_of(content: bytes, surface_type: str = "hot") -> list[Item | Quarantined]:
    return list(Reddit().parse(surface(surface_type), [Answer(content)]))


def entry_of(data: Any, kind: Any = "t3") -> Item | Quarantined:
    """What becomes of the only child of a listing."""
    listing = {"kind": "Listing", "data": {"children": [{"kind": kind, "data": data}]}}
    [entry] = entries_of(json.dumps(listing).encode())
    return entry


def post(**changed: Any) -> dict[str, Any]:
    return {
        "name": "t3_48dxvx",
        "title": "My game cam finally caught something cool.",
        "selftext": "",
        "author": "elfmachine100",
        "is_self": False,
        "url": "http://i.imgur.com/NFOb0VK.jpg",
        "permalink": "/r/pics/comments/48dxvx/my_game_cam/",
        "score": 6710,
        "num_comments": 1022,
        "created_utc": 1456798125.0,
        **changed,
    }


def children(content: bytes) -> list[dict[str, Any]]:
    """The posts as the file has them, read without the connector."""
    return [child["data"] for child in json.loads(content)["data"]["children"]]


# --- the recorded listings ------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "surface_type"), LISTINGS.items())
def test_every_recorded_post_is_an_item_with_the_counts_of_the_file(name: str, surface_type: str, sample: Sample):
    content = sample(f"reddit/{name}")
    posts, items = children(content), entries_of(content, surface_type)
    assert all(isinstance(item, Item) for item in items)
    assert [item.platform_item_id for item in items] == [post["name"] for post in posts]
    assert [item.like_count for item in items] == [post["score"] for post in posts]
    assert [item.comment_count for item in items] == [post["num_comments"] for post in posts]
    assert [item.view_count for item in items] == [post.get("view_count") for post in posts] == [None] * len(posts)
    assert [item.text_content for item in items] == [
        post["selftext"] if post["selftext"].strip() else post["title"] for post in posts
    ]
    assert [item.published_at.timestamp() for item in items] == [post["created_utc"] for post in posts]
    assert [item.author is None for item in items] == [post["author"] == "[deleted]" for post in posts]


@pytest.mark.parametrize(("name", "surface_type"), LISTINGS.items())
def test_every_recorded_post_links_to_what_the_file_says(name: str, surface_type: str, sample: Sample):
    content = sample(f"reddit/{name}")
    for item, post in zip(entries_of(content, surface_type), children(content), strict=True):
        assert item.permalink == "https://www.reddit.com" + post["permalink"].removesuffix("?ref=search_posts")
        assert item.url == (item.permalink if post["is_self"] else post["url"])


def test_a_listing_may_hold_more_than_was_asked_for(sample: Sample):
    items = entries_of(sample("reddit/TestSubredditListings.test_hot.1.200.json"))
    assert [items[0].rank, items[-1].rank] == [1, 102]


@pytest.mark.parametrize(
    ("surface_type", "first"), [("hot", 1), ("rising", 1), ("top", 1), ("new", None), ("search", None)]
)
def test_only_a_listing_that_orders_by_merit_ranks(surface_type: str, first: int | None, sample: Sample):
    assert entries_of(sample("reddit/TestSubreddit.test_search.1.200.json"), surface_type)[0].rank == first


def test_four_of_the_best_posts_have_lost_their_author(sample: Sample):
    items = entries_of(sample("reddit/TestSubredditListings.test_top.1.200.json"), "top")
    assert sum(item.author is None for item in items) == 4


def test_the_entry_is_kept_as_it_came(sample: Sample):
    content = sample("reddit/TestFront.test_hot.1.200.json")
    assert [item.raw for item in entries_of(content)] == json.loads(content)["data"]["children"]


# --- single entries -------------------------------------------------------------------------------


def test_a_text_that_was_removed_leaves_the_title():
    item = entry_of(post(selftext="[removed]"))
    assert item.text_content == item.title == "My game cam finally caught something cool."


def test_a_crosspost_links_to_a_page_of_reddit_without_naming_the_host():
    item = entry_of(post(url="/r/space/comments/48aaaa/launch/"))
    assert item.url == "https://www.reddit.com/r/space/comments/48aaaa/launch/"


def test_a_link_that_is_no_web_address_gives_way_to_the_posts_own_page():
    item = entry_of(post(url="javascript:alert(1)"))
    assert item.url == item.permalink == "https://www.reddit.com/r/pics/comments/48dxvx/my_game_cam/"


def test_views_are_counted_where_reddit_tells_them():
    assert entry_of(post(view_count="541.2K")).view_count == 541_200


def test_counts_that_are_not_there_are_not_zero():
    item = entry_of(post(score=None, num_comments="many"))
    assert (item.like_count, item.comment_count) == (None, None)


def test_a_comment_is_an_item_without_a_title():
    comment = {"name": "t1_d0iyxyz", "body": "That is an owl.", "author": "owlfriend", "score": 12}
    item = entry_of({**comment, "permalink": "/r/pics/comments/48dxvx/my_game_cam/d0iyxyz/"}, kind="t1")
    assert (item.platform_item_id, item.title, item.text_content) == ("t1_d0iyxyz", None, "That is an owl.")


@pytest.mark.parametrize(
    ("data", "kind", "reason"),
    [
        ({"name": "t5_2qh0u"}, "t5", "neither t3"),
        ({"count": 12}, "more", "neither t3"),
        (post(name=None), "t3", "no name"),
        (post(title=" "), "t3", "no text"),
        (["a", "list"], "t3", "no name"),
        (post(), ["t3"], "neither t3"),
    ],
)
def test_what_is_neither_post_nor_comment_is_quarantined(data: Any, kind: Any, reason: str):
    entry = entry_of(data, kind)
    assert isinstance(entry, Quarantined)
    assert reason in entry.reason


# --- answers that are none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty_body"),
        (b"<!doctype html><title>Blocked by network security</title>", "challenge_page"),
        (b"{", "not_json"),
        (b'{"kind": "Listing", "data": {}}', "changed_shape"),
        (b"[]", "changed_shape"),
    ],
)
def test_an_answer_that_is_no_listing_is_named(content: bytes, kind: str):
    with pytest.raises(UnreadableBody) as caught:
        entries_of(content)
    assert caught.value.kind == kind


def test_a_search_for_subreddits_tells_that_there_is_no_such_one():
    """Reddit redirects there, and answers 200."""
    came_from = {"content-location": "https://oauth.reddit.com/subreddits/search?q=pythonn&raw_json=1"}
    answer = Answer(b'{"kind": "Listing", "data": {"children": []}}', came_from)
    with pytest.raises(UnreadableBody, match="no subreddit such as pythonn") as caught:
        list(Reddit().parse(surface("new", "pythonn"), [answer]))
    assert caught.value.kind == "not_found"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"reason": "private", "message": "Forbidden", "error": 403}, "private"),
        (403, {"reason": "quarantined", "message": "Forbidden", "error": 403}, "quarantined"),
        (403, {"reason": "gated", "message": "Forbidden", "error": 403}, "gated"),
        (403, {"reason": "gold_only", "message": "Forbidden", "error": 403}, "gold_only"),
        (404, {"reason": "banned", "message": "Not Found", "error": 404}, "banned"),
    ],
)
def test_a_refusal_is_named_after_its_reason(status: int, body: dict[str, Any], kind: str):
    failure = Reddit().failure(Answer(json.dumps(body).encode(), status=status))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.can_pass) == (kind, False)


def test_the_recorded_errors_say_no_more_than_their_status(sample: Sample):
    index = json.loads(sample("reddit/INDEX.json"))
    errors = [recorded for recorded in index if recorded["status"] >= 400]
    assert sorted(recorded["status"] for recorded in errors) == [401, 403, 404, 500]
    for recorded in errors:
        answer = Answer(sample(f"reddit/{recorded['file']}"), url=recorded["uri"], status=recorded["status"])
        assert Reddit().failure(answer) is None


@pytest.mark.parametrize(
    "content", [b"", b"<html>too many requests", b'{"reason": "new one"}', b'{"reason": ["private"]}']
)
def test_an_error_without_a_known_reason_is_left_to_its_status(content: bytes):
    assert Reddit().failure(Answer(content, status=403)) is None


# --- what is asked --------------------------------------------------------------------------------


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_REDDIT_CLIENT_ID", "an-id")
    monkeypatch.setenv("KAIRO_REDDIT_CLIENT_SECRET", "a-secret")


@pytest.mark.parametrize(
    ("surface_type", "key", "asked"),
    [
        ("hot", "python", "/r/python/hot?raw_json=1&limit=100"),
        ("new", "r/python", "/r/python/new?raw_json=1&limit=100"),
        ("rising", "/r/python/", "/r/python/rising?raw_json=1&limit=100"),
        ("hot", "python+rust", "/r/python+rust/hot?raw_json=1&limit=100"),
        ("top", "python", "/r/python/top?raw_json=1&limit=100&t=day"),
        ("search", "log4j & co", "/search?raw_json=1&limit=100&q=log4j+%26+co&sort=new&type=link"),
        ("search", "r/java log4j", "/r/java/search?raw_json=1&limit=100&q=log4j&sort=new&type=link&restrict_sr=1"),
    ],
)
@pytest.mark.usefixtures("application")
def test_one_page_is_asked_for(surface_type: str, key: str, asked: str):
    [request] = Reddit().requests(surface(surface_type, key), DUE, [])
    assert request.url == f"https://oauth.reddit.com{asked}"


@pytest.mark.usefixtures("application")
def test_one_page_is_all():
    assert Reddit().requests(surface(), DUE, [Answer(b'{"data": {"children": [], "after": "t3_a"}}')]) == []


@pytest.mark.usefixtures("application")
def test_the_application_logs_in_as_itself_and_its_secret_is_in_no_address():
    [request] = Reddit().requests(surface(), DUE, [])
    form = (("grant_type", "client_credentials"),)
    address = "https://www.reddit.com/api/v1/access_token"
    assert request.login == Login(address, form, "access_token", ("an-id", "a-secret"))
    assert "secret" not in request.url


@pytest.mark.usefixtures("application")
def test_addresses_and_limit_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_REDDIT_URL", "http://127.0.0.1:8000/api/")
    monkeypatch.setenv("KAIRO_REDDIT_TOKEN_URL", "http://127.0.0.1:8000/token")
    monkeypatch.setenv("KAIRO_REDDIT_LIMIT", "25")
    [request] = Reddit().requests(surface(), DUE, [])
    assert request.url == "http://127.0.0.1:8000/api/r/askreddit/hot?raw_json=1&limit=25"
    assert request.login is not None
    assert request.login.url == "http://127.0.0.1:8000/token"


def test_without_an_application_the_settings_are_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_REDDIT_CLIENT_ID", "an-id")
    monkeypatch.delenv("KAIRO_REDDIT_CLIENT_SECRET", raising=False)
    with pytest.raises(SettingsError, match=r"KAIRO_REDDIT_CLIENT_ID and KAIRO_REDDIT_CLIENT_SECRET must both be set"):
        Reddit().requests(surface(), DUE, [])


@pytest.mark.parametrize(
    ("surface_type", "key", "sentence"),
    [
        ("hot", " ", "the key is empty; it is a subreddit"),
        ("hot", "r/py thon", "names no subreddit"),
        ("new", "python+", "names no subreddit"),
        ("top", "../me", "names no subreddit"),
        ("search", "r/python", "has no query; write it after the subreddit: r/python asyncio"),
        ("search", "r/py-thon asyncio", "names no subreddit"),
    ],
)
def test_a_key_that_is_none_is_refused_in_a_sentence(surface_type: str, key: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        Reddit().check(surface(surface_type, key))


# --- whatever comes -------------------------------------------------------------------------------


@settings(max_examples=50)
@given(document=mutated(SOME_POSTS), surface_type=st.sampled_from(sorted(Reddit.surface_types)))
def test_whatever_comes_each_entry_is_an_item_or_quarantined(document: Any, surface_type: str):
    try:
        entries = entries_of(json.dumps(document).encode(), surface_type)
    except UnreadableBody:
        return
    assert len(entries) == len(document["data"]["children"])


@settings(max_examples=50)
@given(body=mutated({"reason": "private", "message": "Forbidden", "error": 403}))
def test_whatever_an_error_says_it_has_a_name_or_none(body: Any):
    failure = Reddit().failure(Answer(json.dumps(body).encode(), status=403))
    assert failure is None or failure.kind == "private"
