"""YouTube's charts, searches and errors, as python-youtube recorded them.

None of the recordings has statistics, lists a channel's uploads, or refuses for a quota: these are built as
https://developers.google.com/youtube/v3/docs describes them.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from mutated import mutated

from kairo_pipelines.connectors.connector import Answer, Failure, Item, Quarantined, Quota, Target, UnreadableBody
from kairo_pipelines.connectors.youtube import QUOTA_TIMEZONE, YouTube
from kairo_pipelines.settings import SettingsError

DUE = datetime(2026, 1, 5, 14, tzinfo=UTC)
API = "https://www.googleapis.com/youtube/v3"
ALLOWANCE = Quota("youtube", 1, 10_000, QUOTA_TIMEZONE)
CHANNEL = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
RECORDED = Path(__file__).parents[2] / "data/youtube"
CHART = json.loads((RECORDED / "videos_chart_paged_1.json").read_bytes())
SEARCH = json.loads((RECORDED / "search_by_keywords_p1.json").read_bytes())

CHART_URL = f"{API}/videos?chart=mostPopular"
SEARCH_URL = f"{API}/search?q=surfing"
UPLOADS_URL = f"{API}/playlistItems?playlistId=UU"
LOOKUP_URL = f"{API}/videos?part=snippet%2Cstatistics&id="

Sample = Callable[[str], bytes]


def surface(surface_type: str, key: str = "surfing") -> Target:
    return Target(f"youtube-{surface_type}", "youtube", surface_type, key)


def answer(document: Any, url: str) -> Answer:
    return Answer(json.dumps(document).encode(), url=url)


def entries_of(surface_type: str, *answers: Answer) -> list[Item | Quarantined]:
    return list(YouTube().parse(surface(surface_type), answers))


def item_of(surface_type: str, *answers: Answer) -> Item:
    [item] = entries_of(surface_type, *answers)
    assert isinstance(item, Item)
    return item


def video(video_id: str = "gQ_1zX-F_No", **changed: Any) -> dict[str, Any]:
    """A video as it is looked up."""
    return {
        "kind": "youtube#video",
        "id": video_id,
        "snippet": {
            "publishedAt": "2019-12-05T19:00:10Z",
            "channelId": "UCo_q6aOlvPH7M-j_XGWVgXg",
            "title": "SURFING & SUN",
            "description": "Some fun barrels in the morning.",
            "channelTitle": "Jamie O'Brien",
            "tags": ["surfing", "pipeline"],
        },
        "statistics": {"viewCount": "541200", "likeCount": "8700", "favoriteCount": "0", "commentCount": "431"},
        **changed,
    }


def found(video_id: str = "gQ_1zX-F_No") -> dict[str, Any]:
    """A video as a search finds it."""
    snippet = {
        "publishedAt": "2019-12-05T19:00:10Z",
        "title": "SURFING &amp; SUN",
        "description": "Some fun barrels &#39;n more ...",
        "channelTitle": "Jamie O&#39;Brien",
    }
    return {"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": video_id}, "snippet": snippet}


def uploaded(video_id: str = "D-lhorsDlUQ") -> dict[str, Any]:
    """A video on the playlist of a channel's uploads."""
    return {
        "kind": "youtube#playlistItem",
        "id": "VVVfeDVYRzFPVjJQNnVaWjVGU005VHR3LkQtbGhvcnNEbFVR",
        "snippet": {
            "publishedAt": "2019-03-22T08:00:00Z",
            "title": "What are Actions &amp; why",
            "description": "",
            "channelTitle": "Google Developers",
            "videoOwnerChannelTitle": "Google for Developers",
            "resourceId": {"kind": "youtube#video", "videoId": video_id},
        },
        "contentDetails": {"videoId": video_id, "videoPublishedAt": "2019-03-21T20:37:49Z"},
    }


def listing(*entries: Any, **changed: Any) -> dict[str, Any]:
    return {"items": list(entries), **changed}


# --- the recordings -------------------------------------------------------------------------------


