"""Static word embeddings of short texts: no model server, no download, the weights come in the wheel."""

import functools
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# The package configures the root logger when imported, which would print every library's INFO lines. A handler that is
# there already keeps it from doing so.
logging.getLogger().addHandler(quiet := logging.NullHandler())
import wordllama  # noqa: E402  # only with that handler in place

logging.getLogger().removeHandler(quiet)

DIMENSIONS = 256

Vectors = NDArray[np.float32]


@functools.cache
def _model() -> wordllama.WordLlama:
    # The package looks for weights in a cache folder first; its own folder holds them.
    own_folder = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=own_folder, disable_download=True, dim=DIMENSIONS)


def embed(texts: Sequence[str]) -> Vectors:
    """Unit vectors of texts, texts × 256; a text without known words is the zero vector."""
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
