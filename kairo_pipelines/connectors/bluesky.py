"""Bluesky: the posts of searches and of feed generators, and the network's trends."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

import regex
from pydantic import Field, SecretStr

from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Failure,
    Item,
    Login,
    Quarantined,
    Request,
    Target,
    read_when_needed,
)
from kairo_pipelines.connectors.fields import at, count, entries, moment, text, texts, web_address
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined, told
from kairo_pipelines.settings import EnvironmentSettings, SettingsError

SITE = "https://bsky.app"
ACCOUNT = "KAIRO_BLUESKY_IDENTIFIER and KAIRO_BLUESKY_APP_PASSWORD"
SEARCH = "app.bsky.feed.searchPosts"
NO_HANDLE = "handle.invalid"
#: What each surface type calls, where the answer has its list, and how many entries the list has at most.
_METHODS = {
    "search": (SEARCH, "posts", 100),
    "feed": ("app.bsky.feed.getFeed", "feed", 100),
    "trends": ("app.bsky.unspecced.getTrends", "trends", 25),
}
_DID = r"did:[a-z]+:[A-Za-z0-9._:%-]+"
_POST = regex.compile(rf"at://({_DID})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]+)")
_FEED = regex.compile(rf"at://{_DID}/app\.bsky\.feed\.generator/[A-Za-z0-9._:~-]+")
#: How the API and the server of an account say that there is no such feed.
_NO_FEED = regex.compile(r"(?i)could not (?:find feed|locate record)")
#: The failures that error bodies name. A feed's own server may answer too, and its errors are passed on.
_KINDS = {
    "AuthMissing": "unauthorized",
    "AuthenticationRequired": "unauthorized",
    "ExpiredToken": "unauthorized",
    "InvalidToken": "unauthorized",
    "AccountDeactivated": "suspended",
    "AccountTakedown": "suspended",
    "Forbidden": "forbidden",
    "RecordNotFound": "not_found",
    "UnknownFeed": "not_found",
    "BadQueryString": "http_error",
    "InvalidRequest": "http_error",
    "RateLimitExceeded": "rate_limited",
    "InternalServerError": "server_error",
    "InvalidFeedResponse": "server_error",
    "NotEnoughResources": "server_error",
    "UpstreamFailure": "server_error",
    "UpstreamTimeout": "server_error",
}


class BlueskySettings(EnvironmentSettings):
    """Where the API is, with and without an account, and how many posts are asked for."""

    url: str = Field("https://public.api.bsky.app", alias="KAIRO_BLUESKY_URL", min_length=1)
    login_url: str = Field("https://bsky.social", alias="KAIRO_BLUESKY_LOGIN_URL", min_length=1)
    identifier: str = Field("", alias="KAIRO_BLUESKY_IDENTIFIER")
    app_password: SecretStr = Field(SecretStr(""), alias="KAIRO_BLUESKY_APP_PASSWORD")
    limit: int = Field(100, alias="KAIRO_BLUESKY_LIMIT", ge=1, le=100)

    def request(self, method: str, **asked: str | int) -> Request:
        """A call of one of the API's methods: with an account where its server passes calls on, else in public."""
        call = f"/xrpc/{method}?{urlencode(asked)}"
        password = self.app_password.get_secret_value()
        if not self.identifier and not password:
            return Request(f"{self.url.rstrip('/')}{call}")
        if not self.identifier or not password:
            raise SettingsError(f"{ACCOUNT} belong together; set both, or neither to read without an account")
        server = self.login_url.rstrip("/")
        form = (("identifier", self.identifier), ("password", password))
        login = Login(f"{server}/xrpc/com.atproto.server.createSession", form, "accessJwt", as_json=True)
        return Request(f"{server}{call}", login=login)


