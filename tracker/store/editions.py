"""Editions: what the next one takes, recording it, and what is recorded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.model import Digest, Edition, Window
from tracker.store import feeds
from tracker.store.rows import FOUND_COLUMNS, FOUND_ORDER, HEAD_COLUMNS, MATCH_ID, to_found, to_head
from tracker.store.tables import WAITING, edition, item, match
from tracker.store.values import EditionHead, EditionInput

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Row

_RECORDING_LOCK = 0x54524B45  # PostgreSQL's advisory lock: one edition is recorded at a time


def record(
    connection: Connection,
    window: Window,
    stamp: Mapping[str, Any],
    build: Callable[[EditionInput], Digest],
    to_json: Callable[[Digest], str],
) -> Edition:
    """Take every waiting match first seen before the window's end, and record what `build` makes of them.

    stamp: config_hash, template_hash, program, recorded.
    """
    wait_for_recording(connection)
    rows = _waiting(connection, window.end)
    number = (connection.scalar(sa.select(sa.func.max(edition.c.number))) or 0) + 1
    digest = build(_input(connection, number, window, rows))
    connection.execute(
        sa.insert(edition).values(
            number=number,
            window_start=window.start,
            window_end=window.end,
            zone=digest.zone,
            digest=to_json(digest),
            **stamp,
        )
    )
    _take(connection, number, rows)
    return Edition(number=number, window=window, digest=digest, **stamp)


def wait_for_recording(connection: Connection) -> None:
    """Let nobody record an edition until this transaction ends. On SQLite every writer is alone anyhow."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_RECORDING_LOCK)))


def heads(
    connection: Connection, *, unpublished: bool = False, limit: int | None = None
) -> list[EditionHead]:
    """Recorded editions: those still to be published, oldest first, or the newest, newest first."""
    query = sa.select(*HEAD_COLUMNS).limit(limit)
    if unpublished:
        query = query.where(edition.c.published.is_(None)).order_by(edition.c.number)
    else:
        query = query.order_by(edition.c.number.desc())
    return [to_head(row) for row in connection.execute(query).mappings()]


def digest_json(connection: Connection, number: int) -> str:
    """The canonical JSON of a recorded edition."""
    text = connection.scalar(sa.select(edition.c.digest).where(edition.c.number == number))
    if text is None:
        raise StoreError(f"there is no edition {number}")
    return str(text)


def mark_published(connection: Connection, number: int, now: datetime) -> None:
    """Remember that the page of an edition was written."""
    connection.execute(sa.update(edition).where(edition.c.number == number).values(published=now))


def last_matches(connection: Connection, *, taken: bool = False) -> dict[str, datetime]:
    """Per signal, when its newest match was found; late ones say nothing about when.

    taken: only those that an edition has taken.
    """
    return {row.signal: row.newest for row in connection.execute(_newest(taken=taken)) if row.newest}


@cache
def _newest(*, taken: bool) -> sa.Select[Any]:
    """Goes from signal to signal by an index, and from its newest match back to the first that counts.

    GROUP BY would read every match that there ever was.
    """
    signals = sa.select(sa.func.min(match.c.signal).label("signal")).cte("signals", recursive=True)
    later = sa.select(sa.func.min(match.c.signal)).where(match.c.signal > signals.c.signal)
    signals = signals.union_all(sa.select(later.scalar_subquery()).where(signals.c.signal.is_not(None)))
    counts = sa.and_(match.c.signal == signals.c.signal, match.c.late.is_(sa.false()))
    newest = sa.select(match.c.found_at).where(counts, match.c.edition.is_not(None) if taken else sa.true())
    newest = newest.order_by(match.c.found_at.desc()).limit(1)
    return sa.select(signals.c.signal, newest.scalar_subquery().label("newest")).where(
        signals.c.signal.is_not(None)
    )


def _waiting(connection: Connection, end: datetime) -> list[Row[Any]]:
    """The rows that an edition takes, item by item, oldest first.

    Told apart and sorted here: SQLite would go through all items that were first seen before `end`.
    """
    query = sa.select(*FOUND_COLUMNS).join_from(match, item, match.c.item_id == item.c.id).where(WAITING)
    rows = sorted(connection.execute(query).all(), key=FOUND_ORDER)
    return rows[: bisect_left(rows, end, key=lambda row: FOUND_ORDER(row)[0])]


def _input(connection: Connection, number: int, window: Window, rows: list[Row[Any]]) -> EditionInput:
    arrived = sa.select(sa.func.count()).where(
        item.c.first_seen >= window.start, item.c.first_seen < window.end
    )
    return EditionInput(
        number=number,
        found=tuple(to_found(list(group)) for _, group in groupby(rows, lambda row: FOUND_ORDER(row)[:2])),
        items=connection.scalar(arrived) or 0,
        last_matches=last_matches(connection, taken=True),
        feeds=tuple(feeds.states(connection)),
        names=feeds.names(connection),
    )


def _take(connection: Connection, number: int, rows: list[Row[Any]]) -> None:
    # By id: a match that another process commits now was not handed to `build` and must wait.
    if rows:
        taking = sa.update(match).where(match.c.id == sa.bindparam("b_id")).values(edition=number)
        connection.execute(taking, [{"b_id": MATCH_ID(row)} for row in rows])
