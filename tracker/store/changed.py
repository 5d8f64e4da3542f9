"""What a poll changes of items that we have: their text in place, earlier titles, matches not yet told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.store.columns import PlainText, storable
from tracker.store.editions import wait_for_recording
from tracker.store.rows import ITEM_COLUMNS, among, match_values, to_item
from tracker.store.tables import item, match, revision
from tracker.store.values import Revision

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping

    from tracker.model import Found, Item

REVISIONS = 10
"""Earlier titles kept of an item."""

_EDITED = ("guid", "guid_key", "content_key", "title", "link", "summary", "content", "author", "tags")
_UPDATE = (
    sa.update(item)
    .where(item.c.id == sa.bindparam("b_id"))
    .values(**{name: sa.bindparam(f"b_{name}") for name in _EDITED})
)
_BY_ID = match.c.id == sa.bindparam("b_id")


@dataclass(frozen=True, slots=True)
class _Edit:
    """An item that we have under `id`, and what it is now."""

    id: int
    row: RowMapping
    found: Found

    def values(self) -> dict[str, Any]:
        return {"b_id": self.id, **{f"b_{name}": getattr(self.found.item, name) for name in _EDITED}}

    def retitled(self) -> bool:
        return bool(self.row["title"] != storable(self.found.item.title))


def items_like(
    connection: Connection, feed_id: str, guid_keys: Collection[str], titles: Collection[str]
) -> tuple[Item, ...]:
    """The feed's items under these guid_keys or titles, newest first; of titles as many as could matter."""
    limits = {"guid_key": len(guid_keys), "title": 4 * len(titles) + 200}
    rows = {
        row["item_id"]: row
        for name, asked in (("guid_key", guid_keys), ("title", titles))
        for row in _rows(connection, name, feed_id, asked, limits[name])
    }
    return tuple(to_item(rows[number]) for number in sorted(rows, reverse=True))


def update(connection: Connection, feed_id: str, founds: Sequence[Found], config: str, now: datetime) -> None:
    """Make items say what they say now. What was told stays as it was told; what waits is judged anew."""
    if not founds:
        return
    wait_for_recording(connection)  # an edition may be taking the matches that wait
    by_key = {storable(found.known_as) or "": found for found in founds}
    rows = {row["guid_key"]: row for row in _of(connection, sa.select(item), feed_id, by_key)}
    edits = [_Edit(row["id"], row, by_key[key]) for key, row in rows.items()]
    matches = list(_of(connection, _matches(), feed_id, by_key))
    _remember(connection, feed_id, [edit for edit in edits if edit.retitled()], now)
    if edits:
        connection.execute(_UPDATE, [edit.values() for edit in edits])
    _rematch(connection, edits, matches, {"config_hash": config, "found_at": now})


def revisions(connection: Connection, item_id: int) -> tuple[Revision, ...]:
    """What an item was called before, newest first."""
    query = sa.select(revision).where(revision.c.item_id == item_id).order_by(revision.c.id.desc())
    rows = connection.execute(query).mappings()
    return tuple(Revision(row["title"], row["link"], row["until"]) for row in rows)


def _rows(
    connection: Connection, name: str, feed_id: str, asked: Collection[str], limit: int
) -> Sequence[RowMapping]:
    if not asked:
        return ()
    keys = [storable(key) for key in asked]
    query = _like_query(connection.dialect.name, name)
    return connection.execute(query, {"feed_id": feed_id, "keys": keys, "most": limit}).mappings().all()


@cache
def _like_query(backend: str, name: str) -> sa.Select[Any]:
    mine = item.c.feed_id == sa.bindparam("feed_id", type_=PlainText())
    query = sa.select(*ITEM_COLUMNS).where(mine, among(backend, item.c[name], "keys"))
    return query.order_by(item.c.id.desc()).limit(sa.bindparam("most", type_=sa.Integer()))


def _matches() -> sa.Select[Any]:
    columns = (match.c.id, match.c.item_id, match.c.signal, match.c.edition, match.c.late)
    return sa.select(*columns).join_from(match, item, match.c.item_id == item.c.id)


def _of(
    connection: Connection, query: sa.Select[Any], feed_id: str, keys: Collection[str]
) -> Sequence[RowMapping]:
    mine = query.where(item.c.feed_id == feed_id, among(connection.dialect.name, item.c.guid_key, "keys"))
    return connection.execute(mine, {"keys": list(keys)}).mappings().all()


def _remember(connection: Connection, feed_id: str, edits: Sequence[_Edit], now: datetime) -> None:
    """Keep the titles that items had; one that alternates is kept once, with when it was last seen."""
    if not edits:
        return
    had = {edit.id: edit.row["title"] for edit in edits}
    query = sa.select(revision.c.id, revision.c.item_id, revision.c.title)
    query = query.join_from(revision, item, revision.c.item_id == item.c.id)
    query = query.order_by(revision.c.item_id, revision.c.id.desc())
    kept = _of(connection, query, feed_id, [edit.row["guid_key"] for edit in edits])
    for item_id, group in groupby(kept, lambda row: row["item_id"]):
        others = [row["id"] for row in group if row["title"] != had[item_id]][: REVISIONS - 1]
        connection.execute(
            sa.delete(revision).where(revision.c.item_id == item_id, revision.c.id.not_in(others))
        )
    rows = [
        {"item_id": edit.id, "title": edit.row["title"], "link": edit.row["link"], "until": now}
        for edit in edits
    ]
    connection.execute(sa.insert(revision), rows)


def _rematch(
    connection: Connection, edits: Sequence[_Edit], matches: Sequence[RowMapping], stamp: dict[str, Any]
) -> None:
    """A signal is told once for an item, whatever its title does: a match that was told is never removed."""
    there = {(row["item_id"], row["signal"]): row for row in matches}
    shows = {(edit.id, one.signal): (edit, one) for edit in edits for one in edit.found.matches}
    gone = [row["id"] for pair, row in there.items() if _is_untold(row) and pair not in shows]
    renewed = [
        {"b_id": there[pair]["id"], "config_hash": stamp["config_hash"], **match_values(one)}
        for pair, (_, one) in shows.items()
        if pair in there and _is_untold(there[pair])
    ]
    new = [
        {"item_id": edit.id, **_fate(edit.found, one.signal), **stamp, **match_values(one)}
        for pair, (edit, one) in shows.items()
        if pair not in there
    ]
    if gone:
        connection.execute(sa.delete(match).where(_BY_ID), [{"b_id": number} for number in gone])
    for values in renewed:
        connection.execute(sa.update(match).where(_BY_ID), values)
    if new:
        connection.execute(sa.insert(match), new)


def _is_untold(row: RowMapping) -> bool:
    return row["edition"] is None and not row["late"]


def _fate(found: Found, signal: str) -> dict[str, bool]:
    """Whether a new match will be told: not in an old item, nor because the rules are newer than the item."""
    return {"backlog": found.item.backlog, "late": signal in found.shown}
