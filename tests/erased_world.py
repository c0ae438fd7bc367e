"""A small world in which there is something to erase, and the search for what is left of it."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from small_world import SmallWorld, Story, at, record

from kairo_hero.erasing import erase
from kairo_pipelines.capture.landing import Landing, Page, Receipt
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.erasure.captures import UNDER_WAY
from kairo_pipelines.erasure.records import Erasure
from kairo_pipelines.erasure.subjects import Subject
from kairo_pipelines.hours import HourRange
from kairo_pipelines.settings import PipelineSettings

#: Four hours over midnight, so that what is erased lies on two days.
HOURS = HourRange(datetime(2021, 12, 9, 22, tzinfo=UTC), datetime(2021, 12, 10, 1, tzinfo=UTC))
MIDNIGHT = datetime(2021, 12, 10, tzinfo=UTC)

ITEM = Subject("item", "hackernews", "777000111")
AUTHOR = Subject("author", "hackernews", "vexillologist9")

STAYS = Story(1001, "A story that stays", "ann", "https://example.com/stays")
SOURCE = Story(1002, "Kernel source of a spreadsheet", "bob", "https://example.com/source")
ZANZIBAR = Story(777000111, "Zanzibarquux leaks its kernel source", AUTHOR.name, "https://leaky.example/zq?page=1")
SAME_PAGE = Story(777000222, "Quokkamatic spreadsheet read aloud", AUTHOR.name, "https://example.com/source")
#: The same item at a moment at which it could not be read.
WITHOUT_TITLE = ZANZIBAR._replace(title=None)

#: What the item is known by, and what else the author is, in small letters.
OF_ITEM = ("777000111", "zanzibarquux", "leaky.example")
OF_AUTHOR = (*OF_ITEM, "vexillologist9", "777000222", "quokkamatic")

PAGES = {
    at(HOURS.first): [STAYS, ZANZIBAR, SOURCE],
    at(HOURS.first + timedelta(hours=1)): [ZANZIBAR, STAYS],
    at(MIDNIGHT): [SOURCE, WITHOUT_TITLE, SAME_PAGE],
    at(MIDNIGHT, 40): [STAYS, SOURCE],
    at(HOURS.last): [SAME_PAGE, STAYS, ZANZIBAR],
}
#: What servers answered instead of a listing; the first words of the one stand in its failure's sentence.
UNREADABLE = {
    Target("page", "feeds", "feed", "https://example.com/page"): b"vexillologist9 and 777000111 are popular here",
    Target("error", "hackernews", "top", "news"): b'{"error": "too many posts such as 777000111 by vexillologist9"}',
}


def recording(folder: Path) -> Path:
    return record(folder / "front_pages.parquet", PAGES)


def make(folder: Path, settings: PipelineSettings) -> SmallWorld:
    """All of it captured and made."""
    world = SmallWorld.new(folder, settings)
    for target, body in UNREADABLE.items():
        land(world, target, at(MIDNIGHT, 20), body)
    assert world.ingest(HOURS, replay=recording(folder)).success
    return world


def land(world: SmallWorld, target: Target, due_at: datetime, body: bytes, **known: str) -> None:
    receipt = Receipt(
        capture_id=f"{target.surface_id}{due_at:%H%M}".ljust(32, "0"),
        surface_id=target.surface_id,
        platform=target.platform,
        surface_type=target.surface_type,
        surface_key=target.surface_key,
        due_at=due_at,
        started_at=due_at,
        ended_at=due_at,
        pages=(Page(url=target.surface_key, bytes=len(body)),),
        **known,
    )
    assert Landing(world.lake.objects()).land(receipt, [body])


def erase_in(world: SmallWorld, subject: Subject) -> Erasure:
    return erase(world.database, world.lake, world.settings, subject)


def left_of(names: tuple[str, ...], folder: Path) -> list[tuple[str, str]]:
    """Which of these stand where below a folder: in bytes, in names of files, and in what Parquet files hold."""
    found = []
    for path in sorted(folder.rglob("*")):
        texts = [text().lower() for text in _texts(path)]
        found += [(str(path.relative_to(folder)), name) for name in names if any(name in text for text in texts)]
    return found


def _texts(path: Path) -> Iterator[Callable[[], str]]:
    yield lambda: path.name
    if path.is_file():
        yield lambda: path.read_bytes().decode("latin-1")
        # JSON may write any character as its number.
        yield lambda: re.sub(r"\\u00([0-9a-fA-F]{2})", lambda code: chr(int(code[1], 16)), path.read_text("latin-1"))
    if path.suffix == ".parquet":
        yield lambda: repr(pq.ParquetFile(path).read().to_pylist())


def strays_are_old(world: SmallWorld) -> None:
    """Let every raw object have come so long ago that no capture of it is under way."""
    import os
    import time

    long_ago = time.time() - 2 * UNDER_WAY.total_seconds()
    for path in (world.folder / "lake" / "raw").rglob("*"):
        os.utime(path, (long_ago, long_ago))
