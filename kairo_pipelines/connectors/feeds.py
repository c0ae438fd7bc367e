"""RSS, Atom, RDF, CDF and JSON feeds by URL."""

import hashlib
import html
import json
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any, ClassVar

import feedparser
import regex

from kairo_pipelines.connectors import json_feed
from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Item,
    Quarantined,
    Request,
    Target,
    UnreadableBody,
)
from kairo_pipelines.connectors.fields import web_address
from kairo_pipelines.connectors.json_answers import quarantined, require_content
from kairo_pipelines.normalize.text import without_markup

#: What a feed reader says it takes; servers that negotiate answer a web page otherwise.
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
#: An id with a scheme (https:, tag:, urn:) is meant to be unique in the world.
_WORLDWIDE = regex.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REFERENCES = regex.compile(rb"(?:&#(?:[0-9]+|[xX][0-9a-fA-F]+);)+")


class Feeds(Connector):
    """A feed: its key is the URL."""

    platform: ClassVar[str] = "feeds"
    surface_types: ClassVar[Mapping[str, str]] = {"feed": "the URL of an RSS, Atom, RDF, CDF or JSON feed"}
    marked_up: ClassVar[bool] = True
    conditional: ClassVar[bool] = True
    author_fields: ClassVar[frozenset[str]] = frozenset(
        {"author", "author_detail", "authors", "contributors", "publisher", "publisher_detail", "media_credit"}
    )

    def check(self, target: Target) -> None:
        """Raise ValueError unless the key is a web address."""
        super().check(target)
        if not web_address(target.surface_key):
            raise ValueError(f"{target.surface_key!r} is not a web address; a feed's key is its http or https URL")

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """GET the feed's URL."""
        self.check(target)
        return () if answers else (Request(target.surface_key.strip(), {"Accept": ACCEPT}),)

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Entries in the feed's order; what feedparser repairs is taken, what it can't read as a feed is refused."""
        answer = answers[0]
        require_content(answer)
        document = json_feed.document_of(answer)
        if document is not None:
            name, entries = json_feed.name_of(document), json_feed.entries_of(document)
        else:
            parsed = _parsed(answer)
            feed = parsed.feed
            name = feed.get("link") or feed.get("id") or feed.get("title") or ""
            entries = (_item(entry, position, feed) for position, entry in enumerate(parsed.entries))
        for entry in entries:
            yield _identified(entry, name) if isinstance(entry, Item) else entry


def _identified(item: Item, feed: str) -> Item:
    """The item under its own id, together with its feed where the id is unique only there; else its link or words."""
    own = item.platform_item_id
    if own and not _WORLDWIDE.match(own):
        own = f"{feed} {own}".strip()
    words = f"{item.title}\n{item.text_content}".encode("utf-8", "surrogatepass")
    return replace(item, platform_item_id=own or item.permalink or item.url or hashlib.sha256(words).hexdigest())


def _parsed(answer: Answer) -> feedparser.FeedParserDict:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    # As a stream: of bare bytes feedparser would try whether they name a file here, and read that.
    stream = BytesIO(_mended(answer.content))
    try:
        feed = feedparser.parse(stream, response_headers=headers, sanitize_html=True, resolve_relative_uris=True)
    except Exception as error:  # it fails in ways of its own at what anyone may send
        sentence = f"the feed could not be read: {type(error).__name__}: {error}"
        raise UnreadableBody("parser_failed", sentence) from error
    if not feed.get("version") and not feed.entries:
        beginning = answer.content.strip()[:60].decode("utf-8", "replace")
        raise UnreadableBody("not_a_feed", f"the body is not a feed; it begins {beginning!r}")
    return feed


def _item(entry: Mapping[str, Any], position: int, feed: Mapping[str, Any]) -> Item | Quarantined:
    title, text, link = _title(entry), _text(entry), web_address(entry.get("link"))
    if not text and not link:
        return quarantined(position, "the entry has neither text nor link", entry)
    return Item(
        platform_item_id=entry.get("id") or "",
        title=title,
        text_content=text,
        # The author of an Atom feed is the author of every entry that names none.
        author=_author(entry) or _author(feed),
        hashtags=tuple(tag["term"] for tag in entry.get("tags", ()) if tag.get("term")),
        # An entry announces a page, which others may link to as well; it has no other address of its own. An Atom id
        # stands in for a missing link and may be a name (urn:, tag:); others write `javascript:`.
        url=link,
        language=entry.get("language") or feed.get("language") or None,
        published_at=_published_at(entry),
        raw=json.loads(json.dumps(entry, default=str), parse_constant=lambda _: None),
    )


def _title(entry: Mapping[str, Any]) -> str | None:
    title, plain = entry.get("title") or "", entry.get("title_detail", {}).get("type") == "text/plain"
    return " ".join((title if plain else without_markup(title)).split()) or None


def _text(entry: Mapping[str, Any]) -> str:
    """The entry's words as HTML: its content, else its summary, else its title."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {"value": entry.get("summary")}]
    parts.append(entry.get("title_detail") or {"value": entry.get("title")})
    for part in parts:
        if value := part.get("value"):
            return html.escape(value, quote=False) if part.get("type") == "text/plain" else str(value)
    return ""


def _author(source: Mapping[str, Any]) -> str | None:
    return source.get("author_detail", {}).get("name") or source.get("author") or None


def _published_at(entry: Mapping[str, Any]) -> datetime | None:
    # As a plain dict: feedparser's own passes one of the two off as the other, with a warning.
    dates: dict[str, struct_time | None] = dict(entry)
    parsed = dates.get("published_parsed") or dates.get("updated_parsed")
    # feedparser gives UTC; a year that nobody could have meant (0, 9999) is no date.
    if not parsed or not 1900 <= parsed.tm_year < 2200:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except ValueError:
        return None


def _mended(content: bytes) -> bytes:
    """References to no character, which feedparser trips over: halves of an emoji are joined, others replaced."""
    return bytes(_REFERENCES.sub(lambda run: _as_characters(run[0]), content))


def _as_characters(references: bytes) -> bytes:
    codes = [_code(reference) for reference in references[2:-1].split(b";&#")]
    if all(code < 0xD800 or 0xDFFF < code < 0x110000 for code in codes):
        return references
    halves = "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)
    joined = halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(f"&#{ord(character)};" for character in joined).encode()


def _code(reference: bytes) -> int:
    """The number of a character; one beyond all of them where there are more digits than any has."""
    is_hexadecimal = reference[:1] in b"xX"
    digits = reference.lstrip(b"xX0") or b"0"
    return int(digits, 16 if is_hexadecimal else 10) if len(digits) < 10 else 0x110000
