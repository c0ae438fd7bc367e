"""Reddit: the posts of subreddits and of searches."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

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
    UnreadableBody,
    read_when_needed,
)
from kairo_pipelines.connectors.fields import at, count, moment, text, web_address
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined
from kairo_pipelines.settings import EnvironmentSettings, SettingsError

SITE = "https://www.reddit.com"
SUBREDDIT = "a subreddit, such as python, or several: python+rust"
#: Where Reddit sends whoever asks for a subreddit that does not exist.
NO_SUCH_SUBREDDIT = "/subreddits/search"
#: A name is also that of a listing of several, such as `all`, or of a person's own page, `u_name`.
_SUBREDDITS = regex.compile(r"(?:/?r/)?([A-Za-z0-9_]{2,24}(?:\+[A-Za-z0-9_]{2,24})*)/?")
_WITHIN = regex.compile(r"(/?r/\S+)\s*(.*)")
#: What stands in the place of an author or a text that is gone.
_GONE = frozenset({"[deleted]", "[removed]"})
#: Why Reddit refuses a subreddit, by the reason that its error bodies name.
_REFUSED = {
    "private": "the subreddit is private: only those its moderators invite can read it",
    "banned": "Reddit has banned the subreddit",
    "quarantined": "Reddit has quarantined the subreddit: only those who opted in can read it",
    "gated": "the subreddit stands behind a warning: only those who accepted it can read it",
    "gold_only": "only subscribers of Reddit Premium can read the subreddit",
}


class RedditSettings(EnvironmentSettings):
    """Where Reddit's API is, the application it is asked as, and how many posts are asked for."""

    url: str = Field("https://oauth.reddit.com", alias="KAIRO_REDDIT_URL", min_length=1)
    token_url: str = Field(f"{SITE}/api/v1/access_token", alias="KAIRO_REDDIT_TOKEN_URL", min_length=1)
    client_id: str = Field("", alias="KAIRO_REDDIT_CLIENT_ID")
    client_secret: SecretStr = Field(SecretStr(""), alias="KAIRO_REDDIT_CLIENT_SECRET")
    limit: int = Field(100, alias="KAIRO_REDDIT_LIMIT", ge=1, le=100)

    @property
    def login(self) -> Login:
        """The application's own login, without a user; SettingsError where the application is not set."""
        user = (self.client_id, self.client_secret.get_secret_value())
        if not all(user):
            raise SettingsError(
                "KAIRO_REDDIT_CLIENT_ID and KAIRO_REDDIT_CLIENT_SECRET must both be set; "
                f"{SITE}/prefs/apps gives them to an application of the type 'script' or 'web app'"
            )
        return Login(self.token_url, (("grant_type", "client_credentials"),), "access_token", user)