def test_every_recorded_chart_video_is_an_item(sample: Sample):
    """Both pages of a chart, with their fields as the files have them."""
    pages = [sample("youtube/videos_chart_paged_1.json"), sample("youtube/videos_chart_paged_2.json")]
    videos = [video for page in pages for video in json.loads(page)["items"]]
    items = entries_of("most_popular", *(Answer(page, url=CHART_URL) for page in pages))
    assert all(isinstance(item, Item) for item in items)
    assert [item.platform_item_id for item in items] == [video["id"] for video in videos]
    assert [item.title for item in items] == [video["snippet"]["title"] for video in videos]
    assert [item.author for item in items] == [video["snippet"]["channelTitle"] for video in videos]
    assert [list(item.hashtags) for item in items] == [video["snippet"].get("tags", []) for video in videos]
    assert [item.language for item in items] == [video["snippet"].get("defaultLanguage") for video in videos]
    published = [datetime.fromisoformat(video["snippet"]["publishedAt"]) for video in videos]
    assert [item.published_at for item in items] == published
    assert [item.rank for item in items] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [item.raw for item in items] == videos


def test_recorded_videos_without_statistics_have_no_counts(sample: Sample):
    content = sample("youtube/videos_chart_paged_1.json")
    assert not any("statistics" in video for video in json.loads(content)["items"])
    for item in entries_of("most_popular", Answer(content, url=CHART_URL)):
        assert (item.view_count, item.like_count, item.comment_count) == (None, None, None)


def test_every_recorded_search_result_is_an_item_with_its_words_unescaped(sample: Sample):
    results = json.loads(sample("youtube/search_by_keywords_p1.json"))["items"]
    items = entries_of("search", Answer(sample("youtube/search_by_keywords_p1.json"), url=SEARCH_URL))
    assert [item.platform_item_id for item in items] == [result["id"]["videoId"] for result in results]
    assert sum("&amp;" in result["snippet"]["title"] for result in results) == 1
    assert "SURFING PERFECT PIPE & BACKDOOR || SUNRISE SHACK!" in [item.title for item in items]
    assert sum(item.text_content == item.title for item in items) == sum(
        not result["snippet"]["description"] for result in results
    )
    assert all(item.rank is None for item in items)


def test_the_recorded_refusal_is_forbidden_in_youtubes_words(sample: Sample):
    failure = YouTube().failure(Answer(sample("youtube/error_permission_resp.json"), status=403))
    assert failure == Failure("forbidden", "the server answered 403: The caller does not have permission")


# --- videos ---------------------------------------------------------------------------------------


def test_counts_are_numbers_though_youtube_writes_strings():
    item = item_of("most_popular", answer(listing(video()), CHART_URL))
    assert (item.view_count, item.like_count, item.comment_count) == (541_200, 8_700, 431)


def test_a_count_that_the_uploader_hides_is_not_zero():
    item = item_of("most_popular", answer(listing(video(statistics={"viewCount": "12"})), CHART_URL))
    assert (item.view_count, item.like_count, item.comment_count) == (12, None, None)


def test_a_video_without_a_description_has_its_title_as_text():
    untold = video(snippet={"title": "SURFING", "description": "", "channelTitle": "Jamie"})
    assert item_of("most_popular", answer(listing(untold), CHART_URL)).text_content == "SURFING"


def test_a_video_links_to_its_page():
    item = item_of("most_popular", answer(listing(video()), CHART_URL))
    assert (item.url, item.permalink) == ("https://www.youtube.com/watch?v=gQ_1zX-F_No", None)


def test_what_was_looked_up_wins_over_what_was_found():
    item = item_of("search", answer(listing(found()), SEARCH_URL), answer(listing(video()), LOOKUP_URL + "gQ_1zX-F_No"))
    assert (item.view_count, item.hashtags) == (541_200, ("surfing", "pipeline"))
    assert item.text_content == "Some fun barrels in the morning."
    assert item.raw["kind"] == "youtube#video"


def test_only_the_words_of_a_search_are_unescaped():
    escaped = video(snippet={"title": "How to write &amp; in HTML", "channelTitle": "R&amp;D"})
    item = item_of("search", answer(listing(found()), SEARCH_URL), answer(listing(escaped), LOOKUP_URL + "gQ_1zX-F_No"))
    assert (item.title, item.author) == ("How to write &amp; in HTML", "R&amp;D")
    item = item_of("channel", answer(listing(uploaded()), UPLOADS_URL))
    assert item.title == "What are Actions &amp; why"


