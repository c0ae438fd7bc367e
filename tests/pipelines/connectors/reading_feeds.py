"""How the tests of feeds read them: feedparser's own samples in tests/data/feeds, and feeds written in a test."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from kairo_pipelines.connectors.connector import Answer, Item, Quarantined, Target
from kairo_pipelines.connectors.feeds import Feeds

HERE = Path(__file__).parents[2] / "data/feeds"
SAMPLES = sorted(path for path in HERE.rglob("*") if path.suffix in (".xml", ".json"))
DUE = datetime(2021, 12, 10, 12, 30, tzinfo=UTC)
FEED = Target("s", "feeds", "feed", "https://example.org/feed")


def answer_of(path: Path) -> Answer:
    """The file, with the headers that its comment says it came with; one named http came from the web."""
    content = path.read_bytes()
    headers = {name.lower(): value for name, value in re.findall(r"Header:\s*([\w-]+):\s*(.*?)\s*\n", latin(content))}
    url = f"http://127.0.0.1:8097/{path.relative_to(HERE).as_posix()}"
    if path.name.startswith("http"):
        headers["content-location"] = urljoin(url, headers.get("content-location", ""))
    return Answer(content, headers, url)


def latin(content: bytes) -> str:
    """Its ASCII characters in any encoding, to search in."""
    return content.replace(b"\0", b"").decode("latin-1")


def entries_of(content: Answer | bytes | str) -> list[Item | Quarantined]:
    if not isinstance(content, Answer):
        content = Answer(content if isinstance(content, bytes) else content.encode())
    return list(Feeds().parse(FEED, [content]))


def item_of(content: Answer | bytes | str) -> Item:
    """The only item of a feed."""
    [item] = entries_of(content)
    assert isinstance(item, Item), item
    return item


def sample_item(name: str) -> Item:
    return item_of(answer_of(HERE / name))


def rss(entry: str, channel: str = "") -> str:
    return f'<rss version="2.0"><channel>{channel}<item>{entry}</item></channel></rss>'


def atom(entry: str, feed: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{feed}<entry>{entry}</entry></feed>'
