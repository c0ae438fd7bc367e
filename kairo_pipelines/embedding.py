"""Embeddings of short texts: static ones that come in the wheel, or those of an endpoint that a setting names."""

import functools
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kairo_pipelines.embedding_endpoint import EmbeddingEndpoint, EmbeddingSettings
from kairo_pipelines.embedding_endpoint import Vectors as Vectors

# The package configures the root logger when imported, which would print every library's INFO lines. A handler that is
# there already keeps it from doing so.
logging.getLogger().addHandler(quiet := logging.NullHandler())
import wordllama  # noqa: E402  # only with that handler in place

logging.getLogger().removeHandler(quiet)

DIMENSIONS = 256


@functools.cache
def _model() -> wordllama.WordLlama:
    # The package looks for weights in a cache folder first; its own folder holds them.
    own_folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=own_folder, disable_download=True, dim=DIMENSIONS)


@functools.cache
def _endpoint() -> EmbeddingEndpoint | None:
    settings = EmbeddingSettings.from_environment()
    return EmbeddingEndpoint(settings) if settings.url else None


def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors of texts, texts × dimensions (256 of the static ones); without known words it is the zero vector."""
    endpoint = _endpoint()
    return endpoint.embed(texts) if endpoint else embed_static(texts)


def embed_static(texts: Sequence[str]) -> Vectors:
    """The same without any endpoint: texts × 256."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    vectors: Vectors = np.asarray(_model().embed(list(texts), norm=False), dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


def coherence(vectors: Vectors) -> float:
    """Mean cosine of all pairs of unit vectors: how much texts are about the same. 1 for fewer than two."""
    n = len(vectors)
    if n < 2:
        return 1.0
    total = vectors.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1)))
