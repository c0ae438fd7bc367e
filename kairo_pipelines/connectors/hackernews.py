"""Hacker News: its lists, items and search, and the front page as recordings hold it."""

import hashlib
import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

import regex
from pydantic import Field

from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Failure,
    Item,
    Quarantined,
    Request,
    Target,
    UnreadableBody,
    read_when_needed,
)
from kairo_pipelines.connectors.fields import count, moment, text, web_address
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined, told
from kairo_pipelines.normalize.text import without_markup
from kairo_pipelines.settings import EnvironmentSettings

SITE = "https://news.ycombinator.com/"
OWN_PAGE = "item?id="
#: The statuses that both APIs explain in their answer.
_EXPLAINED = {400: "http_error", 401: "unauthorized", 403: "forbidden", 404: "not_found"}
_NUMBER = regex.compile(r"[0-9]{1,18}")
_ITEM_URL = regex.compile(r"/item/([0-9]+)\.json$")


class HackerNewsSettings(EnvironmentSettings):
    """Where the two APIs are, and how much of a list is read."""

    url: str = Field("https://hacker-news.firebaseio.com/v0", alias="KAIRO_HACKERNEWS_URL")
    search_url: str = Field("https://hn.algolia.com/api/v1", alias="KAIRO_HACKERNEWS_SEARCH_URL")
    stories: int = Field(100, alias="KAIRO_HACKERNEWS_STORIES", ge=1, le=500)


class _Names(NamedTuple):
    """What an API calls the fields of an item."""

    id: str
    author: str
    text: str
    likes: str
    comments: str
    time: str


_LISTED = _Names("id", "by", "text", "score", "descendants", "time")
_FOUND = _Names("objectID", "author", "story_text", "points", "num_comments", "created_at_i")


