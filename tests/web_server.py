"""A real web server on this machine, which answers as a test has set it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[BaseHTTPRequestHandler], None]


def reply(body: bytes = b"", status: int = 200, **headers: str) -> Reply:
    """An answer; `content_type="text/xml"` sets that header. An ETag or date that is sent back is answered 304."""
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

    return send


class Web:
    """A server that answers each path as a test has set it, and remembers what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.asked_at: list[float] = []
        self.posted: list[bytes] = []
        self.most_at_once = 0
        self.closing = threading.Event()
        self.answers: dict[str, Reply] = {}
        self.company: threading.Barrier | None = None
        self._counting = threading.Lock()
        self._now = 0

    def answer(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer so, always."""
        return self._set(path, reply(body, status, **headers))

    def answer_in_turn(self, path: str, *replies: Reply) -> str:
        """Answer with one after the other, and with the last from then on."""
        left = iter(replies[:-1])

        def send(handler: BaseHTTPRequestHandler) -> None:
            with self._counting:
                one = next(left, replies[-1])
            one(handler)

        return self._set(path, send)

    def hang(self, path: str) -> str:
        """Begin to answer, and never go on."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            self.closing.wait(60)

        return self._set(path, send)

    def trickle(self, path: str) -> str:
        """Answer byte by byte, with pauses that are no hang, and never come to an end."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            while not self.closing.wait(0.05):
                handler.wfile.write(b" ")

        return self._set(path, send)

    def stream(self, path: str, length: int | None = None) -> str:
        """Answer without an end, or with so many bytes as it says; whoever asks will have enough before."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            if length is not None:
                handler.send_header("Content-Length", str(length))
            handler.end_headers()
            while not self.closing.is_set():
                handler.wfile.write(b"<item>more</item>" * 1000)

        return self._set(path, send)

    def answer_in_company_of(self, others: int, *, once: bool = False) -> None:
        """From now on answer nobody before so many ask at once; or only the first so many."""
        self.company = threading.Barrier(others, action=self._let_pass if once else None)

    def times_asked(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)

    def url(self, path: str) -> str:
        return self.address + path

    def _let_pass(self) -> None:
        self.company = None

    def _set(self, path: str, send: Reply) -> str:
        self.answers[path] = send
        return self.url(path)

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        with self._counting:
            self.asked.append((handler.path, dict(handler.headers)))
            self.asked_at.append(time.monotonic())
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        if company := self.company:
            company.wait(30)
        with self._counting:
            self._now -= 1
        with suppress(ConnectionError):  # whoever asked may have heard enough
            self.answers[handler.path](handler)


@contextmanager
def serving() -> Iterator[Web]:
    """A server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.handle(self)

        def do_POST(self) -> None:
            web.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            web.handle(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        web.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
