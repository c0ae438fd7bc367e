"""YouTube: the most popular videos of a country, and those of searches and channels, through the Data API v3."""

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import regex
from pydantic import Field, SecretStr

from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Failure,
    Item,
    Quarantined,
    Quota,
    Request,
    Target,
    UnreadableBody,
    read_when_needed,
)
from kairo_pipelines.connectors.fields import at, count, entries, moment, text, texts
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined, told
from kairo_pipelines.settings import EnvironmentSettings, SettingsError

WATCH = "https://www.youtube.com/watch?v="
#: The most that one answer lists, and the most videos that can be looked up at once.
PAGE = 50
#: Where YouTube counts its days.
QUOTA_TIMEZONE = "America/Los_Angeles"
SEARCH_UNITS = 100

_KEYS = {
    "most_popular": regex.compile(r"[A-Z]{2}(?:/[0-9]{1,3})?"),
    "search": regex.compile(r"(?s).+"),
    "channel": regex.compile(r"UC[A-Za-z0-9_-]{22}"),
}
#: Where an entry of each listing holds the id of its video.
_VIDEO_ID = {
    "most_popular": ("id",),
    "search": ("id", "videoId"),
    "channel": ("snippet", "resourceId", "videoId"),
}
_ID = regex.compile(r"[A-Za-z0-9_-]{1,64}")
#: The failures that error bodies name by a reason, and those that a status tells of where the reason is another.
_KINDS = {
    "quotaExceeded": "quota_exhausted",
    "dailyLimitExceeded": "quota_exhausted",
    "rateLimitExceeded": "rate_limited",
    "userRateLimitExceeded": "rate_limited",
    "keyInvalid": "unauthorized",
    "keyExpired": "unauthorized",
    "API_KEY_INVALID": "unauthorized",
}
_BY_STATUS = {400: "http_error", 403: "forbidden", 404: "not_found"}


class YouTubeSettings(EnvironmentSettings):
    """Where the API is, the key it is asked with, its daily allowance, and how many videos a capture asks for."""

    url: str = Field("https://www.googleapis.com/youtube/v3", alias="KAIRO_YOUTUBE_URL", min_length=1)
    api_key: SecretStr = Field(SecretStr(""), alias="KAIRO_YOUTUBE_API_KEY")
    daily_quota: int = Field(10_000, alias="KAIRO_YOUTUBE_DAILY_QUOTA", ge=0)
    limit: int = Field(50, alias="KAIRO_YOUTUBE_LIMIT", ge=1, le=500)

    def request(self, method: str, units: int = 1, **asked: str | int) -> Request:
        """A call of one of the API's methods; SettingsError where there is no key."""
        key = self.api_key.get_secret_value()
        if not key:
            raise SettingsError(
                "KAIRO_YOUTUBE_API_KEY is not set; create an API key in a Google Cloud project "
                "in which the YouTube Data API v3 is enabled"
            )
        url = f"{self.url.rstrip('/')}/{method}?{urlencode(asked, errors='replace')}"
        quota = Quota("youtube", units, self.daily_quota, QUOTA_TIMEZONE)
        return Request(url, {"X-Goog-Api-Key": key}, quota=quota)


