"""Embeddings from a real HTTP server that answers as endpoints do."""

import json

import numpy as np
import pytest
from web_server import reply

from kairo_pipelines.embedding_endpoint import BATCH, EmbeddingEndpoint, EmbeddingFailed, EmbeddingSettings


def answer(*vectors):
    """Embeddings as the interface gives them, the last first: their index says whose they are."""
    data = [{"object": "embedding", "index": row, "embedding": vector} for row, vector in enumerate(vectors)]
    return reply(json.dumps({"object": "list", "data": data[::-1], "model": "small"}).encode())


def endpoint(web, **settings):
    return EmbeddingEndpoint(EmbeddingSettings(url=web.url("/v1"), model="small", **settings))


def test_vectors_have_length_one_and_stand_in_the_order_of_the_texts(web):
    web.answer_in_turn("/v1/embeddings", answer([3.0, 4.0], [0.0, 2.0]))
    vectors = endpoint(web).embed(["log4j", "omicron"])
    assert vectors.tolist() == pytest.approx(np.array([[0.6, 0.8], [0.0, 1.0]]))
    assert json.loads(web.posted[0])["input"] == ["log4j", "omicron"]


def test_the_key_is_sent_and_the_model_named(web):
    web.answer_in_turn("/v1/embeddings", answer([1.0]))
    endpoint(web, key="secret").embed(["log4j"])
    assert web.asked[0][1]["Authorization"] == "Bearer secret"
    assert json.loads(web.posted[0])["model"] == "small"


def test_many_texts_are_asked_for_in_batches(web):
    web.answer_in_turn("/v1/embeddings", answer(*[[1.0]] * BATCH), answer([1.0]))
    assert endpoint(web).embed(["text"] * (BATCH + 1)).shape == (BATCH + 1, 1)


def test_a_blank_text_is_the_zero_vector_and_is_not_sent(web):
    web.answer_in_turn("/v1/embeddings", answer([2.0, 0.0]))
    assert endpoint(web).embed(["", "log4j", "  "]).tolist() == [[0, 0], [1, 0], [0, 0]]
    assert json.loads(web.posted[0])["input"] == ["log4j"]


def test_no_texts_ask_nobody(web):
    assert len(endpoint(web).embed([])) == 0
    assert web.asked == []


def test_a_busy_endpoint_is_asked_again(web):
    web.answer_in_turn("/v1/embeddings", reply(status=429), reply(status=503), answer([1.0]))
    assert endpoint(web).embed(["log4j"]).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(reply(b"no such model", 404), "answered 404: no such model", id="refused"),
        pytest.param(reply(b"<html>", 200), "something else than embeddings: <html>", id="not-json"),
        pytest.param(answer(), "0 embeddings for 1 texts", id="too-few"),
        pytest.param(reply(status=500), "answered 500, 3 times", id="broken"),
    ],
)
def test_a_useless_answer_names_the_endpoint_and_the_settings(web, given, said):
    web.answer_in_turn("/v1/embeddings", given)
    with pytest.raises(EmbeddingFailed, match=said) as raised:
        endpoint(web).embed(["log4j"])
    assert web.url("/v1/embeddings") in str(raised.value)
    assert "KAIRO_EMBEDDING_URL" in str(raised.value)


def test_an_endpoint_that_hangs_is_given_up(web):
    web.hang("/v1/embeddings")
    with pytest.raises(EmbeddingFailed, match="gave no answer"):
        endpoint(web, timeout_seconds=0.1).embed(["log4j"])
