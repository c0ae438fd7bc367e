"""Hacker News. The front page as recordings hold it: one JSON array of its stories."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from kairo_pipelines.connectors.connector import Body, Item, Quarantined, Request, Target, UnreadableBody

SITE = "https://news.ycombinator.com/"
OWN_PAGE = "item?id="


class RecordedFrontPage:
    """The front page, replayed: rows of rank, item_id, title, url, author, upvotes and comments."""

    platform: ClassVar[str] = "hackernews"
    surface_types: ClassVar[tuple[str, ...]] = ("front_page",)
    marked_up: ClassVar[bool] = False

    def request(self, target: Target) -> Request | None:
        """Nothing: a past front page can't be fetched any more."""
        return None

    def parse(self, body: Body) -> Iterator[Item | Quarantined]:
        """Stories in rank order."""
        if not body.content.strip():
            raise UnreadableBody("empty_body", "the recording is empty")
        try:
            rows = json.loads(body.content)
        except ValueError as error:
            raise UnreadableBody("not_json", f"the recording is not JSON ({error})") from error
        if not isinstance(rows, list):
            raise UnreadableBody("changed_shape", "the recording is not a list of stories")
        for position, row in enumerate(rows):
            title = row.get("title") if isinstance(row, dict) else None
            if not isinstance(title, str) or not title.strip():
                yield Quarantined(position, "the story has no title", json.dumps(row)[:500])
                continue
            yield _story(row, title)


def _story(row: Mapping[str, Any], title: str) -> Item:
    author, url = row.get("author") or None, row.get("url") or None
    if own_page := bool(url and url.startswith(OWN_PAGE)):
        url = f"{SITE}{url}"
    # A job posting that links elsewhere has no id, author or points: what a recording holds as its id is a number out
    # of the link. The link tells such postings apart.
    item_id = row.get("item_id") if author or own_page else None
    platform_item_id = str(item_id) if item_id else "job-" + hashlib.sha256((url or title).encode()).hexdigest()[:16]
    permalink = f"{SITE}{OWN_PAGE}{item_id}" if item_id else None
    return Item(
        platform_item_id=platform_item_id,
        title=title,
        text_content=title,
        author=author,
        url=url or permalink,
        permalink=permalink,
        like_count=row.get("upvotes"),
        comment_count=row.get("comments"),
        rank=row.get("rank"),
        raw=row,
    )
