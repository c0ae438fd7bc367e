"""How long 50 surfaces take whose server lets each wait for 500 ms, beside asking one after the other.

python benchmarks/ingest/capturing.py
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import httpx
from measuring import table

from kairo_pipelines.capture.capturing import capture_due, capture_limits
from kairo_pipelines.capture.due import DueCapture
from kairo_pipelines.capture.landing import Landing
from kairo_pipelines.capture.quotas import Quotas
from kairo_pipelines.connectors.connector import Target
from kairo_pipelines.erasure.subjects import Erased
from kairo_pipelines.evidence.authors import Authors
from kairo_pipelines.lake.lake import Lake
from kairo_pipelines.settings import PipelineSettings

SURFACES, DELAY_SECONDS = 50, 0.5
FEED = (
    b"<rss version='2.0'><channel><item><title>A title</title><link>https://example.org/</link></item></channel></rss>"
)


class Slow(BaseHTTPRequestHandler):
    """Answers each request with a feed, after a while."""

    def do_GET(self) -> None:
        """Wait, then answer."""
        time.sleep(DELAY_SECONDS)
        self.send_response(200)
        self.send_header("Content-Length", str(len(FEED)))
        self.end_headers()
        self.wfile.write(FEED)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def slow_server() -> Iterator[str]:
    """The address of such a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.request_queue_size = SURFACES
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def captured(addresses: list[str]) -> float:
    """Seconds in which Kairo captures them all, with its default settings."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    due = [DueCapture(Target(address, "feeds", "feed", address), hour) for address in addresses]
    with tempfile.TemporaryDirectory() as folder:
        store = Lake(folder).objects()
        began = time.perf_counter()
        landed = capture_due(
            due,
            Landing(store),
            Quotas(store),
            hour,
            states={},
            limits=capture_limits(PipelineSettings()),
            erased=Erased(Authors(b"a key for the benchmark")),
        )
        assert landed == len(addresses)
        return time.perf_counter() - began


def one_after_the_other(addresses: list[str]) -> float:
    """Seconds in which a plain client gets them all."""
    began = time.perf_counter()
    with httpx.Client(trust_env=False) as client:
        for address in addresses:
            assert client.get(address).content == FEED
    return time.perf_counter() - began


def main() -> None:
    """Measure both, and print a table."""
    with slow_server() as address:
        addresses = [f"{address}/{number}" for number in range(SURFACES)]
        kairo, plain = captured(addresses), one_after_the_other(addresses)
    print(
        table(
            ["", "seconds", "speed"],
            [["kairo", f"{kairo:.1f}", f"{plain / kairo:.1f}"], ["one after the other", f"{plain:.1f}", "1"]],
        )
    )


if __name__ == "__main__":
    main()
