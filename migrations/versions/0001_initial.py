"""Surfaces, tenants and brands, and all that the hero loop keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SLUG_RULE = (
    "length(slug) BETWEEN 1 AND 63 AND substr(slug, 1, 1) <> '-' "
    "AND ltrim(slug, 'abcdefghijklmnopqrstuvwxyz0123456789-') = ''"
)


def identity() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def moment(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def timestamps() -> list[sa.Column[Any]]:
    return [moment("created_at"), moment("updated_at")]


def string(column: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.String(), nullable=nullable)


def slug() -> sa.Column[Any]:
    return sa.Column("slug", sa.String(63), nullable=False)


def prose(*columns: str) -> list[sa.Column[Any]]:
    return [sa.Column(column, sa.Text(), nullable=False) for column in columns]


def json(*columns: str) -> list[sa.Column[Any]]:
    return [sa.Column(column, sa.JSON(), nullable=False) for column in columns]


def flag(column: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Boolean(), nullable=False)


def choice(column: str, *values: str) -> list[sa.Column[Any] | sa.CheckConstraint]:
    listed = ", ".join(f"'{value}'" for value in values)
    return [
        sa.Column(column, sa.String(20), nullable=False),
        sa.CheckConstraint(f"{column} IN ({listed})", name=column),
    ]


def protected(column: str, target: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{target}.id", ondelete="RESTRICT"), nullable=nullable)


def brand(nullable: bool = False) -> sa.Column[Any]:
    return protected("brand_id", "brand", nullable)


def forgotten(column: str, target: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{target}.id", ondelete="SET NULL"), nullable=True)


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def upgrade() -> None:
    create_surfaces()
    create_brands()
    create_brand_context()
    create_opportunities()
    create_content()
    create_learning()
    create_boards()


def create_surfaces() -> None:
    op.create_table(
        "surface",
        identity(),
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("surface_type", sa.String(40), nullable=False),
        sa.Column("surface_key", sa.String(2000), nullable=False),
        sa.Column("cadence_minutes", sa.Integer(), nullable=False),
        flag("is_active"),
        *timestamps(),
        sa.UniqueConstraint("platform", "surface_type", "surface_key"),
        sa.CheckConstraint("cadence_minutes > 0", name="cadence_positive"),
    )


def create_brands() -> None:
    op.create_table(
        "tenant",
        identity(),
        string("name"),
        slug(),
        *timestamps(),
        sa.UniqueConstraint("slug"),
        sa.CheckConstraint(SLUG_RULE, name="slug"),
    )
    op.create_table(
        "brand",
        identity(),
        protected("tenant_id", "tenant"),
        string("name"),
        slug(),
        *prose("positioning"),
        *json("tone_tags", "taboos", "channels", "mention_names", "competitors"),
        string("timezone"),
        *timestamps(),
        sa.UniqueConstraint("tenant_id", "slug"),
        sa.CheckConstraint(SLUG_RULE, name="slug"),
    )


def create_brand_context() -> None:
    op.create_table(
        "brand_snapshot",
        identity(),
        brand(),
        moment("snapshot_at"),
        *prose("positioning_summary"),
        *json("pillars", "personas"),
    )
    index("brand_snapshot", "brand_id", "snapshot_at")
    op.create_table(
        "brand_ir",
        identity(),
        brand(),
        *json("positioning_embedding", "pillar_keywords", "persona_signals", "taboo_patterns"),
        string("source_hash"),
        moment("compiled_at"),
        sa.UniqueConstraint("brand_id"),
    )
    op.create_table(
        "persona",
        identity(),
        brand(),
        string("name"),
        *prose("role", "summary"),
        *json("priorities", "pains"),
        *timestamps(),
        sa.UniqueConstraint("brand_id", "name"),
    )
    op.create_table(
        "content_pillar",
        identity(),
        brand(),
        string("name"),
        *prose("category", "description"),
        sa.Column("priority_rank", sa.Integer(), nullable=False),
        flag("is_active"),
        *timestamps(),
        sa.UniqueConstraint("brand_id", "name"),
        sa.CheckConstraint("priority_rank >= 1", name="priority_rank_positive"),
    )
    op.create_table(
        "pattern_template",
        identity(),
        brand(nullable=True),
        string("name"),
        *prose("category"),
        *choice("status", "active", "archived"),
        *json("beats"),
        *timestamps(),
    )


def create_opportunities() -> None:
    op.create_table(
        "opportunity",
        identity(),
        brand(),
        forgotten("persona_id", "persona"),
        forgotten("pillar_id", "content_pillar"),
        string("run_id", nullable=True),
        string("fingerprint", nullable=True),
        string("title"),
        *prose("angle", "why_now"),
        *choice("type", "trend", "evergreen", "competitive", "campaign"),
        sa.Column("score", sa.Double(), nullable=False),
        *json("score_breakdown"),
        string("primary_channel"),
        *json("suggested_channels"),
        string("trend_id", nullable=True),
        *json("evidence", "sparkline"),
        flag("is_pinned"),
        flag("is_snoozed"),
        moment("snoozed_until", nullable=True),
        *timestamps(),
        sa.UniqueConstraint("brand_id", "run_id", "fingerprint"),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
    )
    index("opportunity", "brand_id", "created_at")
    index("opportunity", "brand_id", "is_pinned", "is_snoozed")
    index("opportunity", "brand_id", "type")


def create_content() -> None:
    op.create_table(
        "content_package",
        identity(),
        brand(),
        forgotten("origin_opportunity_id", "opportunity"),
        forgotten("persona_id", "persona"),
        forgotten("pillar_id", "content_pillar"),
        string("title"),
        *choice("status", "draft", "approved", "rejected", "archived"),
        *json("channels", "key_points", "hooks", "metrics_snapshot"),
        *prose("core_idea", "call_to_action", "notes"),
        *timestamps(),
        sa.UniqueConstraint("brand_id", "origin_opportunity_id"),
        sa.UniqueConstraint("id", "brand_id"),
    )
    op.create_table(
        "variant",
        identity(),
        brand(),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        forgotten("pattern_template_id", "pattern_template"),
        string("channel"),
        *choice("status", "draft", "edited", "approved", "rejected", "published"),
        *prose("draft_text"),
        *json("parts", "violations"),
        sa.Column("eval_score", sa.Double(), nullable=True),
        *timestamps(),
        sa.ForeignKeyConstraint(
            ["package_id", "brand_id"], ["content_package.id", "content_package.brand_id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("id", "brand_id"),
        sa.CheckConstraint("eval_score BETWEEN 0 AND 100", name="eval_score_range"),
    )
    index("variant", "package_id", "channel")
    index("variant", "brand_id", "channel", "status")
    op.create_table(
        "execution_event",
        identity(),
        brand(),
        sa.Column("variant_id", sa.Uuid(), nullable=False),
        string("channel"),
        string("event_type"),
        string("decision_type", nullable=True),
        *json("payload"),
        moment("occurred_at"),
        moment("created_at"),
        sa.ForeignKeyConstraint(["variant_id", "brand_id"], ["variant.id", "variant.brand_id"], ondelete="CASCADE"),
    )
    index("execution_event", "variant_id", "occurred_at")


def create_learning() -> None:
    op.create_table(
        "learning_event",
        identity(),
        brand(),
        string("signal_type"),
        *json("payload"),
        moment("effective_at"),
        string("decision_id", nullable=True),
        forgotten("pattern_id", "pattern_template"),
        forgotten("opportunity_id", "opportunity"),
        forgotten("package_id", "content_package"),
        forgotten("variant_id", "variant"),
        moment("created_at"),
        sa.UniqueConstraint("decision_id"),
    )
    index("learning_event", "brand_id", "effective_at")
    index("learning_event", "opportunity_id")
    index("learning_event", "package_id")
    index("learning_event", "variant_id")


def create_boards() -> None:
    op.create_table(
        "today_board",
        identity(),
        brand(),
        string("run_id"),
        moment("generated_at"),
        *json("board", "signal_bundle"),
        sa.UniqueConstraint("brand_id", "run_id"),
    )
    index("today_board", "brand_id", "generated_at")
    op.create_table(
        "signal_bundle",
        identity(),
        brand(),
        moment("fetched_at"),
        moment("trend_hour", nullable=True),
        string("silence", nullable=True),
        sa.Column("taboo_topics", sa.Integer(), nullable=False),
        *json("bundle"),
        sa.UniqueConstraint("brand_id"),
    )
