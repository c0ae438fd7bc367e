"""RSS, Atom, RDF and CDF feeds by URL."""

import hashlib
import html
import json
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any, ClassVar
from urllib.parse import urlsplit

import feedparser
import regex

from kairo_pipelines.connectors.connector import Body, Item, Quarantined, Request, Target, UnreadableBody
from kairo_pipelines.normalize.text import without_markup

#: What a feed reader says it takes; servers that negotiate answer a web page otherwise.
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
)
#: An id with a scheme (https:, tag:, urn:) is meant to be unique in the world.
_WORLDWIDE = regex.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REFERENCES = regex.compile(rb"(?:&#(?:[0-9]{1,20}|[xX][0-9a-fA-F]{1,20});)+")


class Feeds:
    """A feed: its key is the URL."""

    platform: ClassVar[str] = "feeds"
    surface_types: ClassVar[tuple[str, ...]] = ("feed",)
    marked_up: ClassVar[bool] = True

    def request(self, target: Target) -> Request:
        """GET the feed's URL."""
        if not _is_web_address(target.surface_key):
            raise ValueError(f"{target.surface_key!r} is not a web address; a feed's key is its http or https URL")
        return Request(target.surface_key, {"Accept": ACCEPT})

    def parse(self, body: Body) -> Iterator[Item | Quarantined]:
        """Entries in the feed's order; what feedparser repairs is taken, what it can't read as a feed is refused."""
        if not body.content.strip():
            raise UnreadableBody("empty_body", "the server answered with nothing")
        headers = {name.lower(): value for name, value in body.headers.items()}
        # As a stream: of bare bytes feedparser would try whether they name a file here, and read that.
        feed = feedparser.parse(
            BytesIO(_mended(body.content)), response_headers=headers, sanitize_html=True, resolve_relative_uris=True
        )
        if not feed.get("version") and not feed.entries:
            beginning = body.content.strip()[:60].decode("utf-8", "replace")
            raise UnreadableBody("not_a_feed", f"the body is not a feed; it begins {beginning!r}")
        for position, entry in enumerate(feed.entries):
            yield _item(entry, position, feed.feed)


def _item(entry: Mapping[str, Any], position: int, feed: Mapping[str, Any]) -> Item | Quarantined:
    title, text, link = _title(entry), _text(entry), _link(entry)
    fragment = json.dumps(entry, default=str, ensure_ascii=False)
    if not text and not link:
        return Quarantined(position, "the entry has neither text nor link", fragment[:500])
    return Item(
        platform_item_id=_identity(entry, feed) or link or hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        title=title,
        text_content=text,
        # The author of an Atom feed is the author of every entry that names none.
        author=_author(entry) or _author(feed),
        hashtags=tuple(tag["term"] for tag in entry.get("tags", ()) if tag.get("term")),
        # An entry announces a page, which others may link to as well; it has no other address of its own.
        url=link,
        language=entry.get("language") or feed.get("language") or None,
        published_at=_published_at(entry),
        raw=json.loads(fragment),
    )


def _identity(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str | None:
    """The entry's id. One such as `2` is unique only within its feed, and is named together with it."""
    own = entry.get("id") or None
    if not own or _WORLDWIDE.match(own):
        return own
    return f"{feed.get('link') or feed.get('id') or feed.get('title') or ''} {own}".strip()


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


def _link(entry: Mapping[str, Any]) -> str | None:
    # An Atom id stands in for a missing link and may be a name (urn:, tag:); others write `javascript:`.
    link = entry.get("link") or ""
    return link if _is_web_address(link) else None


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


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _mended(content: bytes) -> bytes:
    """References to no character, which feedparser trips over: halves of an emoji are joined, others replaced."""
    return bytes(_REFERENCES.sub(lambda run: _as_characters(run[0]), content))


def _as_characters(references: bytes) -> bytes:
    codes = [int(code[1:], 16) if code[:1] in b"xX" else int(code) for code in references[2:-1].split(b";&#")]
    if all(code < 0xD800 or 0xDFFF < code < 0x110000 for code in codes):
        return references
    halves = "".join(chr(code) if code < 0x110000 else "\ufffd" for code in codes)
    joined = halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(f"&#{ord(character)};" for character in joined).encode()
