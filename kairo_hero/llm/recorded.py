"""Answers of models, recorded as they come and played back: the same question gets the same answer, for nothing."""

import uuid
from typing import TypeVar

from pydantic import ValidationError

from kairo_hero.llm.errors import ModelUnavailable
from kairo_hero.llm.prompt import request_hash
from kairo_hero.llm.task import Answer, AnswersTasks, Task
from kairo_hero.llm.wire import WireModel

Form = TypeVar("Form", bound=WireModel)


class RecordingModels:
    """Passes questions on, and keeps each answer's JSON by what was asked."""

    def __init__(self, models: AnswersTasks) -> None:
        self._models = models
        self.answers: dict[str, str] = {}

    def ask(self, task: Task[Form]) -> Answer[Form]:
        """The answer; raises the ModelError of whoever is asked."""
        answer = self._models.ask(task)
        self.answers[_question(task)] = answer.content.model_dump_json()
        return answer


class RecordedModels:
    """Answers from what was recorded, and asks nobody."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = answers

    def ask(self, task: Task[Form]) -> Answer[Form]:
        """The recorded answer; raises ModelUnavailable where none was given to this very question."""
        name = _question(task)
        try:
            content = task.form.model_validate_json(self._answers[name])
        except (KeyError, ValidationError) as error:
            raise ModelUnavailable(
                f"no answer to this {task.step} question was recorded: the prompt, its form or the texts have changed",
                "not_recorded",
            ) from error
        return Answer(content, uuid.uuid4(), name, 0.0, 0, 0, is_from_cache=True)


def _question(task: Task[Form]) -> str:
    """What was asked, whoever was asked."""
    return request_hash("", "", task)
