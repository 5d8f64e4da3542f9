"""What one poll changes, in one transaction: the feed's row, its items new and changed, their matches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from tracker.model import Known
from tracker.store import changed
from tracker.store.bulk import all_storable, insert_items
from tracker.store.columns import PlainText, storable
from tracker.store.feeds import fenced_update, fenced_updates, forget_document, with_items
from tracker.store.rows import among, match_values
from tracker.store.tables import item, match

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from tracker.model import Found, Polled

_ITEM_OF_MATCH = (
    sa.select(item.c.id)
    .where(item.c.feed_id == sa.bindparam("b_feed_id"), item.c.guid_key == sa.bindparam("b_guid_key"))
    .scalar_subquery()
)
_INSERT_MATCHES = sa.insert(match).values(item_id=_ITEM_OF_MATCH)


class ItemsRefusedError(Exception):
    """The database would not take the items of a poll as a whole; nothing of it was committed."""


def known(
    connection: Connection, feed_id: str, guid_keys: Collection[str], content_keys: Collection[str]
) -> Known:
    """Which of these keys items of the feed have. The keys come back as they were given."""
    return Known(
        guid_keys=_known(connection, "guid_key", feed_id, guid_keys),
        content_keys=_known(connection, "content_key", feed_id, content_keys),
    )


def commit(
    connection: Connection, polleds: Sequence[Polled], config_hash: str, now: datetime
) -> frozenset[str]:
    """Write all of some polls, of different feeds; nothing of those whose lease was lost.

    Returns the ids of the feeds whose poll was written. A statement for all takes little more time than
    one for each. Raises ItemsRefusedError when an item cannot be stored: roll back and use
    `commit_one_by_one`.
    """
    ours = fenced_updates(connection, polleds)
    kept = [polled for polled in polleds if polled.state.feed_id in ours]
    old = with_items(connection, [polled.state.feed_id for polled in kept if polled.new])
    fresh = [
        found
        for polled in kept
        for found in (_fresh(connection, polled) if polled.state.feed_id in old else _once(polled.new))
    ]
    try:
        for polled in kept:
            changed.update(connection, polled.state.feed_id, polled.changed, config_hash, now)
        _insert(connection, fresh, config_hash, now)
    except SQLAlchemyError as error:
        if _is_of_an_item(error):
            raise ItemsRefusedError from error
        raise
    return ours


def commit_one_by_one(connection: Connection, polled: Polled, config_hash: str, now: datetime) -> bool:
    """`commit` that leaves out the items that the database refuses, and says so on the feed's row."""
    if not fenced_update(connection, polled):
        return False
    refused: list[str] = []
    feed_id = polled.state.feed_id
    for found in (*polled.changed, *_fresh(connection, polled)):
        try:
            with connection.begin_nested():
                if found.known_as is None:
                    _insert(connection, [found], config_hash, now)
                else:
                    changed.update(connection, feed_id, [found], config_hash, now)
        except SQLAlchemyError as error:
            if not _is_of_an_item(error):
                raise
            refused.append(f"{found.item.title[:80]!r}: {_first_line(error)}")
    if refused:
        total = len(polled.new) + len(polled.changed)
        said = f"{len(refused)} of {total} items not stored: {refused[0]}"
        forget_document(connection, feed_id, said)
    return True


def _known(connection: Connection, name: str, feed_id: str, keys: Collection[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    asked = {storable(key) or "": key for key in keys}
    there = connection.scalars(
        _known_query(connection.dialect.name, name), {"feed_id": feed_id, "keys": list(asked)}
    )
    return frozenset(asked[key] for key in there)


@cache
def _known_query(backend: str, name: str) -> sa.Select[str]:
    # Made once: putting an expression together costs as much as running it.
    column = item.c[name]
    mine = item.c.feed_id == sa.bindparam("feed_id", type_=PlainText())
    return sa.select(column).where(mine, among(backend, column, "keys"))


def _fresh(connection: Connection, polled: Polled) -> Sequence[Found]:
    # Asked again under the lock: a match may only be added to an item that this poll brought, or an
    # item that readers have seen would be announced anew.
    if not polled.new:
        return ()
    fresh = _once(polled.new)
    there = _known(connection, "guid_key", polled.state.feed_id, [found.item.guid_key for found in fresh])
    return [found for found in fresh if found.item.guid_key not in there]


def _once(founds: Sequence[Found]) -> Sequence[Found]:
    """Of those with one key, as it is stored, the first."""
    keys = all_storable([found.item.guid_key for found in founds])
    by_key = dict(zip(reversed(keys), reversed(founds), strict=True))
    return founds if len(by_key) == len(founds) else list(reversed(by_key.values()))


def _insert(connection: Connection, founds: Sequence[Found], config_hash: str, now: datetime) -> None:
    if founds:
        insert_items(connection, [found.item for found in founds])
    rows = [row for found in founds if found.matches for row in _match_rows(found, config_hash, now)]
    if rows:
        connection.execute(_INSERT_MATCHES, rows)


def _match_rows(found: Found, config_hash: str, now: datetime) -> list[dict[str, Any]]:
    shared = {
        "b_feed_id": found.item.feed_id,
        "b_guid_key": found.item.guid_key,
        "backlog": found.item.backlog,
        "config_hash": config_hash,
        "found_at": now,
        "late": False,
    }
    return [{**shared, **match_values(one)} for one in found.matches]


def _is_of_an_item(error: SQLAlchemyError) -> bool:
    """Whether the fault lies in a value, so that other items can still be stored."""
    if isinstance(error, DBAPIError):
        # 54: beyond a limit of PostgreSQL, such as a key that does not fit into an index page.
        state = getattr(error.orig, "sqlstate", None) or ""
        return isinstance(error, IntegrityError | DataError) or state.startswith("54")
    return isinstance(error, StatementError)


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
