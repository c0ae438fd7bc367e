"""JSON Feed 1.0 and 1.1: what the feeds connector reads where a feed is JSON and not XML."""

import html
from collections.abc import Iterator, Mapping
from typing import Any

import nh3

from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, UnreadableBody
from kairo_pipelines.connectors.fields import at, moment, text, texts, web_address
from kairo_pipelines.connectors.json_answers import json_of, listed, quarantined

MEDIA_TYPE = "application/feed+json"
#: What a feed's `version` begins with, which says that it is one.
VERSION = "jsonfeed.org/version/"


def document_of(answer: Answer) -> Any:
    """The JSON of an answer that is, or says that it is, a JSON Feed; None where it is something else."""
    media_types = (value for name, value in answer.headers.items() if name.lower() == "content-type")
    declared = any(value.split(";")[0].strip().lower() == MEDIA_TYPE for value in media_types)
    if not declared and not answer.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        document = json_of(answer)
    except UnreadableBody:
        if declared:
            raise
        return None
    return document if declared or VERSION in (text(at(document, "version")) or "") else None


def name_of(document: Any) -> str:
    """What tells this feed from others."""
    names = (text(at(document, key)) for key in ("home_page_url", "feed_url", "title"))
    return next((name for name in names if name), "")


def entries_of(document: Any) -> Iterator[Item | Quarantined]:
    """The items under their own ids, or an empty one where they have none; UnreadableBody where there is no list."""
    for position, entry in enumerate(listed(document, "items")):
        yield _item(entry, position, document)


def _item(entry: Any, position: int, feed: Any) -> Item | Quarantined:
    if not isinstance(entry, Mapping):
        return quarantined(position, "the entry is not an object", entry)
    own_page, subject = web_address(entry.get("url")), web_address(entry.get("external_url"))
    words = _text(entry)
    if not words and not own_page and not subject:
        return quarantined(position, "the entry has neither text nor link", entry)
    return Item(
        platform_item_id=text(entry.get("id")) or "",
        title=" ".join((text(entry.get("title")) or "").split()) or None,
        text_content=words,
        author=_author(entry) or _author(feed),
        hashtags=texts(entry.get("tags")),
        url=subject or own_page,
        permalink=own_page if subject else None,
        language=text(entry.get("language")) or text(at(feed, "language")),
        published_at=moment(entry.get("date_published")) or moment(entry.get("date_modified")),
        raw=entry,
    )


def _text(entry: Mapping[str, Any]) -> str:
    """The entry's words as HTML without scripts: its content, else its summary, else its title."""
    if marked_up := text(entry.get("content_html")):
        # Half a character, which JSON can hold, is none that the cleaner takes.
        cleaned: str = nh3.clean(marked_up.encode("utf-8", "replace").decode(), link_rel=None)
        if cleaned.strip():
            return cleaned
    plain = (text(entry.get(key)) for key in ("content_text", "summary", "title"))
    return html.escape(next((words for words in plain if words), ""), quote=False)


def _author(source: Any) -> str | None:
    """The first author by name; `author` is how version 1.0 writes `authors`."""
    for author in (at(source, "authors", 0), at(source, "author")):
        if name := text(at(author, "name")) or text(at(author, "url")):
            return name
    return None
