"""Gets a turn answered: with options that the endpoint takes, with patience for what passes, each try on record."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from kairo_hero.llm.capability import Capability, RequestOptions
from kairo_hero.llm.completion import Completion, read_completion
from kairo_hero.llm.endpoint import Endpoint
from kairo_hero.llm.errors import ModelUnavailable
from kairo_hero.llm.failure import RequestFailed
from kairo_hero.llm.ledger import Ledger, write_event
from kairo_hero.llm.prompt import Message, prompt_token_bound, request_body
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.llm.task import Task
from kairo_hero.models.model_calls import ModelCall
from kairo_hero.observability import RunLog


@dataclass(frozen=True)
class OnBehalfOf:
    """Whose question it is: the run and the brand that it is booked on, and the run's log."""

    run_id: str
    brand_id: uuid.UUID | None
    log: RunLog


@dataclass
class Question:
    """A task on its way to an answer, and the requests that it has taken so far."""

    task: Task[Any]
    asked_by: OnBehalfOf
    endpoint_host: str
    model: str
    request_hash: str
    seconds: float
    call_id: uuid.UUID = field(default_factory=uuid.uuid4)
    calls: list[ModelCall] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds_left(self) -> float:
        """Until its deadline; 0 after."""
        return max(self.begun + self.seconds - time.monotonic(), 0.0)

    def next_call(self, options: RequestOptions, *, is_repair: bool = False) -> ModelCall:
        """The ledger's row for its next request."""
        call = ModelCall(
            call_id=self.call_id,
            run_id=self.asked_by.run_id,
            brand_id=self.asked_by.brand_id,
            step=self.task.step,
            attempt=len(self.calls) + 1,
            is_repair=is_repair,
            endpoint_host=self.endpoint_host,
            model=self.model,
            output_mode=options.output,
            token_limit=options.token_limit,
            prompt_version=self.task.prompt_version,
            request_hash=self.request_hash,
            cache_hit=False,
        )
        self.calls.append(call)
        return call


class Asking:
    """Sends turns of questions. The only place that tries again: the client below and the caller above do not."""

    def __init__(self, settings: ModelSettings, endpoint: Endpoint, ledger: Ledger, capability: Capability) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._ledger = ledger
        self._capability = capability
        self._pause = wait_random_exponential(multiplier=settings.retry_seconds, max=settings.max_wait_seconds)

    def complete(self, question: Question, asked: list[Message], *, is_repair: bool = False) -> Completion:
        """The endpoint's answer to these messages, settled in the ledger and not yet looked into.

        Raises the ModelError that the last try ended in.
        """
        options, is_proven = self._capability.options(question.model)
        first, tried = options, {options}
        attempts = self._settings.attempts
        while True:
            try:
                completion = self._tried_again(question, asked, options, attempts, is_repair)
            except RequestFailed as failure:
                fewer = self._capability.fewer(options, failure, is_proven=is_proven)
                if fewer is None or fewer in tried:
                    raise failure.error from failure
                if failure.is_about_request:
                    # only a guess that the options are to blame: it is not worth as many tries again
                    attempts = 1
                options = fewer
                tried.add(options)
                continue
            if completion.is_completion:
                self._capability.learn(question.model, options, first)
            return completion

    def _tried_again(
        self, question: Question, asked: list[Message], options: RequestOptions, attempts: int, is_repair: bool
    ) -> Completion:
        retrying = Retrying(
            stop=stop_after_attempt(attempts) | stop_before_delay(question.seconds_left),
            wait=self._wait,
            retry=retry_if_exception(self._is_worth_another_try),
            reraise=True,
        )
        return retrying(self._try, question, asked, options, is_repair)

    def _try(self, question: Question, asked: list[Message], options: RequestOptions, is_repair: bool) -> Completion:
        timeout = min(self._settings.timeout_seconds, question.seconds_left)
        if not timeout:
            raise RequestFailed(_out_of_time(question))
        task, prompt_tokens = question.task, prompt_token_bound(asked, question.task.form)
        call = question.next_call(options, is_repair=is_repair)
        self._ledger.reserve(call, self._ledger.bound(question.model, prompt_tokens, task.max_output_tokens))
        try:
            answer = self._endpoint.complete(
                request_body(question.model, asked, task.form, task.max_output_tokens, options), timeout
            )
        except RequestFailed as failure:
            self._ledger.settle_failure(call, failure.error.error_type, may_be_billed=failure.may_be_billed)
            write_event(question.asked_by.log, call, self._settings.provider_name)
            raise
        completion = read_completion(answer)
        self._ledger.settle(call, completion)
        return completion

    def _is_worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, RequestFailed) or not error.may_pass:
            return False
        return (error.retry_after or 0.0) <= self._settings.max_wait_seconds

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_for = error.retry_after if isinstance(error, RequestFailed) else None
        # with jitter beyond what the endpoint asked for: all that were refused at once would come back at once
        return (asked_for or 0.0) + self._pause(state)


def _out_of_time(question: Question) -> ModelUnavailable:
    return ModelUnavailable(
        f"{question.endpoint_host} gave no answer to {question.task.step} within {question.seconds:g} s in all; "
        "try later, or raise KAIRO_LLM_DEADLINE_SECONDS",
        "deadline",
    )
