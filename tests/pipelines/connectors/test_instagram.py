"""Instagram's posts as scraping providers deliver them.

None is recorded here. The payloads are built after what providers document: Apify's instagram-scraper, the app's own
answers (`pk`, `code`, `caption.text`) that others pass on, and Bright Data's flat export.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from mutated import mutated

from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, Request, Target, UnreadableBody
from kairo_pipelines.connectors.instagram import Instagram
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.settings import SettingsError

DUE = datetime(2026, 1, 5, 14, tzinfo=UTC)
SCRAPED: dict[str, Any] = {
    "inputUrl": "https://www.instagram.com/nasa",
    "id": "3606320802535302916",
    "type": "Video",
    "shortCode": "DIMK_UsRLsE",
    "caption": "Liftoff! #Artemis @nasakennedy",
    "hashtags": ["Artemis"],
    "mentions": ["nasakennedy"],
    "url": "https://www.instagram.com/p/DIMK_UsRLsE/",
    "commentsCount": 1022,
    "likesCount": 85700,
    "videoViewCount": 410250,
    "videoPlayCount": 853600,
    "timestamp": "2025-04-08T16:30:12.000Z",
    "ownerFullName": "NASA",
    "ownerUsername": "nasa",
    "ownerId": "56099298",
    "productType": "clips",
    "musicInfo": {
        "artist_name": "nasa",
        "song_name": "Original audio",
        "uses_original_audio": True,
        "audio_id": "577003721993612",
    },
    "latestComments": [{"id": "18", "text": "wow", "ownerUsername": "someone", "likesCount": 3}],
}
FROM_THE_APP: dict[str, Any] = {
    # The number as JavaScript rounds it.
    "pk": 3606320802535303000,
    "id": "3606320802535302916_56099298",
    "code": "DIMK_UsRLsE",
    "taken_at": 1744129812,
    "caption": {"pk": "18", "text": "Liftoff! #Artemis @nasakennedy", "user": {"username": "nasa"}},
    "user": {"pk": "56099298", "username": "nasa", "full_name": "NASA"},
    "like_count": 85700,
    "comment_count": 1022,
    "play_count": 853600,
    "reshare_count": 95,
    "like_and_view_counts_disabled": False,
    "clips_metadata": {
        "music_info": None,
        "original_sound_info": {"audio_asset_id": "577003721993612", "ig_artist": {"username": "nasa"}},
    },
}
FLAT: dict[str, Any] = {
    "url": "https://www.instagram.com/p/DIMK_UsRLsE/",
    "pk": "3606320802535302916",
    "shortcode": "DIMK_UsRLsE",
    "user_posted": "nasa",
    "description": "Liftoff! #Artemis @nasakennedy",
    "hashtags": ["#Artemis"],
    "date_posted": "2025-04-08T16:30:12.000Z",
    "likes": "85.7K",
    "num_comments": "1,022",
    "video_play_count": 853600,
}


def surface(surface_type: str = "hashtag", key: str = "artemis") -> Target:
    return Target(f"instagram-{surface_type}", "instagram", surface_type, key)


def entries_of(document: Any) -> list[Item | Quarantined]:
    return list(Instagram().parse(surface(), [Answer(json.dumps(document).encode())]))


def entry_of(entry: Any) -> Item | Quarantined:
    [read] = entries_of([entry])
    return read


def item_of(entry: Any) -> Item:
    item = entry_of(entry)
    assert isinstance(item, Item), item
    return item


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("post", [SCRAPED, FROM_THE_APP, FLAT])
def test_a_post_is_the_same_in_every_shape(post: dict[str, Any]):
    item = item_of(post)
    assert item.platform_item_id == "3606320802535302916"
    assert (item.text_content, item.title, item.author) == ("Liftoff! #Artemis @nasakennedy", None, "nasa")
    assert item.url == "https://www.instagram.com/p/DIMK_UsRLsE/"
    assert item.published_at == datetime(2025, 4, 8, 16, 30, 12, tzinfo=UTC)
    assert (item.view_count, item.like_count, item.comment_count) == (853_600, 85_700, 1_022)
    assert item.raw == post


def test_hashtags_are_those_that_the_provider_lists():
    assert [item_of(post).hashtags for post in (SCRAPED, FROM_THE_APP, FLAT)] == [("Artemis",), (), ("Artemis",)]


def test_only_the_app_tells_how_often_a_post_was_shared():
    assert [item_of(post).share_count for post in (SCRAPED, FROM_THE_APP, FLAT)] == [None, 95, None]


@pytest.mark.parametrize("post", [SCRAPED, FROM_THE_APP, FLAT])
def test_neither_address_nor_kept_json_names_the_author(post: dict[str, Any]):
    kept = json.dumps(Authors(b"a-key").raw(post, Instagram.author_fields))
    assert '"nasa"' not in kept
    assert ".com/nasa" not in kept
    assert "56099298" not in kept
    assert "nasa" not in str(item_of(post).url)


def test_the_lists_of_the_app_are_read():
    assert len(entries_of({"data": {"count": 2, "items": [FROM_THE_APP, FROM_THE_APP]}, "pagination_token": "x"})) == 2


def test_jsonl_is_read_and_a_broken_line_quarantined():
    content = f'{json.dumps(SCRAPED)}\n{{"id": \n{json.dumps(FLAT)}\n'.encode()
    entries = list(Instagram().parse(surface(), [Answer(content)]))
    assert [type(entry) for entry in entries] == [Item, Quarantined, Item]


# --- fields ---------------------------------------------------------------------------------------


def test_hidden_likes_are_unknown():
    assert item_of({**SCRAPED, "likesCount": -1}).like_count is None


def test_likes_that_the_app_hides_are_unknown_whatever_number_it_gives():
    """It says 3 of posts that thousands like."""
    item = item_of({**FROM_THE_APP, "like_count": 3, "like_and_view_counts_disabled": True})
    assert (item.like_count, item.comment_count, item.view_count) == (None, 1_022, 853_600)


def test_a_picture_has_no_views():
    picture = {
        name: value for name, value in SCRAPED.items() if name not in ("videoViewCount", "videoPlayCount", "musicInfo")
    }
    item = item_of(picture)
    assert (item.view_count, item.audio_id) == (None, None)


def test_without_plays_the_views_count():
    assert item_of({**SCRAPED, "videoPlayCount": None}).view_count == 410_250


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("musicInfo", {"audio_id": "577003721993612"}),
        ("clips_music_attribution_info", {"audio_id": "577003721993612"}),
        ("music_metadata", {"music_info": {"music_asset_info": {"audio_cluster_id": "577003721993612"}}}),
        ("clips_metadata", {"music_info": {"music_asset_info": {"audio_cluster_id": "577003721993612"}}}),
        ("clips_metadata", {"original_sound_info": {"audio_asset_id": 577003721993612}}),
        ("audio", {"audio_asset_id": "577003721993612"}),
    ],
)
def test_the_sound_is_found_wherever_it_is(where: str, value: Any):
    assert item_of({**FLAT, where: value}).audio_id == "577003721993612"


def test_a_sound_whose_number_was_rounded_is_unknown():
    rounded = {"original_sound_info": {"audio_asset_id": 26087244847644453}}
    assert item_of({**FROM_THE_APP, "clips_metadata": rounded}).audio_id is None


@pytest.mark.parametrize("caption", [None, "", {"text": ""}])
def test_a_post_may_have_no_caption(caption: Any):
    assert item_of({**FROM_THE_APP, "caption": caption}).text_content == ""


def test_without_a_short_code_the_given_address_is_kept():
    post = {name: value for name, value in SCRAPED.items() if name != "shortCode"}
    assert item_of(post).url == "https://www.instagram.com/p/DIMK_UsRLsE/"
    assert item_of({**post, "url": "javascript:alert(1)"}).url is None


def test_an_id_with_other_letters_is_kept_as_it_is():
    assert item_of({**SCRAPED, "id": "ig_3606"}).platform_item_id == "ig_3606"


@pytest.mark.parametrize(
    "entry",
    [
        {"url": "https://www.instagram.com/nasa", "error": "no_items", "errorDescription": "Empty or private data"},
        {**FROM_THE_APP, "id": None},
        {name: value for name, value in SCRAPED.items() if name != "caption"},
        "DIMK_UsRLsE",
    ],
)
def test_what_is_no_post_with_an_exact_id_is_quarantined(entry: Any):
    assert isinstance(entry_of(entry), Quarantined)


# --- what is asked --------------------------------------------------------------------------------


def test_provider_and_token_are_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KAIRO_INSTAGRAM_DATASET_URL", "https://sets.example.org/{surface_type}?of={surface_key}")
    monkeypatch.setenv("KAIRO_INSTAGRAM_DATASET_TOKEN", "a-secret")
    authorization = {"Authorization": "Bearer a-secret"}
    assert Instagram().requests(surface("profile", "@nasa"), DUE, []) == (
        Request("https://sets.example.org/profile?of=nasa", authorization),
    )


def test_without_a_provider_the_setting_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KAIRO_INSTAGRAM_DATASET_URL", raising=False)
    with pytest.raises(SettingsError, match="KAIRO_INSTAGRAM_DATASET_URL is not set"):
        Instagram().requests(surface(), DUE, [])


# --- whatever comes -------------------------------------------------------------------------------


@settings(max_examples=50)
@given(document=mutated([SCRAPED, FROM_THE_APP, FLAT]))
def test_whatever_comes_each_entry_is_an_item_or_quarantined(document: Any):
    try:
        entries = entries_of(document)
    except UnreadableBody:
        return
    assert len(entries) == len(document)
