"""Whether there is enough left to ask: what is spent and promised so far, against each budget."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from kairo_hero.llm.errors import BudgetExceeded
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.models.model_calls import ModelCall


@dataclass(frozen=True)
class Bound:
    """The most that a request can take; `usd` is None where the model's price is unknown."""

    usd: float | None
    tokens: int


def require_budget(
    session: Session, settings: ModelSettings, run_id: str, brand_id: uuid.UUID | None, bound: Bound, at: datetime
) -> None:
    """Raise BudgetExceeded, naming the setting, unless every budget has so much left."""
    unit, asked = ("tokens", bound.tokens) if bound.usd is None else ("usd", bound.usd)
    for scope, spender, calls in _scopes(run_id, brand_id, at):
        limit = getattr(settings, f"budget_{scope}_{unit}")
        left = limit - (0 if calls is None else _taken(session, unit, calls, at))
        if asked > left:
            wait = ", or wait for a new day (UTC)" if scope.endswith("day") else ""
            raise BudgetExceeded(
                f"a request may take {_shown(asked, unit)}, and {spender} has {_shown(max(left, 0), unit)} left of "
                f"KAIRO_LLM_BUDGET_{scope.upper()}_{unit.upper()}={limit:g}; raise it{wait}"
            )


def _scopes(
    run_id: str, brand_id: uuid.UUID | None, at: datetime
) -> Iterator[tuple[str, str, ColumnElement[bool] | None]]:
    """Each budget: its setting, whose it is, and the calls that draw on it."""
    today = ModelCall.created_at >= at.replace(hour=0, minute=0, second=0, microsecond=0)
    yield "call", "one request", None
    yield "run", f"run {run_id}", ModelCall.run_id == run_id
    if brand_id:
        yield "brand_day", "the brand today", and_(ModelCall.brand_id == brand_id, today)
    yield "day", "everything today", today


def _taken(session: Session, unit: str, calls: ColumnElement[bool], at: datetime) -> float:
    """Dollars or tokens that these calls took, or still may have: where that is unknown, what was reserved."""
    actual: ColumnElement[Any] = ModelCall.input_tokens + ModelCall.output_tokens
    reserved: ColumnElement[Any] = ModelCall.reserved_tokens.expression
    counted = ModelCall.reserved_usd.is_(None)
    if unit == "usd":
        actual, reserved = ModelCall.cost_usd.expression, ModelCall.reserved_usd.expression
        counted = ModelCall.reserved_usd.is_not(None)
    is_open = ModelCall.settled_at.is_not(None) | (ModelCall.expires_at > at)
    taken = case((actual.is_not(None), actual), (is_open, reserved), else_=0)
    return session.scalar(select(func.coalesce(func.sum(taken), 0)).where(calls, counted)) or 0


def _shown(amount: float, unit: str) -> str:
    return f"${amount:.4f}" if unit == "usd" else f"{amount:,.0f} tokens"
