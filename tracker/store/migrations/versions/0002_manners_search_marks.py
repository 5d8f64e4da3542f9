"""What manners, a daemon and search need: more memory per feed, pauses, revisions, marks, the index.

Written without the program's own types: what these become later must not change what this revision did.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_time = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
_text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _feed()
    _pause()
    _revision()
    _mark()
    _stale()
    _search()


def _feed() -> None:
    op.add_column("feed", sa.Column("host", _text, nullable=False, server_default=""))
    for name, kind in (
        ("rhythm", sa.Integer()),
        ("advertised", sa.Integer()),
        ("last_new", _time),
        ("moved_to", _text),
        ("moved_since", _time),
        ("churned", _time),
        ("notice", _text),
    ):
        op.add_column("feed", sa.Column(name, kind))
    feed = sa.table("feed", sa.column("id"), sa.column("url"), sa.column("host"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(feed.c.id, feed.c.url)).all():
        host = urlsplit(row.url).hostname or ""
        connection.execute(sa.update(feed).where(feed.c.id == row.id).values(host=host))


def _pause() -> None:
    op.create_table(
        "pause",
        sa.Column("host", _text, nullable=False),
        sa.Column("until", _time, nullable=False),
        sa.Column("reason", _text, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_pause"),
    )


def _revision() -> None:
    op.create_table(
        "revision",
        sa.Column("id", _number, nullable=False),
        sa.Column("item_id", _number, nullable=False),
        sa.Column("title", _text, nullable=False),
        sa.Column("link", _text),
        sa.Column("until", _time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_revision_item_id"),
    )
    op.create_index("ix_revision_item_id", "revision", ["item_id"])


def _mark() -> None:
    op.create_table(
        "mark",
        sa.Column("name", _text, nullable=False),
        sa.Column("value", _text, nullable=False),
        sa.Column("at", _time, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mark"),
    )


def _stale() -> None:
    op.create_table(
        "stale",
        sa.Column("item_id", _number, nullable=False),
        sa.Column("title", _text),
        sa.Column("summary", _text),
        sa.Column("content", _text),
        sa.PrimaryKeyConstraint("item_id", name="pk_stale"),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_stale_item_id"),
    )


def _search() -> None:
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


# Tokens are handed over ready-made, one space between them: only what may stand inside one is told.
# A row that leaves the index must be given again as it was put in, so the trigger keeps that text.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE search
    USING fts5(tokens, content='', columnsize=0, tokenize="ascii tokenchars '.,'")
    """,
    """
    CREATE TRIGGER item_text_changed AFTER UPDATE OF title, summary, content ON item
    WHEN old.title IS NOT new.title OR old.summary IS NOT new.summary OR old.content IS NOT new.content
    BEGIN
        INSERT OR IGNORE INTO stale (item_id, title, summary, content)
        VALUES (old.id, old.title, old.summary, old.content);
    END
    """,
)
# DO UPDATE, not DO NOTHING: it waits for a run that takes the row out now and may have read the old text.
_POSTGRESQL = (
    """
    CREATE TABLE search (
        item_id BIGINT CONSTRAINT pk_search PRIMARY KEY
            CONSTRAINT fk_search_item_id REFERENCES item (id),
        tokens TSVECTOR NOT NULL
    )
    """,
    "CREATE INDEX ix_search_tokens ON search USING gin (tokens)",
    """
    CREATE FUNCTION item_text_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO stale (item_id) VALUES (NEW.id)
        ON CONFLICT (item_id) DO UPDATE SET item_id = excluded.item_id;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER item_text_changed AFTER UPDATE OF title, summary, content ON item FOR EACH ROW
    WHEN (
        OLD.title IS DISTINCT FROM NEW.title OR OLD.summary IS DISTINCT FROM NEW.summary
        OR OLD.content IS DISTINCT FROM NEW.content
    )
    EXECUTE FUNCTION item_text_changed()
    """,
)