class Bluesky(Connector):
    """Posts as they were written, and trends, each of which is an item of its own.

    A trend is the same item as long as its link and the day on which it began are the same: its name may be reworded,
    and a later trend may come under the same link. Its posts, each of which passes it on, are counted as shares.
    """

    platform: ClassVar[str] = "bluesky"
    surface_types: ClassVar[Mapping[str, str]] = {
        "search": "a query; the newest posts that match it",
        "feed": "the address of a feed generator: at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.generator/whats-hot",
        "trends": "a name for the trends of the network, such as all",
    }
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"search"})
    settings_class: ClassVar[type[EnvironmentSettings] | None] = BlueskySettings
    settings = read_when_needed(BlueskySettings)
    #: Of a post, who wrote it, reposted it or wrote what it answers; of a trend, some who take part in it.
    author_fields: ClassVar[frozenset[str]] = frozenset({"author", "grandparentAuthor", "by", "creator", "actors"})

    def check(self, target: Target) -> None:
        """Raise ValueError unless a feed's key is the address of a feed generator."""
        super().check(target)
        if target.surface_type == "feed" and not _FEED.fullmatch(target.surface_key.strip()):
            raise ValueError(f"{target.surface_key!r} is no feed; the key is {self.surface_types['feed']}")

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """One page: the public search has no second one, and what is trending is on the first."""
        self.check(target)
        if answers:
            return []
        method, _, most = _METHODS[target.surface_type]
        asked: dict[str, str | int] = {"limit": min(self.settings.limit, most)}
        if target.surface_type == "search":
            asked |= {"q": target.surface_key, "sort": "latest"}
        elif target.surface_type == "feed":
            asked |= {"feed": target.surface_key.strip()}
        return [self.settings.request(method, **asked)]

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Posts and trends in the order of the list, which is their rank unless they were searched for."""
        _, name, _ = _METHODS[target.surface_type]
        for position, entry in enumerate(listed(json_of(answers[0]), name)):
            if target.surface_type == "search":
                yield _post(entry, entry, position)
            elif target.surface_type == "feed":
                yield _post(entry, at(entry, "post"), position, rank=position + 1)
            else:
                yield _trend(entry, position)

    def failure(self, answer: Answer) -> Failure | None:
        """What the error body names, and what an account would help against."""
        name, message = error_message(answer, "error"), error_message(answer, "message")
        kind = _KINDS.get(name or "")
        if kind == "http_error" and _NO_FEED.match(message or ""):
            kind = "not_found"
        elif kind == "unauthorized":
            message = f"{message or name}; check {ACCOUNT}"
        elif kind is None and answer.status == 403 and SEARCH in answer.url:
            # Refused before it reached the API, with a web page.
            kind, message = "forbidden", f"Bluesky refuses searches without an account; {ACCOUNT} name one"
        if kind is None:
            return None
        return told(kind, answer.status, message or name, can_pass=kind in ("rate_limited", "server_error"))


def _post(entry: Any, post: Any, position: int, rank: int | None = None) -> Item | Quarantined:
    uri, record = text(at(post, "uri")), at(post, "record")
    address = _POST.fullmatch(uri) if uri else None
    words = at(record, "text")
    if not uri or not address:
        return quarantined(position, "it has no address of a post, such as at://did:plc:…/app.bsky.feed.post/…", entry)
    # A post may be an image or a link alone, with an empty text.
    if not isinstance(words, str):
        return quarantined(position, "its record has no text", entry)
    features = [feature for facet in entries(at(record, "facets")) for feature in entries(at(facet, "features"))]
    tags = (text(feature.get("tag")) for feature in features)
    permalink = f"{SITE}/profile/{address[1]}/post/{address[2]}"
    return Item(
        platform_item_id=uri,
        text_content=words,
        author=_author(at(post, "author")),
        hashtags=tuple(dict.fromkeys((*filter(None, tags), *texts(at(record, "tags"))))),
        url=_linked(record, features) or permalink,
        permalink=permalink,
        language=text(at(record, "langs", 0)),
        published_at=moment(at(record, "createdAt")) or moment(at(post, "indexedAt")),
        like_count=count(at(post, "likeCount")),
        comment_count=count(at(post, "replyCount")),
        share_count=count(at(post, "repostCount")),
        rank=rank,
        raw=entry,
    )


def _author(author: Any) -> str | None:
    # The handle is the same for everyone whose handle could not be verified; their ids tell them apart.
    handle = text(at(author, "handle"))
    return text(at(author, "did")) if handle == NO_HANDLE else handle


def _linked(record: Any, features: Sequence[Mapping[str, Any]]) -> str | None:
    """What a post links to: the card below it, also where it quotes another post, else the first link in its text."""
    cards = (at(record, "embed", "external", "uri"), at(record, "embed", "media", "external", "uri"))
    links = (feature.get("uri") for feature in features)
    return next(filter(None, map(web_address, (*cards, *links))), None)


def _trend(entry: Any, position: int) -> Item | Quarantined:
    topic, link, began = text(at(entry, "topic")), text(at(entry, "link")), moment(at(entry, "startedAt"))
    name = text(at(entry, "displayName")) or topic
    if not name or not began:
        return quarantined(position, "it has no name" if began else "it does not say when it began", entry)
    page = web_address(f"{SITE}{link}" if link and link.startswith("/") else link)
    return Item(
        platform_item_id=f"trend:{link or topic or name}:{began:%Y-%m-%d}",
        title=name,
        text_content=text(at(entry, "description")) or name,
        url=page,
        permalink=page,
        published_at=began,
        share_count=count(at(entry, "postCount")),
        rank=position + 1,
        raw=entry,
    )
