"""What kind of cluster a card's trend is, so that decisions on the card teach about that too."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("opportunity") as opportunity:
        opportunity.add_column(sa.Column("cluster_kind", sa.String(), nullable=True))
