"""How far something has come that is done bit by bit, and which hosts asked us to wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.model import Pause
from tracker.store.columns import PlainText, UtcTime
from tracker.store.tables import mark, pause

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

FARTHEST = timedelta(days=14)  # no wait is ever this long: the clock was wrong when it was set

# As text, because both databases read it and neither needs its dialect loaded.
_PUT_MARK = sa.text(
    "INSERT INTO mark (name, value, at) VALUES (:name, :value, :at) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at"
).bindparams(
    sa.bindparam("name", type_=PlainText()),
    sa.bindparam("value", type_=PlainText()),
    sa.bindparam("at", type_=UtcTime()),
)
_PUT_PAUSE = sa.text(
    "INSERT INTO pause (host, until, reason) VALUES (:host, :until, :reason) "
    "ON CONFLICT (host) DO UPDATE SET until = excluded.until, reason = excluded.reason "
    "WHERE pause.until < excluded.until OR pause.until > :wrong"
).bindparams(
    sa.bindparam("host", type_=PlainText()),
    sa.bindparam("until", type_=UtcTime()),
    sa.bindparam("reason", type_=PlainText()),
    sa.bindparam("wrong", type_=UtcTime()),
)


def value(connection: Connection, name: str) -> str | None:
    """What was put last under a name, or None."""
    found: str | None = connection.scalar(sa.select(mark.c.value).where(mark.c.name == name))
    return found


def put(connection: Connection, name: str, text: str, now: datetime) -> None:
    """Remember a text under a name."""
    connection.execute(_PUT_MARK, {"name": name, "value": text, "at": now})


def put_pauses(connection: Connection, asked: Iterable[Pause | None]) -> None:
    """Let hosts rest; a pause that lasts longer already stays, unless a wrong clock set it."""
    # In one order everywhere, or two processes could each wait for a row that the other holds.
    for one in sorted((each for each in asked if each is not None), key=lambda each: each.host):
        row = {"host": one.host, "until": one.until, "reason": one.reason, "wrong": one.until + FARTHEST}
        connection.execute(_PUT_PAUSE, row)


def pauses(connection: Connection, now: datetime) -> list[Pause]:
    """The pauses in force at `now`, by host."""
    query = sa.select(pause).where(in_force(now)).order_by(pause.c.host)
    return [Pause(row.host, row.until, row.reason) for row in connection.execute(query)]


def in_force(now: datetime) -> sa.ColumnElement[bool]:
    """Of a row of `pause`: whether the host still rests."""
    return sa.and_(pause.c.until > now, pause.c.until <= now + FARTHEST)
