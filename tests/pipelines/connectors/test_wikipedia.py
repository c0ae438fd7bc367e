"""The most viewed pages, as the documentation of Wikimedia's pageviews API shows its answers; none is recorded here."""

import asyncio
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from mutated import mutated

from kairo_pipelines.capture.fetch import FetchLimits, fetch
from kairo_pipelines.connectors.connector import Answer, Failure, Item, Quarantined, Target, UnreadableBody
from kairo_pipelines.connectors.wikipedia import Wikipedia

DUE = datetime(2021, 12, 11, 2, 30, tzinfo=UTC)
TOP = "https://wikimedia.org/api/rest_v1/metrics/pageviews/top/en.wikipedia/all-access"
LISTING: dict[str, Any] = {
    "items": [
        {
            "project": "en.wikipedia",
            "access": "all-access",
            "year": "2021",
            "month": "12",
            "day": "10",
            "articles": [
                {"article": "Main_Page", "views": 5843912, "rank": 1},
                {"article": "Special:Search", "views": 1322071, "rank": 2},
                {"article": "Log4Shell", "views": 214907, "rank": 3},
                {"article": "What's_Love_Got_to_Do_with_It?", "views": 98331, "rank": 4},
            ],
        }
    ]
}
MISSING = {
    "type": "about:blank",
    "title": "Not Found",
    "method": "get",
    "status": 404,
    "detail": "The date(s) you used are valid, but we either do not have data for those date(s), "
    "or the project you asked for is not loaded yet.",
    "uri": "/metrics/pageviews/top/en.wikipedia/all-access/2021/12/10",
}


def surface(key: str = "en.wikipedia") -> Target:
    return Target("wikipedia-most-viewed", "wikipedia", "most_viewed", key)


def listing(*articles: Any, **changed: Any) -> dict[str, Any]:
    return {"items": [{**LISTING["items"][0], "articles": list(articles), **changed}]}


def answer(document: Any, status: int = 200, fragment: str = "first=200") -> Answer:
    return Answer(json.dumps(document).encode(), {}, f"{TOP}/2021/12/10#{fragment}", status)


def entries_of(*answers: Answer, key: str = "en.wikipedia") -> list[Item | Quarantined]:
    return list(Wikipedia().parse(surface(key), answers))


def item_of(article: Any, key: str = "en.wikipedia") -> Item:
    [item] = entries_of(answer(listing(article)), key=key)
    assert isinstance(item, Item), item
    return item


def asked(due: datetime, *answers: Answer, key: str = "en.wikipedia") -> list[str]:
    requests = Wikipedia().requests(surface(key), due, answers)
    assert all(request.may_be_missing for request in requests)
    return [request.url.removesuffix("#first=200") for request in requests]


# --- the listing ----------------------------------------------------------------------------------


def test_every_listed_page_is_an_item_with_its_views_and_rank():
    items = entries_of(answer(LISTING))
    articles = LISTING["items"][0]["articles"]
    assert [item.view_count for item in items] == [article["views"] for article in articles]
    assert [item.rank for item in items] == [article["rank"] for article in articles]
    assert [item.raw for item in items] == articles
    assert all(item.author is item.like_count is item.comment_count is item.share_count is None for item in items)


def test_a_page_is_an_item_of_its_day():
    item = item_of({"article": "Log4Shell", "views": 214907, "rank": 3})
    assert item.platform_item_id == "en.wikipedia/2021-12-10/Log4Shell"
    assert (item.title, item.text_content, item.language) == ("Log4Shell", "Log4Shell", "en")
    assert item.url == "https://en.wikipedia.org/wiki/Log4Shell"
    assert item.published_at == datetime(2021, 12, 10, tzinfo=UTC)


def test_a_title_has_spaces_and_an_address_none():
    item = item_of({"article": "What's_Love_Got_to_Do_with_It?"})
    assert item.title == item.text_content == "What's Love Got to Do with It?"
    assert item.url == "https://en.wikipedia.org/wiki/What%27s_Love_Got_to_Do_with_It%3F"
    assert item_of({"article": "AC/DC"}).url == "https://en.wikipedia.org/wiki/AC/DC"
    assert item_of({"article": "Łódź"}).url == "https://en.wikipedia.org/wiki/%C5%81%C3%B3d%C5%BA"


@pytest.mark.parametrize(
    ("key", "language"),
    [
        ("de.wikipedia", "de"),
        ("be-tarask.wikipedia", "be-tarask"),
        ("ceb.wikipedia", "ceb"),
        ("commons.wikimedia", None),
        ("www.wikidata", None),
    ],
)
def test_an_edition_is_in_its_language(key: str, language: str | None):
    item = item_of({"article": "X"}, key=key)
    assert (item.language, item.url) == (language, f"https://{key}.org/wiki/X")


def test_views_that_are_not_there_are_not_zero():
    item = item_of({"article": "Log4Shell"})
    assert (item.view_count, item.rank) == (None, None)


@pytest.mark.parametrize("entry", [None, "Log4Shell", [], {}, {"article": " "}, {"article": ["Log4Shell"]}])
def test_an_entry_that_names_no_article_is_quarantined(entry: Any):
    [quarantined] = entries_of(answer(listing(entry)))
    assert isinstance(quarantined, Quarantined)


def test_pages_below_the_limit_are_no_entries():
    assert [item.rank for item in entries_of(answer(LISTING, fragment="first=2"))] == [1, 2]


