"""Mastodon: what is trending on an instance, and the posts under a tag as the instance knows them."""

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

import regex
from pydantic import Field, SecretStr

from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Failure,
    Item,
    Quarantined,
    Request,
    Target,
    read_when_needed,
)
from kairo_pipelines.connectors.fields import at, count, entries, moment, text, web_address
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined, told
from kairo_pipelines.settings import EnvironmentSettings, SettingsError

INSTANCE = "an instance, such as mastodon.social; with http:// before it where it has no certificate"
#: What each surface type asks of an instance, and how many entries an instance gives at most.
_LISTS = {
    "trending_tags": ("trends/tags", 20),
    "trending_links": ("trends/links", 20),
    "trending_statuses": ("trends/statuses", 40),
    "tag": ("timelines/tag/", 40),
}
#: An instance, and the tag: after a slash, or as the tag's page has it.
_KEY = regex.compile(r"(?:(https?)://)?([^/?#@\s]+)(?:/(?:tags/)?#?([^/?#@\s]*))?")
_KINDS = {
    400: "http_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    410: "gone",
    422: "http_error",
    429: "rate_limited",
    503: "server_error",
}
#: Instances of older versions say so with 422.
_LOGIN_WANTED = "requires an authenticated user"


class MastodonSettings(EnvironmentSettings):
    """How many entries are asked for, and the tokens of the instances that want one."""

    tokens: SecretStr = Field(SecretStr("{}"), alias="KAIRO_MASTODON_TOKENS")
    limit: int = Field(40, alias="KAIRO_MASTODON_LIMIT", ge=1, le=40)

    def token(self, instance: str) -> str | None:
        """The instance's token, if there is one; SettingsError where the setting is no object of tokens."""
        try:
            tokens = json.loads(self.tokens.get_secret_value() or "{}")
        except ValueError:
            tokens = None
        # Read here and not by the field, whose error would show what was written, and with it the tokens.
        if not isinstance(tokens, dict) or not all(isinstance(token, str) for token in tokens.values()):
            raise SettingsError(
                'KAIRO_MASTODON_TOKENS must be a JSON object of tokens by instance: {"mastodon.social": "a-token"}'
            )
        return tokens.get(instance) or None


class _Key(NamedTuple):
    """A surface key, taken apart."""

    url: str
    instance: str
    tag: str


