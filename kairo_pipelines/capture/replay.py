"""Recorded captures, played at their own times: for the demo, for backtests, for repeating a day exactly."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from kairo_pipelines.capture.landing import Landing, Page, Receipt, capture_id
from kairo_pipelines.capture.reading import read_capture
from kairo_pipelines.connectors.connector import Answer, Target
from kairo_pipelines.erasure.captures import redacted
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.hours import HourRange, hour_of

FRONT_PAGE = Target(
    surface_id="recorded-hackernews-front-page",
    platform="hackernews",
    surface_type="front_page",
    surface_key="news",
    cadence_minutes=30,
)
#: The columns of a recording and what they hold; a file may hold it in another type that can be cast.
FRONT_PAGE_COLUMNS = {
    "snapshot_ts": "TIMESTAMP",
    "rank": "BIGINT",
    "item_id": "BIGINT",
    "title": "VARCHAR",
    "url": "VARCHAR",
    "author": "VARCHAR",
    "upvotes": "BIGINT",
    "comments": "BIGINT",
}


class UnreadableRecording(Exception):
    """The file is not a recording that can be replayed; the message says what is wrong."""


class FrontPageRecording:
    """Hacker News front pages in one Parquet file, a row per story and snapshot, times in UTC."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        if not Path(path).is_file():
            raise UnreadableRecording(f"there is no recording at {self.path}")
        held = {str(column[0]) for column in self._query("DESCRIBE SELECT * FROM read_parquet($path)")}
        missing = FRONT_PAGE_COLUMNS.keys() - held
        if missing:
            raise UnreadableRecording(f"{self.path} lacks the columns {', '.join(sorted(missing))}")

    def hours(self) -> HourRange:
        """The hours that the recording covers."""
        [(first, last)] = self._query(
            "SELECT min(snapshot_ts)::TIMESTAMP, max(snapshot_ts)::TIMESTAMP FROM read_parquet($path)"
        )
        if first is None:
            raise UnreadableRecording(f"{self.path} holds no snapshot")
        return HourRange(hour_of(_utc(first)), hour_of(_utc(last)))

    def land(
        self,
        landing: Landing,
        hours: HourRange,
        surface_id: str = FRONT_PAGE.surface_id,
        erased: Erased | None = None,
    ) -> int:
        """Land the snapshots of these hours as if captured at their own times; return how many were new.

        What has been erased does not land, although the recording still holds it.
        """
        known = landing.landed_ids(hours)
        landed = 0
        for recorded_at, body in self._snapshots(hours):
            identity = capture_id(FRONT_PAGE, recorded_at)
            if identity in known:
                continue
            page = Page(headers={"content-type": "application/json"}, bytes=len(body))
            receipt, contents = _receipt(identity, surface_id, recorded_at, page), [body]
            if erased and erased.subjects:
                reading = read_capture(receipt, [Answer(body, page.headers)])
                receipt, contents = redacted(reading, erased) or (receipt, contents)
            landed += landing.land(receipt, contents)
        return landed

    def _snapshots(self, hours: HourRange) -> Iterator[tuple[datetime, bytes]]:
        columns = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in FRONT_PAGE_COLUMNS.items())
        rows = self._query(
            f"""
            SELECT {columns}
            FROM read_parquet($path)
            WHERE snapshot_ts::TIMESTAMP >= $first AND snapshot_ts::TIMESTAMP < $end
            ORDER BY ALL
            """,
            first=hours.first.replace(tzinfo=None),
            end=hours.end.replace(tzinfo=None),
        )
        for recorded_at, stories in groupby(rows, key=itemgetter(0)):
            page = [dict(zip(FRONT_PAGE_COLUMNS, story, strict=True)) for story in stories]
            for story in page:
                del story["snapshot_ts"]
            yield _utc(recorded_at), json.dumps(page, ensure_ascii=False).encode()

    def _query(self, query: str, **parameters: datetime) -> list[tuple[Any, ...]]:
        # A connection of its own: threads that share one would read each other's answers.
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            try:
                return connection.execute(query, {"path": self.path, **parameters}).fetchall()
            except duckdb.Error as error:
                problem = str(error).splitlines()[0]
                raise UnreadableRecording(f"{self.path} is no Parquet file of front pages: {problem}") from error


def _receipt(identity: str, surface_id: str, recorded_at: datetime, page: Page) -> Receipt:
    return Receipt(
        capture_id=identity,
        surface_id=surface_id,
        platform=FRONT_PAGE.platform,
        surface_type=FRONT_PAGE.surface_type,
        surface_key=FRONT_PAGE.surface_key,
        cadence_minutes=FRONT_PAGE.cadence_minutes,
        due_at=recorded_at,
        started_at=recorded_at,
        ended_at=recorded_at,
        pages=(page,),
    )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
