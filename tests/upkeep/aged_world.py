"""A small world with three captured hours, far apart."""

from datetime import UTC, datetime
from pathlib import Path

from small_world import SmallWorld, Story, at, record

from kairo_pipelines.hours import HourRange

#: 527 days before the newest hour, 100 days before it, and the newest.
LONG_AGO = datetime(2020, 7, 1, 6, tzinfo=UTC)
MONTHS_AGO = datetime(2021, 9, 1, 6, tzinfo=UTC)
NEWEST = datetime(2021, 12, 10, 6, tzinfo=UTC)

#: Seen once, long ago.
FORGOTTEN = Story(1, "Quokkas are forgotten soon", "ann", "https://example.com/quokkas")
#: Seen long ago, and seen again.
EVERGREEN = Story(2, "An evergreen about wombats", "bob", "https://example.com/wombats")
LATER = Story(3, "Numbats come later", "cy", "https://example.com/numbats")
NEW = Story(4, "News of the platypus", "di", "https://example.com/platypus")

PAGES = {
    at(LONG_AGO): [FORGOTTEN, EVERGREEN],
    at(MONTHS_AGO): [LATER],
    at(NEWEST): [EVERGREEN, NEW],
}


def make(folder: Path) -> SmallWorld:
    world = SmallWorld.new(folder)
    recording = record(folder / "front_pages.parquet", PAGES)
    for hour in (LONG_AGO, MONTHS_AGO, NEWEST):
        assert world.ingest(HourRange.single(hour), replay=recording).success
    return world
