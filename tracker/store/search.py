"""The search index: the tokens of every item, for phrases, in SQLite's FTS5 or a tsvector of PostgreSQL.

It is written after the polls, in batches: items whose text changed, which a trigger puts into `stale`, and
new items in the order of their numbers; a mark says how far that has come. FTS5 holds no text of
its own (`content=''`): a row leaves it by the very tokens that it came with, so `stale` keeps the old text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.store import marks
from tracker.store.archive import kept_items
from tracker.store.columns import PlainText, UtcTime
from tracker.store.query import Term, for_postgresql, for_sqlite, parse
from tracker.store.tables import item, stale
from tracker.store.tokens import VERSION, tokens_of_item, vector
from tracker.text import normalise

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping

    from tracker.store.values import KeptItem

_MARK = "search"  # "VERSION:ID": which tokens the index holds, and of the items up to which number
_PAGE = 500  # a statement takes only so many numbers
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_INDEXING_LOCK = 0x54524B53  # PostgreSQL's advisory lock: one process indexes at a time
_TEXT = (item.c.id, item.c.title, item.c.summary, item.c.content)

_PUT = {
    "sqlite": "INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)",
    "postgresql": "INSERT INTO search (item_id, tokens) VALUES (:id, CAST(:tokens AS tsvector)) "
    "ON CONFLICT (item_id) DO UPDATE SET tokens = excluded.tokens",
}
_TAKE_OUT = "INSERT INTO search (search, rowid, tokens) VALUES ('delete', :id, :tokens)"
_EMPTY = {"sqlite": "INSERT INTO search (search) VALUES ('delete-all')", "postgresql": "TRUNCATE search"}

# CROSS JOIN: SQLite goes through the index first, newest first, and stops when it has enough.
_FIND = {
    "sqlite": "SELECT item.id FROM search CROSS JOIN item ON item.id = search.rowid "
    "WHERE search MATCH :query{more} ORDER BY search.rowid DESC LIMIT :limit",
    "postgresql": "SELECT item.id FROM search JOIN item ON item.id = search.item_id "
    "WHERE search.tokens @@ CAST(:query AS tsquery){more} ORDER BY item.id DESC LIMIT :limit",
}
_NUMBER = {"sqlite": "search.rowid", "postgresql": "search.item_id"}
_MORE = {
    "before": " AND {number} < :before",
    "feed_id": " AND item.feed_id = :feed_id",
    "since": " AND item.first_seen >= :since"
    " AND {number} >= (SELECT min(id + 0) FROM item WHERE first_seen >= :since)",
    "signal": " AND EXISTS (SELECT 1 FROM match WHERE match.item_id = item.id AND match.signal = :signal)",
}
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "since": UtcTime(),
    "feed_id": PlainText(),
    "signal": PlainText(),
}


def horizon(connection: Connection) -> int:
    """The newest number below which no item can still appear: run in a transaction of its own.

    On PostgreSQL a number is given out before its item can be seen; the lock waits for those under way.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE item IN SHARE MODE")
    return connection.scalar(sa.select(sa.func.max(item.c.id))) or 0


def unindexed(connection: Connection) -> int:
    """How many items wait for the index, new and changed ones."""
    reached = _reached(connection)
    newer = sa.select(sa.func.count()).select_from(item)
    if reached:  # else all of them: an index counts those faster
        newer = newer.where(item.c.id > reached)
    changed = sa.select(sa.func.count()).select_from(stale)
    return (connection.scalar(newer) or 0) + (connection.scalar(changed) or 0)


