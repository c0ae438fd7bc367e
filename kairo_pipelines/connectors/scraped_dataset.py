"""Data sets of scraping providers, JSON or JSONL by address: what the platforms that are read from them share."""

import functools
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, urlsplit

import regex
from pydantic import SecretStr

from kairo_pipelines.connectors.connector import (
    Answer,
    Connector,
    Failure,
    Item,
    Quarantined,
    Request,
    Target,
    UnreadableBody,
)
from kairo_pipelines.connectors.fields import at, count, moment, text, web_address
from kairo_pipelines.connectors.json_answers import error_message, json_of, listed, quarantined, told
from kairo_pipelines.settings import EnvironmentSettings, SettingsError

#: What a setting for the address of data sets takes: nothing, or an address that differs from surface to surface.
TEMPLATE = r"^$|^(https?|file|s3)://.*\{surface_key\}"
#: Numbers above this are rounded by what reads JSON in doubles, as most providers' scripts do.
LARGEST_EXACT = 2**53 - 1

_KEYS = {
    "hashtag": regex.compile(r"#?([^\s#/]+)"),
    "audio": regex.compile(r"([0-9]+)"),
    "profile": regex.compile(r"@?([\w.]+)"),
}
#: Under which names providers wrap the list of posts, at once or one within another.
_LISTS = ("items", "itemList", "aweme_list", "data", "collector", "results", "videos", "posts")
_DEEPEST_LIST = 3
_TAG_NAMES = ("name", "title", "hashtagName", "hashtag_name", "cha_name")
#: 6.9E+18: a long id as spreadsheets write it.
_ROUNDED = regex.compile(r"[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]+")
_KINDS = {400: "http_error", 401: "unauthorized", 402: "quota_exhausted", 403: "forbidden", 404: "not_found"}

Paths = tuple[tuple[str, ...], ...]
_Found = TypeVar("_Found")


def paths(written: str) -> Paths:
    """Paths into an entry, parted by spaces: `stats.playCount play_count`."""
    return tuple(tuple(path.split(".")) for path in written.split())


def names(written: str) -> frozenset[str]:
    """Names of fields, parted by spaces."""
    return frozenset(written.split())


@dataclass(frozen=True)
class Layout:
    """Where the entries of a platform's data sets hold each field; the first path with a value counts."""

    id: Paths
    text: Paths
    author: Paths
    audio_id: Paths
    hashtags: Paths
    published_at: Paths
    views: Paths
    likes: Paths
    comments: Paths
    shares: Paths


class DatasetSettings(EnvironmentSettings):
    """Where a provider's data sets are, and the token it wants; each platform gives the variables their names."""

    dataset_url: str
    dataset_token: SecretStr


