"""What every connector is, what it gives, and how it says that an answer can't be read."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from kairo_pipelines.settings import EnvironmentSettings


@dataclass(frozen=True)
class Target:
    """A surface as connectors and captures see it."""

    surface_id: str
    platform: str
    surface_type: str
    surface_key: str
    cadence_minutes: int = 60

    def __str__(self) -> str:
        return f"{self.platform}/{self.surface_type}/{self.surface_key}"


@dataclass(frozen=True)
class Login:
    """How to get a bearer token; one login serves all requests of a run that name the same.

    `form` is posted as a form or, where `as_json`, as JSON; `user` is a name and password for basic authentication. The
    token stands in the answer's JSON under `token_field`. None of this is ever landed.
    """

    url: str
    form: tuple[tuple[str, str], ...]
    token_field: str
    user: tuple[str, str] | None = None
    as_json: bool = False


@dataclass(frozen=True)
class Quota:
    """What a request uses up of a source's daily allowance, which begins anew at midnight in `timezone`."""

    name: str
    units: int
    daily_limit: int
    timezone: str = "UTC"

    def day_of(self, now: datetime) -> date:
        """The day that it is where the source counts."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def begins_anew(self, now: datetime) -> datetime:
        """The next midnight there, in UTC."""
        midnight = datetime.combine(self.day_of(now) + timedelta(days=1), time(), ZoneInfo(self.timezone))
        return midnight.astimezone(UTC)


@dataclass(frozen=True)
class Request:
    """One HTTP GET, or a file or folder read by a `file://` or `s3://` address.

    Secrets go into headers, which are never landed; a URL is. `may_be_missing` says that a 404 is an answer.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    login: Login | None = None
    quota: Quota | None = None
    may_be_missing: bool = False


@dataclass(frozen=True)
class Answer:
    """What one request brought: the bytes as received, from where, and the headers that say how to read them."""

    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    status: int = 200


@dataclass(frozen=True)
class Item:
    """One post as its platform gives it. A count that is not there is None, never 0.

    The title is plain text; `text_content` is HTML where the platform's texts are. `url` is what the post links to, or
    its own page; `permalink` is its own page, where that is another than the one it links to.
    """

    platform_item_id: str
    text_content: str
    title: str | None = None
    author: str | None = None
    audio_id: str | None = None
    hashtags: tuple[str, ...] = ()
    url: str | None = None
    permalink: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None
    rank: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    #: Where it was posted, for a source that gathers from several platforms; its connector's platform otherwise.
    platform: str | None = None


@dataclass(frozen=True)
class Quarantined:
    """One entry of an answer that could not be read as an item."""

    position: int
    reason: str
    fragment: str


class UnreadableBody(Exception):
    """The answer as a whole is not what this surface answers; `kind` is the failure's name."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(frozen=True)
class Failure:
    """Why a capture brought nothing: a name to count by, a sentence to read, and whether asking again can help."""

    kind: str
    sentence: str
    can_pass: bool = False
    retry_at: datetime | None = None


Settings = TypeVar("Settings", bound=EnvironmentSettings)


def read_when_needed(kind: type[Settings]) -> functools.cached_property[Settings]:
    """A connector's settings as the environment has them at first use: to parse, a connector needs none."""
    return functools.cached_property(lambda _connector: kind.from_environment())


class Connector(ABC):
    """One platform: what to request for a surface, and how to read the answers. It neither fetches nor stores."""

    platform: ClassVar[str]
    #: The surface types, each with what its key is: `{"hot": "a subreddit, such as python"}`.
    surface_types: ClassVar[Mapping[str, str]]
    #: Whether its texts are HTML; `List<String>` in a plain text is no tag.
    marked_up: ClassVar[bool] = False
    #: Surface types whose listing may be empty; of any other an empty one is a failure.
    may_be_empty: ClassVar[frozenset[str]] = frozenset()
    #: Whether the size of a listing says nothing, as where each holds only what is new.
    varies_in_size: ClassVar[bool] = False
    #: Whether the source is asked for what is newer than the last capture (ETag, Last-Modified), or for all of it.
    conditional: ClassVar[bool] = False
    #: What it reads from the environment, where it does: a class that stands beside it.
    settings_class: ClassVar[type[EnvironmentSettings] | None] = None
    #: The fields of an entry's JSON that name its author; kept only where handles are.
    author_fields: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def requests(self, target: Target, due_at: datetime, answers: Sequence[Answer]) -> Sequence[Request]:
        """What to fetch next, given all answers so far; nothing when the capture is complete.

        Called with no answers first. Requests given together are made at once, and their answers come in their order.
        ValueError, or a SettingsError, says why the surface can't be captured; UnreadableBody why what came is no use.
        """

    @abstractmethod
    def parse(self, target: Target, answers: Sequence[Answer]) -> Iterator[Item | Quarantined]:
        """Read the answers, entry by entry; raise UnreadableBody where they are none of this surface's.

        What can't be read is quarantined, one for one: no entry disappears.
        """

    def check(self, target: Target) -> None:
        """Raise ValueError, saying what the key must be, unless it is one of this surface type's."""
        if not target.surface_key.strip():
            raise ValueError(f"the key is empty; it is {self.surface_types[target.surface_type]}")

    def failure(self, answer: Answer) -> Failure | None:
        """What an answer with an error status says of itself; None where the status says all there is."""
        return None

    @property
    def is_fetched(self) -> bool:
        """Whether its surfaces can be fetched, and not only replayed from recordings."""
        return True
