"""Takes the filled-in form out of a completion, or says what is wrong with it."""

import re
from typing import TypeVar

from pydantic import ValidationError

from kairo_hero.llm.completion import Completion
from kairo_hero.llm.errors import ModelAnswerInvalid, ModelRefused, ModelUnavailable
from kairo_hero.llm.wire import WireModel

Form = TypeVar("Form", bound=WireModel)

#: What some local models think aloud before they answer.
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_PROBLEMS_TOLD = 8


class AnswerUnfit(ModelAnswerInvalid):
    """An answer that the model may be able to mend, told what is wrong with it."""


def completed_text(completion: Completion, host: str, max_output_tokens: int) -> str:
    """The text of the first choice, empty where it has none.

    Raises ModelUnavailable for what is no completion, ModelRefused for a refusal, and ModelAnswerInvalid for an
    answer that was cut off: no repair turn mends that.
    """
    if not completion.is_completion:
        raise ModelUnavailable(
            f"{host} answered with something that is no chat completion; check OPENAI_BASE_URL, which for most "
            "endpoints ends in /v1",
            "not_a_completion",
        )
    if completion.refusal:
        raise ModelRefused(f"the model declined to answer: {completion.refusal}")
    if "content_filter" in completion.finish_reasons[:1]:
        raise ModelRefused("the provider's content filter withheld the answer", "content_filter")
    if "length" in completion.finish_reasons[:1]:
        raise ModelAnswerInvalid(
            f"the answer was cut off, at {max_output_tokens} tokens or where the model's context ends; ask for less "
            "at once, or use a model with a longer context",
            "cut_off",
        )
    return completion.content


def filled_in(text: str, form: type[Form]) -> Form:
    """The form, out of a text that holds one JSON object and perhaps a fence or prose around it, or AnswerUnfit."""
    text = _THOUGHTS.sub("", text)
    if not text.strip():
        raise AnswerUnfit("the model's answer was empty", "empty")
    begin, end = text.find("{"), text.rfind("}") + 1
    if begin < 0 or end <= begin:
        raise AnswerUnfit("the model's answer holds no JSON object", "not_json")
    try:
        return form.model_validate_json(text[begin:end])
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        told = "; ".join(_told(problem["loc"], problem["msg"]) for problem in problems[:_PROBLEMS_TOLD])
        is_json = all(problem["type"] != "json_invalid" for problem in problems)
        raise AnswerUnfit(
            f"the model's answer does not follow the form: {told}", "answer_invalid" if is_json else "not_json"
        ) from error


def _told(place: tuple[int | str, ...], problem: str) -> str:
    where = ".".join(str(part)[:60] for part in place)
    return f"{where}: {problem}" if where else problem
