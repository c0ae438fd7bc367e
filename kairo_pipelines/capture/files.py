"""Files and folders by `file://` and `s3://` address, read as if a server had answered.

A folder (its address ends with a slash) answers with a JSON list of the files that came since the last answer, oldest
first; its ETag says up to where that was.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from stat import S_ISREG
from urllib.parse import quote, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from kairo_pipelines.capture.fetch import Fetched, FetchLimits
from kairo_pipelines.connectors.connector import Answer, Failure, Request

#: Files of one answer; what is left comes with the next capture.
FILES_AT_ONCE = 200


@dataclass(frozen=True, order=True)
class _File:
    #: When it came to lie there, as ISO 8601 in UTC with nanoseconds: compared, never computed with.
    stamp: str
    name: str
    bytes: int


def read_file(request: Request, limits: FetchLimits) -> Fetched:
    """The bytes of a file, or what is new in a folder."""
    try:
        return _read(request, limits)
    except FileNotFoundError:
        return _failed("not_found", f"there is nothing at {request.url}")
    except PermissionError:
        return _failed("forbidden", f"{request.url} can't be read by this process")
    except (OSError, ValueError, BaseError) as error:
        return _failed("unreachable", f"{request.url}: {str(error).splitlines()[0]}", can_pass=True)


def _failed(kind: str, sentence: str, *, can_pass: bool = False) -> Fetched:
    return Fetched(failure=Failure(kind, sentence, can_pass))


def _read(request: Request, limits: FetchLimits) -> Fetched:
    if request.url.endswith("/"):
        return _listing(request, limits)
    content = _content(request.url, limits.max_file_bytes)
    if content is None:
        return _failed("too_large", f"{request.url} is larger than {limits.max_file_bytes} bytes")
    return Fetched(Answer(content, {"content-location": request.url}, request.url))


def _listing(request: Request, limits: FetchLimits) -> Fetched:
    """What came after the cursor, and the cursor after that: the last stamp, and the names already read at it."""
    before = json.loads(request.headers.get("If-None-Match", "{}"))
    after, read = before.get("after", ""), frozenset(before.get("read", ()))
    there = sorted(file for file in _files(request.url) if file.stamp >= after)
    new = _at_once([file for file in there if file.stamp > after or file.name not in read], limits.max_file_bytes)
    if not new:
        return Fetched(Answer(b"", {"etag": request.headers.get("If-None-Match", "{}")}, request.url, 304))
    last = new[-1].stamp
    read_at_last = {file.name for file in new if file.stamp == last} | (read if last == after else set())
    body = [
        {
            "url": request.url + quote(file.name, errors="surrogateescape"),
            "bytes": file.bytes,
            "stamp": file.stamp,
            "too_large": file.bytes > limits.max_file_bytes,
        }
        for file in new
    ]
    cursor = json.dumps({"after": last, "read": sorted(read_at_last)})
    headers = {"etag": cursor, "content-type": "application/json"}
    return Fetched(Answer(json.dumps(body).encode(), headers, request.url))


def _at_once(files: Sequence[_File], most: int) -> list[_File]:
    """The first of these files: as many as together hold no more bytes than one file may. Larger ones are not read."""
    sizes = accumulate(file.bytes if file.bytes <= most else 0 for file in files[:FILES_AT_ONCE])
    return [file for file, size in zip(files, sizes, strict=False) if size <= most]


def _files(url: str) -> Iterator[_File]:
    """The files below a folder; those whose names begin with a dot or end in `.part` or `.tmp` are not there whole."""
    found = _local_files(_path(url)) if url.startswith("file:") else _remote_files(url)
    for file in found:
        name = file.name.rsplit("/", 1)[-1]
        if not name.startswith(".") and not name.endswith((".part", ".tmp")):
            yield file


def _local_files(folder: Path) -> Iterator[_File]:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            # Not when it was last changed, which a file keeps on its way here, and which may lie in the future.
            if S_ISREG(status.st_mode):
                yield _File(_stamp(status.st_ctime_ns), path.relative_to(folder).as_posix(), status.st_size)


def _stamp(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def _remote_files(url: str) -> Iterator[_File]:
    store, prefix = _bucket(url)
    for page in obstore.list(store, prefix):
        for entry in page:
            moment = entry["last_modified"].astimezone(UTC)
            stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond * 1000:09}Z"
            yield _File(stamp, entry["path"].removeprefix(prefix).lstrip("/"), entry["size"])


def _content(url: str, most: int) -> bytes | None:
    """The bytes of a file; None where there are too many."""
    if url.startswith("file:"):
        path = _path(url)
        return path.read_bytes() if path.stat().st_size <= most else None
    store, path_in_bucket = _bucket(url)
    return (
        bytes(obstore.get(store, path_in_bucket).bytes())
        if obstore.head(store, path_in_bucket)["size"] <= most
        else None
    )


def _path(url: str) -> Path:
    return Path(unquote(urlsplit(url).path, errors="surrogateescape"))


def _bucket(url: str) -> tuple[S3Store, str]:
    parts = urlsplit(url)
    return S3Store.from_url(f"s3://{parts.netloc}"), unquote(parts.path).lstrip("/")
