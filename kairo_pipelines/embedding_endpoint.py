"""Embeddings of short texts from an endpoint that speaks OpenAI's interface, instead of those in the wheel."""

from collections.abc import Sequence

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, SecretStr, ValidationError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from kairo_pipelines.settings import EnvironmentSettings

Vectors = NDArray[np.float32]

#: Texts of one request; the interface takes 2,048, small servers fewer.
BATCH = 128
_ATTEMPTS = 3


class EmbeddingFailed(Exception):
    """The endpoint gave no usable embeddings; the message names it, what it answered and which setting to look at."""


class EmbeddingSettings(EnvironmentSettings):
    """Where embeddings come from: without a URL, from the wheel."""

    url: str | None = Field(None, alias="KAIRO_EMBEDDING_URL", pattern="^https?://")
    model: str = Field("", alias="KAIRO_EMBEDDING_MODEL")
    key: SecretStr | None = Field(None, alias="KAIRO_EMBEDDING_KEY")
    timeout_seconds: float = Field(30.0, alias="KAIRO_EMBEDDING_TIMEOUT_SECONDS", gt=0, le=600)


class _Embedding(BaseModel):
    index: int
    embedding: list[float] = Field(min_length=1)


class _Answer(BaseModel):
    data: list[_Embedding]


class _NotNow(Exception):
    """The endpoint is busy or away, which may pass."""


class EmbeddingEndpoint:
    """One endpoint and one model; `embed` has the signature of `kairo_pipelines.embedding.embed`."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        """Take settings with a URL, as https://host/v1."""
        if not settings.url:
            raise ValueError("an embedding endpoint needs a URL")
        self._url = settings.url.rstrip("/") + "/embeddings"
        self._model = settings.model
        key = settings.key.get_secret_value() if settings.key else None
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=settings.timeout_seconds)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, texts × dimensions of the model; a blank text is the zero vector and is not sent.

        Raises EmbeddingFailed.
        """
        spoken = [row for row, text in enumerate(texts) if text.strip()]
        found: list[list[float]] = []
        for start in range(0, len(spoken), BATCH):
            found.extend(self._asked([texts[row] for row in spoken[start : start + BATCH]]))
        if len({len(vector) for vector in found}) > 1:
            raise self._failed("answered with vectors of different lengths")
        vectors = np.zeros((len(texts), len(found[0]) if found else 0), dtype=np.float32)
        if found:
            vectors[spoken] = found
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit

    def _asked(self, texts: list[str]) -> list[list[float]]:
        waits = wait_exponential_jitter(multiplier=0.2, max=5, jitter=0.2)
        tries = Retrying(
            stop=stop_after_attempt(_ATTEMPTS), wait=waits, retry=retry_if_exception_type(_NotNow), reraise=True
        )
        try:
            answer = tries(self._once, texts)
        except _NotNow as error:
            raise self._failed(f"{error}, {_ATTEMPTS} times") from error
        answer.data.sort(key=lambda one: one.index)
        if [one.index for one in answer.data] != list(range(len(texts))):
            raise self._failed(f"answered with {len(answer.data)} embeddings for {len(texts)} texts")
        return [one.embedding for one in answer.data]

    def _once(self, texts: list[str]) -> _Answer:
        request = {"input": texts, "model": self._model, "encoding_format": "float"}
        try:
            response = self._client.post(self._url, json=request)
        except httpx.HTTPError as error:
            raise _NotNow(f"gave no answer ({type(error).__name__})") from error
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            raise _NotNow(f"answered {response.status_code}")
        if not response.is_success:
            raise self._failed(f"answered {response.status_code}: {response.text[:200]}")
        try:
            return _Answer.model_validate_json(response.content)
        except ValidationError:
            raise self._failed(f"answered with something else than embeddings: {response.text[:200]}") from None

    def _failed(self, what: str) -> EmbeddingFailed:
        return EmbeddingFailed(
            f"the embedding endpoint {self._url} {what}; look at KAIRO_EMBEDDING_URL, KAIRO_EMBEDDING_MODEL and "
            "KAIRO_EMBEDDING_KEY"
        )
