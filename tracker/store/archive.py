"""What is kept and looked up: configs that were in force, items, matches, how many of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.store.changed import revisions
from tracker.store.rows import ITEM_COLUMNS, MATCH_COLUMNS, to_item, to_kept_match
from tracker.store.tables import WAITING, config, edition, feed, item, match
from tracker.store.values import ConfigInForce, Counts, KeptItem, KeptMatch

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_NEWEST_CONFIG = sa.select(config).order_by(config.c.serial.desc()).limit(1)


def put_config(connection: Connection, hash_: str, canonical: str, now: datetime) -> None:
    """Make this config the last one in force."""
    newest = connection.execute(_NEWEST_CONFIG).mappings().first()
    if newest is not None and newest["hash"] == hash_:
        return
    connection.execute(sa.delete(config).where(config.c.hash == hash_))
    serial = 1 if newest is None else newest["serial"] + 1
    connection.execute(sa.insert(config).values(hash=hash_, canonical=canonical, since=now, serial=serial))


def config_in_force(connection: Connection) -> ConfigInForce | None:
    """The config that came into force last."""
    row = connection.execute(_NEWEST_CONFIG).mappings().first()
    return None if row is None else ConfigInForce(row["hash"], row["canonical"], row["since"])


def counts(connection: Connection) -> Counts:
    """How much there is, counted in one query."""
    active = feed.c.archived.is_(sa.false())
    query = sa.select(
        _count(feed, active).label("feeds"),
        _count(feed, ~active).label("archived"),
        _count(item).label("items"),
        _count(match).label("matches"),
        _count(match, WAITING).label("waiting"),
        _count(edition).label("editions"),
        sa.select(sa.func.max(feed.c.last_poll)).scalar_subquery().label("last_poll"),
    )
    return Counts(**connection.execute(query).mappings().one())


def matches_since(
    connection: Connection, since: datetime, signal: str | None, limit: int | None
) -> list[KeptMatch]:
    """Matches found at `since` or later, newest first."""
    query = _matches().where(match.c.found_at >= since)
    if signal is not None:
        query = query.where(match.c.signal == signal)
    query = query.order_by(match.c.found_at.desc(), match.c.id.desc()).limit(limit)
    return [to_kept_match(row, to_item(row)) for row in connection.execute(query).mappings()]


def item_by_id(connection: Connection, item_id: int) -> KeptItem | None:
    """An item with its matches, strongest first, and its earlier titles."""
    found = kept_items(connection, [item_id])
    return replace(found[0], revisions=revisions(connection, item_id)) if found else None


def items_at(connection: Connection, link: str) -> list[KeptItem]:
    """The items that carry a link, newest first, whatever the closing slash, the fragment or http(s)."""
    bare = link.partition("#")[0].rstrip("/")
    _, _, rest = bare.partition("://")
    alike = [f"{scheme}://{rest}{slash}" for scheme in ("https", "http") for slash in ("", "/")]
    # The link as given is looked for, too: its fragment may be what names the item (a page of many).
    anywhere = sa.or_(item.c.link.in_([link, *alike]), *(_begins(f"{each}#") for each in alike))
    query = sa.select(item.c.id, item.c.link).where(anywhere).order_by(item.c.id.desc())
    rows = connection.execute(query).all()
    exact = [row.id for row in rows if row.link == link]
    return kept_items(connection, exact or [row.id for row in rows])


def _begins(text: str) -> sa.ColumnElement[bool]:
    return item.c.link.startswith(text, autoescape=True)


def kept_items(connection: Connection, item_ids: Sequence[int]) -> list[KeptItem]:
    """Items with their matches, strongest first, in the order of `item_ids`; unknown ones are left out."""
    wanted = sa.select(*ITEM_COLUMNS).where(item.c.id.in_(item_ids))
    items = {row["item_id"]: to_item(row) for row in connection.execute(wanted).mappings()}
    matches: dict[int, list[KeptMatch]] = {number: [] for number in items}
    query = sa.select(*MATCH_COLUMNS).where(match.c.item_id.in_(item_ids))
    for row in connection.execute(query.order_by(match.c.score.desc(), match.c.signal)).mappings():
        number = row["match_item_id"]
        matches[number].append(to_kept_match(row, items[number]))
    return [KeptItem(number, items[number], tuple(matches[number])) for number in item_ids if number in items]


def damage(connection: Connection) -> tuple[str, ...]:
    """SQLite's own full check; PostgreSQL checks its pages itself."""
    if connection.dialect.name != "sqlite":
        return ()
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    broken = [
        f"{row[0]} {row[1]}: refers to nothing"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return tuple([line for line in found if line != "ok"] + broken)


def _matches() -> sa.Select[tuple[object, ...]]:
    return sa.select(*ITEM_COLUMNS, *MATCH_COLUMNS).join_from(match, item, match.c.item_id == item.c.id)


def _count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(*conditions).scalar_subquery()
