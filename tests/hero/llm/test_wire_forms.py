"""What a form may be, what a form is read from, and what an envelope is read from."""

import json
from typing import Any, Literal

import pytest
from asking_desk import Ideas, task
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from kairo_hero.llm.completion import Completion, read_completion
from kairo_hero.llm.errors import ModelAnswerInvalid
from kairo_hero.llm.reading import filled_in
from kairo_hero.llm.wire import WireModel, wire_schema


class Loose(BaseModel):
    text: str


class WithDefault(WireModel):
    title: str
    remark: str | None = None


class WithDict(WireModel):
    scores: dict[str, float]


class WithAnything(WireModel):
    value: Any


class WithLoosePart(WireModel):
    parts: list[Loose]


class WithBuriedDefault(WireModel):
    parts: list[WithDefault] | None


class Sound(WireModel):
    title: str
    remark: str | None
    kind: Literal["a", "b"]
    ideas: Ideas


REFUSED = {
    WithDefault: r"WithDefault\.remark has a default",
    WithDict: r"WithDict\.scores is a free dict",
    WithAnything: r"WithAnything\.value takes anything",
    WithLoosePart: "Loose is a free dict, or not a WireModel",
    WithBuriedDefault: r"WithDefault\.remark has a default",
}


@pytest.mark.parametrize(("form", "problem"), REFUSED.items(), ids=lambda value: getattr(value, "__name__", None) or "")
def test_a_form_that_no_model_can_be_held_to_is_refused_when_the_task_is_made(form, problem):
    with pytest.raises(TypeError, match=problem):
        task(form=form)


def test_every_field_of_a_form_is_required():
    schema = wire_schema(Sound)
    assert schema["required"] == ["title", "remark", "kind", "ideas"]
    assert schema["additionalProperties"] is False


ideas = st.builds(
    Ideas,
    mood=st.sampled_from(["calm", "urgent"]),
    ideas=st.lists(
        st.fixed_dictionaries(
            {"title": st.text(max_size=20), "evidence_ids": st.lists(st.text(max_size=5), max_size=3)}
        ),
        max_size=3,
    ),
)
prose = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=50)
@given(ideas, prose, prose)
def test_a_form_is_found_in_any_prose_without_braces(filled, before, after):
    assert filled_in(f"{before}{filled.model_dump_json()}{after}", Ideas) == filled


@settings(max_examples=50)
@given(ideas, st.data())
def test_half_a_form_is_never_taken_for_a_form(filled, data):
    text = filled.model_dump_json()
    with pytest.raises(ModelAnswerInvalid):
        filled_in(text[: data.draw(st.integers(0, len(text) - 1))], Ideas)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["choices", "message", "content", "refusal", "usage", "prompt_tokens", "completion_tokens", "id", "model"]
envelopes = st.recursive(
    anything,
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=6) | st.lists(inner, min_size=1, max_size=2),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.binary(max_size=50) | envelopes.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_can_be_read_as_an_envelope(body):
    assert isinstance(read_completion(body), Completion)


def envelope(**parts):
    return read_completion(json.dumps({"choices": [{"message": {"content": "hi"}}], **parts}).encode())


@pytest.mark.parametrize("count", [-1, True, "12", 1.5, 2**40], ids=str)
def test_a_count_that_is_none_is_unknown(count):
    assert envelope(usage={"prompt_tokens": count}).input_tokens is None


def test_a_content_in_parts_is_put_together():
    body = {"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}]}
    assert read_completion(json.dumps(body).encode()).content == "ab"


def test_what_no_store_can_keep_is_taken_out():
    read = read_completion(b'{"choices": [{"message": {"content": "a\\u0000b\\ud800c"}}], "id": "x\\u0000"}')
    assert (read.content, read.response_id) == ("ab?c", "x")
