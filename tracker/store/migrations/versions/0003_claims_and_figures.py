"""A match says whose word it is and which figures stand near its hits.

Written without the program's own types: what these become later must not change what this revision did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    # The defaults stand for the matches of before: constants, so neither database rewrites the table.
    op.add_column("match", sa.Column("claim", _text, nullable=False, server_default="reported"))
    op.add_column("match", sa.Column("figures", sa.JSON(), nullable=False, server_default="[]"))