@pytest.mark.parametrize("lookup", [[], [answer(listing(), LOOKUP_URL + "gQ_1zX-F_No")]])
def test_a_video_found_but_not_looked_up_is_an_item_without_counts(lookup: list[Answer]):
    """Its follow-up failed, or it was deleted between the two requests."""
    item = item_of("search", answer(listing(found()), SEARCH_URL), *lookup)
    assert (item.title, item.author, item.view_count) == ("SURFING & SUN", "Jamie O'Brien", None)
    assert item.text_content == "Some fun barrels 'n more ..."


def test_an_upload_that_was_not_looked_up_is_told_by_its_playlist():
    item = item_of("channel", answer(listing(uploaded()), UPLOADS_URL))
    assert (item.platform_item_id, item.author) == ("D-lhorsDlUQ", "Google for Developers")
    assert item.published_at == datetime(2019, 3, 21, 20, 37, 49, tzinfo=UTC)


def test_each_listed_video_is_there_once_where_one_of_two_lookups_is_missing():
    pages = [listing(*(found(f"video-{page}-{place:02}") for place in range(50))) for page in "ab"]
    looked_up = listing(*(video(f"video-a-{place:02}") for place in range(50)))
    items = entries_of("search", *(answer(page, SEARCH_URL) for page in pages), answer(looked_up, f"{LOOKUP_URL}a,b"))
    assert len({item.platform_item_id for item in items}) == len(items) == 100
    assert [item.view_count for item in items] == [541_200] * 50 + [None] * 50


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"id": {"kind": "youtube#channel", "channelId": CHANNEL}, "snippet": {"title": "Surfers"}}, "no video"),
        ({"id": {"kind": "youtube#playlist", "playlistId": "PL1"}, "snippet": {"title": "Surf"}}, "no video"),
        ({"id": {"kind": "youtube#video", "videoId": "gQ_1zX-F_No"}}, "neither title nor description"),
        ({"id": {"kind": "youtube#video", "videoId": "a,b&c"}, "snippet": {"title": "Surf"}}, "no video"),
        ("gQ_1zX-F_No", "no video"),
    ],
)
def test_what_is_no_video_is_quarantined(entry: Any, reason: str):
    first, second = entries_of("search", answer(listing(entry, found()), SEARCH_URL))
    assert isinstance(first, Quarantined)
    assert reason in first.reason
    assert isinstance(second, Item)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty_body"),
        (b"<!doctype html><title>Sorry...</title>unusual traffic from your computer network", "challenge_page"),
        (b"<html><title>YouTube</title>", "web_page"),
        (b"{", "not_json"),
        (b'{"kind": "youtube#videoListResponse"}', "changed_shape"),
    ],
)
def test_an_answer_that_lists_nothing_is_named(content: bytes, kind: str):
    with pytest.raises(UnreadableBody) as caught:
        entries_of("most_popular", Answer(content, url=CHART_URL))
    assert caught.value.kind == kind


# --- what is asked --------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def api_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_YOUTUBE_API_KEY", "a-key")


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize(
    ("surface_type", "key", "units", "expected"),
    [
        ("most_popular", "US", 1, "videos?part=snippet,statistics,contentDetails&chart=mostPopular&regionCode=US"),
        (
            "most_popular",
            "DE/10",
            1,
            "videos?part=snippet,statistics,contentDetails&chart=mostPopular&regionCode=DE&videoCategoryId=10",
        ),
        ("search", "surf & sun", 100, "search?part=snippet&type=video&order=date&q=surf+%26+sun"),
        ("channel", CHANNEL, 1, "playlistItems?part=snippet,contentDetails&playlistId=UU_x5XG1OV2P6uZZ5FSM9Ttw"),
    ],
)
def test_first_a_listing_is_asked_for(surface_type: str, key: str, units: int, expected: str):
    [request] = YouTube().requests(surface(surface_type, key), DUE, [])
    assert urlsplit(request.url).path == urlsplit(f"/youtube/v3/{expected}").path
    assert asked(request.url) == {**asked(expected), "maxResults": "50"}
    assert request.quota == Quota("youtube", units, 10_000, "America/Los_Angeles")