class ScrapedDataset(Connector):
    """Posts that a provider has scraped for a hashtag, a sound or a profile. A data set has no order that ranks."""

    surface_types: ClassVar[Mapping[str, str]] = {
        "hashtag": "a hashtag, such as fyp, or the address of a data set",
        "audio": "the number of a sound, such as 6912598083385789189, or the address of a data set",
        "profile": "a handle, such as nasa, or the address of a data set",
    }
    layout: ClassVar[Layout]
    settings_class: ClassVar[type[DatasetSettings]]

    @functools.cached_property
    def settings(self) -> DatasetSettings:
        """What the environment says, read when it is first needed."""
        return self.settings_class.from_environment()

    @abstractmethod
    def address(self, entry: Mapping[str, Any], identity: str) -> str | None:
        """The post's own page, by an address that does not name its author."""

    def identity(self, entry: Mapping[str, Any]) -> str | None:
        """The post's id, where it is exact."""
        return first(entry, self.layout.id, exact_id)

    def check(self, target: Target) -> None:
        """A key has the form of its surface type, or is the address of a file or of what a server answers."""
        super().check(target)
        self._name(target)

    def _name(self, target: Target) -> str | None:
        """The tag, number or handle in a key; None where the key is an address."""
        key = target.surface_key.strip()
        if not _is_address(key):
            if match := _KEYS[target.surface_type].fullmatch(key):
                return str(match[1])
            raise ValueError(f"{key!r} is not {self.surface_types[target.surface_type]}")
        if key.endswith("/") and not web_address(key):
            raise ValueError(f"{key!r} is a folder; a data set is a file")
        return None

    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """The one data set of a surface."""
        self.check(target)
        if answers:
            return ()
        name = self._name(target)
        url = self._filled_in(target.surface_type, name) if name else target.surface_key.strip()
        return (Request(url, self._authorization(url)),)

    def _filled_in(self, surface_type: str, name: str) -> str:
        if not self.settings.dataset_url:
            raise SettingsError(
                f"KAIRO_{self.platform.upper()}_DATASET_URL is not set; write where the provider's data sets are, with "
                "{surface_type} and {surface_key} in it, or make the surface's key the address of its data set"
            )
        url = self.settings.dataset_url.replace("{surface_type}", surface_type)
        return url.replace("{surface_key}", quote(name, safe="", errors="replace"))

    def _authorization(self, url: str) -> dict[str, str]:
        """The token, for the provider's own host: a key may be an address anywhere."""
        token, provider = self.settings.dataset_token.get_secret_value(), urlsplit(self.settings.dataset_url).netloc
        is_for_it = web_address(url) and provider in ("", urlsplit(url).netloc)
        return {"Authorization": f"Bearer {token}"} if token and is_for_it else {}

    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Every entry of the data set, in its order."""
        for position, entry in enumerate(self._entries(answers[0])):
            yield entry if isinstance(entry, Quarantined) else self.item(entry, position)

    def _entries(self, answer: Answer) -> Iterable[Any]:
        try:
            document = json_of(answer)
        except UnreadableBody as unreadable:
            # Where no line is an object, it is a document that broke off, not one of lines.
            if unreadable.kind != "not_json" or not any(isinstance(line, Mapping) for line in _lines(answer.content)):
                raise
            return _lines(answer.content)
        found = _list_in(document, _DEEPEST_LIST)
        if found is None and isinstance(document, Mapping) and self.identity(document):
            return [document]  # JSONL of one line
        return listed(document) if found is None else found

    def item(self, entry: Any, position: int) -> Item | Quarantined:
        """One entry as a post. A caption may be empty, but an entry without any is something else."""
        if not isinstance(entry, Mapping):
            return quarantined(position, "it is not an object", entry)
        identity, layout = self.identity(entry), self.layout
        if not identity:
            return quarantined(position, "it has no id, or only a number above 2**53, which JSON rounds", entry)
        if not any(path[0] in entry for path in layout.text):
            return quarantined(position, "it has no text, not even an empty one", entry)
        return Item(
            platform_item_id=identity,
            text_content=first(entry, layout.text, text) or "",
            author=first(entry, layout.author, _handle),
            audio_id=first(entry, layout.audio_id, exact_id),
            hashtags=first(entry, layout.hashtags, _tags) or (),
            url=self.address(entry, identity),
            published_at=first(entry, layout.published_at, moment),
            view_count=first(entry, layout.views, _shown),
            like_count=first(entry, layout.likes, _shown),
            comment_count=first(entry, layout.comments, _shown),
            share_count=first(entry, layout.shares, _shown),
            raw=entry,
        )

    def failure(self, answer: Answer) -> Failure | None:
        """What a provider says, under `error.message`, `message` or `error`; 402 is an account that is used up."""
        said = (error_message(answer, *path) for path in (("error", "message"), ("message",), ("error",)))
        kind, message = _KINDS.get(answer.status), next(filter(None, said), None)
        return told(kind, answer.status, message) if kind and (message or answer.status == 402) else None


def first(entry: Mapping[str, Any], where: Paths, read: Callable[[Any], _Found | None]) -> _Found | None:
    """What the first path leads to that leads to something readable."""
    return next((found for path in where if (found := read(at(entry, *path))) is not None), None)


def exact_id(value: Any) -> str | None:
    """An id as it is written; None for one that came through a double, and may by now be another's."""
    if isinstance(value, int) and abs(value) > LARGEST_EXACT:
        return None
    found = text(value)
    return None if found is None or _ROUNDED.fullmatch(found) else found


def _is_address(key: str) -> bool:
    return bool(web_address(key)) or key.startswith(("file:///", "s3://"))


def _lines(content: bytes) -> Iterator[Any]:
    # As bytes: a text would also be split at characters that may stand within a JSON string.
    for position, line in enumerate(line for line in content.splitlines() if line.strip()):
        try:
            yield json_of(Answer(line))
        except UnreadableBody as unreadable:
            yield quarantined(position, str(unreadable), line[:1000].decode("utf-8", "replace"))


def _list_in(document: Any, depth: int) -> list[Any] | None:
    if isinstance(document, list):
        return document
    inner = (at(document, name) for name in _LISTS) if depth else ()
    return next((found for value in inner if (found := _list_in(value, depth - 1)) is not None), None)


def _handle(value: Any) -> str | None:
    return (text(value) or "").removeprefix("@") or None


def _shown(value: Any) -> int | None:
    """A count; -1 is one that is hidden."""
    found = count(value)
    return found if found is not None and found >= 0 else None


def _tags(value: Any) -> tuple[str, ...] | None:
    """Names out of a list of names or objects, or out of a text; None where there are none."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, list):
        return None
    names = (text(entry) or first(entry, tuple((name,) for name in _TAG_NAMES), text) for entry in value)
    return tuple(tag for name in names if name and (tag := name.strip().lstrip("#"))) or None