class Reddit(Connector):
    """Listings of subreddits, and searches for what is newest."""

    platform: ClassVar[str] = "reddit"
    surface_types: ClassVar[Mapping[str, str]] = {
        "hot": SUBREDDIT,
        "new": SUBREDDIT,
        "rising": SUBREDDIT,
        "top": f"{SUBREDDIT}; the best of the last 24 hours",
        "search": "a query over all of Reddit, or within a subreddit: r/python asyncio",
    }
    #: Where little is posted, nothing rises and a day has no best.
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"new", "rising", "top", "search"})
    settings_class: ClassVar[type[EnvironmentSettings] | None] = RedditSettings
    settings = read_when_needed(RedditSettings)
    #: The person, and the one whose embedded video a post shows.
    author_fields: ClassVar[frozenset[str]] = frozenset({"author", "author_fullname", "author_name", "author_url"})
    ranked: ClassVar[frozenset[str]] = frozenset({"hot", "rising", "top"})

    def check(self, target: Target) -> None:
        """A listing's key names subreddits; a search's holds a query, after the subreddits it is kept to."""
        super().check(target)
        if target.surface_type != "search":
            _subreddits(target.surface_key)
            return
        within, query = _search(target.surface_key)
        if not query:
            raise ValueError(f"{target.surface_key!r} has no query; write it after the subreddit: {within} asyncio")
        if within:
            _subreddits(within)

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """The one page that Reddit gives at once."""
        if answers:
            return []
        self.check(target)
        asked: dict[str, str | int] = {"raw_json": 1, "limit": self.settings.limit}
        if target.surface_type == "search":
            within, query = _search(target.surface_key)
            asked |= {"q": query, "sort": "new", "type": "link"} | ({"restrict_sr": 1} if within else {})
            path = f"/r/{_subreddits(within)}/search" if within else "/search"
        else:
            asked |= {"t": "day"} if target.surface_type == "top" else {}
            path = f"/r/{_subreddits(target.surface_key)}/{target.surface_type}"
        return [Request(f"{self.settings.url.rstrip('/')}{path}?{urlencode(asked)}", login=self.settings.login)]

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """The children of the listing; it may hold more than were asked for, since stickied posts come on top."""
        for answer in answers[:1]:
            if urlsplit(answer.headers.get("content-location", "")).path.startswith(NO_SUCH_SUBREDDIT):
                raise UnreadableBody("not_found", f"there is no subreddit such as {target.surface_key}")
            for position, child in enumerate(listed(json_of(answer), "data", "children")):
                yield _entry(child, position, position + 1 if target.surface_type in self.ranked else None)

    def failure(self, answer: Answer) -> Failure | None:
        """Why a subreddit can't be read, where Reddit names the reason."""
        reason = error_message(answer, "reason")
        return Failure(reason, _REFUSED[reason]) if reason in _REFUSED and answer.status in (403, 404) else None


def _subreddits(key: str) -> str:
    """The names in a key such as `r/python`, joined by +."""
    if match := _SUBREDDITS.fullmatch(key.strip()):
        return str(match[1])
    raise ValueError(f"{key!r} names no subreddit; write {SUBREDDIT}")


def _search(key: str) -> tuple[str | None, str]:
    """The subreddits that a search is kept to, if any, and what it looks for."""
    match = _WITHIN.fullmatch(key.strip())
    return (match[1], match[2]) if match else (None, key.strip())


def _entry(child: Any, position: int, rank: int | None) -> Item | Quarantined:
    if at(child, "kind") not in ("t1", "t3"):
        return quarantined(position, "its kind is neither t3, a post, nor t1, a comment", child)
    post = child["data"] if isinstance(child.get("data"), Mapping) else {}
    name, title = text(post.get("name")), text(post.get("title"))
    words = _unless_gone(post.get("selftext")) or _unless_gone(post.get("body")) or title
    if not name or not words:
        return quarantined(position, "it has no text" if name else "it has no name, such as t3_48dxvx", child)
    permalink = _permalink(post.get("permalink"))
    linked = None if post.get("is_self") is True else _address(post.get("url"))
    return Item(
        platform_item_id=name,
        title=title,
        text_content=words,
        author=_unless_gone(post.get("author")),
        url=linked or permalink,
        permalink=permalink,
        published_at=moment(post.get("created_utc")),
        view_count=count(post.get("view_count")),
        like_count=count(post.get("score")),
        comment_count=count(post.get("num_comments")),
        rank=rank,
        raw=child,
    )


def _unless_gone(value: Any) -> str | None:
    found = text(value)
    return None if found in _GONE else found


def _permalink(value: Any) -> str | None:
    # A search adds how the post was found, `?ref=search_posts`; the same post has one address everywhere.
    path = text(value)
    return _address(path.partition("?")[0]) if path else None


def _address(value: Any) -> str | None:
    """A web address; Reddit writes those of its own pages, which crossposts link to, without the host."""
    return web_address(f"{SITE}{value}" if isinstance(value, str) and value.startswith("/") else value)
