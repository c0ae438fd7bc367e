"""Texts of a file or a stream, one JSON object a line, and the cluster of each."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kairo_pipelines.normalize.text import language_of
from kairo_pipelines.topics.terms import terms
from kairo_pipelines.topics.texts import Document
from kairo_pipelines.topics.topics import Topics

#: For how long a text is part of its topic: streams may be sparse, with a text an hour over years.
QUIET = timedelta(days=30)
#: How far apart in time, and how many, the texts may be that are judged together.
_TOGETHER, _MOST_TOGETHER = timedelta(days=1), 1_000
#: Which languages a stream is in is asked of each text at its beginning, later of one in so many.
_BEGINNING, _ONE_IN = 1_000, 10
#: Where no time is known yet.
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class UnreadableLine(Exception):
    """A line holds no text that can be clustered; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says."""

    id: Any
    text: str
    published_at: datetime | None


def clusters_of(lines: Iterable[bytes]) -> Iterator[tuple[Any, int]]:
    """The id of each line as it stands there, and its cluster: the number of the row that founded it, from 1 up.

    Lines may come in any order of time, though clusters are meant for those that come in it: what is 30 days older than
    the newest text so far is forgotten. A text without a time is as new as the newest. Blank lines are no rows.
    Raises UnreadableLine, after the clusters of all rows before it.
    """
    topics, row = Topics(quiet=QUIET), 0
    for newest, batch in _batches(lines):
        documents = [_document(number, line.text, newest) for number, line in enumerate(batch, row + 1)]
        found = topics.assign(documents)
        yield from ((line.id, int(topic)) for line, topic in zip(batch, found, strict=True))
        row += len(batch)


def read_line(line: bytes, number: int) -> Line:
    """The text of one line; raises UnreadableLine, naming its number."""

    def unreadable(reason: str) -> UnreadableLine:
        return UnreadableLine(f'line {number}: {reason}; a line is like {{"id": 1, "text": "…", "published_at": "…"}}')

    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise unreadable(f"not JSON ({error})") from None
    if not isinstance(said, dict):
        raise unreadable(f"{_short(said)} is not an object")
    if "id" not in said or isinstance(said["id"], dict | list):
        raise unreadable("it has no id that is a string or a number")
    if not isinstance(text := said.get("text"), str):
        raise unreadable(f"text is {_short(text)}, not a string" if "text" in said else "it has no text")
    published = said.get("published_at")
    try:
        moment = None if published is None else datetime.fromisoformat(published)
    except (ValueError, TypeError):
        raise unreadable(f"published_at is {_short(published)}, not a time in ISO 8601") from None
    return Line(said["id"], text, moment and _in_utc(moment))


def _batches(lines: Iterable[bytes]) -> Iterator[tuple[datetime, list[Line]]]:
    """Rows that are judged together, and the newest time that was known as they began."""
    batch: list[Line] = []
    began = newest = _EARLIEST
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = read_line(line, number)
        except UnreadableLine:
            if batch:
                yield began, batch
            raise
        if newest == _EARLIEST and read.published_at:
            # the first time that is known is that of the texts before it, too
            began = read.published_at
        newest = max(newest, read.published_at or newest)
        if batch and (len(batch) == _MOST_TOGETHER or newest - began >= _TOGETHER):
            yield began, batch
            batch = []
        if not batch:
            began = newest
        batch.append(read)
    if batch:
        yield began, batch


def _document(row: int, text: str, hour: datetime) -> Document:
    asked = row <= _BEGINNING or row % _ONE_IN == 0
    return Document(str(row), terms(text), hour, language_of(text) if asked else None)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # within a day of the first or the last year
        return moment.replace(tzinfo=UTC)


def _short(value: Any) -> str:
    shown = json.dumps(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"
