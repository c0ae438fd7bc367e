"""Sends one request to an OpenAI-compatible endpoint and returns the bytes of its answer, within a time and a size."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai

from kairo_hero.llm.failure import refused, unanswered
from kairo_hero.llm.settings import ModelSettings

#: No answer that is asked for here has a hundredth of this.
_MOST_BYTES = 4_000_000
_MOST_SECONDS_TO_CONNECT = 10.0


class Endpoint:
    """One endpoint. It tries once: retries are the business of whoever also pays for them."""

    def __init__(self, settings: ModelSettings) -> None:
        self.host = settings.endpoint_host
        self._key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
        self._client = openai.OpenAI(
            # the client insists on a key; a local server ignores it
            api_key=self._key or "none",
            base_url=settings.base_url,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(event_hooks={"request": [_begin], "response": [_bound]}),
        )

    def complete(self, body: dict[str, Any], timeout: float) -> bytes:
        """The answer's bytes, read whole, whatever they are. Raises RequestFailed for an error or no answer."""
        patience = httpx2.Timeout(timeout, connect=min(timeout, _MOST_SECONDS_TO_CONNECT))
        try:
            raw = self._client.chat.completions.with_raw_response.create(**body, timeout=patience)
        except openai.APIStatusError as error:
            raise refused(error, self.host, self._key) from error
        except openai.APIConnectionError as error:
            raise unanswered(error, self.host, timeout) from error
        return raw.http_response.content

    def close(self) -> None:
        """Hang up."""
        self._client.close()


def _begin(request: httpx2.Request) -> None:
    request.extensions["kairo_begun"] = time.monotonic()


def _bound(response: httpx2.Response) -> None:
    request = response.request
    # the client's own time-out is from one byte to the next: an answer that trickles would never end
    deadline = request.extensions["kairo_begun"] + request.extensions["timeout"]["read"]
    if isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _BoundedStream(response.stream, deadline)


class _BoundedStream(httpx2.SyncByteStream):
    """A body that ends by its deadline, and before it fills the memory."""

    def __init__(self, stream: httpx2.SyncByteStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("the answer took too long")
            if size > _MOST_BYTES:
                raise httpx2.ReadError(f"the answer is longer than {_MOST_BYTES:,} bytes")
            yield chunk

    def close(self) -> None:
        self._stream.close()
