"""The first tables: feed, item, edition, match, config.

Written without the program's own types: what these become later must not change what this revision did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
_text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _feed()
    _item()
    _edition()
    _match()
    _config()


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("id", _text, nullable=False),
        sa.Column("url", _text, nullable=False),
        sa.Column("name", _text, nullable=False),
        sa.Column("etag", _text),
        sa.Column("last_modified", _text),
        sa.Column("body_hash", _text),
        sa.Column("next_poll", _time, nullable=False),
        sa.Column("last_poll", _time),
        sa.Column("last_success", _time),
        sa.Column("full_at", _time),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", _text),
        sa.Column("failing_since", _time),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("lease_until", _time),
        sa.Column("lease_token", _text),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
    )
    op.create_index("ix_feed_next_poll", "feed", ["next_poll"])


def _item() -> None:
    op.create_table(
        "item",
        sa.Column("id", _number, nullable=False),
        sa.Column("feed_id", _text, nullable=False),
        sa.Column("guid", _text, nullable=False),
        sa.Column("guid_key", _text, nullable=False),
        sa.Column("content_key", _text, nullable=False),
        sa.Column("title", _text, nullable=False),
        sa.Column("link", _text),
        sa.Column("summary", _text, nullable=False),
        sa.Column("content", _text, nullable=False),
        sa.Column("author", _text, nullable=False),
        sa.Column("published", _time),
        sa.Column("first_seen", _time, nullable=False),
        sa.Column("lang", _text),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
        sa.UniqueConstraint("feed_id", "guid_key", name="uq_item_feed_id_guid_key"),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="fk_item_feed_id"),
    )
    op.create_index("ix_item_feed_id_content_key", "item", ["feed_id", "content_key"])
    op.create_index("ix_item_first_seen", "item", ["first_seen"])


def _edition() -> None:
    op.create_table(
        "edition",
        sa.Column("number", _number, nullable=False, autoincrement=False),
        sa.Column("window_start", _time, nullable=False),
        sa.Column("window_end", _time, nullable=False),
        sa.Column("zone", _text, nullable=False),
        sa.Column("digest", _text, nullable=False),
        sa.Column("config_hash", _text, nullable=False),
        sa.Column("template_hash", _text, nullable=False),
        sa.Column("program", _text, nullable=False),
        sa.Column("recorded", _time, nullable=False),
        sa.Column("published", _time),
        sa.PrimaryKeyConstraint("number", name="pk_edition"),
    )


def _match() -> None:
    op.create_table(
        "match",
        sa.Column("id", _number, nullable=False),
        sa.Column("item_id", _number, nullable=False),
        sa.Column("signal", _text, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("rule_hash", _text, nullable=False),
        sa.Column("config_hash", _text, nullable=False),
        sa.Column("found_at", _time, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("edition", _number),
        sa.PrimaryKeyConstraint("id", name="pk_match"),
        sa.UniqueConstraint("item_id", "signal", name="uq_match_item_id_signal"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_match_item_id"),
        sa.ForeignKeyConstraint(["edition"], ["edition.number"], name="fk_match_edition"),
    )
    op.create_index("ix_match_found_at", "match", ["found_at"])
    op.create_index("ix_match_signal_found_at", "match", ["signal", "found_at"])
    waiting = {
        "sqlite": sa.text("edition IS NULL AND late IS 0 AND backlog IS 0"),
        "postgresql": sa.text("edition IS NULL AND late IS false AND backlog IS false"),
    }
    op.create_index(
        "ix_match_waiting",
        "match",
        ["item_id"],
        sqlite_where=waiting["sqlite"],
        postgresql_where=waiting["postgresql"],
    )


def _config() -> None:
    op.create_table(
        "config",
        sa.Column("hash", _text, nullable=False),
        sa.Column("canonical", _text, nullable=False),
        sa.Column("since", _time, nullable=False),
        sa.Column("serial", _number, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_config"),
        sa.UniqueConstraint("serial", name="uq_config_serial"),
    )
