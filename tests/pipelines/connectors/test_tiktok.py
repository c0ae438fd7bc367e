"""TikTok's posts in every shape that data sets hold them in.

The web item list, the scraper's output and the detail of a hashtag are real. Flat exports are built after the columns
that scraping providers document (Bright Data's `post_id`, `profile_username`, `digg_count`; TikTok's research API's
`video_description`, `hashtag_names`, `view_count`), and so are the answers of the app with its `aweme_list`.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from mutated import mutated

from kairo_pipelines.connectors.connector import Answer, Failure, Item, Quarantined, Request, Target, UnreadableBody
from kairo_pipelines.connectors.tiktok import TikTok
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.settings import SettingsError

DUE = datetime(2026, 1, 5, 14, tzinfo=UTC)
RECORDED = Path(__file__).parents[2] / "data/tiktok"
WEB = json.loads((RECORDED / "api_item_list_2021-01.json").read_bytes())
SCRAPED = json.loads((RECORDED / "scraper_output_user_2021-01-06.json").read_bytes())
SOUND = "6912598083385789189"
#: What JavaScript makes of that number, and then writes.
ROUNDED_SOUND = 6912598083385789000

FLAT: dict[str, Any] = {
    "url": "https://www.tiktok.com/@nasa/video/7459287841546292488",
    "post_id": "7459287841546292488",
    "description": "Liftoff! #artemis",
    "create_time": "2025-01-14T09:12:44.000Z",
    "profile_username": "nasa",
    "music_id": SOUND,
    "play_count": "541.2K",
    "digg_count": "1,234",
    "comment_count": 0,
    "share_count": None,
    "hashtags": ["#artemis", "moon"],
}

Sample = Callable[[str], bytes]


def surface(surface_type: str = "hashtag", key: str = "fyp") -> Target:
    return Target(f"tiktok-{surface_type}", "tiktok", surface_type, key)


def entries_of(content: bytes | str | Any) -> list[Item | Quarantined]:
    if not isinstance(content, bytes):
        content = (content if isinstance(content, str) else json.dumps(content)).encode()
    return list(TikTok().parse(surface(), [Answer(content)]))


def entry_of(entry: Any) -> Item | Quarantined:
    """What becomes of the only entry of a data set."""
    [read] = entries_of([entry])
    return read


def item_of(entry: Any) -> Item:
    item = entry_of(entry)
    assert isinstance(item, Item), item
    return item


def unix(item: Item) -> float | None:
    return item.published_at.timestamp() if item.published_at else None


# --- the recorded data sets -----------------------------------------------------------------------


def test_every_post_of_the_web_item_list_is_an_item_with_the_values_of_the_file(sample: Sample):
    posts = json.loads(sample("tiktok/api_item_list_2021-01.json"))["items"]
    items = entries_of(sample("tiktok/api_item_list_2021-01.json"))
    assert [item.platform_item_id for item in items] == [post["id"] for post in posts]
    assert [item.text_content for item in items] == [post["desc"] for post in posts]
    assert [item.author for item in items] == [post["author"]["uniqueId"] for post in posts]
    assert [item.audio_id for item in items] == [post["music"]["id"] for post in posts]
    assert [item.view_count for item in items] == [post["stats"]["playCount"] for post in posts]
    assert [item.like_count for item in items] == [post["stats"]["diggCount"] for post in posts]
    assert [item.comment_count for item in items] == [post["stats"]["commentCount"] for post in posts]
    assert [item.share_count for item in items] == [post["stats"]["shareCount"] for post in posts]
    assert [unix(item) for item in items] == [post["createTime"] for post in posts]
    assert [list(item.hashtags) for item in items] == [
        [challenge["title"] for challenge in post.get("challenges", [])] for post in posts
    ]
    assert [item.raw for item in items] == posts


def test_every_post_that_the_scraper_wrote_is_an_item_with_the_values_of_the_file(sample: Sample):
    posts = json.loads(sample("tiktok/scraper_output_user_2021-01-06.json"))
    items = entries_of(sample("tiktok/scraper_output_user_2021-01-06.json"))
    assert [item.platform_item_id for item in items] == [post["id"] for post in posts]
    assert [item.text_content for item in items] == [post["text"] for post in posts]
    assert [item.author for item in items] == [post["authorMeta"]["name"] for post in posts]
    assert [item.audio_id for item in items] == [post["musicMeta"]["musicId"] for post in posts]
    assert [item.view_count for item in items] == [post["playCount"] for post in posts]
    assert [item.like_count for item in items] == [post["diggCount"] for post in posts]
    assert [item.comment_count for item in items] == [post["commentCount"] for post in posts]
    assert [item.share_count for item in items] == [post["shareCount"] for post in posts]
    assert [unix(item) for item in items] == [post["createTime"] for post in posts]
    assert [list(item.hashtags) for item in items] == [[tag["name"] for tag in post["hashtags"]] for post in posts]
    assert [item.raw for item in items] == posts


@pytest.mark.parametrize(
    ("name", "posts"), [("api_item_list_2021-01.json", 7), ("scraper_output_user_2021-01-06.json", 65)]
)
def test_the_recordings_lack_nothing_but_what_data_sets_never_say(name: str, posts: int, sample: Sample):
    items = entries_of(sample(f"tiktok/{name}"))
    nulls = {field: sum(getattr(item, field) is None for item in items) for field in Item.__dataclass_fields__ if items}
    never = {"title", "permalink", "language", "rank", "platform"}
    assert len(items) == posts
    assert nulls == {field: posts if field in never else 0 for field in Item.__dataclass_fields__}


def test_three_recorded_posts_have_an_empty_caption_and_are_items_all_the_same(sample: Sample):
    items = entries_of(sample("tiktok/scraper_output_user_2021-01-06.json"))
    assert [item.platform_item_id for item in items if not item.text_content] == [
        "6902467478555757829",
        "6898819208759479557",
        "6896553069371247878",
    ]


def test_a_recorded_list_without_posts_gives_none(sample: Sample):
    assert entries_of(sample("tiktok/api_challenge_detail.json")) == []


@pytest.mark.parametrize("post", [WEB["items"][0], SCRAPED[0], FLAT])
def test_neither_address_nor_kept_json_names_the_author(post: dict[str, Any]):
    item = item_of(post)
    kept = json.dumps(Authors(b"a-key").raw(item.raw, TikTok.author_fields))
    assert item.author
    assert f"@{item.author}/" not in kept
    assert f'"{item.author}"' not in kept
    assert item.url == f"https://www.tiktok.com/@_/video/{item.platform_item_id}"


# --- shapes ---------------------------------------------------------------------------------------


def test_a_flat_export_is_read_with_counts_as_people_write_them():
    item = item_of(FLAT)
    assert (item.platform_item_id, item.text_content) == ("7459287841546292488", "Liftoff! #artemis")
    assert (item.author, item.audio_id, item.hashtags) == ("nasa", SOUND, ("artemis", "moon"))
    assert item.published_at == datetime(2025, 1, 14, 9, 12, 44, tzinfo=UTC)
    assert (item.view_count, item.like_count, item.comment_count, item.share_count) == (541_200, 1_234, 0, None)


def test_a_flat_export_with_other_names_is_the_same():
    item = item_of(
        {
            "id": 12,
            "video_id": "7459287841546292488",
            "video_description": "Liftoff! #artemis",
            "create_time": 1736845964,
            "username": "@nasa",
            "music_id": SOUND,
            "view_count": 541_200,
            "like_count": 1_234,
            "hashtag_names": ["artemis", "moon"],
        }
    )
    same = item_of(FLAT)
    for field in ("platform_item_id", "text_content", "published_at", "author", "audio_id", "view_count", "hashtags"):
        assert getattr(item, field) == getattr(same, field)


def test_a_post_as_the_app_gets_it_is_read():
    aweme = {
        "aweme_id": "7459287841546292488",
        "desc": "Liftoff! #artemis",
        "create_time": 1736845964,
        "author": {"uid": "1", "unique_id": "nasa", "nickname": "NASA"},
        "music": {"id": int(SOUND), "id_str": SOUND, "title": "original sound"},
        "statistics": {"play_count": 541_200, "digg_count": 1_234, "comment_count": 0, "share_count": 5},
        "text_extra": [{"hashtag_name": "artemis"}, {"user_id": "2", "sec_uid": "MS4w"}],
    }
    [item] = entries_of({"status_code": 0, "aweme_list": [aweme]})
    assert (item.platform_item_id, item.author, item.audio_id) == ("7459287841546292488", "nasa", SOUND)
    assert (item.view_count, item.like_count, item.comment_count, item.share_count) == (541_200, 1_234, 0, 5)
    assert item.hashtags == ("artemis",)


@pytest.mark.parametrize(
    "tags",
    [
        ["artemis", "moon"],
        "#artemis #moon",
        "artemis, moon",
        [{"name": "artemis"}, {"name": "moon"}, {"name": ""}],
        [{"title": "artemis"}, 7.5, {"hashtagName": "moon"}, None],
    ],
)
def test_hashtags_are_names_objects_or_a_text(tags: Any):
    assert item_of({**FLAT, "hashtags": tags}).hashtags == ("artemis", "moon")


@pytest.mark.parametrize("tags", [None, [], {}, 7, "", [{}]])
def test_a_post_without_hashtags_has_none(tags: Any):
    assert item_of({**FLAT, "hashtags": tags}).hashtags == ()


@pytest.mark.parametrize("name", ["items", "itemList", "data", "collector", "results", "aweme_list"])
def test_the_list_is_found_wherever_it_is_wrapped(name: str):
    assert len(entries_of({"statusCode": 0, name: WEB["items"]})) == 7
    assert len(entries_of({"data": {name: WEB["items"]}})) == 7


def test_counts_that_are_hidden_or_missing_are_unknown():
    item = item_of({**FLAT, "digg_count": -1, "play_count": "many", "comment_count": [], "share_count": True})
    assert (item.view_count, item.like_count, item.comment_count, item.share_count) == (None,) * 4


# --- ids ------------------------------------------------------------------------------------------


def web_post(**changed: Any) -> dict[str, Any]:
    return {**WEB["items"][0], **changed}


def test_a_sound_whose_number_was_rounded_is_unknown():
    """Two sounds that are rounded to the same number would be one trend."""
    assert item_of(web_post(music={"id": ROUNDED_SOUND})).audio_id is None
    assert item_of(web_post(music={"id": 6.912598083385789e18})).audio_id is None
    assert item_of({**FLAT, "music_id": "6.91E+18"}).audio_id is None


def test_a_sound_whose_number_looks_exact_is_unknown_too():
    """Whether it went through a double on its way nobody can tell."""
    assert item_of(web_post(music={"id": int(SOUND)})).audio_id is None


@pytest.mark.parametrize("name", ["idStr", "id_str", "mid"])
def test_the_string_beside_a_rounded_number_is_the_sound(name: str):
    assert item_of(web_post(music={"id": ROUNDED_SOUND, name: SOUND})).audio_id == SOUND


def test_a_number_that_a_double_holds_is_exact():
    assert item_of(web_post(music={"id": 2**53 - 1})).audio_id == "9007199254740991"
    assert item_of(web_post(music={"id": 2**53})).audio_id is None


def test_a_post_without_sound_has_none():
    assert item_of(web_post(music={"id": ""})).audio_id is None


def test_a_post_with_a_rounded_number_is_quarantined():
    entry = entry_of(web_post(id=6912598122988326000))
    assert isinstance(entry, Quarantined)
    assert "above 2**53" in entry.reason


def test_a_post_with_a_rounded_number_has_its_id_from_its_address():
    address = "https://www.tiktok.com/@tiktok/video/6912598122988326149?lang=en"
    assert item_of(web_post(id=6912598122988326000, webVideoUrl=address)).platform_item_id == "6912598122988326149"


def test_the_number_of_a_row_is_not_the_post():
    assert item_of({**FLAT, "id": 12, "post_id": 7459287841546292000}).platform_item_id == "7459287841546292488"


# --- lines ----------------------------------------------------------------------------------------


def test_jsonl_is_read_line_by_line():
    lines = "\n".join(json.dumps(post) for post in SCRAPED)
    assert entries_of(lines) == entries_of(SCRAPED)


def test_one_line_is_one_post():
    assert entries_of(json.dumps(FLAT) + "\n") == [item_of(FLAT)]


def test_a_broken_line_is_quarantined_and_the_others_are_read():
    lines = [json.dumps(FLAT), '{"post_id": "74', "", json.dumps(FLAT), '"a text"']
    first, broken, second, text = entries_of("\r\n".join(lines))
    assert first == second == item_of(FLAT)
    assert isinstance(broken, Quarantined)
    assert (broken.position, broken.fragment) == (1, '"{\\"post_id\\": \\"74"')
    assert "not JSON" in broken.reason
    assert isinstance(text, Quarantined)
    assert (text.position, text.reason) == (3, "it is not an object")


def test_a_line_separator_within_a_caption_ends_no_line():
    unescaped = json.dumps({**FLAT, "description": "a\u2028b"}, ensure_ascii=False)
    lines = f"{unescaped}\n{json.dumps(FLAT)}"
    assert [item.text_content for item in entries_of(lines)] == ["a\u2028b", "Liftoff! #artemis"]


@pytest.mark.parametrize("entry", [None, 7, "post", [FLAT], {}, {"id": "7"}, {"desc": "no id"}, {"error": "private"}])
def test_what_is_no_post_is_quarantined(entry: Any):
    assert isinstance(entry_of(entry), Quarantined)


# --- answers that are none ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty_body"),
        (b" \n", "empty_body"),
        (b"<html><head><title>Security Check</title></head>Please wait for verification</html>", "challenge_page"),
        (b"<!doctype html><title>TikTok - Make Your Day</title>", "web_page"),
        (b'{"statusCode": 10000, "verifyConfig": {"code": 10000}}', "changed_shape"),
        (b'{"data": {"id": null, "cursor": 0}}', "changed_shape"),
        (b'"fyp"', "changed_shape"),
        (b'[\n {\n  "id": "1",\n  "desc": "x"\n },\n {\n  "id": "2', "not_json"),
        (b"quota exceeded", "not_json"),
    ],
)
def test_an_answer_that_is_no_data_set_is_named(content: bytes, kind: str):
    with pytest.raises(UnreadableBody) as caught:
        entries_of(content)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"type": "user-or-token-not-found", "message": "User was not found"}}, "unauthorized"),
        (402, {}, "quota_exhausted"),
        (403, {"message": "your plan does not include this"}, "forbidden"),
        (404, {"error": {"type": "record-not-found", "message": "Dataset was not found"}}, "not_found"),
    ],
)
def test_what_a_provider_says_of_an_error_is_told(status: int, body: Any, kind: str):
    failure = TikTok().failure(Answer(json.dumps(body).encode(), status=status))
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.can_pass) == (kind, False)


@pytest.mark.parametrize("status", [404, 429, 500])
def test_an_error_without_a_message_is_left_to_its_status(status: int):
    assert TikTok().failure(Answer(b"<html>", status=status)) is None


# --- what is asked --------------------------------------------------------------------------------


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KAIRO_TIKTOK_DATASET_URL", "https://sets.example.org/tiktok/{surface_type}/{surface_key}.jsonl")
    monkeypatch.setenv("KAIRO_TIKTOK_DATASET_TOKEN", "a-secret")
    return "https://sets.example.org/tiktok"


@pytest.mark.parametrize(
    ("surface_type", "key", "path"),
    [
        ("hashtag", "fyp", "hashtag/fyp"),
        ("hashtag", "#fyp", "hashtag/fyp"),
        ("hashtag", "спорт", "hashtag/%D1%81%D0%BF%D0%BE%D1%80%D1%82"),
        ("hashtag", "{surface_type}", "hashtag/%7Bsurface_type%7D"),
        ("audio", SOUND, f"audio/{SOUND}"),
        ("profile", "@hannah.schlosberg", "profile/hannah.schlosberg"),
    ],
)
def test_the_address_is_filled_in_for_the_surface(provider: str, surface_type: str, key: str, path: str):
    [request] = TikTok().requests(surface(surface_type, key), DUE, [])
    assert request == Request(f"{provider}/{path}.jsonl", {"Authorization": "Bearer a-secret"})


@pytest.mark.usefixtures("provider")
def test_one_data_set_is_all():
    assert TikTok().requests(surface(), DUE, [Answer(b"[]")]) == ()


@pytest.mark.parametrize(
    "key", ["https://elsewhere.example.com/fyp.json", "file:///data/fyp.jsonl", "s3://bucket/tiktok/fyp.jsonl"]
)
@pytest.mark.usefixtures("provider")
def test_a_key_that_is_an_address_is_used_as_it_is_and_the_token_stays_with_the_provider(key: str):
    assert TikTok().requests(surface("audio", key), DUE, []) == (Request(key),)


def test_a_token_without_a_provider_goes_where_the_key_leads(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KAIRO_TIKTOK_DATASET_URL", raising=False)
    monkeypatch.setenv("KAIRO_TIKTOK_DATASET_TOKEN", "a-secret")
    [request] = TikTok().requests(surface(key="https://sets.example.org/1"), DUE, [])
    assert request.headers == {"Authorization": "Bearer a-secret"}


@pytest.mark.parametrize("template", ["file:///data/{surface_key}.json", "s3://sets/{surface_type}/{surface_key}"])
def test_a_file_needs_no_token(template: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_TIKTOK_DATASET_URL", template)
    monkeypatch.setenv("KAIRO_TIKTOK_DATASET_TOKEN", "a-secret")
    [request] = TikTok().requests(surface(), DUE, [])
    assert request == Request(template.replace("{surface_type}", "hashtag").replace("{surface_key}", "fyp"))


def test_without_a_provider_the_setting_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KAIRO_TIKTOK_DATASET_URL", raising=False)
    with pytest.raises(SettingsError, match=r"KAIRO_TIKTOK_DATASET_URL is not set; .*\{surface_key\}"):
        TikTok().requests(surface(), DUE, [])


@pytest.mark.parametrize("template", ["https://sets.example.org/latest.json", "ftp://x/{surface_key}"])
def test_an_address_that_is_the_same_for_every_surface_is_refused(template: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_TIKTOK_DATASET_URL", template)
    with pytest.raises(SettingsError, match="KAIRO_TIKTOK_DATASET_URL"):
        TikTok().requests(surface(), DUE, [])


@pytest.mark.parametrize(
    ("surface_type", "key", "sentence"),
    [
        ("hashtag", "", "the key is empty; it is a hashtag"),
        ("hashtag", "two words", "is not a hashtag, such as fyp"),
        ("hashtag", "#", "is not a hashtag"),
        ("audio", "original sound", "is not the number of a sound"),
        ("profile", "nasa/videos", "is not a handle"),
        ("profile", "http://", "is not a handle"),
        ("profile", "file:///data/", "is a folder; a data set is a file"),
    ],
)
def test_a_key_that_is_none_is_refused_in_a_sentence(surface_type: str, key: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        TikTok().check(surface(surface_type, key))


# --- whatever comes -------------------------------------------------------------------------------


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(document=mutated({"items": [*WEB["items"][:2], *SCRAPED[:2], FLAT]}))
def test_whatever_comes_each_entry_is_an_item_or_quarantined(document: Any):
    try:
        entries = entries_of(document)
    except UnreadableBody:
        return
    assert len(entries) == len(document["items"])


@settings(max_examples=50)
@given(posts=mutated([FLAT, SCRAPED[0], FLAT]))
def test_whatever_comes_each_line_is_an_item_or_quarantined(posts: Any):
    if not isinstance(posts, list):
        return
    try:
        entries = entries_of("\n".join(map(json.dumps, posts)) + "\n{")
    except UnreadableBody:
        return
    assert len(entries) == len(posts) + 1


@settings(max_examples=50)
@given(body=mutated({"error": {"type": "not-found", "message": "Dataset was not found"}}))
def test_whatever_an_error_says_it_has_a_name_or_none(body: Any):
    failure = TikTok().failure(Answer(json.dumps(body).encode(), status=404))
    assert failure is None or failure.kind == "not_found"
