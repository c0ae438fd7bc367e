"""Real front pages, repeated with new ids until there are as many stories as wanted: what the benchmarks parse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from kairo_pipelines.capture.landing import Page, Receipt
from kairo_pipelines.connectors.connector import Answer

RECORDING = Path(__file__).parents[2] / "kairo_cli/demo/hackernews/front_pages.parquet"
STORIES_A_PAGE = 30
FIRST = datetime(2021, 12, 1, tzinfo=UTC)


def pages(stories: int) -> Iterator[bytes]:
    """Front pages as they are landed, with so many stories in all, each with an id of its own."""
    recorded = pq.read_table(RECORDING).drop_columns(["snapshot_ts"]).to_pylist()
    made = 0
    while made < stories:
        for start in range(0, len(recorded), STORIES_A_PAGE):
            page = recorded[start : start + min(STORIES_A_PAGE, stories - made)]
            if not page:
                return
            yield json.dumps([{**story, "item_id": made + place + 1} for place, story in enumerate(page)]).encode()
            made += len(page)


def captures(stories: int) -> Iterator[tuple[Receipt, list[Answer]]]:
    """The same as captures that have landed, a minute apart."""
    for number, page in enumerate(pages(stories)):
        due_at = FIRST + timedelta(minutes=number)
        receipt = Receipt(
            capture_id=f"capture-{number}",
            surface_id="front-page",
            platform="hackernews",
            surface_type="front_page",
            surface_key="news",
            due_at=due_at,
            started_at=due_at,
            ended_at=due_at,
            pages=(Page(bytes=len(page)),),
        )
        yield receipt, [Answer(page)]
