"""What the pipelines' tests stand on: a web server on this machine, a place for raw bytes, recorded front pages."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings

from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.lake.lake import Lake

DATA = Path(__file__).parents[1] / "data"

# An example may take as long as a busy machine makes it take.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


class Web:
    """A server that answers each path as a test has set it, and remembers what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.company: threading.Barrier | None = None
        self._counting = threading.Lock()
        self._now = 0

    def answer(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer so; `content_type="text/xml"` sets that header. An ETag or date that is sent back is answered 304."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        def send(handler: BaseHTTPRequestHandler) -> None:
            asked = (handler.headers["If-None-Match"], handler.headers["If-Modified-Since"])
            same = any(value and value in asked for value in (headers.get("etag"), headers.get("last_modified")))
            handler.send_response(304 if same else status)
            for name, value in named.items():
                handler.send_header(name, value)
            handler.end_headers()
            if not same:
                handler.wfile.write(body)

        return self._set(path, send)

    def hang(self, path: str) -> str:
        """Begin to answer, and never go on."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            self.closing.wait(60)

        return self._set(path, send)

    def stream_for_ever(self, path: str) -> str:
        """Answer without an end."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not self.closing.is_set():
                handler.wfile.write(b"<item>more</item>" * 1000)

        return self._set(path, send)

    def answer_in_company_of(self, others: int) -> None:
        """From now on answer nobody before so many ask at once."""
        self.company = threading.Barrier(others)

    def times_asked(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)

    def url(self, path: str) -> str:
        return self.address + path

    def _set(self, path: str, send: Callable[[BaseHTTPRequestHandler], None]) -> str:
        self.answers[path] = send
        return self.url(path)

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        with self._counting:
            self.asked.append((handler.path, dict(handler.headers)))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        if self.company:
            self.company.wait(30)
        with self._counting:
            self._now -= 1
        with suppress(ConnectionError):  # whoever asked may have heard enough
            self.answers[handler.path](handler)


@pytest.fixture
def web() -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.handle(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web = Web(f"http://127.0.0.1:{server.server_port}")
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield web
    web.closing.set()
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(Lake(str(tmp_path / "lake")).objects())


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """The bytes of a file in tests/data."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture
def front_page_rows() -> list[dict[str, Any]]:
    """Stories of four front pages of 2021-12-10: at 01:52, 02:25, 02:49 and 03:10."""
    rows: list[dict[str, Any]] = json.loads((DATA / "hn/front_pages.json").read_text())
    return [{**row, "snapshot_ts": datetime.fromisoformat(row["snapshot_ts"])} for row in rows]


@pytest.fixture
def recording(tmp_path: Path, front_page_rows: list[dict[str, Any]]) -> Path:
    """The same as a recording holds them."""
    schema = pa.schema(
        {
            "snapshot_ts": pa.timestamp("us"),
            "rank": pa.int16(),
            "item_id": pa.int64(),
            "title": pa.string(),
            "url": pa.string(),
            "author": pa.string(),
            "upvotes": pa.int32(),
            "comments": pa.int32(),
        }
    )
    path = tmp_path / "front_pages.parquet"
    pq.write_table(pa.Table.from_pylist(front_page_rows, schema=schema), path)
    return path
