"""What was asked of models: every request and what it cost, and answers kept so as not to pay for them twice."""

import uuid
from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kairo_hero.models.columns import Strings
from kairo_pipelines.relational.orm import Base, Identified, utc_now

#: How a model is held to the form of its answer.
OutputMode = Literal["json_schema", "json_object", "text"]
#: Under which name an endpoint is told the most tokens that the answer may have.
TokenLimit = Literal["max_completion_tokens", "max_tokens"]


class ModelCall(Identified, Base):
    """One request to a model, or one answer from the cache. Written before the request is sent, and settled after.

    Not settled, and not expired: under way, or its process died; it counts to the budgets with what it reserved.
    """

    __tablename__ = "model_call"
    __table_args__ = (
        CheckConstraint("output_mode IN ('json_schema', 'json_object', 'text')", name="output_mode"),
        CheckConstraint("token_limit IN ('max_completion_tokens', 'max_tokens')", name="token_limit"),
        CheckConstraint("cost_usd >= 0 AND reserved_usd >= 0", name="cost_not_negative"),
        Index(None, "created_at"),
        Index(None, "brand_id", "created_at"),
        Index(None, "run_id"),
        Index(None, "endpoint_host", "model", "created_at"),
    )

    #: The requests that one question took: attempts and the repair turn.
    call_id: Mapped[uuid.UUID]
    run_id: Mapped[str]
    brand_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("brand.id", ondelete="RESTRICT"))
    step: Mapped[str]
    #: From 1, over the attempts and the repair turn of a question; 0 for an answer from the cache.
    attempt: Mapped[int]
    is_repair: Mapped[bool] = mapped_column(default=False)
    endpoint_host: Mapped[str]
    model: Mapped[str]
    output_mode: Mapped[OutputMode] = mapped_column(String(20))
    token_limit: Mapped[TokenLimit] = mapped_column(String(30))
    prompt_version: Mapped[str]
    request_hash: Mapped[str] = mapped_column(String(64))
    cache_hit: Mapped[bool] = mapped_column(default=False)
    #: The most that it could cost; null where the model's price is unknown.
    reserved_usd: Mapped[float | None]
    reserved_tokens: Mapped[int]
    #: What it cost, and took; null where that is unknown.
    cost_usd: Mapped[float | None]
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    response_id: Mapped[str | None]
    response_model: Mapped[str | None]
    finish_reasons: Mapped[Strings]
    error_type: Mapped[str | None]
    latency_ms: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ModelAnswer(Base):
    """A valid answer to a request, by the request's hash. The request itself is not kept."""

    __tablename__ = "model_answer"
    __table_args__ = (Index(None, "expires_at"),)

    request_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