def index_some(connection: Connection, newest: int, limit: int) -> int:
    """Index up to `limit` items, none beyond `newest`. Returns how many; 0: none waits.

    Changed items go first: a row that is taken out must be one that is there.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_INDEXING_LOCK)))
    reached = _begin(connection)
    if changed := _changed(connection, limit):
        _replace(connection, changed, reached)
        return len(changed)
    there = sa.and_(item.c.id > reached, item.c.id <= newest)
    query = sa.select(*_TEXT, item.c.first_seen).where(there).order_by(item.c.id)
    rows = connection.execute(query.limit(limit)).mappings().all()
    if rows:
        _put(connection, rows)
        marks.put(connection, _MARK, f"{VERSION}:{rows[-1]['id']}", rows[-1]["first_seen"])
    return len(rows)


def find(
    connection: Connection,
    words: str,
    *,
    limit: int,
    before: int | None,
    feed_id: str | None,
    signal: str | None,
    since: datetime | None,
) -> list[KeptItem]:
    """The newest items that a query finds. Raises TrackerError for a query that cannot be read."""
    terms = parse(words)
    filters = {"before": before, "feed_id": feed_id, "signal": signal, "since": since}
    found: list[KeptItem] = []
    for page in _pages(connection, terms, {k: v for k, v in filters.items() if v is not None}, limit):
        found += [kept for kept in kept_items(connection, page) if _holds(terms, kept)]
        if len(found) >= limit:
            break
    return found[:limit]


def _pages(
    connection: Connection, terms: Sequence[Term], filters: dict[str, object], limit: int
) -> Iterator[list[int]]:
    """Numbers of items that the index finds, newest first; as many pages as are asked for."""
    backend = connection.dialect.name
    query = (for_sqlite if backend == "sqlite" else for_postgresql)(terms)
    size = min(limit, _PAGE)
    while True:
        more = "".join(_MORE[name].format(number=_NUMBER[backend]) for name in filters)
        statement = sa.text(_FIND[backend].format(more=more))
        typed: list[sa.BindParameter[Any]] = [
            sa.bindparam(name, type_=kind) for name, kind in _TYPES.items() if name in filters
        ]
        asked = {"query": query, "limit": size, **filters}
        page = list(connection.scalars(statement.bindparams(*typed), asked))
        yield page
        if len(page) < size:
            return
        filters = {**filters, "before": page[-1]}


def _holds(terms: Sequence[Term], kept: KeptItem) -> bool:
    if all(term.signs is None for term in terms):
        return True
    fields = (kept.item.title, kept.item.summary, kept.item.content)
    folded = [normalise(text).folded for text in fields]
    return all(term.holds(folded) for term in terms)


def _reached(connection: Connection) -> int:
    """The number up to which items are indexed; 0 when the index holds other tokens than ours."""
    version, _, number = (marks.value(connection, _MARK) or "").partition(":")
    return int(number) if version == VERSION else 0


def _begin(connection: Connection) -> int:
    """`_reached`, with the index emptied first when another normaliser made it."""
    text = marks.value(connection, _MARK)
    if text is not None and text.partition(":")[0] == VERSION:
        return _reached(connection)
    connection.exec_driver_sql(_EMPTY[connection.dialect.name])
    connection.execute(sa.delete(stale))
    marks.put(connection, _MARK, f"{VERSION}:0", _LONG_AGO)
    return 0


def _changed(connection: Connection, limit: int) -> list[RowMapping]:
    """Take items that changed out of `stale`, with their text as it was indexed."""
    some = sa.select(stale.c.item_id).order_by(stale.c.item_id).limit(limit)
    # As a list: PostgreSQL might run the subquery more than once.
    ids = list(connection.scalars(some))
    if not ids:
        return []
    return list(
        connection.execute(sa.delete(stale).where(stale.c.item_id.in_(ids)).returning(stale)).mappings()
    )


def _replace(connection: Connection, changed: Sequence[RowMapping], reached: int) -> None:
    # One that was not indexed yet is met again in its turn.
    known = [row for row in changed if row["item_id"] <= reached]
    if not known:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text(_TAKE_OUT), [_tokens(row["item_id"], row) for row in known])
    query = sa.select(*_TEXT).where(item.c.id.in_([row["item_id"] for row in known]))
    _put(connection, connection.execute(query).mappings().all())


def _put(connection: Connection, rows: Sequence[RowMapping]) -> None:
    backend = connection.dialect.name
    connection.execute(sa.text(_PUT[backend]), [_tokens(row["id"], row, backend) for row in rows])


def _tokens(number: int, row: RowMapping, backend: str = "sqlite") -> dict[str, object]:
    tokens = tokens_of_item(row["title"], row["summary"], row["content"])
    return {"id": number, "tokens": " ".join(tokens) if backend == "sqlite" else vector(tokens)}