def test_the_key_goes_into_a_header_and_no_address():
    [request] = YouTube().requests(surface("search"), DUE, [])
    assert request.headers == {"X-Goog-Api-Key": "a-key"}
    assert "a-key" not in request.url


def test_fifty_videos_are_one_page(sample: Sample):
    page = Answer(sample("youtube/videos_chart_paged_1.json"), url=CHART_URL)
    assert YouTube().requests(surface("most_popular", "US"), DUE, [page]) == []


def test_more_videos_are_asked_for_page_by_page(monkeypatch: pytest.MonkeyPatch, sample: Sample):
    monkeypatch.setenv("KAIRO_YOUTUBE_LIMIT", "70")
    youtube, target = YouTube(), surface("most_popular", "US")
    first = Answer(sample("youtube/videos_chart_paged_1.json"), url=CHART_URL)
    [request] = youtube.requests(target, DUE, [first])
    assert (asked(request.url)["pageToken"], asked(request.url)["maxResults"]) == ("CAUQAA", "20")
    last = Answer(sample("youtube/videos_chart_paged_2.json"), url=request.url)
    assert youtube.requests(target, DUE, [first, last]) == []


def test_found_videos_are_looked_up_together_for_one_unit(sample: Sample):
    page = Answer(sample("youtube/search_by_keywords_p1.json"), url=SEARCH_URL)
    [request] = YouTube().requests(surface("search"), DUE, [page])
    ids = [result["id"]["videoId"] for result in SEARCH["items"]]
    assert asked(request.url) == {"part": "snippet,statistics", "id": ",".join(ids)}
    assert request.quota is not None
    assert request.quota.units == 1


def test_videos_are_looked_up_fifty_at_once_and_each_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_YOUTUBE_LIMIT", "500")
    pages = [
        answer(listing(*(found(f"video-{page}-{place:02}") for place in range(50)), found("twice")), SEARCH_URL)
        for page in "ab"
    ]
    requests = YouTube().requests(surface("search"), DUE, pages)
    assert [asked(request.url)["id"].count(",") + 1 for request in requests] == [50, 50, 1]


def test_what_was_looked_up_completes_a_capture():
    youtube, target = YouTube(), surface("search")
    page = answer(listing(found()), SEARCH_URL)
    [request] = youtube.requests(target, DUE, [page])
    assert youtube.requests(target, DUE, [page, answer(listing(video()), request.url)]) == []


def test_a_search_that_finds_nothing_needs_no_lookup():
    assert YouTube().requests(surface("search"), DUE, [answer(listing(), SEARCH_URL)]) == []


def test_address_and_allowance_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_YOUTUBE_URL", "http://127.0.0.1:8000/youtube/")
    monkeypatch.setenv("KAIRO_YOUTUBE_DAILY_QUOTA", "500")
    monkeypatch.setenv("KAIRO_YOUTUBE_LIMIT", "5")
    [request] = YouTube().requests(surface("search"), DUE, [])
    assert request.url.startswith("http://127.0.0.1:8000/youtube/search?")
    assert asked(request.url)["maxResults"] == "5"
    assert request.quota == Quota("youtube", 100, 500, "America/Los_Angeles")


def test_without_a_key_the_setting_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KAIRO_YOUTUBE_API_KEY")
    with pytest.raises(SettingsError, match="KAIRO_YOUTUBE_API_KEY is not set; create an API key"):
        YouTube().requests(surface("search"), DUE, [])


