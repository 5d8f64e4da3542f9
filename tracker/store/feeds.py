"""The feeds table: what the config subscribes to, what is due, and who may poll it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from tracker.pace import wait_for
from tracker.store.marks import FARTHEST, in_force, put_pauses
from tracker.store.rows import POLLED_FIELDS, STATE_COLUMNS, among, state_of, state_values, to_state
from tracker.store.tables import feed, item, pause

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, RowMapping

    from tracker.model import Feed, FeedState, Polled

_FREE = {"lease_until": None, "lease_token": None}

# Another URL is another document: nothing that was learnt about the old one may be asked of it, and a
# poll of the old one that is under way must not commit.
_FORGOTTEN: dict[str, Any] = {
    **dict.fromkeys(("etag", "last_modified", "body_hash", "full_at", "last_error", "failing_since")),
    **dict.fromkeys(("rhythm", "advertised", "moved_to", "moved_since", "churned", "notice")),
    **_FREE,
    "failures": 0,
    "gone": False,
}

# 0 rows: the lease was lost, and whoever has it now will tell the feed's state.
_FENCED = (
    sa.update(feed)
    .where(feed.c.id == sa.bindparam("b_id"), feed.c.lease_token == sa.bindparam("b_token"))
    .values(
        **{name: sa.bindparam(f"b_{name}") for name in (*POLLED_FIELDS, "etag", "last_modified")},
        failing_since=sa.case(
            # Not by the failures: a feed that asks us to wait does not fail, and is not seen either.
            (sa.bindparam("b_last_error", type_=sa.Text()).is_(sa.null()), sa.null()),
            else_=sa.func.coalesce(
                feed.c.failing_since, sa.bindparam("b_last_poll", type_=feed.c.last_poll.type)
            ),
        ),
        **_FREE,
    )
)


def sync_feeds(
    connection: Connection, feeds: Sequence[Feed], now: datetime, first_poll: Mapping[str, datetime]
) -> None:
    """Make the table say what the config says. Rows are archived, never deleted: their items stay."""
    rows = {row["id"]: row for row in connection.execute(sa.select(feed)).mappings()}
    new = [f for f in feeds if f.id not in rows]
    moved = [f for f in feeds if f.id in rows and rows[f.id]["url"] != f.url]
    named = [f for f in feeds if f.id in rows and rows[f.id]["name"] != f.name]
    back = [f.id for f in feeds if f.id in rows and rows[f.id]["archived"]]
    absent = [known for known in rows.keys() - {f.id for f in feeds} if not rows[known]["archived"]]
    if new:
        connection.execute(sa.insert(feed), [_new_row(f, first_poll.get(f.id, now)) for f in new])
    for one in moved:
        moment = first_poll.get(one.id, now)
        _update(connection, [one.id], url=one.url, host=host_of(one.url), next_poll=moment, **_FORGOTTEN)
    for one in named:
        _update(connection, [one.id], name=one.name)
    for one in feeds:
        if one.id in rows and (sooner := _sooner(one, rows[one.id], now)):
            _update(connection, [one.id], next_poll=sooner)
    _update(connection, back, archived=False)
    _update(connection, absent, archived=True, **_FREE)


def lease(
    connection: Connection,
    now: datetime,
    until: datetime,
    limit: int,
    feed_ids: Collection[str] | None,
    token: str,
) -> list[FeedState]:
    """Take the feeds that are due, or the named ones due or not; never one that somebody polls."""
    wanted = _due(now) if feed_ids is None else among(connection.dialect.name, feed.c.id, "feed_ids")
    due = (
        sa.select(feed.c.id)
        .where(wanted, _free(now), _unpaused(now) if feed_ids is None else sa.true())
        .order_by(feed.c.next_poll, feed.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    # As a subquery PostgreSQL might run it, LIMIT and all, more than once.
    chosen = sa.select(due.cte("due").c.id)
    taken = connection.execute(
        sa.update(feed)
        .where(feed.c.id.in_(chosen))
        .values(lease_until=until, lease_token=token)
        .returning(*STATE_COLUMNS),
        {} if feed_ids is None else {"feed_ids": list(feed_ids)},
    ).mappings()
    # An UPDATE returns its rows in any order.
    return sorted((to_state(row) for row in taken), key=lambda state: (state.next_poll, state.feed_id))


def count_due(connection: Connection, now: datetime) -> int:
    """How many feeds `lease` would take now."""
    wanted = sa.and_(_due(now), _free(now), _unpaused(now))
    return connection.scalar(sa.select(sa.func.count()).select_from(feed).where(wanted)) or 0


def fenced_update(connection: Connection, polled: Polled) -> bool:
    """Write what a poll says of its feed and host, and give the lease back; False when it was lost."""
    if connection.execute(_FENCED, state_values(polled.state)).rowcount != 1:
        return False
    put_pauses(connection, [polled.pause])
    return True


def fenced_updates(connection: Connection, polleds: Sequence[Polled]) -> frozenset[str]:
    """`fenced_update` for several feeds at once. Returns the ids of those that still had their lease."""
    tokens = {polled.state.feed_id: polled.state.lease_token for polled in polleds}
    locked = connection.execute(_lock_query(connection.dialect.name), {"ids": list(tokens)})
    ours = frozenset(row.id for row in locked if row.lease_token and row.lease_token == tokens[row.id])
    states = [state_values(polled.state) for polled in polleds if polled.state.feed_id in ours]
    if states:
        connection.execute(_FENCED, states)
    put_pauses(connection, [polled.pause for polled in polleds if polled.state.feed_id in ours])
    return ours


def with_items(connection: Connection, feed_ids: Collection[str]) -> frozenset[str]:
    """Which of these feeds have items."""
    if not feed_ids:
        return frozenset()
    return frozenset(connection.scalars(_with_items_query(connection.dialect.name), {"ids": list(feed_ids)}))


# Made once: putting an expression together costs as much as running it.
@cache
def _lock_query(backend: str) -> sa.Select[str, str]:
    # In one order in every process, or two of them could wait for each other's rows.
    asked = sa.select(feed.c.id, feed.c.lease_token).where(among(backend, feed.c.id, "ids"))
    return asked.order_by(feed.c.id).with_for_update()


@cache
def _with_items_query(backend: str) -> sa.Select[str]:
    has = sa.exists().where(item.c.feed_id == feed.c.id)
    return sa.select(feed.c.id).where(among(backend, feed.c.id, "ids"), has)


def release(connection: Connection, states: Sequence[FeedState]) -> None:
    """Give leases back without a poll, so that the feeds are due again at once."""
    for state in states:
        connection.execute(
            sa.update(feed)
            .where(feed.c.id == state.feed_id, feed.c.lease_token == state.lease_token)
            .values(**_FREE)
        )


def renew(connection: Connection, states: Sequence[FeedState], until: datetime) -> None:
    """Let leases that are still held last longer; one that was lost stays lost."""
    for state in states:
        connection.execute(
            sa.update(feed)
            .where(feed.c.id == state.feed_id, feed.c.lease_token == state.lease_token)
            .values(lease_until=until)
        )


def release_all(connection: Connection) -> None:
    """Give every lease back, whoever holds it."""
    connection.execute(sa.update(feed).where(feed.c.lease_token.is_not(None)).values(**_FREE))


def retry_soon(connection: Connection, feed_ids: Collection[str], now: datetime) -> None:
    """Make those of these feeds due that fail and would be asked later; a publisher's own wait stands."""
    some = among(connection.dialect.name, feed.c.id, "ids")
    failing = sa.and_(feed.c.failures > 0, feed.c.gone.is_(sa.false()), feed.c.next_poll > now)
    query = sa.update(feed).where(some, failing).values(next_poll=now)
    connection.execute(query, {"ids": list(feed_ids)})


