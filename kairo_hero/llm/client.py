"""Asks models on behalf of runs: the cache first, within budgets, with one more turn to mend a bad answer."""

import uuid
from typing import TypeVar

from pydantic import ValidationError

from kairo_hero.llm.asking import Asking, OnBehalfOf, Question
from kairo_hero.llm.cache import AnswerCache
from kairo_hero.llm.capability import Capability
from kairo_hero.llm.endpoint import Endpoint
from kairo_hero.llm.errors import ModelError, ModelsDisabled
from kairo_hero.llm.ledger import Ledger, write_event
from kairo_hero.llm.prompt import Message, messages, repair_messages, request_hash
from kairo_hero.llm.quoted import random_mark
from kairo_hero.llm.reading import AnswerUnfit, completed_text, filled_in
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.llm.task import Answer, Task
from kairo_hero.llm.wire import WireModel
from kairo_hero.observability import RunLog
from kairo_pipelines.relational.database import Database

Form = TypeVar("Form", bound=WireModel)


class ModelClient:
    """The way to the models, one for a process; threads may share it. Raises ModelsDisabled where none may be called.

    It writes to the store in transactions of its own: nobody asks it while holding one open.
    """

    def __init__(self, settings: ModelSettings, database: Database) -> None:
        if not settings.enabled:
            raise ModelsDisabled(
                "no model may be called: LLM_DISABLED is true, or neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"
            )
        self.settings = settings
        self._endpoint = Endpoint(settings)
        self._ledger = Ledger(database, settings)
        self._cache = AnswerCache(database, settings)
        self._capability = Capability(settings, database)
        self._asking = Asking(settings, self._endpoint, self._ledger, self._capability)

    @classmethod
    def where_enabled(cls, settings: ModelSettings, database: Database) -> "ModelClient | None":
        """The way to the models; None where none may be called."""
        return cls(settings, database) if settings.enabled else None

    def for_run(self, run_id: str, brand_id: uuid.UUID | None, log: RunLog) -> "RunModels":
        """The models as one run of one brand may ask them."""
        return RunModels(self, OnBehalfOf(run_id, brand_id, log))

    def close(self) -> None:
        """Hang up."""
        self._endpoint.close()

    def ask(self, task: Task[Form], asked_by: OnBehalfOf) -> Answer[Form]:
        """The filled-in form. Raises the ModelError that says why there is none."""
        settings = self.settings
        model = settings.model_fast if task.tier == "fast" else settings.model_heavy
        host = settings.endpoint_host
        name = request_hash(host, model, task)
        question = Question(task, asked_by, host, model, name, settings.deadline_seconds)
        if kept := self._from_cache(task, question):
            return kept
        asked = messages(task, random_mark())
        text = self._text(question, asked)
        try:
            content = self._form(question, task, text)
        except AnswerUnfit as unfit:
            text = self._text(question, repair_messages(asked, text, str(unfit)), is_repair=True)
            content = self._form(question, task, text)
        self._cache.put(name, content.model_dump_json())
        return _answer(question, content)

    def _from_cache(self, task: Task[Form], question: Question) -> Answer[Form] | None:
        kept = self._cache.get(question.request_hash)
        if kept is None:
            return None
        try:
            content = task.form.model_validate_json(kept)
        except ValidationError:
            # a check that is not in the schema was added since
            return None
        options, _ = self._capability.options(question.model)
        call = question.next_call(options)
        self._ledger.settle_hit(call)
        self._write_event(question)
        return _answer(question, content, is_from_cache=True)

    def _text(self, question: Question, asked: list[Message], *, is_repair: bool = False) -> str:
        completion = self._asking.complete(question, asked, is_repair=is_repair)
        try:
            return completed_text(completion, question.endpoint_host, question.task.max_output_tokens)
        except ModelError as error:
            self._mark_unusable(question, error)
            raise

    def _form(self, question: Question, task: Task[Form], text: str) -> Form:
        try:
            content = filled_in(text, task.form)
        except AnswerUnfit as unfit:
            self._mark_unusable(question, unfit)
            raise
        self._write_event(question)
        return content

    def _mark_unusable(self, question: Question, error: ModelError) -> None:
        self._ledger.mark_unusable(question.calls[-1], error.error_type)
        self._write_event(question)

    def _write_event(self, question: Question) -> None:
        write_event(question.asked_by.log, question.calls[-1], self.settings.provider_name)


class RunModels:
    """The models, for one run of one brand: what a graph is handed."""

    def __init__(self, client: ModelClient, asked_by: OnBehalfOf) -> None:
        self._client = client
        self._asked_by = asked_by

    def ask(self, task: Task[Form]) -> Answer[Form]:
        """The filled-in form. Raises the ModelError that says why there is none."""
        return self._client.ask(task, self._asked_by)


def _answer(question: Question, content: Form, *, is_from_cache: bool = False) -> Answer[Form]:
    costs = [call.cost_usd for call in question.calls]
    known = [cost for cost in costs if cost is not None]
    return Answer(
        content=content,
        call_id=question.call_id,
        request_hash=question.request_hash,
        cost_usd=sum(known) if len(known) == len(costs) else None,
        input_tokens=sum(call.input_tokens or 0 for call in question.calls),
        output_tokens=sum(call.output_tokens or 0 for call in question.calls),
        is_from_cache=is_from_cache,
    )
