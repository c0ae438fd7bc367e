"""TikTok: posts as its web pages, scrapers and providers' exports hold them."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

import regex
from pydantic import Field, SecretStr

from kairo_pipelines.connectors.fields import text
from kairo_pipelines.connectors.scraped_dataset import (
    TEMPLATE,
    DatasetSettings,
    Layout,
    ScrapedDataset,
    first,
    names,
    paths,
)

#: A post's address holds its id as a text, whatever became of the number beside it.
_ADDRESSES = paths("webVideoUrl web_video_url share_url url")
_ID_IN_ADDRESS = regex.compile(r"/(?:video|photo|v)/([0-9]+)")


class TikTokSettings(DatasetSettings):
    """Where the provider's data sets of TikTok are, and the token it wants."""

    dataset_url: str = Field("", alias="KAIRO_TIKTOK_DATASET_URL", pattern=TEMPLATE)
    dataset_token: SecretStr = Field(SecretStr(""), alias="KAIRO_TIKTOK_DATASET_TOKEN")


class TikTok(ScrapedDataset):
    """Posts of a hashtag, a sound or a profile."""

    platform: ClassVar[str] = "tiktok"
    settings_class: ClassVar[type[DatasetSettings]] = TikTokSettings
    layout: ClassVar[Layout] = Layout(
        id=paths("aweme_id video_id post_id id_str idStr id"),
        text=paths("desc text description video_description caption title"),
        author=paths(
            "author.uniqueId author.unique_id authorMeta.name author_unique_id author_username profile_username "
            "username author"
        ),
        audio_id=paths(
            "music.id music.idStr music.id_str music.mid musicMeta.musicId music_info.id music_id music_id_str "
            "musicId sound_id audio_id"
        ),
        hashtags=paths("challenges hashtags textExtra text_extra cha_list hashtag_names"),
        published_at=paths("createTime create_time createTimeISO timestamp"),
        views=paths("stats.playCount statsV2.playCount statistics.play_count playCount play_count view_count views"),
        likes=paths("stats.diggCount statsV2.diggCount statistics.digg_count diggCount digg_count like_count likes"),
        comments=paths(
            "stats.commentCount statsV2.commentCount statistics.comment_count commentCount comment_count comments"
        ),
        shares=paths("stats.shareCount statsV2.shareCount statistics.share_count shareCount share_count shares"),
    )
    #: A sound is mostly made by who posts it, and every address of a post begins with the handle.
    author_fields: ClassVar[frozenset[str]] = names(
        "author authorMeta authorId author_id authorName author_name author_unique_id author_username musicAuthor "
        "username nickname uniqueId unique_id secUid sec_uid account_id profile_id profile_username profile_url "
        "profile_avatar profile_biography webVideoUrl web_video_url share_url share_info url input"
    )

    def identity(self, entry: Mapping[str, Any]) -> str | None:
        """The id in the post's address, else the one beside it, which may be a row's of an export."""
        return first(entry, _ADDRESSES, _id_in_address) or super().identity(entry)

    def address(self, entry: Mapping[str, Any], identity: str) -> str | None:
        """TikTok finds a post by its number alone; the handle before that may be anything."""
        return f"https://www.tiktok.com/@_/video/{quote(identity, safe='', errors='replace')}"


def _id_in_address(value: Any) -> str | None:
    match = _ID_IN_ADDRESS.search(text(value) or "")
    return match[1] if match else None