def forget_document(connection: Connection, feed_id: str, error: str) -> None:
    """Say what went wrong with a document, and ask for the whole of it next time: it is tried again."""
    said = {"last_error": error, "failing_since": sa.func.coalesce(feed.c.failing_since, feed.c.last_poll)}
    _update(connection, [feed_id], etag=None, last_modified=None, body_hash=None, **said)


def states(connection: Connection, *, archived: bool = False) -> list[FeedState]:
    """The feeds that are polled, or the archived ones, by id."""
    query = sa.select(*STATE_COLUMNS).where(feed.c.archived.is_(sa.true() if archived else sa.false()))
    return [state_of(row) for row in connection.execute(query.order_by(feed.c.id)).all()]


def names(connection: Connection) -> dict[str, str]:
    """The name of every feed, archived ones too."""
    rows: Sequence[Any] = connection.execute(sa.select(feed.c.id, feed.c.name)).all()
    return dict(rows)


def _sooner(value: Feed, row: RowMapping, now: datetime) -> datetime | None:
    """When a healthy feed is due whose interval was shortened, or that a wrong clock put off; else None."""
    last = row["last_poll"]
    if row["last_error"] is not None:
        return None
    if last is None:
        return now if row["next_poll"] > now + value.interval else None
    last = min(last, now)
    wait = wait_for(value, to_state(row), last)
    # A fifth: room for the chance in next_poll.
    return max(now, last + wait) if row["next_poll"] > last + wait + wait / 5 else None


def _due(now: datetime) -> sa.ColumnElement[bool]:
    # Further away than any wait that is ever set: the clock was wrong when it was set.
    due = sa.or_(feed.c.next_poll <= now, feed.c.next_poll > now + FARTHEST)
    return sa.and_(due, feed.c.gone.is_(sa.false()))


def _free(now: datetime) -> sa.ColumnElement[bool]:
    unleased = sa.or_(feed.c.lease_until.is_(None), feed.c.lease_until <= now)
    return sa.and_(feed.c.archived.is_(sa.false()), unleased)


def _unpaused(now: datetime) -> sa.ColumnElement[bool]:
    return feed.c.host.not_in(sa.select(pause.c.host).where(in_force(now)))


def _new_row(value: Feed, next_poll: datetime) -> dict[str, Any]:
    fixed = {"failures": 0, "gone": False, "archived": False}
    named = {"id": value.id, "url": value.url, "host": host_of(value.url), "name": value.name}
    return {**named, "next_poll": next_poll, **fixed}


def host_of(url: str) -> str:
    """The host of a feed's URL: what a `Pause` names."""
    return urlsplit(url).hostname or ""


def _update(connection: Connection, ids: Collection[str], **values: Any) -> None:
    if ids:
        some = among(connection.dialect.name, feed.c.id, "ids")
        connection.execute(sa.update(feed).where(some).values(**values), {"ids": list(ids)})
