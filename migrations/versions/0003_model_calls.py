"""The ledger of requests to models, and the cache of their answers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def string(column: str, length: int | None = None, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.String(length), nullable=nullable)


def integer(column: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.Integer(), nullable=nullable)


def flag(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Boolean(), nullable=False)


def moment(column: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.DateTime(timezone=True), nullable=nullable)


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def upgrade() -> None:
    op.create_table(
        "model_call",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        string("run_id"),
        sa.Column("brand_id", sa.Uuid(), sa.ForeignKey("brand.id", ondelete="RESTRICT"), nullable=True),
        string("step"),
        integer("attempt"),
        flag("is_repair"),
        string("endpoint_host"),
        string("model"),
        string("output_mode", 20),
        string("token_limit", 30),
        string("prompt_version"),
        string("request_hash", 64),
        flag("cache_hit"),
        sa.Column("reserved_usd", sa.Double(), nullable=True),
        integer("reserved_tokens"),
        sa.Column("cost_usd", sa.Double(), nullable=True),
        integer("input_tokens", nullable=True),
        integer("output_tokens", nullable=True),
        integer("cached_tokens", nullable=True),
        string("response_id", nullable=True),
        string("response_model", nullable=True),
        sa.Column("finish_reasons", sa.JSON(), nullable=False),
        string("error_type", nullable=True),
        integer("latency_ms", nullable=True),
        moment("created_at"),
        moment("expires_at"),
        moment("settled_at", nullable=True),
        sa.CheckConstraint("output_mode IN ('json_schema', 'json_object', 'text')", name="output_mode"),
        sa.CheckConstraint("token_limit IN ('max_completion_tokens', 'max_tokens')", name="token_limit"),
        sa.CheckConstraint("cost_usd >= 0 AND reserved_usd >= 0", name="cost_not_negative"),
    )
    index("model_call", "created_at")
    index("model_call", "brand_id", "created_at")
    index("model_call", "run_id")
    index("model_call", "endpoint_host", "model", "created_at")
    op.create_table(
        "model_answer",
        sa.Column("request_hash", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        moment("created_at"),
        moment("expires_at"),
    )
    index("model_answer", "expires_at")