class Mastodon(Connector):
    """Posts under the address that is theirs on every instance; tags and links, an item for each day they trend.

    An instance tells how many posts used a tag or link on a day: posting it is passing it on, so they count as shares.
    """

    platform: ClassVar[str] = "mastodon"
    surface_types: ClassVar[Mapping[str, str]] = {
        "trending_tags": INSTANCE,
        "trending_links": INSTANCE,
        "trending_statuses": INSTANCE,
        "tag": "a tag on an instance, such as mastodon.social/python; the newest posts under it",
    }
    marked_up: ClassVar[bool] = True
    #: On a small instance nothing trends, and any instance may know of no post under a tag.
    may_be_empty: ClassVar[frozenset[str]] = frozenset(surface_types)
    settings_class: ClassVar[type[EnvironmentSettings] | None] = MastodonSettings
    settings = read_when_needed(MastodonSettings)
    #: Of a post, its author and whom it answers; of a linked page, who wrote that.
    author_fields: ClassVar[frozenset[str]] = frozenset(
        {"account", "in_reply_to_account_id", "author_name", "author_url", "authors"}
    )

    def check(self, target: Target) -> None:
        """Raise ValueError unless the key names an instance and, for a tag, a tag on it."""
        super().check(target)
        key = _key(target.surface_key)
        if not key or bool(key.tag) != (target.surface_type == "tag"):
            raise ValueError(f"{target.surface_key!r} is not {self.surface_types[target.surface_type]}")

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """The first page, which holds what trends most or is newest."""
        self.check(target)
        key = _key(target.surface_key)
        if answers or not key:
            return []
        path, most = _LISTS[target.surface_type]
        token = self.settings.token(key.instance)
        limit = min(self.settings.limit, most)
        url = f"{key.url}/api/v1/{path}{quote(key.tag, safe='')}?limit={limit}"
        return [Request(url, {"Authorization": f"Bearer {token}"} if token else {})]

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Entries in the order of the list, which is their rank where they trend."""
        key = _key(target.surface_key)
        for position, entry in enumerate(listed(json_of(answers[0]))):
            rank = None if target.surface_type == "tag" else position + 1
            if target.surface_type == "trending_tags":
                yield _tag(entry, position, rank)
            elif target.surface_type == "trending_links":
                yield _link(entry, position, rank)
            else:
                yield _status(entry, position, rank, key.instance if key else None)

    def failure(self, answer: Answer) -> Failure | None:
        """What the instance says, and where a token would help."""
        message = error_message(answer, "error")
        kind = _KINDS.get(answer.status)
        if not kind or not message:
            return None
        if kind == "unauthorized" or _LOGIN_WANTED in message:
            kind, message = "unauthorized", f"{message}; KAIRO_MASTODON_TOKENS holds the tokens of instances"
        return told(kind, answer.status, message, can_pass=kind in ("rate_limited", "server_error"))


def _key(key: str) -> _Key | None:
    match = _KEY.fullmatch(key.strip())
    url = web_address(f"{match[1] or 'https'}://{match[2].lower()}") if match else None
    return _Key(url, match[2].lower(), match[3] or "") if match and url else None


def _status(entry: Any, position: int, rank: int | None, instance: str | None) -> Item | Quarantined:
    boosted = at(entry, "reblog")
    status = boosted if isinstance(boosted, Mapping) else entry
    uri, content, warning = text(at(status, "uri")), at(status, "content"), text(at(status, "spoiler_text"))
    # A post may be an image alone, with an empty content.
    if not uri or not isinstance(content, str):
        return quarantined(position, "it has no content" if uri else "it has no uri", entry)
    permalink = web_address(at(status, "url")) or web_address(uri)
    return Item(
        platform_item_id=uri,
        text_content=f"<p>{html.escape(warning)}</p>{content}" if warning else content,
        author=_handle(at(status, "account"), instance),
        hashtags=tuple(name for tag in entries(at(status, "tags")) if (name := text(tag.get("name")))),
        url=web_address(at(status, "card", "url")) or permalink,
        permalink=permalink,
        language=text(at(status, "language")),
        published_at=moment(at(status, "created_at")),
        like_count=count(at(status, "favourites_count")),
        comment_count=count(at(status, "replies_count")),
        share_count=count(at(status, "reblogs_count")),
        rank=rank,
        raw=entry,
    )


def _handle(account: Any, instance: str | None) -> str | None:
    """The name that is the author's on every instance: an instance leaves out its own after the @."""
    name = text(at(account, "acct"))
    return f"{name}@{instance}" if name and instance and "@" not in name else name


def _tag(entry: Any, position: int, rank: int | None) -> Item | Quarantined:
    name, day, uses = text(at(entry, "name")), *_today(entry)
    if not name or not day:
        return quarantined(position, "its history has no day" if name else "it has no name", entry)
    page = web_address(at(entry, "url"))
    return Item(
        # Instances differ in how they write the same tag: ScreenshotSaturday.
        platform_item_id=f"tag:{name.casefold()}:{day:%Y-%m-%d}",
        text_content=f"#{html.escape(name)}",
        hashtags=(name,),
        url=page,
        permalink=page,
        published_at=day,
        share_count=uses,
        rank=rank,
        raw=entry,
    )


def _link(entry: Any, position: int, rank: int | None) -> Item | Quarantined:
    url, title, (day, uses) = web_address(at(entry, "url")), text(at(entry, "title")), _today(entry)
    words = text(at(entry, "description")) or title
    if not url or not words or not day:
        missing = "it has no address" if not url else "it has no words" if not words else "its history has no day"
        return quarantined(position, missing, entry)
    return Item(
        platform_item_id=f"link:{url}:{day:%Y-%m-%d}",
        title=title,
        text_content=html.escape(words, quote=False),
        url=url,
        language=text(at(entry, "language")),
        published_at=moment(at(entry, "published_at")),
        share_count=uses,
        rank=rank,
        raw=entry,
    )


def _today(entry: Any) -> tuple[datetime | None, int | None]:
    """The day on which a tag or link was last counted, in UTC, and how many posts used it by then."""
    latest = at(entry, "history", 0)
    return moment(at(latest, "day")), count(at(latest, "uses"))
