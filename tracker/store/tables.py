"""The tables, as SQLModel classes. Private to this room: what leaves it are values, never rows."""

from __future__ import annotations

from datetime import datetime  # SQLModel reads the annotations
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from tracker.store.columns import PlainJson, PlainText, UtcTime

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only INTEGER is a rowid on SQLite


class Row(SQLModel):
    """The root of our tables: their own metadata, and names for constraints that migrations can rely on."""

    metadata: ClassVar[sa.MetaData] = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class FeedRow(Row, table=True):
    """A feed and what we remember of it. One that left the config is archived, never deleted."""

    __tablename__ = "feed"

    id: str = Field(sa_type=PlainText, primary_key=True)
    url: str = Field(sa_type=PlainText)
    name: str = Field(sa_type=PlainText)
    etag: str | None = Field(default=None, sa_type=PlainText)
    last_modified: str | None = Field(default=None, sa_type=PlainText)
    body_hash: str | None = Field(default=None, sa_type=PlainText)
    next_poll: datetime = Field(sa_type=UtcTime, index=True)
    last_poll: datetime | None = Field(default=None, sa_type=UtcTime)
    last_success: datetime | None = Field(default=None, sa_type=UtcTime)
    full_at: datetime | None = Field(default=None, sa_type=UtcTime)
    failures: int = 0
    last_error: str | None = Field(default=None, sa_type=PlainText)
    failing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    gone: bool = False
    archived: bool = False
    lease_until: datetime | None = Field(default=None, sa_type=UtcTime)
    lease_token: str | None = Field(default=None, sa_type=PlainText)
    host: str = Field(default="", sa_type=PlainText)
    rhythm: int | None = None
    advertised: int | None = None
    last_new: datetime | None = Field(default=None, sa_type=UtcTime)
    moved_to: str | None = Field(default=None, sa_type=PlainText)
    moved_since: datetime | None = Field(default=None, sa_type=UtcTime)
    churned: datetime | None = Field(default=None, sa_type=UtcTime)
    notice: str | None = Field(default=None, sa_type=PlainText)


class PauseRow(Row, table=True):
    """A host that asked all of us to wait."""

    __tablename__ = "pause"

    host: str = Field(sa_type=PlainText, primary_key=True)
    until: datetime = Field(sa_type=UtcTime)
    reason: str = Field(sa_type=PlainText)


class ItemRow(Row, table=True):
    """An item. Known by (feed, guid) and by (feed, content); both keys outlive its text."""

    __tablename__ = "item"
    __table_args__ = (sa.UniqueConstraint("feed_id", "guid_key"), sa.Index(None, "feed_id", "content_key"))

    id: int | None = Field(default=None, sa_type=_Number, primary_key=True)
    feed_id: str = Field(sa_type=PlainText, foreign_key="feed.id")
    guid: str = Field(sa_type=PlainText)
    guid_key: str = Field(sa_type=PlainText)
    content_key: str = Field(sa_type=PlainText)
    title: str = Field(sa_type=PlainText)
    link: str | None = Field(default=None, sa_type=PlainText)
    summary: str = Field(sa_type=PlainText)
    content: str = Field(sa_type=PlainText)
    author: str = Field(sa_type=PlainText)
    published: datetime | None = Field(default=None, sa_type=UtcTime)
    first_seen: datetime = Field(sa_type=UtcTime, index=True)
    lang: str | None = Field(default=None, sa_type=PlainText)
    tags: Any = Field(sa_type=PlainJson)
    backlog: bool = False


class RevisionRow(Row, table=True):
    """What an item's title and link were until the publisher changed them."""

    __tablename__ = "revision"

    id: int | None = Field(default=None, sa_type=_Number, primary_key=True)
    item_id: int = Field(sa_type=_Number, foreign_key="item.id", index=True)
    title: str = Field(sa_type=PlainText)
    link: str | None = Field(default=None, sa_type=PlainText)
    until: datetime = Field(sa_type=UtcTime)