class YouTube(Connector):
    """Listings of videos. Those without counts are looked up afterwards, fifty at once."""

    platform: ClassVar[str] = "youtube"
    surface_types: ClassVar[Mapping[str, str]] = {
        "most_popular": "a country, such as US, or a category of videos within it: US/10",
        "search": "a query; the newest videos that match it",
        "channel": "a channel's id, UC and 22 characters; its newest videos",
    }
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"search"})
    settings_class: ClassVar[type[EnvironmentSettings] | None] = YouTubeSettings
    settings = read_when_needed(YouTubeSettings)
    author_fields: ClassVar[frozenset[str]] = frozenset(
        {"channelId", "channelTitle", "videoOwnerChannelId", "videoOwnerChannelTitle"}
    )

    def check(self, target: Target) -> None:
        """The key has the form of its surface type."""
        super().check(target)
        if not _KEYS[target.surface_type].fullmatch(target.surface_key):
            raise ValueError(f"{target.surface_key!r} is not {self.surface_types[target.surface_type]}")

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """The listing page by page, then the videos on it."""
        self.check(target)
        pages = [answer for answer in answers if not _is_lookup(answer)]
        if len(pages) < len(answers):
            return []
        # By pages, not by what is on them: short ones must not make a search use up more of the allowance.
        wanted = self.settings.limit - PAGE * len(pages)
        token = text(at(json_of(pages[-1]), "nextPageToken")) if pages else None
        if not pages or (token and wanted > 0):
            return [self._page(target, maxResults=min(wanted, PAGE), **({"pageToken": token} if token else {}))]
        if target.surface_type == "most_popular":
            return []
        named = (_video_id(entry, target.surface_type) for entry in _listing(pages))
        ids = list(dict.fromkeys(video_id for video_id in named if video_id))
        batches = [",".join(ids[start : start + PAGE]) for start in range(0, len(ids), PAGE)]
        return [self.settings.request("videos", part="snippet,statistics", id=batch) for batch in batches]

    def _page(self, target: Target, **page: Any) -> Request:
        key, request = target.surface_key, self.settings.request
        if target.surface_type == "search":
            return request("search", SEARCH_UNITS, part="snippet", type="video", order="date", q=key, **page)
        if target.surface_type == "channel":
            # A channel's uploads are a playlist, whose id differs from the channel's in its second letter.
            return request("playlistItems", part="snippet,contentDetails", playlistId=f"UU{key[2:]}", **page)
        region, _, category = key.partition("/")
        page |= {"regionCode": region} | ({"videoCategoryId": category} if category else {})
        return request("videos", part="snippet,statistics,contentDetails", chart="mostPopular", **page)

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Each listed video as it was looked up; one that was not, or is gone by then, as it was listed."""
        lookups = _listing([answer for answer in answers if _is_lookup(answer)])
        looked_up = {_video_id(video, "most_popular"): video for video in entries(lookups)}
        for position, entry in enumerate(_listing([answer for answer in answers if not _is_lookup(answer)])):
            video_id = _video_id(entry, target.surface_type)
            if video_id is None:
                yield quarantined(position, "it names no video", entry)
                continue
            rank = position + 1 if target.surface_type == "most_popular" else None
            item = _item(video_id, looked_up.get(video_id, entry), rank)
            yield item or quarantined(position, "it has neither title nor description", entry)

    def failure(self, answer: Answer) -> Failure | None:
        """What the error body names: a used up allowance, asking too fast, no valid key; else what it says."""
        message = error_message(answer, "error", "message") or ""
        kind = next((_KINDS[reason] for reason in _reasons(answer) if reason in _KINDS), None)
        # Newer allowances of a day, such as that of searches, are refused by the name of those of a minute.
        if kind == "quota_exhausted" or (kind == "rate_limited" and "per day" in message):
            again = Quota("youtube", 0, 0, QUOTA_TIMEZONE).begins_anew(datetime.now(UTC))
            sentence = f"YouTube says that today's allowance is used up; it begins anew at {again:%Y-%m-%d %H:%M} UTC"
            return Failure("quota_exhausted", sentence, retry_at=again)
        if kind == "unauthorized":
            return told(kind, answer.status, f"{message or 'no valid key'}; check KAIRO_YOUTUBE_API_KEY")
        if kind is None and message:
            kind = _BY_STATUS.get(answer.status)
        return told(kind, answer.status, message, can_pass=kind == "rate_limited") if kind else None


def _is_lookup(answer: Answer) -> bool:
    return "id" in parse_qs(urlsplit(answer.url).query)


def _listing(answers: Sequence[Answer]) -> list[Any]:
    return [entry for answer in answers for entry in listed(json_of(answer), "items")]


def _video_id(entry: Any, surface_type: str) -> str | None:
    found = text(at(entry, *_VIDEO_ID[surface_type]))
    return found if found and _ID.fullmatch(found) else None


def _item(video_id: str, source: Mapping[str, Any], rank: int | None) -> Item | None:
    """A video out of whatever describes it; None where it has no words."""
    snippet, statistics = at(source, "snippet"), at(source, "statistics")
    # Of all that describes a video, only a search's result has more than its id there, and its words as if for HTML.
    written = html.unescape if at(source, "id", "videoId") else str
    title, description, author = (
        written(found) if (found := text(at(snippet, name))) else None
        for name in ("title", "description", "channelTitle")
    )
    words = description or title
    if not words:
        return None
    return Item(
        platform_item_id=video_id,
        title=title,
        text_content=words,
        # On a playlist the channel is the playlist's.
        author=text(at(snippet, "videoOwnerChannelTitle")) or author,
        hashtags=texts(at(snippet, "tags")),
        url=f"{WATCH}{video_id}",
        language=text(at(snippet, "defaultLanguage")),
        # On a playlist the snippet says when the video was put there.
        published_at=moment(at(source, "contentDetails", "videoPublishedAt") or at(snippet, "publishedAt")),
        view_count=count(at(statistics, "viewCount")),
        like_count=count(at(statistics, "likeCount")),
        comment_count=count(at(statistics, "commentCount")),
        rank=rank,
        raw=source,
    )


def _reasons(answer: Answer) -> list[str | None]:
    try:
        error = at(json_of(answer), "error")
    except UnreadableBody:
        return []
    return [text(at(one, "reason")) for one in (*entries(at(error, "errors")), *entries(at(error, "details")))]
