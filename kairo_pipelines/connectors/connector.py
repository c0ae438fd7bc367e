"""What every connector is, what it gives, and how it says that a body can't be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol


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
class Request:
    """One HTTP GET."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """What a capture brought: the bytes as received, and the headers that say how to read them."""

    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True)
class Quarantined:
    """One entry of a body that could not be read as an item."""

    position: int
    reason: str
    fragment: str


class UnreadableBody(Exception):
    """The body as a whole is not what this surface answers; `kind` is the failure's name."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Connector(Protocol):
    """One platform's surfaces of some types."""

    platform: ClassVar[str]
    surface_types: ClassVar[tuple[str, ...]]
    #: Whether its texts are HTML; `List<String>` in a plain text is no tag.
    marked_up: ClassVar[bool]

    def request(self, target: Target) -> Request | None:
        """What to fetch; None where the surface can only be replayed from a recording."""

    def parse(self, body: Body) -> Iterator[Item | Quarantined]:
        """Read a body, entry by entry; raise UnreadableBody where it is none of this surface's."""
