"""Instagram: posts as scrapers, the app's own answers and providers' exports hold them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

import regex
from pydantic import Field, SecretStr

from kairo_pipelines.connectors.connector import Item, Quarantined
from kairo_pipelines.connectors.fields import text, web_address
from kairo_pipelines.connectors.scraped_dataset import (
    TEMPLATE,
    DatasetSettings,
    Layout,
    ScrapedDataset,
    first,
    names,
    paths,
)

_CODES = paths("shortCode code shortcode")
#: The post's number and its author's.
_COMPOSED = regex.compile(r"([0-9]+)_[0-9]+")


class InstagramSettings(DatasetSettings):
    """Where the provider's data sets of Instagram are, and the token it wants."""

    dataset_url: str = Field("", alias="KAIRO_INSTAGRAM_DATASET_URL", pattern=TEMPLATE)
    dataset_token: SecretStr = Field(SecretStr(""), alias="KAIRO_INSTAGRAM_DATASET_TOKEN")


class Instagram(ScrapedDataset):
    """Posts of a hashtag, a sound or a profile."""

    platform: ClassVar[str] = "instagram"
    settings_class: ClassVar[type[DatasetSettings]] = InstagramSettings
    layout: ClassVar[Layout] = Layout(
        id=paths("pk id post_id"),
        text=paths("caption caption.text description"),
        author=paths("ownerUsername user.username owner.username user_posted username"),
        audio_id=paths(
            "musicInfo.audio_id clips_music_attribution_info.audio_id "
            "music_metadata.music_info.music_asset_info.audio_cluster_id "
            "clips_metadata.music_info.music_asset_info.audio_cluster_id "
            "music_metadata.original_sound_info.audio_asset_id clips_metadata.original_sound_info.audio_asset_id "
            "audio.audio_asset_id audio_id"
        ),
        hashtags=paths("hashtags caption.hashtags"),
        published_at=paths("timestamp taken_at date_posted"),
        views=paths("videoPlayCount play_count video_play_count videoViewCount view_count video_view_count"),
        likes=paths("likesCount like_count likes"),
        comments=paths("commentsCount comment_count num_comments"),
        shares=paths("sharesCount reshare_count share_count"),
    )
    #: An id may be the post's and its author's in one, and an original sound has its author as the artist.
    author_fields: ClassVar[frozenset[str]] = names(
        "ownerUsername ownerFullName ownerId owner user username full_name user_posted user_id user_profile_url "
        "profile_url inputUrl id strong_id__ post_id artist_name ig_artist coauthorProducers coauthor_producers"
    )

    def identity(self, entry: Mapping[str, Any]) -> str | None:
        """The post's own part of its id: `3606320802535302916` of `3606320802535302916_56099298`."""
        found = super().identity(entry)
        composed = _COMPOSED.fullmatch(found or "")
        return str(composed[1]) if composed else found

    def address(self, entry: Mapping[str, Any], identity: str) -> str | None:
        """By the short code, under which reels are found as well."""
        code = first(entry, _CODES, text)
        if not code:
            return web_address(entry.get("url"))
        return f"https://www.instagram.com/p/{quote(code, safe='', errors='replace')}/"

    def item(self, entry: Any, position: int) -> Item | Quarantined:
        """The post, without likes where their number is hidden: the app then answers with a small one, such as 3."""
        item = super().item(entry, position)
        if isinstance(item, Item) and item.raw.get("like_and_view_counts_disabled") is True:
            return replace(item, like_count=None)
        return item
