"""Mastodon's trends and tag timelines, as Mastodon.py recorded them.

None of the recordings holds a trending link, a boost, a card, a content warning or an error other than 401: these are
built as https://docs.joinmastodon.org describes them; the trending link is the one that it shows.
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

from kairo_pipelines.connectors.connector import Answer, Failure, Item, Quarantined, Target, UnreadableBody
from kairo_pipelines.connectors.mastodon import Mastodon
from kairo_pipelines.settings import SettingsError

DUE = datetime(2026, 1, 5, 14, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "data/mastodon"
TIMELINES = ["test_fetch_remaining.31.200.json", "test_hashtag_tl.2.200.json", "test_public_tl.2.200.json"]
STATUSES = ["test_entity_status.1.200.json", "test_entity_mediaattachment.0.200.json"]
TAGS = "test_entity_tag.2.200.json"
LINK: dict[str, Any] = {
    "url": "https://www.nbcnews.com/specials/plan-your-vote-2022-elections/index.html",
    "title": "Plan Your Vote: 2022 Elections",
    "description": "Everything you need to know about the voting rules where you live.",
    "language": "en",
    "type": "link",
    "author_name": "NBC News",
    "published_at": "2022-08-29T16:00:00.000Z",
    "history": [
        {"day": "1661817600", "accounts": "7", "uses": "8"},
        {"day": "1661731200", "accounts": "23", "uses": "23"},
    ],
}

Sample = Callable[[str], bytes]


def surface(surface_type: str = "trending_statuses", key: str = "mastodon.social") -> Target:
    return Target(f"mastodon-{surface_type}", "mastodon", surface_type, key)


def entries_of(document: Any, surface_type: str = "trending_statuses", key: str = "mastodon.social") -> list[Any]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(Mastodon().parse(surface(surface_type, key), [Answer(content)]))


def status(**changed: Any) -> dict[str, Any]:
    """The recorded post from mastodon.social."""
    return {**json.loads((DATA / STATUSES[0]).read_bytes()), **changed}


def status_of(**changed: Any) -> Any:
    [entry] = entries_of([status(**changed)])
    return entry


def link_of(**changed: Any) -> Any:
    [entry] = entries_of([{**LINK, **changed}], "trending_links")
    return entry


# --- the recorded posts ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", TIMELINES)
def test_every_recorded_post_is_an_item_with_what_the_file_says(name: str, sample: Sample):
    content = sample(f"mastodon/{name}")
    posts, items = json.loads(content), entries_of(content, "tag", "http://localhost:3000/hoot")
    assert [item.platform_item_id for item in items] == [post["uri"] for post in posts]
    assert [item.text_content for item in items] == [post["content"] for post in posts]
    assert [item.permalink for item in items] == [item.url for item in items] == [post["url"] for post in posts]
    assert [item.language for item in items] == [post["language"] for post in posts]
    assert [item.like_count for item in items] == [post["favourites_count"] for post in posts]
    assert [item.comment_count for item in items] == [post["replies_count"] for post in posts]
    assert [item.share_count for item in items] == [post["reblogs_count"] for post in posts]
    assert [item.hashtags for item in items] == [tuple(tag["name"] for tag in post["tags"]) for post in posts]
    assert [item.author for item in items] == [f"{post['account']['acct']}@localhost:3000" for post in posts]
    assert [item.published_at for item in items] == [datetime.fromisoformat(post["created_at"]) for post in posts]
    assert [item.raw for item in items] == posts


def test_the_recorded_posts_have_neither_title_nor_views_nor_null_counts(sample: Sample):
    items = [item for name in TIMELINES for item in entries_of(sample(f"mastodon/{name}"), "tag")]
    assert len(items) == 19
    assert {(item.title, item.view_count) for item in items} == {(None, None)}
    assert not any(count is None for item in items for count in (item.like_count, item.comment_count, item.share_count))


def test_an_author_has_the_same_name_on_every_instance(sample: Sample):
    items = entries_of([json.loads(sample(f"mastodon/{name}")) for name in STATUSES])
    assert [item.author for item in items] == ["halcy@mastodon.social", "halcy@icosahedron.website"]


def test_a_post_of_another_instance_keeps_its_address_and_page_there(sample: Sample):
    [item] = entries_of([json.loads(sample(f"mastodon/{STATUSES[1]}"))])
    assert item.platform_item_id == "https://icosahedron.website/users/halcy/statuses/110447012380248325"
    assert item.permalink == "https://icosahedron.website/@halcy/110447012380248325"


@pytest.mark.parametrize(("surface_type", "ranks"), [("trending_statuses", [1, 2]), ("tag", [None, None])])
def test_only_what_trends_is_ranked(surface_type: str, ranks: list[int | None]):
    assert [item.rank for item in entries_of([status(), status()], surface_type)] == ranks


# --- posts ----------------------------------------------------------------------------------------


def test_a_boost_is_the_boosted_post():
    item = status_of(uri="https://example.org/boost", content="", reblog=status(favourites_count=7))
    assert item.platform_item_id == "https://mastodon.social/users/halcy/statuses/110446183735368325"
    assert (item.text_content, item.like_count) == ("<p>test?</p>", 7)


def test_a_content_warning_is_part_of_the_text_and_no_markup():
    assert status_of(spoiler_text="cats & <dogs>").text_content == "<p>cats &amp; &lt;dogs&gt;</p><p>test?</p>"


def test_a_post_links_to_its_card():
    item = status_of(card={"url": "https://example.org/a", "title": "A", "author_name": "Ann"})
    assert item.url == "https://example.org/a"
    assert item.permalink == "https://mastodon.social/@halcy/110446183735368325"


def test_a_post_without_a_page_has_its_address():
    item = status_of(url=None)
    assert item.url == item.permalink == item.platform_item_id


def test_a_post_of_images_alone_has_an_empty_text():
    assert status_of(content="").text_content == ""


def test_counts_that_are_not_there_are_not_zero():
    item = status_of(favourites_count=None, replies_count="many", reblogs_count="541.2K")
    assert (item.like_count, item.comment_count, item.share_count) == (None, None, 541_200)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [(status(uri=None), "no uri"), (status(content=None), "no content"), ("toot", "no uri"), (None, "no uri")],
)
def test_what_is_no_post_is_quarantined(entry: Any, reason: str):
    first, second = entries_of([entry, status()])
    assert isinstance(first, Quarantined)
    assert reason in first.reason
    assert isinstance(second, Item)


# --- tags and links -------------------------------------------------------------------------------


def test_every_recorded_tag_is_an_item_of_its_day(sample: Sample):
    content = sample(f"mastodon/{TAGS}")
    tags, items = json.loads(content), entries_of(content, "trending_tags")
    assert len(items) == 10
    assert [item.text_content for item in items] == [f"#{tag['name']}" for tag in tags]
    assert [item.hashtags for item in items] == [(tag["name"],) for tag in tags]
    assert [item.share_count for item in items] == [int(tag["history"][0]["uses"]) for tag in tags]
    assert [item.published_at.timestamp() for item in items] == [int(tag["history"][0]["day"]) for tag in tags]
    assert [item.permalink for item in items] == [item.url for item in items] == [tag["url"] for tag in tags]
    assert [item.rank for item in items] == list(range(1, 11))
    assert {(item.author, item.like_count, item.comment_count, item.view_count) for item in items} == {(None,) * 4}


def test_a_tag_is_the_same_item_however_an_instance_writes_it(sample: Sample):
    tag = json.loads(sample(f"mastodon/{TAGS}"))[2]
    first, second = entries_of([tag, {**tag, "name": tag["name"].upper()}], "trending_tags")
    assert first.platform_item_id == second.platform_item_id == "tag:screenshotsaturday:2026-04-11"


def test_a_link_is_an_item_of_its_day_with_title_and_description():
    item = link_of()
    assert item.platform_item_id == f"link:{LINK['url']}:2022-08-30"
    assert (item.title, item.text_content) == (LINK["title"], LINK["description"])
    assert (item.url, item.permalink, item.language) == (LINK["url"], None, "en")
    assert item.published_at == datetime(2022, 8, 29, 16, tzinfo=UTC)
    assert (item.rank, item.share_count) == (1, 8)


def test_who_wrote_the_linked_page_did_not_post_it():
    assert link_of().author is None


def test_a_link_without_a_description_has_its_title_and_no_markup():
    assert link_of(description="", title="a < b").text_content == "a &lt; b"


def test_a_link_that_does_not_say_when_it_was_published_has_no_such_time():
    assert link_of(published_at=None).published_at is None


@pytest.mark.parametrize(
    ("surface_type", "entry", "reason"),
    [
        ("trending_tags", {"name": "", "history": LINK["history"]}, "no name"),
        ("trending_tags", {"name": "caturday", "history": []}, "no day"),
        ("trending_tags", {"name": "caturday", "history": [{"day": "today"}]}, "no day"),
        ("trending_tags", ["caturday"], "no name"),
        ("trending_links", {**LINK, "url": "javascript:alert(1)"}, "no address"),
        ("trending_links", {**LINK, "title": "", "description": None}, "no words"),
        ("trending_links", {**LINK, "history": None}, "no day"),
    ],
)
def test_what_is_no_tag_or_link_is_quarantined(surface_type: str, entry: Any, reason: str):
    [quarantined] = entries_of([entry], surface_type)
    assert isinstance(quarantined, Quarantined)
    assert reason in quarantined.reason


# --- answers that are none ------------------------------------------------------------------------


def test_where_nothing_trends_there_is_nothing():
    assert all(entries_of(b"[]", surface_type) == [] for surface_type in Mastodon.may_be_empty)
    assert Mastodon.may_be_empty == set(Mastodon.surface_types)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty_body"),
        (b"<!doctype html><title>Making sure you are not a bot: bot detection</title>", "challenge_page"),
        (b"<!doctype html><title>Mastodon</title>", "web_page"),
        (b"[", "not_json"),
        (b'{"error": "no"}', "changed_shape"),
    ],
)
def test_an_answer_that_is_no_list_is_named(content: bytes, kind: str):
    with pytest.raises(UnreadableBody) as caught:
        entries_of(content)
    assert caught.value.kind == kind


def test_the_recorded_refusal_names_the_setting_that_helps(sample: Sample):
    failure = Mastodon().failure(Answer(sample("mastodon/test_home_tl_anonymous_throws.0.401.json"), status=401))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.can_pass) == ("unauthorized", False)
    assert failure.sentence.startswith("the server answered 401: The access token is invalid; KAIRO_MASTODON_TOKENS")


@pytest.mark.parametrize(
    ("code", "error", "kind", "can_pass"),
    [
        (401, "This method requires an authenticated user", "unauthorized", False),
        (422, "This method requires an authenticated user", "unauthorized", False),
        (422, "Validation failed", "http_error", False),
        (403, "This action is not allowed", "forbidden", False),
        (404, "Record not found", "not_found", False),
        (410, "Gone", "gone", False),
        (429, "Too many requests", "rate_limited", True),
        (503, "There was a temporary problem serving your request, please try again", "server_error", True),
    ],
)
def test_an_error_says_what_the_instance_says(code: int, error: str, kind: str, can_pass: bool):
    failure = Mastodon().failure(Answer(json.dumps({"error": error}).encode(), status=code))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.can_pass) == (kind, can_pass)
    assert failure.sentence.startswith(f"the server answered {code}: {error}")


@pytest.mark.parametrize("content", [b"", b"<html>gone", b'{"error": null}', b'{"error": ["no"]}'])
def test_an_error_that_says_nothing_is_left_to_its_status(content: bytes):
    assert Mastodon().failure(Answer(content, status=410)) is None


# --- what is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("surface_type", "key", "asked"),
    [
        ("trending_tags", "mastodon.social", "https://mastodon.social/api/v1/trends/tags?limit=20"),
        ("trending_links", "https://mastodon.social/", "https://mastodon.social/api/v1/trends/links?limit=20"),
        ("trending_statuses", "Mastodon.Social", "https://mastodon.social/api/v1/trends/statuses?limit=40"),
        ("trending_tags", "http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v1/trends/tags?limit=20"),
        ("tag", "mastodon.social/python", "https://mastodon.social/api/v1/timelines/tag/python?limit=40"),
        ("tag", "mastodon.social/#猫", "https://mastodon.social/api/v1/timelines/tag/%E7%8C%AB?limit=40"),
        ("tag", "https://mastodon.social/tags/python", "https://mastodon.social/api/v1/timelines/tag/python?limit=40"),
    ],
)
def test_one_page_is_asked_for(surface_type: str, key: str, asked: str):
    connector = Mastodon()
    [request] = connector.requests(surface(surface_type, key), DUE, [])
    assert (request.url, request.headers) == (asked, {})
    assert connector.requests(surface(surface_type, key), DUE, [Answer(b"[]", url=asked)]) == []


def test_an_instance_is_asked_with_its_own_token_only(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_MASTODON_TOKENS", '{"mastodon.social": "a-token"}')
    [asked], [elsewhere] = (
        Mastodon().requests(surface("trending_tags", instance), DUE, [])
        for instance in ("mastodon.social", "chaos.social")
    )
    assert asked.headers == {"Authorization": "Bearer a-token"}
    assert "a-token" not in asked.url
    assert elsewhere.headers == {}


@pytest.mark.parametrize("tokens", ["s3cret", '["s3cret"]', '{"mastodon.social": {"token": "s3cret"}}'])
def test_tokens_that_are_none_are_refused_without_being_shown(tokens: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_MASTODON_TOKENS", tokens)
    with pytest.raises(SettingsError, match="KAIRO_MASTODON_TOKENS must be a JSON object") as caught:
        Mastodon().requests(surface(), DUE, [])
    assert "s3cret" not in str(caught.value)


def test_the_limit_is_a_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_MASTODON_LIMIT", "5")
    [request] = Mastodon().requests(surface(), DUE, [])
    assert request.url.endswith("?limit=5")


@pytest.mark.parametrize(
    ("surface_type", "key", "sentence"),
    [
        ("trending_tags", " ", "the key is empty; it is an instance"),
        ("trending_tags", "mastodon.social/python", "is not an instance, such as mastodon.social"),
        ("trending_links", "@halcy@mastodon.social", "is not an instance"),
        ("trending_links", "ftp://mastodon.social", "is not an instance"),
        ("trending_statuses", "mastodon social", "is not an instance"),
        ("tag", "mastodon.social", "is not a tag on an instance, such as mastodon.social/python"),
        ("tag", "mastodon.social/python/rust", "is not a tag on an instance"),
    ],
)
def test_a_key_that_is_none_is_refused_in_a_sentence(surface_type: str, key: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        Mastodon().check(surface(surface_type, key))


# --- whatever comes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("surface_type", "recorded"),
    [
        ("trending_statuses", [status(), status(reblog=status(spoiler_text="cats", card={"url": "https://a.org"}))]),
        ("trending_tags", json.loads((DATA / TAGS).read_bytes())[:3]),
        ("trending_links", [LINK, {**LINK, "description": ""}]),
    ],
)
@settings(max_examples=50)
@given(data=st.data())
def test_whatever_comes_each_entry_is_an_item_or_quarantined(surface_type: str, recorded: Any, data: st.DataObject):
    document = data.draw(mutated(recorded))
    entries = entries_of(document, surface_type)
    assert len(entries) == len(document)
    assert all(isinstance(entry, Item | Quarantined) for entry in entries)


@settings(max_examples=50)
@given(data=st.data())
def test_whatever_an_error_says_it_has_a_name_or_none(data: st.DataObject):
    body = data.draw(mutated({"error": "Record not found"}))
    failure = Mastodon().failure(Answer(json.dumps(body).encode(), status=404))
    assert failure is None or failure.kind in ("not_found", "unauthorized")