@pytest.mark.parametrize(
    ("surface_type", "key", "sentence"),
    [
        ("search", " ", "the key is empty; it is a query"),
        ("most_popular", "USA", "'USA' is not a country, such as US"),
        ("most_popular", "US/music", "'US/music' is not a country, such as US, or a category"),
        ("channel", "@GoogleDevelopers", "is not a channel's id, UC and 22 characters"),
    ],
)
def test_a_key_that_is_none_is_refused_in_a_sentence(surface_type: str, key: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        YouTube().check(surface(surface_type, key))


# --- errors ---------------------------------------------------------------------------------------


def refused(status: int, reason: str, message: str = "No.", **more: Any) -> Answer:
    named = {"message": message, "domain": "youtube.quota", "reason": reason}
    error = {"error": {"code": status, "message": message, "errors": [named], **more}}
    return Answer(json.dumps(error).encode(), status=status)


@pytest.mark.parametrize(
    ("answered", "kind", "can_pass"),
    [
        (refused(403, "quotaExceeded"), "quota_exhausted", False),
        (refused(403, "dailyLimitExceeded"), "quota_exhausted", False),
        (
            refused(
                429,
                "rateLimitExceeded",
                "Quota exceeded for quota metric 'Search Queries' and limit 'Search Queries per day'",
            ),
            "quota_exhausted",
            False,
        ),
        (
            refused(
                429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'"
            ),
            "rate_limited",
            True,
        ),
        (refused(403, "userRateLimitExceeded"), "rate_limited", True),
        (refused(400, "keyInvalid", "Bad Request"), "unauthorized", False),
        (refused(400, "badRequest", details=[{"reason": "API_KEY_INVALID"}]), "unauthorized", False),
        (refused(403, "accessNotConfigured"), "forbidden", False),
        (refused(403, "forbidden"), "forbidden", False),
        (refused(404, "playlistNotFound"), "not_found", False),
        (refused(400, "invalidRegionCode"), "http_error", False),
    ],
)
def test_an_error_is_named_after_its_reason(answered: Answer, kind: str, can_pass: bool):
    failure = YouTube().failure(answered)
    assert failure is not None
    assert (failure.kind, failure.can_pass) == (kind, can_pass)


def test_a_key_that_is_none_names_the_setting():
    failure = YouTube().failure(refused(400, "keyInvalid", "Bad Request"))
    assert failure is not None
    assert failure.sentence == "the server answered 400: Bad Request; check KAIRO_YOUTUBE_API_KEY"


def test_a_used_up_allowance_is_asked_for_again_when_the_day_begins_in_california():
    before = datetime.now(UTC)
    failure = YouTube().failure(refused(403, "quotaExceeded"))
    assert failure is not None
    assert failure.retry_at in (ALLOWANCE.begins_anew(before), ALLOWANCE.begins_anew(datetime.now(UTC)))
    assert f"{failure.retry_at:%Y-%m-%d %H:%M} UTC" in failure.sentence


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 1, 5, 14, tzinfo=UTC), datetime(2026, 1, 6, 8, tzinfo=UTC)),
        (datetime(2026, 1, 5, 7, 59, tzinfo=UTC), datetime(2026, 1, 5, 8, tzinfo=UTC)),
        # The clocks go forward on 8 March: that day has 23 hours.
        (datetime(2026, 3, 8, 9, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_in_california(now: datetime, midnight: datetime):
    assert ALLOWANCE.begins_anew(now) == midnight


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_error_that_says_nothing_is_left_to_its_status(status: int):
    assert YouTube().failure(Answer(b"<html>Server Error", status=status)) is None


# --- whatever comes -------------------------------------------------------------------------------


@settings(max_examples=50)
@given(document=mutated(CHART))
def test_whatever_a_chart_holds_each_entry_is_an_item_or_quarantined(document: Any):
    try:
        entries = entries_of("most_popular", answer(document, CHART_URL))
    except UnreadableBody:
        return
    assert len(entries) == len(document["items"])


@settings(max_examples=50)
@given(page=mutated(SEARCH), lookup=mutated(listing(*(video(one["id"]["videoId"]) for one in SEARCH["items"]))))
def test_whatever_a_search_and_its_lookup_hold_each_result_is_an_item_or_quarantined(page: Any, lookup: Any):
    try:
        entries = entries_of("search", answer(page, SEARCH_URL), answer(lookup, f"{LOOKUP_URL}a"))
    except UnreadableBody:
        return
    assert len(entries) == len(page["items"])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(page=mutated(SEARCH))
def test_whatever_a_search_holds_what_to_ask_next_is_known_or_refused(page: Any):
    try:
        requests = YouTube().requests(surface("search"), DUE, [answer(page, SEARCH_URL)])
    except UnreadableBody:
        return
    assert all(asked(request.url)["id"] for request in requests)


@settings(max_examples=50)
@given(body=mutated(json.loads((RECORDED / "error_permission_resp.json").read_bytes())))
def test_whatever_an_error_holds_it_has_a_name_or_none(body: Any):
    failure = YouTube().failure(answer(body, CHART_URL))
    assert failure is None or failure.kind in ("forbidden", "quota_exhausted")