def test_without_a_limit_all_are_read():
    assert len(entries_of(answer(LISTING, fragment=""))) == 4


# --- what is asked --------------------------------------------------------------------------------


def test_the_day_before_is_asked_for():
    assert asked(DUE) == [f"{TOP}/2021/12/10"]
    assert asked(datetime(2022, 1, 1, tzinfo=UTC)) == [f"{TOP}/2021/12/31"]


def test_days_are_those_of_utc():
    assert asked(datetime(2021, 12, 11, 2, 30, tzinfo=timezone(timedelta(hours=5)))) == [f"{TOP}/2021/12/09"]


def test_where_that_is_not_counted_yet_the_day_before_it_is_asked_for():
    assert asked(DUE, answer(MISSING, 404)) == [f"{TOP}/2021/12/09"]


def test_no_third_day_is_asked_for():
    assert asked(DUE, answer(MISSING, 404), answer(MISSING, 404)) == []
    assert asked(DUE, answer(MISSING, 404), answer(LISTING)) == []
    assert asked(DUE, answer(LISTING)) == []


def test_a_project_may_be_written_as_its_host():
    assert asked(DUE, key="en.wikipedia.org") == asked(DUE)
    assert item_of({"article": "X"}, key="en.wikipedia.org") == item_of({"article": "X"})


def test_address_and_limit_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_WIKIPEDIA_URL", "http://127.0.0.1:8000/v1/")
    monkeypatch.setenv("KAIRO_WIKIPEDIA_LIMIT", "50")
    [request] = Wikipedia().requests(surface(), DUE, [])
    assert request.url == ("http://127.0.0.1:8000/v1/metrics/pageviews/top/en.wikipedia/all-access/2021/12/10#first=50")


def test_the_limit_comes_back_with_the_answer_but_is_not_sent(web, monkeypatch: pytest.MonkeyPatch):
    path = "/metrics/pageviews/top/en.wikipedia/all-access/2021/12/10"
    web.answer(path, json.dumps(LISTING).encode())
    monkeypatch.setenv("KAIRO_WIKIPEDIA_URL", web.address)
    monkeypatch.setenv("KAIRO_WIKIPEDIA_LIMIT", "3")

    async def fetched() -> Answer | None:
        async with httpx.AsyncClient() as client:
            return (await fetch(client, Wikipedia().requests(surface(), DUE, [])[0], FetchLimits())).answer

    came = asyncio.run(fetched())
    assert came is not None
    assert [asked for asked, _ in web.asked] == [path]
    assert len(entries_of(came)) == 3


@pytest.mark.parametrize("key", ["", "wikipedia", "EN.wikipedia", "en.wikipedia/../x", "https://en.wikipedia.org"])
def test_a_key_that_is_none_is_refused_in_a_sentence(key: str):
    with pytest.raises(ValueError, match="a Wikimedia project, such as"):
        Wikipedia().check(surface(key))


# --- answers that are none ------------------------------------------------------------------------


def test_the_last_day_that_is_counted_is_read():
    day_before = listing({"article": "Omicron", "views": 7, "rank": 1}, day="09")
    [item] = entries_of(answer(MISSING, 404), answer(day_before))
    assert item.platform_item_id == "en.wikipedia/2021-12-09/Omicron"


def test_two_days_that_are_not_counted_are_a_failure():
    with pytest.raises(UnreadableBody, match="or the project you asked for is not loaded yet") as caught:
        entries_of(answer(MISSING, 404), answer(MISSING, 404))
    assert caught.value.kind == "not_published_yet"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"items": []}, "changed_shape"),
        ({"items": [{"articles": {}}]}, "changed_shape"),
        (listing({"article": "X"}, day=None), "changed_shape"),
        (listing({"article": "X"}, month="all"), "changed_shape"),
        (listing({"article": "X"}, day="31", month="02"), "changed_shape"),
        ([], "changed_shape"),
    ],
)
def test_an_answer_that_is_no_listing_is_named(document: Any, kind: str):
    with pytest.raises(UnreadableBody) as caught:
        entries_of(answer(document))
    assert caught.value.kind == kind


def test_an_empty_answer_is_named():
    with pytest.raises(UnreadableBody) as caught:
        entries_of(Answer(b""))
    assert caught.value.kind == "empty_body"


@pytest.mark.parametrize(("status", "kind"), [(400, "http_error"), (403, "forbidden"), (404, "not_found")])
def test_what_the_api_says_of_a_refusal_is_told(status: int, kind: str):
    failure = Wikipedia().failure(answer({**MISSING, "status": status, "detail": "project is invalid"}, status))
    assert failure == Failure(kind, f"the server answered {status}: project is invalid")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_can_pass_is_left_to_its_status(status: int):
    assert Wikipedia().failure(answer({**MISSING, "detail": "too many requests"}, status)) is None


# --- whatever comes -------------------------------------------------------------------------------


@settings(max_examples=50)
@given(document=mutated(LISTING))
def test_whatever_comes_each_entry_is_an_item_or_quarantined(document: Any):
    try:
        entries = entries_of(answer(document))
    except UnreadableBody:
        return
    assert len(entries) == len(document["items"][0]["articles"])


@settings(max_examples=50)
@given(body=mutated(MISSING))
def test_whatever_an_error_says_it_has_a_name_or_none(body: Any):
    failure = Wikipedia().failure(answer(body, 404))
    assert failure is None or failure.kind == "not_found"
