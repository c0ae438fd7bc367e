"""The record of every request to a model: written before it is sent, settled when it comes back, never lost."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from kairo_hero.llm.budgets import Bound, require_budget
from kairo_hero.llm.completion import Completion
from kairo_hero.llm.prices import Prices
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models.model_calls import ModelCall
from kairo_hero.observability import RunLog
from kairo_pipelines.relational.database import Database

_ADVISORY_LOCK = 5_392_471_087  # any number that no other program on the server takes


class Ledger:
    """Reserves, settles and tells; each in a short transaction of its own. None may be open around it."""

    def __init__(self, database: Database, settings: ModelSettings) -> None:
        self._database = database
        self._settings = settings
        self._prices = Prices(settings)

    def bound(self, model: str, prompt_tokens: int, output_tokens: int) -> Bound:
        """The most that a request with so many tokens can take."""
        usd = self._prices.cost_usd(model, prompt_tokens, output_tokens, None, datetime.now(UTC))
        return Bound(usd, prompt_tokens + output_tokens)

    def reserve(self, call: ModelCall, bound: Bound) -> None:
        """Write the call down with what it may take; raise BudgetExceeded, and write nothing, where that is too much.

        Of several processes that ask for the last of a budget, one gets it: they wait for each other here.
        """
        with self._database.writing() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
            # the moment after waiting: what was reserved meanwhile is in the past
            call.created_at = datetime.now(UTC)
            call.expires_at = call.created_at + timedelta(hours=self._settings.reservation_hours)
            require_budget(session, self._settings, call.run_id, call.brand_id, bound, call.created_at)
            call.reserved_usd, call.reserved_tokens = bound.usd, bound.tokens
            session.add(call)

    def settle(self, call: ModelCall, completion: Completion) -> None:
        """Write down what an answer took, before anybody looks at what it says."""
        call.response_id, call.response_model = completion.response_id, completion.response_model
        call.finish_reasons = list(completion.finish_reasons)
        call.input_tokens, call.output_tokens = completion.input_tokens, completion.output_tokens
        call.cached_tokens = completion.cached_tokens
        call.cost_usd = self._cost(call)
        self._close(call)

    def settle_failure(self, call: ModelCall, error_type: str, *, may_be_billed: bool) -> None:
        """Write down that there was no answer, and that it cost nothing, or nobody knows what."""
        call.error_type = error_type
        if not may_be_billed:
            call.cost_usd, call.input_tokens, call.output_tokens = 0.0, 0, 0
        self._close(call)

    def settle_hit(self, call: ModelCall) -> None:
        """Write down an answer out of the cache."""
        call.created_at = call.expires_at = datetime.now(UTC)
        call.cache_hit, call.attempt = True, 0
        call.reserved_usd, call.reserved_tokens = 0.0, 0
        call.cost_usd, call.input_tokens, call.output_tokens = 0.0, 0, 0
        self._close(call)

    def mark_unusable(self, call: ModelCall, error_type: str) -> None:
        """Write down what is wrong with an answer that was settled."""
        call.error_type = error_type
        with self._database.writing() as session:
            session.add(call)

    def _close(self, call: ModelCall) -> None:
        call.settled_at = datetime.now(UTC)
        call.latency_ms = round((call.settled_at - call.created_at).total_seconds() * 1000)
        with self._database.writing() as session:
            session.add(call)

    def _cost(self, call: ModelCall) -> float | None:
        if call.input_tokens is None or call.output_tokens is None:
            return None
        tokens = (call.input_tokens, call.output_tokens, call.cached_tokens)
        # a dated release (gpt-4o-2024-08-06) may have a price of its own
        for model in (call.response_model, call.model):
            if model and (cost := self._prices.cost_usd(model, *tokens, call.created_at)) is not None:
                return cost
        return None


@dataclass(frozen=True)
class Spent:
    """What requests took. `cost_usd` is of those whose cost is known; `unpriced` counts those where it is not."""

    requests: int
    cost_usd: float
    unpriced: int
    input_tokens: int
    output_tokens: int


def spent_by_step(session: Session, run_id: str, brand_id: uuid.UUID | None = None) -> dict[str, Spent]:
    """What a run's requests took so far, by step, those under way and those that failed included; or one brand's."""
    counted = (func.count(), func.sum(ModelCall.cost_usd), func.count(ModelCall.cost_usd))
    tokens = (func.sum(ModelCall.input_tokens), func.sum(ModelCall.output_tokens))
    calls = select(ModelCall.step, *counted, *tokens).where(ModelCall.run_id == run_id)
    if brand_id is not None:
        calls = calls.where(ModelCall.brand_id == brand_id)
    rows: Sequence[Any] = session.execute(calls.group_by(ModelCall.step)).all()
    return {
        step: Spent(number, cost or 0.0, number - priced, given or 0, made or 0)
        for step, number, cost, priced, given, made in rows
    }


def spent(session: Session, run_id: str, brand_id: uuid.UUID | None = None) -> Spent:
    """What a run's requests took so far, all in all; or one brand's."""
    steps = spent_by_step(session, run_id, brand_id).values()
    return Spent(
        sum(step.requests for step in steps),
        sum(step.cost_usd for step in steps),
        sum(step.unpriced for step in steps),
        sum(step.input_tokens for step in steps),
        sum(step.output_tokens for step in steps),
    )


def write_event(log: RunLog, call: ModelCall, provider: str) -> None:
    """The call as one `llm_call` event, under OpenTelemetry's names for GenAI; never what was asked or answered."""
    known = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": call.model,
        "gen_ai.response.model": call.response_model,
        "gen_ai.response.id": call.response_id,
        "gen_ai.response.finish_reasons": call.finish_reasons,
        "gen_ai.usage.input_tokens": call.input_tokens,
        "gen_ai.usage.output_tokens": call.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": call.cached_tokens,
        "server.address": call.endpoint_host,
        "error.type": call.error_type,
        "kairo.run.id": call.run_id,
        "kairo.brand.id": call.brand_id,
        "kairo.step": call.step,
        "kairo.call.id": call.call_id,
        "kairo.attempt": call.attempt,
        "kairo.repair": call.is_repair,
        "kairo.cost.usd": call.cost_usd,
        "kairo.cache.hit": call.cache_hit,
        "kairo.prompt.version": call.prompt_version,
        "kairo.output.mode": call.output_mode,
        "kairo.latency.ms": call.latency_ms,
    }
    log.write("llm_call", **known)