class EditionRow(Row, table=True):
    """A recorded edition: everything its page shows, as canonical JSON."""

    __tablename__ = "edition"

    number: int = Field(sa_column=sa.Column(_Number, primary_key=True, autoincrement=False))
    window_start: datetime = Field(sa_type=UtcTime)
    window_end: datetime = Field(sa_type=UtcTime)
    zone: str = Field(sa_type=PlainText)
    digest: str = Field(sa_type=PlainText)
    config_hash: str = Field(sa_type=PlainText)
    template_hash: str = Field(sa_type=PlainText)
    program: str = Field(sa_type=PlainText)
    recorded: datetime = Field(sa_type=UtcTime)
    published: datetime | None = Field(default=None, sa_type=UtcTime)


class MatchRow(Row, table=True):
    """A signal found in an item. backlog repeats the item's, so that an index can hold just what waits."""

    __tablename__ = "match"
    __table_args__ = (sa.UniqueConstraint("item_id", "signal"), sa.Index(None, "signal", "found_at"))

    id: int | None = Field(default=None, sa_type=_Number, primary_key=True)
    item_id: int = Field(sa_type=_Number, foreign_key="item.id")
    signal: str = Field(sa_type=PlainText)
    score: float
    rules: Any = Field(sa_type=PlainJson)
    parts: Any = Field(sa_type=PlainJson)
    hits: Any = Field(sa_type=PlainJson)
    rule_hash: str = Field(sa_type=PlainText)
    config_hash: str = Field(sa_type=PlainText)
    found_at: datetime = Field(sa_type=UtcTime, index=True)
    late: bool = False
    backlog: bool = False
    edition: int | None = Field(default=None, sa_type=_Number, foreign_key="edition.number")
    claim: str = Field(default="reported", sa_type=PlainText, sa_column_kwargs={"server_default": "reported"})
    figures: Any = Field(default=(), sa_type=PlainJson, sa_column_kwargs={"server_default": "[]"})


class ConfigRow(Row, table=True):
    """A config that came into force. The highest serial is the one in force: clocks may go back."""

    __tablename__ = "config"

    hash: str = Field(sa_type=PlainText, primary_key=True)
    canonical: str = Field(sa_type=PlainText)
    since: datetime = Field(sa_type=UtcTime)
    serial: int = Field(sa_type=_Number, unique=True)


class MarkRow(Row, table=True):
    """How far something has come that is done bit by bit: the last edition's hour, the items searched."""

    __tablename__ = "mark"

    name: str = Field(sa_type=PlainText, primary_key=True)
    value: str = Field(sa_type=PlainText)
    at: datetime = Field(sa_type=UtcTime)


class StaleRow(Row, table=True):
    """An item whose text changed after it was indexed. A trigger writes it, and the old text on SQLite."""

    __tablename__ = "stale"

    item_id: int = Field(
        sa_column=sa.Column(_Number, sa.ForeignKey("item.id"), primary_key=True, autoincrement=False)
    )
    title: str | None = Field(default=None, sa_type=PlainText)
    summary: str | None = Field(default=None, sa_type=PlainText)
    content: str | None = Field(default=None, sa_type=PlainText)


METADATA = Row.metadata
feed, pause, item, revision, edition, match, config, mark, stale = (
    METADATA.tables[name]
    for name in ("feed", "pause", "item", "revision", "edition", "match", "config", "mark", "stale")
)

SEARCH = "search"  # the search index: each database has its own kind of table, which the revisions make


def is_ours(name: str | None, kind: str, _: object = None) -> bool:
    """Whether Alembic may compare what is called so with METADATA: all but the search index's tables."""
    return kind != "table" or name is None or not f"{name}_".startswith(f"{SEARCH}_")


# What the next edition will take. Written with literals: a partial index serves no bound parameter.
WAITING = sa.and_(match.c.edition.is_(None), match.c.late.is_(sa.false()), match.c.backlog.is_(sa.false()))
sa.Index("ix_match_waiting", match.c.item_id, sqlite_where=WAITING, postgresql_where=WAITING)
