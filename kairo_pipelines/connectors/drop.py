"""Files that somebody drops into a folder or a bucket, for what has no connector: JSONL, CSV and Parquet.

Each row is one post, with columns named as an item's fields are: `id` (required), `text` or `title`, `platform`,
`author`, `audio_id`, `hashtags` (a list, or words parted by spaces or commas), `url`, `permalink`, `language`,
`published_at`, `view_count`, `like_count`, `comment_count`, `share_count`. What else a row holds is kept with it.
"""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import regex

from kairo_pipelines.connectors import fields
from kairo_pipelines.connectors.connector import Answer, Connector, Item, Quarantined, Request, Target
from kairo_pipelines.connectors.json_answers import json_of, listed, quarantined

_READABLE = (".jsonl", ".ndjson", ".csv", ".parquet")
_PLATFORM = regex.compile(r"[a-z0-9_]{1,40}")


class Drop(Connector):
    """A folder: its key is a path, or a `file://` or `s3://` address. Each capture reads the files that came since."""

    platform: ClassVar[str] = "drop"
    surface_types: ClassVar[Mapping[str, str]] = {"folder": "the path of a folder, or an s3:// address"}
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"folder"})
    varies_in_size: ClassVar[bool] = True
    conditional: ClassVar[bool] = True
    author_fields: ClassVar[frozenset[str]] = frozenset({"author"})

    def check(self, target: Target) -> None:
        """A folder's key is an absolute path, or an address of a folder."""
        super().check(target)
        scheme = urlsplit(target.surface_key).scheme
        if scheme not in ("file", "s3") and not target.surface_key.startswith("/"):
            raise ValueError(f"{target.surface_key!r} is no folder; write its whole path, or an s3:// address")

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """What is new in the folder, then each of those files."""
        self.check(target)
        if not answers:
            key = target.surface_key.rstrip("/") + "/"
            return [Request(key if urlsplit(key).scheme in ("file", "s3") else f"file://{quote(key)}")]
        if len(answers) > 1:
            return []
        return [Request(file["url"]) for file in listed(json_of(answers[0])) if _is_read(file)]

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """The rows of all files, in the order in which they came; a file that can't be read is one entry."""
        position = 0
        came = {answer.url: answer for answer in answers[1:]}
        for file in listed(json_of(answers[0])):
            answer = came.get(fields.at(file, "url"))
            for entry in _rows(answer) if answer else [_why_not(file) or "it did not come"]:
                if isinstance(entry, str):
                    yield quarantined(position, f"{_name(fields.at(file, 'url'))}: {entry}", entry)
                else:
                    yield _item(entry, position)
                position += 1


def _is_read(file: Any) -> bool:
    return _why_not(file) is None


def _why_not(file: Any) -> str | None:
    url = fields.text(fields.at(file, "url")) or ""
    if not url.lower().endswith(_READABLE):
        return f"its name must end in {', '.join(_READABLE)}"
    return "it is larger than KAIRO_FILE_MAX_BYTES" if file.get("too_large") else None


def _name(url: Any) -> str:
    return unquote(str(url).rsplit("/", 1)[-1])


def _rows(answer: Answer) -> Iterator[Mapping[str, Any] | str]:
    """The rows of one file; a string says why a row, or the file from there on, can't be read."""
    name = urlsplit(answer.url).path.lower()
    if name.endswith(".parquet"):
        return _parquet_rows(answer.content)
    if name.endswith(".csv"):
        return _csv_rows(answer.content)
    return _json_lines(answer.content)


def _json_lines(content: bytes) -> Iterator[Mapping[str, Any] | str]:
    # As bytes: a text would also be split where a string holds one of Unicode's other line ends.
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8", "replace"), parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            yield f"line {number} is not JSON ({error})"
            continue
        yield row if isinstance(row, dict) else f"line {number} is not an object"


def _csv_rows(content: bytes) -> Iterator[Mapping[str, Any] | str]:
    lines = _csv_lines(content)
    names = next(lines, [])
    if isinstance(names, str):
        yield f"{names}; without the names of its columns nothing of it was read"
        return
    for number, line in enumerate(lines, start=2):
        if isinstance(line, str):
            yield line
        elif len(line) > len(names):
            yield f"row {number} has more values than columns"
        elif line:
            yield dict(zip_longest(names, line))


def _csv_lines(content: bytes) -> Iterator[list[str] | str]:
    # Strictly: otherwise a quotation mark that nobody closed would quietly swallow what follows it.
    lines = csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""), strict=True)
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {lines.line_num} is not CSV ({error})"


def _parquet_rows(content: bytes) -> Iterator[Mapping[str, Any] | str]:
    try:
        yield from pq.read_table(io.BytesIO(content)).to_pylist()
    except (pa.ArrowException, ValueError, OSError) as error:
        yield f"it is not Parquet ({str(error).splitlines()[0]})"


def _item(row: Mapping[str, Any], position: int) -> Item | Quarantined:
    identity, title, body = fields.text(row.get("id")), fields.text(row.get("title")), fields.text(row.get("text"))
    if identity is None:
        return quarantined(position, "the row has no id", row)
    if not (body or title):
        return quarantined(position, "the row has neither text nor title", row)
    platform = fields.text(row.get("platform"))
    if platform and not _PLATFORM.fullmatch(platform):
        return quarantined(position, f"platform is {platform!r}; it takes small letters, digits and _", row)
    return Item(
        platform_item_id=identity,
        platform=platform,
        title=title,
        text_content=body or title or "",
        author=fields.text(row.get("author")),
        audio_id=fields.text(row.get("audio_id")),
        hashtags=_hashtags(row.get("hashtags")),
        url=fields.web_address(row.get("url")),
        permalink=fields.web_address(row.get("permalink")),
        language=fields.text(row.get("language")),
        published_at=fields.moment(row.get("published_at")),
        view_count=fields.count(row.get("view_count")),
        like_count=fields.count(row.get("like_count")),
        comment_count=fields.count(row.get("comment_count")),
        share_count=fields.count(row.get("share_count")),
        raw={name: None if _is_no_number(value) else value for name, value in row.items()},
    )


def _is_no_number(value: Any) -> bool:
    """What stands for a missing number in Parquet files that pandas wrote, and is no JSON."""
    return isinstance(value, float) and not math.isfinite(value)


def _hashtags(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(tag for tag in regex.split(r"[\s,;]+", value) if tag.strip("#"))
    return fields.texts(value)