class HackerNews(Connector):
    """The lists of stories, whose items are fetched one by one; a single item; a search, newest first."""

    platform: ClassVar[str] = "hackernews"
    surface_types: ClassVar[Mapping[str, str]] = {
        "top": "a name for the top stories, such as news",
        "new": "a name for the newest stories, such as news",
        "best": "a name for the best stories, such as news",
        "item": "the number of a story, poll, job or comment, such as 8863",
        "search": "what to search for in stories",
    }
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"search"})
    settings_class: ClassVar[type[EnvironmentSettings] | None] = HackerNewsSettings
    settings = read_when_needed(HackerNewsSettings)
    #: A search result repeats its author among its tags.
    author_fields: ClassVar[frozenset[str]] = frozenset({"by", "author", "_tags"})

    def check(self, target: Target) -> None:
        """Raise ValueError unless an item's key is a number."""
        super().check(target)
        if target.surface_type == "item" and not _number(target.surface_key):
            raise ValueError(f"{target.surface_key!r} is no item; the key is {self.surface_types['item']}")

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """A search or an item in one request; of a list its ids, then all items at once."""
        self.check(target)
        url, stories = self.settings.url.rstrip("/"), self.settings.stories
        if target.surface_type == "item":
            return () if answers else (Request(f"{url}/item/{target.surface_key}.json"),)
        if target.surface_type == "search":
            query = urlencode({"query": target.surface_key, "tags": "story", "hitsPerPage": stories})
            return () if answers else (Request(f"{self.settings.search_url.rstrip('/')}/search_by_date?{query}"),)
        if not answers:
            return (Request(f"{url}/{target.surface_type}stories.json"),)
        if len(answers) > 1:
            return ()
        numbers = dict.fromkeys(filter(None, map(_number, listed(json_of(answers[0]))[:stories])))
        # One that is gone must not cost the others.
        return tuple(Request(f"{url}/item/{number}.json", may_be_missing=True) for number in numbers)

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Items in the order of the list; a single item that is not there any more is a failure of its surface."""
        if target.surface_type == "item":
            yield _single(json_of(answers[0]))
        elif target.surface_type == "search":
            for position, hit in enumerate(listed(json_of(answers[0]), "hits")):
                yield _item(hit, _FOUND, position)
        else:
            yield from _ranked(answers)

    def failure(self, answer: Answer) -> Failure | None:
        """What the answer says, under `error` (lists and items) or `message` (search)."""
        kind = _EXPLAINED.get(answer.status)
        message = error_message(answer, "error") or error_message(answer, "message")
        return told(kind, answer.status, message) if kind and message else None


def _number(value: Any) -> str | None:
    number = text(value)
    return number if number and _NUMBER.fullmatch(number) else None


def _ranked(answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
    ids = listed(json_of(answers[0]))
    came = {match[1]: answer for answer in answers[1:] if (match := _ITEM_URL.search(answer.url))}
    # The list goes on behind the last item that was asked for.
    last = max((position for position, entry in enumerate(ids) if _number(entry) in came), default=-1)
    for position, entry in enumerate(ids):
        number = _number(entry)
        if number in came:
            yield _listed(came[number], position)
        elif number is None or position < last:
            yield quarantined(position, "the list names it, and no item of that number came", entry)


def _listed(answer: Answer, position: int) -> Item | Quarantined:
    try:
        entry = json_of(answer)
    except UnreadableBody as unreadable:
        return quarantined(position, str(unreadable), answer.content[:500].decode("utf-8", "replace"))
    return _item(entry, _LISTED, position, rank=position + 1)


def _single(entry: Any) -> Item | Quarantined:
    if entry is None:
        raise UnreadableBody("not_found", "there is no item of this number")
    if isinstance(entry, Mapping) and (entry.get("deleted") or entry.get("dead")):
        raise UnreadableBody("gone", "the item was deleted or killed")
    return _item(entry, _LISTED, 0)


def _item(entry: Any, names: _Names, position: int, rank: int | None = None) -> Item | Quarantined:
    if not isinstance(entry, Mapping):
        return quarantined(position, "there is no such item", entry)
    if entry.get("deleted") or entry.get("dead"):
        return quarantined(position, "the item was deleted or killed", entry)
    item_id, title, words = text(entry.get(names.id)), _title(entry), _plain(text(entry.get(names.text)) or "")
    if not item_id:
        return quarantined(position, "the item has no id", entry)
    if not title and not words:
        return quarantined(position, "the item has neither title nor text", entry)
    permalink = f"{SITE}{OWN_PAGE}{item_id}"
    return Item(
        platform_item_id=item_id,
        title=title,
        text_content=words or title or "",
        author=text(entry.get(names.author)),
        url=web_address(entry.get("url")) or permalink,
        permalink=permalink,
        published_at=moment(entry.get(names.time)),
        like_count=count(entry.get(names.likes)),
        comment_count=count(entry.get(names.comments)),
        rank=rank,
        raw=entry,
    )


def _title(entry: Mapping[str, Any]) -> str | None:
    # Titles come without tags, and with `<` and `&` written as references or not. They have at most 80 characters; a
    # reference of thousands of digits is more than Python takes for a number.
    return html.unescape((text(entry.get("title")) or "")[:1000]).strip() or None


def _plain(marked_up: str) -> str:
    # Half a character, which JSON can hold, is none that the cleaner takes.
    return without_markup(marked_up.encode("utf-8", "replace").decode()).strip()


class RecordedFrontPage(Connector):
    """The front page, replayed: rows of rank, item_id, title, url, author, upvotes and comments."""

    platform: ClassVar[str] = "hackernews"
    surface_types: ClassVar[Mapping[str, str]] = {"front_page": "a name for the recorded front page, such as news"}
    author_fields: ClassVar[frozenset[str]] = frozenset({"author"})

    @property
    def is_fetched(self) -> bool:
        """Never: a past front page can't be fetched any more."""
        return False

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """Nothing."""
        return ()

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Stories in rank order."""
        for position, row in enumerate(listed(json_of(answers[0]))):
            title = row.get("title") if isinstance(row, Mapping) else None
            if not isinstance(title, str) or not title.strip():
                yield quarantined(position, "the story has no title", row)
            else:
                yield _recorded(row, title)


def _recorded(row: Mapping[str, Any], title: str) -> Item:
    author, url = text(row.get("author")), text(row.get("url"))
    if own_page := bool(url and url.startswith(OWN_PAGE)):
        url = f"{SITE}{url}"
    # A job posting that links elsewhere has no id, author or points: what a recording holds as its id is a number out
    # of the link. The link tells such postings apart.
    item_id = text(row.get("item_id") or None) if author or own_page else None
    named = hashlib.sha256((url or title).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    permalink = f"{SITE}{OWN_PAGE}{item_id}" if item_id else None
    return Item(
        platform_item_id=item_id or f"job-{named}",
        title=title,
        text_content=title,
        author=author,
        url=url or permalink,
        permalink=permalink,
        like_count=count(row.get("upvotes")),
        comment_count=count(row.get("comments")),
        rank=count(row.get("rank")),
        raw=row,
    )
