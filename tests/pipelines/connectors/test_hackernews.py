"""Hacker News: recorded front pages, its lists and items, and its search.

The front pages are recorded ones. There is no recording of the two APIs: items are built as their documentation
(https://github.com/HackerNews/API and https://hn.algolia.com/api) describes them, most from the examples given there.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from mutated import mutated

from kairo_pipelines.connectors.connector import Answer, Failure, Item, Quarantined, Request, Target, UnreadableBody
from kairo_pipelines.connectors.hackernews import HackerNews, RecordedFrontPage
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.settings import SettingsError

DUE = datetime(2021, 12, 10, 2, tzinfo=UTC)
API = "https://hacker-news.firebaseio.com/v0"
PAGE = "https://news.ycombinator.com/item?id="

STORY = {
    "by": "dhouston",
    "descendants": 71,
    "id": 8863,
    "kids": [8952, 9224, 8917],
    "score": 111,
    "time": 1175714200,
    "title": "My YC app: Dropbox - Throw away your USB drive",
    "type": "story",
    "url": "http://www.getdropbox.com/u/2/screencast.html",
}
ASK = {
    "by": "tel",
    "descendants": 16,
    "id": 121003,
    "kids": [121016, 121109, 121168],
    "score": 25,
    "text": "<i>or</i> HN: the Next Iteration<p>I get the impression that with Arc being released&#x2F;shown&hellip;",
    "time": 1203647620,
    "title": "Ask HN: The Arc Effect",
    "type": "story",
    "url": "",
}
JOB = {
    "by": "justin",
    "id": 192327,
    "score": 6,
    "text": "",
    "time": 1210981217,
    "title": "Justin.tv is looking for a Lead Flash Engineer!",
    "type": "job",
    "url": "",
}
COMMENT = {
    "by": "norvig",
    "id": 2921983,
    "kids": [2922097, 2922429],
    "parent": 2921506,
    "text": "Aw shucks, guys ... you make me blush with your compliments.<p>Tell you what, I&#x27;ll keep writing.",
    "time": 1314211127,
    "type": "comment",
}
DELETED = {"deleted": True, "id": 2922142, "parent": 2921506, "time": 1314213033, "type": "comment"}
DEAD = {"by": "x", "dead": True, "id": 29505600, "time": 1639100000, "title": "Buy", "type": "story", "url": "http://x"}
HIT = {
    "_highlightResult": {"author": {"matchLevel": "none", "matchedWords": [], "value": "usmannk"}},
    "_tags": ["story", "author_usmannk", "story_29504755"],
    "author": "usmannk",
    "created_at": "2021-12-10T01:16:04.000Z",
    "created_at_i": 1639098964,
    "num_comments": 31,
    "objectID": "29504755",
    "points": 110,
    "story_text": None,
    "title": "Log4j RCE Found",
    "url": "https://github.com/apache/logging-log4j2/pull/608",
}


def surface(surface_type: str, key: str = "news") -> Target:
    return Target("s", "hackernews", surface_type, key)


def answer(document: Any, url: str = "", status: int = 200) -> Answer:
    return Answer(json.dumps(document).encode(), {"content-type": "application/json"}, url, status)


def item_answer(number: int, document: Any) -> Answer:
    return answer(document, f"{API}/item/{number}.json")


def listing(*documents: dict[str, Any], ids: Sequence[Any] = ()) -> list[Item | Quarantined]:
    """What becomes of a list of these items, or of these ids with these items."""
    answers = [item_answer(document["id"], document) for document in documents]
    numbers = list(ids) or [document["id"] for document in documents]
    return list(HackerNews().parse(surface("top"), [answer(numbers, f"{API}/topstories.json"), *answers]))


def single(document: Any) -> Item | Quarantined:
    [entry] = HackerNews().parse(surface("item", "1"), [item_answer(1, document)])
    return entry


def found(*hits: Any) -> list[Item | Quarantined]:
    return list(HackerNews().parse(surface("search", "log4j"), [answer({"hits": hits, "nbHits": len(hits)})]))


def recorded(*rows: Any) -> list[Item | Quarantined]:
    return list(RecordedFrontPage().parse(surface("front_page"), [answer(rows)]))


# --- recorded front pages -------------------------------------------------------------------------


def test_recorded_stories_have_what_their_rows_hold(sample: Callable[[str], bytes]):
    content = sample("hn/front_pages.json")
    rows = json.loads(content)
    items = list(RecordedFrontPage().parse(surface("front_page"), [Answer(content)]))
    assert [item.raw for item in items] == rows
    assert [item.title for item in items] == [item.text_content for item in items] == [row["title"] for row in rows]
    assert [item.author for item in items] == [row["author"] for row in rows]
    assert [item.like_count for item in items] == [row["upvotes"] for row in rows]
    assert [item.comment_count for item in items] == [row["comments"] for row in rows]
    assert [item.rank for item in items] == [row["rank"] for row in rows]
    with_id = [
        (item.platform_item_id, str(row["item_id"])) for item, row in zip(items, rows, strict=True) if row["author"]
    ]
    assert all(identity == number for identity, number in with_id)
    nulls = [row for row in rows if row["author"] is None]
    assert sum(item.permalink is None for item in items) == len(nulls) == 4


def test_a_recorded_job_that_links_elsewhere_is_told_by_its_link():
    row = {"rank": 8, "item_id": 1, "title": "Etleap", "url": "https://etleap.com/jobs/", "author": None}
    job, same, other = recorded(row, {**row, "rank": 9, "item_id": 2}, {**row, "url": "https://etleap.com/jobs/2"})
    assert job.platform_item_id == same.platform_item_id != other.platform_item_id
    assert job.platform_item_id.startswith("job-")
    assert (job.url, job.permalink, job.like_count, job.comment_count) == ("https://etleap.com/jobs/", None, None, None)


def test_a_recorded_story_with_a_page_of_its_own_only_links_there():
    row = {"rank": 1, "item_id": 29505524, "title": "Ask HN: Where?", "url": "item?id=29505524", "author": None}
    [item] = recorded(row)
    assert (item.platform_item_id, item.url, item.permalink) == ("29505524", f"{PAGE}29505524", f"{PAGE}29505524")


def test_a_recorded_row_without_a_title_is_quarantined():
    entries = recorded({"rank": 1, "title": " "}, None, {"rank": 3, "title": "x", "author": "y", "item_id": 7})
    assert entries[:2] == [
        Quarantined(0, "the story has no title", '{"rank": 1, "title": " "}'),
        Quarantined(1, "the story has no title", "null"),
    ]
    assert entries[2].platform_item_id == "7"


@pytest.mark.parametrize(
    ("content", "kind"), [(b"", "empty_body"), (b"[", "not_json"), (b'{"rows": []}', "changed_shape")]
)
def test_what_is_no_recording_is_refused_and_named(content, kind):
    with pytest.raises(UnreadableBody) as refused:
        list(RecordedFrontPage().parse(surface("front_page"), [Answer(content)]))
    assert refused.value.kind == kind


def test_a_recorded_front_page_is_not_fetched():
    assert not RecordedFrontPage().is_fetched
    assert RecordedFrontPage().requests(surface("front_page"), DUE, ()) == ()
    assert HackerNews().is_fetched


# --- what is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["top", "new", "best"])
def test_a_list_is_asked_for_and_then_its_items_at_once(kind):
    first = HackerNews().requests(surface(kind), DUE, ())
    assert first == (Request(f"{API}/{kind}stories.json"),)
    ids = answer([8863, 121003], first[0].url)
    second = HackerNews().requests(surface(kind), DUE, (ids,))
    assert second == tuple(Request(f"{API}/item/{number}.json", may_be_missing=True) for number in (8863, 121003))
    assert HackerNews().requests(surface(kind), DUE, (ids, item_answer(8863, STORY), item_answer(121003, ASK))) == ()


def test_a_hundred_stories_of_a_list_are_asked_for_unless_a_setting_says_another_number(monkeypatch):
    ids = answer(list(range(1, 501)))
    assert len(HackerNews().requests(surface("top"), DUE, (ids,))) == 100
    monkeypatch.setenv("KAIRO_HACKERNEWS_STORIES", "3")
    assert [request.url[-6:] for request in HackerNews().requests(surface("top"), DUE, (ids,))] == [
        "1.json", "2.json", "3.json",
    ]  # fmt: skip


def test_what_is_no_number_and_what_is_listed_twice_is_not_asked_for():
    ids = answer([8863, "121003", None, "../x", -1, True, 8863, "٣"])
    assert [request.url for request in HackerNews().requests(surface("top"), DUE, (ids,))] == [
        f"{API}/item/8863.json",
        f"{API}/item/121003.json",
    ]
    assert HackerNews().requests(surface("top"), DUE, (answer([]),)) == ()


def test_a_list_that_is_none_ends_the_capture():
    with pytest.raises(UnreadableBody, match="the answer is not a list; it has error") as refused:
        HackerNews().requests(surface("top"), DUE, (answer({"error": "x"}),))
    assert refused.value.kind == "changed_shape"


def test_an_item_is_one_request():
    assert HackerNews().requests(surface("item", "8863"), DUE, ()) == (Request(f"{API}/item/8863.json"),)
    assert HackerNews().requests(surface("item", "8863"), DUE, (item_answer(8863, STORY),)) == ()


def test_a_search_is_one_request_for_the_newest_stories():
    [request] = HackerNews().requests(surface("search", "log4j & rce?"), DUE, ())
    assert request.url == (
        "https://hn.algolia.com/api/v1/search_by_date?query=log4j+%26+rce%3F&tags=story&hitsPerPage=100"
    )
    assert HackerNews().requests(surface("search", "log4j"), DUE, (answer({"hits": []}),)) == ()


def test_both_apis_can_be_elsewhere(monkeypatch):
    monkeypatch.setenv("KAIRO_HACKERNEWS_URL", "http://127.0.0.1:8000/v0/")
    monkeypatch.setenv("KAIRO_HACKERNEWS_SEARCH_URL", "http://127.0.0.1:9000/")
    [ids] = HackerNews().requests(surface("best"), DUE, ())
    [search] = HackerNews().requests(surface("search", "x"), DUE, ())
    assert ids.url == "http://127.0.0.1:8000/v0/beststories.json"
    assert search.url.startswith("http://127.0.0.1:9000/search_by_date?")


def test_a_number_of_stories_that_cannot_be_is_named(monkeypatch):
    monkeypatch.setenv("KAIRO_HACKERNEWS_STORIES", "501")
    with pytest.raises(SettingsError, match=r"KAIRO_HACKERNEWS_STORIES is '501': .* less than or equal to 500"):
        HackerNews().requests(surface("top"), DUE, ())


@pytest.mark.parametrize("key", ["8863x", "item?id=8863", "-1", "٣"])
def test_the_key_of_an_item_is_its_number(key):
    with pytest.raises(ValueError, match="is no item; the key is the number of a story, poll, job or comment"):
        HackerNews().check(surface("item", key))


def test_the_keys_of_lists_are_names_and_of_searches_words():
    for kind in HackerNews.surface_types.keys() - {"item"}:
        HackerNews().check(surface(kind, "anything"))
    with pytest.raises(ValueError, match="the key is empty; it is what to search for"):
        HackerNews().check(surface("search", " "))


# --- items of a list ------------------------------------------------------------------------------


def test_a_story_has_its_number_title_link_points_comments_and_time():
    [item] = listing(STORY)
    assert item == Item(
        platform_item_id="8863",
        title="My YC app: Dropbox - Throw away your USB drive",
        text_content="My YC app: Dropbox - Throw away your USB drive",
        author="dhouston",
        url="http://www.getdropbox.com/u/2/screencast.html",
        permalink=f"{PAGE}8863",
        published_at=datetime(2007, 4, 4, 19, 16, 40, tzinfo=UTC),
        like_count=111,
        comment_count=71,
        rank=1,
        raw=STORY,
    )


def test_a_listed_story_is_the_same_item_as_the_recorded_one():
    row = {"rank": 1, "item_id": 8863, "title": STORY["title"], "url": STORY["url"], "author": "dhouston", "upvotes": 9}
    [live], [replayed] = listing(STORY), recorded(row)
    for field in ("platform_item_id", "title", "text_content", "author", "url", "permalink"):
        assert getattr(live, field) == getattr(replayed, field)


def test_a_story_with_a_text_of_its_own_has_that_as_plain_text_and_links_to_its_page():
    [item] = listing(ASK)
    assert item.title == "Ask HN: The Arc Effect"
    assert item.text_content == ("or HN: the Next Iteration I get the impression that with Arc being released/shown…")
    assert (item.url, item.permalink) == (f"{PAGE}121003", f"{PAGE}121003")


def test_a_job_has_no_comments_to_count():
    [item] = listing(JOB)
    assert (item.text_content, item.like_count, item.comment_count) == (JOB["title"], 6, None)


def test_what_is_not_counted_is_unknown_not_zero():
    [item] = listing({"id": 1, "title": "x", "type": "story"})
    assert (item.author, item.published_at) == (None, None)
    assert (item.view_count, item.like_count, item.comment_count, item.share_count) == (None,) * 4


def test_references_in_a_title_are_characters_and_brackets_stay():
    [escaped, plain] = listing(
        {"id": 1, "title": "std::vector&lt;bool&gt; &amp; friends"}, {"id": 2, "title": "std::vector<bool> & friends"}
    )
    assert escaped.title == plain.title == "std::vector<bool> & friends"


def test_the_rank_is_the_place_in_the_list_whatever_became_of_those_before():
    entries = listing(STORY, DEAD, ASK, ids=[1, 8863, DEAD["id"], 121003, 5])
    assert [entry.rank for entry in entries if isinstance(entry, Item)] == [2, 4]


def test_deleted_and_dead_items_and_those_that_did_not_come_are_quarantined():
    answers = [
        answer([1, 2, 3, 4, 5, 6, 8863], f"{API}/newstories.json"),
        item_answer(1, DELETED),
        item_answer(2, DEAD),
        item_answer(3, None),
        Answer(b"", {}, f"{API}/item/4.json"),
        answer({"error": "not found"}, f"{API}/item/5.json", status=404),
        item_answer(8863, STORY),
    ]
    *gone, item = HackerNews().parse(surface("new"), answers)
    assert [(entry.position, entry.reason) for entry in gone] == [
        (0, "the item was deleted or killed"),
        (1, "the item was deleted or killed"),
        (2, "there is no such item"),
        (3, "the server answered with nothing"),
        (4, "the item has no id"),
        (5, "the list names it, and no item of that number came"),
    ]
    assert isinstance(item, Item)


def test_the_list_behind_the_last_item_asked_for_is_no_entry():
    assert len(listing(STORY, ids=[8863, *range(1, 500)])) == 1


def test_an_id_that_is_none_is_quarantined():
    assert listing(STORY, ids=["x", 8863, None]) == [
        Quarantined(0, "the list names it, and no item of that number came", '"x"'),
        *[entry for entry in listing(STORY, ids=[None, 8863]) if isinstance(entry, Item)],
        Quarantined(2, "the list names it, and no item of that number came", "null"),
    ]


def test_an_item_with_nothing_to_read_is_quarantined():
    [entry] = listing({**ASK, "title": "", "text": "<p>"})
    assert entry.reason == "the item has neither title nor text"


# --- single items ---------------------------------------------------------------------------------


def test_a_comment_is_an_item_without_a_title_and_without_points():
    item = single(COMMENT)
    assert (item.platform_item_id, item.title, item.author) == ("2921983", None, "norvig")
    assert item.text_content == (
        "Aw shucks, guys ... you make me blush with your compliments. Tell you what, I'll keep writing."
    )
    assert (item.url, item.like_count, item.comment_count, item.rank) == (f"{PAGE}2921983", None, None, None)


@pytest.mark.parametrize(("document", "kind"), [(None, "not_found"), (DELETED, "gone"), (DEAD, "gone")])
def test_a_single_item_that_is_not_there_is_its_surfaces_failure(document, kind):
    with pytest.raises(UnreadableBody) as refused:
        single(document)
    assert refused.value.kind == kind


def test_a_single_item_of_another_shape_is_quarantined():
    assert single([STORY]).reason == "there is no such item"


# --- search ---------------------------------------------------------------------------------------


def test_a_hit_has_the_number_title_link_points_comments_and_time_of_its_story():
    assert found(HIT) == [
        Item(
            platform_item_id="29504755",
            title="Log4j RCE Found",
            text_content="Log4j RCE Found",
            author="usmannk",
            url="https://github.com/apache/logging-log4j2/pull/608",
            permalink=f"{PAGE}29504755",
            published_at=datetime(2021, 12, 10, 1, 16, 4, tzinfo=UTC),
            like_count=110,
            comment_count=31,
            raw=HIT,
        )
    ]


def test_a_hit_with_a_text_has_it_as_plain_text():
    [item] = found({**HIT, "url": None, "story_text": "Is it <i>safe</i>?"})
    assert (item.text_content, item.url) == ("Is it safe?", f"{PAGE}29504755")


def test_a_hit_that_is_none_is_quarantined():
    assert [entry.reason for entry in found("x", {"title": "x"})] == ["there is no such item", "the item has no id"]


def test_a_search_may_find_nothing():
    assert found() == []
    assert HackerNews.may_be_empty == {"search"}


def test_without_the_fields_of_its_author_no_entry_names_the_author():
    for entry in (*found(HIT), *listing(STORY)):
        assert entry.author not in json.dumps(Authors(b"key").raw(entry.raw, HackerNews.author_fields))


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "document", "failure"),
    [
        (401, {"error": "Permission denied"}, Failure("unauthorized", "the server answered 401: Permission denied")),
        (404, {"error": "404 Not Found"}, Failure("not_found", "the server answered 404: 404 Not Found")),
        (
            400,
            {"message": "invalid hitsPerPage", "status": 400},
            Failure("http_error", "the server answered 400: invalid hitsPerPage"),
        ),
        (403, ["no"], None),
        (429, {"message": "Too many requests"}, None),
        (503, {"error": "unavailable"}, None),
    ],
)
def test_an_error_says_what_the_server_said_where_that_adds_to_its_status(status, document, failure):
    assert HackerNews().failure(answer(document, status=status)) == failure


# --- gone wrong -----------------------------------------------------------------------------------


@given(document=mutated([STORY, ASK, JOB, COMMENT]))
@settings(max_examples=50)
def test_whatever_becomes_of_items_each_is_an_item_or_quarantined(document):
    ids = [8863, 121003, 192327, 2921983][: len(document)]
    answers = [item_answer(number, entry) for number, entry in zip(ids, document, strict=True)]
    assert len(list(HackerNews().parse(surface("top"), [answer(ids), *answers]))) == len(document)


@given(document=mutated([8863, 121003, 192327]))
@settings(max_examples=50)
def test_whatever_becomes_of_a_list_no_id_that_was_asked_for_is_lost(document):
    target, ids = surface("top"), answer(document)
    asked = HackerNews().requests(target, DUE, (ids,))
    entries = list(HackerNews().parse(target, [ids, *(answer(STORY, request.url) for request in asked)]))
    assert len(entries) == len(document)


@given(document=mutated({"hits": [HIT, {**HIT, "objectID": "2"}], "nbHits": 2}))
@settings(max_examples=50)
def test_whatever_becomes_of_a_search_no_hit_is_lost(document):
    if isinstance(document.get("hits"), list):
        entries = list(HackerNews().parse(surface("search"), [answer(document)]))
        assert len(entries) == len(document["hits"])
    else:
        with pytest.raises(UnreadableBody, match="hits is not a list"):
            list(HackerNews().parse(surface("search"), [answer(document)]))


@given(document=mutated([{"rank": 1, "item_id": 29504755, "title": "x", "url": "item?id=1", "author": "y"}] * 2))
@settings(max_examples=50)
def test_whatever_becomes_of_a_recording_no_row_is_lost(document):
    assert len(recorded(*document)) == len(document)
