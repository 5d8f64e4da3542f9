"""Letting old text go: an item without a match keeps its keys, its title and its link, and no more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store import marks
from tracker.store.tables import item, mark, match

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_MARK = "texts"  # the number of the item up to which, in the order of first_seen, texts were looked at

_MATCHED = sa.exists().where(match.c.item_id == item.c.id)
_HAS_TEXT = sa.or_(item.c.summary != "", item.c.content != "")


def drop_texts(connection: Connection, before: datetime, limit: int) -> tuple[int, bool]:
    """Empty the next items first seen before a time. Returns how many, and whether that was the end.

    Looks at up to `limit` items, so that the transaction is short however many of them have matches.
    """
    query = sa.select(item.c.id, item.c.first_seen).where(item.c.first_seen < before, _further(connection))
    rows = connection.execute(query.order_by(item.c.first_seen, item.c.id).limit(limit)).all()
    if not rows:
        return 0, True
    idle = sa.and_(item.c.id.in_([row.id for row in rows]), _HAS_TEXT, ~_MATCHED)
    dropped = connection.execute(sa.update(item).where(idle).values(summary="", content="")).rowcount
    marks.put(connection, _MARK, str(rows[-1].id), rows[-1].first_seen)
    return dropped, len(rows) < limit


def begin_again(connection: Connection) -> None:
    """Look at all items again: some have lost the match for which their text was kept."""
    connection.execute(sa.delete(mark).where(mark.c.name == _MARK))


def _further(connection: Connection) -> sa.ColumnElement[bool]:
    row = connection.execute(sa.select(mark).where(mark.c.name == _MARK)).first()
    if row is None:
        return sa.true()
    return sa.tuple_(item.c.first_seen, item.c.id) > sa.tuple_(
        sa.literal(row.at, item.c.first_seen.type), sa.literal(int(row.value), item.c.id.type)
    )
