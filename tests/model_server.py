"""A real endpoint for chat completions on this machine, which answers as a test has scripted it."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ITEMS = re.compile(r"KAIRO-DATA (\w+) begins\n(.*)\nKAIRO-DATA \1 ends", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """One request, as it arrived; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def output(self) -> str:
        return self.body.get("response_format", {"type": "text"})["type"]

    @property
    def token_limit(self) -> str:
        return next(name for name in ("max_completion_tokens", "max_tokens") if name in self.body)

    @property
    def texts(self) -> list[str]:
        return [message["content"] for message in self.body["messages"]]

    @property
    def mark(self) -> str:
        """The random mark around the items."""
        return _ITEMS.search(self.texts[1])[1]

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items that were quoted."""
        return json.loads(_ITEMS.search(self.texts[1])[2])


#: Sends an answer to what was asked.
Scripted = Callable[[Asked, BaseHTTPRequestHandler], None]


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def completion(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """The body of a completion, without its usage."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_763_000_000,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }


def says(
    content: str | dict[str, Any] | None,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    usage: tuple[int, int, int] | None = (1000, 200, 0),
) -> Scripted:
    """A completion with this content; its usage is input, output and cached tokens, or missing."""
    text = json.dumps(content) if isinstance(content, dict) else content

    def answer(asked: Asked, handler: BaseHTTPRequestHandler) -> None:
        body = {**completion(text, finish=finish, refusal=refusal), "model": asked.body["model"]}
        if usage:
            body["usage"] = {
                "prompt_tokens": usage[0],
                "completion_tokens": usage[1],
                "total_tokens": usage[0] + usage[1],
                "prompt_tokens_details": {"cached_tokens": usage[2]},
            }
        send(handler, 200, json.dumps(body).encode())

    return answer


def replies(answering: Callable[[Asked], dict[str, Any]]) -> Scripted:
    """A completion made from what was asked."""
    return lambda asked, handler: says(answering(asked))(asked, handler)


def declines(reason: str = "I can't help with that.") -> Scripted:
    """A refusal: no content, and the reason."""
    return says(None, refusal=reason)


def errs(
    status: int, message: str = "no", *, code: str | None = None, param: str | None = None, **headers: str
) -> Scripted:
    """An error as OpenAI words it."""
    body = json.dumps({"error": {"message": message, "type": code, "code": code, "param": param}}).encode()
    return lambda asked, handler: send(handler, status, body, **headers)


def sends(body: bytes, status: int = 200, content_type: str = "text/html") -> Scripted:
    """These very bytes."""
    return lambda asked, handler: send(handler, status, body, Content_Type=content_type)


def drops(asked: Asked, handler: BaseHTTPRequestHandler) -> None:
    """Hang up without a word."""
    handler.close_connection = True


def refuses(trait: Callable[[Asked], bool], refusal: Scripted, otherwise: Scripted) -> Scripted:
    """Answer what has this trait so, and else otherwise."""
    return lambda asked, handler: (refusal if trait(asked) else otherwise)(asked, handler)


def breaks_on_json_schema(otherwise: Scripted) -> Scripted:
    """As one widely used local server does: a 500 that says nothing."""
    return refuses(lambda asked: asked.output == "json_schema", errs(500, "internal error"), otherwise)


def rejects_output(*outputs: str, otherwise: Scripted) -> Scripted:
    """A 400 that names the option."""
    return refuses(
        lambda asked: asked.output in outputs,
        errs(400, "This response_format type is unavailable now", param="response_format"),
        otherwise,
    )


def rejects_limit(name: str, otherwise: Scripted) -> Scripted:
    """As models refuse the one or the other name of the limit."""
    message = f"Unsupported parameter: '{name}' is not supported with this model. Use another instead."
    return refuses(lambda asked: asked.token_limit == name, errs(400, message, param=name), otherwise)


class ModelServer:
    """An endpoint that answers one scripted answer after the other, the last from then on; it keeps what it was asked.

    Without a script it answers 500.
    """

    def __init__(self, address: str) -> None:
        self.base_url = f"{address}/v1"
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._script: list[Scripted] = [errs(500, "nothing was scripted")]
        self._counting = threading.Lock()

    def script(self, *answers: Scripted) -> None:
        self._script = list(answers)

    def hangs(self, asked: Asked, handler: BaseHTTPRequestHandler) -> None:
        """Take the request, and never answer."""
        self.closing.wait(60)

    def trickles(self, asked: Asked, handler: BaseHTTPRequestHandler) -> None:
        """Answer byte by byte, without an end."""
        handler.send_response(200)
        handler.end_headers()
        while not self.closing.wait(0.02):
            handler.wfile.write(b" ")

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(handler.path, headers, json.loads(body))
        with self._counting:
            self.asked.append(asked)
            answer = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        with suppress(ConnectionError):  # whoever asked may have given up
            answer(asked, handler)


@contextmanager
def serving_models() -> Iterator[ModelServer]:
    """An endpoint for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.handle(self)

        def log_message(self, *_: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = ModelServer(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        thread.join()
        http.server_close()
