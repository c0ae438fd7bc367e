"""What a board is made from is kept with it, cards know their signal, and signals keep all that a card says of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("opportunity") as opportunity:
        opportunity.add_column(sa.Column("signal_id", sa.String(), nullable=True))
    op.execute("UPDATE opportunity SET signal_id = trend_id")
    op.create_index("ix_opportunity_brand_id_signal_id", "opportunity", ["brand_id", "signal_id"])
    with op.batch_alter_table("today_board") as today_board:
        today_board.add_column(sa.Column("made_from", sa.JSON(), nullable=True))
    with op.batch_alter_table("signal_bundle") as signal_bundle:
        signal_bundle.drop_column("taboo_topics")
        signal_bundle.add_column(sa.Column("occasions", sa.JSON(), nullable=True))
        signal_bundle.add_column(sa.Column("considered", sa.Integer(), nullable=False, server_default="0"))
        signal_bundle.add_column(sa.Column("set_aside", sa.JSON(), nullable=False, server_default="{}"))
