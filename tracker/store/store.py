"""The questions that the program asks its database, each one transaction. SQLite or PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from tracker.store import archive, changed, editions, feeds, marks, polls
from tracker.store.engine import BUSY_SECONDS, connect, parse_url, sqlite_path
from tracker.store.schema import prepare_postgres, prepare_sqlite
from tracker.store.upkeep import Upkeep

if TYPE_CHECKING:
    from tracker.model import Digest, Edition, Feed, FeedState, Item, Known, Pause, Polled, Window
    from tracker.store.values import (
        ConfigInForce,
        Counts,
        EditionHead,
        EditionInput,
        KeptItem,
        KeptMatch,
    )

_NOTHING: Mapping[str, datetime] = MappingProxyType({})


def open_store(url: str, *, read_only: bool = False, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open a database, make it if it is not there, migrate it if it is older.

    url: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.
    read_only: never changes anything, and needs no lock; the database must be there already.
    On SQLite the process that writes must hold `tracker.store.lock.writing_process`.
    Raises StoreError, having changed nothing, if it is newer than us, damaged, of another program,
    locked, or out of reach.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = sqlite_path(parsed)
        return Store(prepare_sqlite(path, read_only=read_only, busy_seconds=busy_seconds))
    return Store(prepare_postgres(connect(url, read_only=read_only), read_only=read_only))


class Store(Upkeep):
    """An open database. Every method is one transaction and raises StoreError if that was undone.

    Threads may share it; on SQLite they take turns. Callbacks must not ask the store again.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the database go. On SQLite the last one that writes leaves a single file behind."""
        self._database.close()

    # --- feeds and polls --------------------------------------------------------------------------

    def sync_feeds(
        self, feeds_: Sequence[Feed], now: datetime, *, first_poll: Mapping[str, datetime] = _NOTHING
    ) -> None:
        """Subscribe to these feeds and no others. Absent ones are archived and keep their items.

        first_poll: when to poll a feed that is new, or whose URL is, by feed id; `now` when not said.
        """
        with self._database.writing() as connection:
            feeds.sync_feeds(connection, feeds_, now, first_poll)

    def lease(
        self, now: datetime, until: datetime, limit: int, feed_ids: Collection[str] | None = None
    ) -> list[FeedState]:
        """Take the right to poll up to `limit` due feeds until `until`, longest due first.

        feed_ids: these feeds instead, due or not, even those that said that they are gone.
        A feed that somebody polls, or that left the config, is never given.
        """
        token = secrets.token_hex(8)
        with self._database.writing() as connection:
            return feeds.lease(connection, now, until, limit, feed_ids, token)

    def count_due(self, now: datetime) -> int:
        """How many feeds `lease` would take if there were no limit."""
        with self._database.reading() as connection:
            return feeds.count_due(connection, now)

    def release(self, states: Sequence[FeedState]) -> None:
        """Give leases back without a poll, for a clean stop."""
        with self._database.writing() as connection:
            feeds.release(connection, states)

    def renew(self, states: Sequence[FeedState], until: datetime) -> None:
        """Keep the right to poll feeds that still wait for their turn."""
        with self._database.writing() as connection:
            feeds.renew(connection, states, until)

    def end_stale_leases(self) -> None:
        """Give back what processes that were killed had leased.

        On SQLite only: its one writing process knows that all others are dead. On PostgreSQL another
        machine may be polling, and a lease ends by its time.
        """
        if self._database.is_sqlite:
            with self._database.writing() as connection:
                feeds.release_all(connection)

    def known(self, feed_id: str, guid_keys: Collection[str], content_keys: Collection[str]) -> Known:
        """Which of these keys belong to items of the feed that we have."""
        with self._database.reading() as connection:
            return polls.known(connection, feed_id, guid_keys, content_keys)

    def items_like(
        self, feed_id: str, guid_keys: Collection[str], titles: Collection[str]
    ) -> tuple[Item, ...]:
        """Items of the feed that a snapshot's items may be, newest first; see `tracker.poll.changes`."""
        with self._database.reading() as connection:
            return changed.items_like(connection, feed_id, guid_keys, titles)

    def commit(self, polled: Polled, config_hash: str, now: datetime) -> bool:
        """Keep everything that a poll changes, or nothing.

        Returns False if the lease was lost meanwhile; nothing is written then. An item that the database
        refuses is left out, and the feed's last_error says so.
        """
        try:
            with self._database.writing() as connection:
                return bool(polls.commit(connection, [polled], config_hash, now))
        except polls.ItemsRefusedError:
            with self._database.writing() as connection:
                return polls.commit_one_by_one(connection, polled, config_hash, now)

    def commit_several(self, polleds: Sequence[Polled], config_hash: str, now: datetime) -> frozenset[str]:
        """`commit` for several polls of different feeds: all in one transaction when no item is refused.

        Returns the ids of the feeds that still had their lease; nothing is written of the others.
        """
        # In one order in every process, or two of them could wait for each other's rows.
        ordered = sorted(polleds, key=lambda polled: polled.state.feed_id)
        try:
            with self._database.writing() as connection:
                return polls.commit(connection, ordered, config_hash, now)
        except polls.ItemsRefusedError:
            kept = [each for each in ordered if self.commit(each, config_hash, now)]
        return frozenset(each.state.feed_id for each in kept)

    def commit_unchanged(self, polleds: Sequence[Polled]) -> frozenset[str]:
        """Keep the states of several polls that brought no item, and the pauses that hosts asked for.

        Returns the ids of the feeds that still had their lease; nothing is written of the others.
        """
        with self._database.writing() as connection:
            return feeds.fenced_updates(connection, polleds)

    def states(self) -> list[FeedState]:
        """Every feed that is polled, by id."""
        with self._database.reading() as connection:
            return feeds.states(connection)

    def pauses(self, now: datetime) -> list[Pause]:
        """The hosts that asked us to wait and are not asked before that, by name."""
        with self._database.reading() as connection:
            return marks.pauses(connection, now)

    def retry_soon(self, feed_ids: Collection[str], now: datetime) -> None:
        """Make those of these feeds due that fail and would be asked later: the network is back.

        A feed whose publisher asked for time, or that is gone, is left as it is.
        """
        with self._database.writing() as connection:
            feeds.retry_soon(connection, feed_ids, now)

    # --- editions ---------------------------------------------------------------------------------

    def record_edition(
        self,
        window: Window,
        *,
        config_hash: str,
        template_hash: str,
        program: str,
        now: datetime,
        build: Callable[[EditionInput], Digest],
        to_json: Callable[[Digest], str],
    ) -> Edition:
        """Record the next edition, empty if nothing waits; it outlives a power cut once this returns.

        It takes every match that no edition has taken, that is neither late nor of backlog, and whose
        item was first seen before the window's end. No match is ever in two editions.
        """
        stamp = {
            "config_hash": config_hash,
            "template_hash": template_hash,
            "program": program,
            "recorded": now,
        }
        with self._database.writing(durable=True) as connection:
            return editions.record(connection, window, stamp, build, to_json)

    def unpublished(self) -> list[EditionHead]:
        """Recorded editions whose page was not written yet, oldest first."""
        with self._database.reading() as connection:
            return editions.heads(connection, unpublished=True)

    def editions(self, limit: int | None = None) -> list[EditionHead]:
        """Recorded editions, newest first."""
        with self._database.reading() as connection:
            return editions.heads(connection, limit=limit)

    def digest_json(self, number: int) -> str:
        """What `to_json` made of an edition's digest."""
        with self._database.reading() as connection:
            return editions.digest_json(connection, number)

    def mark_published(self, number: int, now: datetime) -> None:
        """Remember that the page of an edition was written."""
        with self._database.writing() as connection:
            editions.mark_published(connection, number, now)

    # --- configs and the archive ------------------------------------------------------------------

    def put_config(self, hash_: str, canonical: str, now: datetime) -> None:
        """Bring a config into force; one that is in force already stays so since then."""
        with self._database.writing() as connection:
            archive.put_config(connection, hash_, canonical, now)

    def config_in_force(self) -> ConfigInForce | None:
        """The config that came into force last."""
        with self._database.reading() as connection:
            return archive.config_in_force(connection)

    def counts(self) -> Counts:
        """How much there is, for `status`."""
        with self._database.reading() as connection:
            return archive.counts(connection)

    def last_matches(self) -> dict[str, datetime]:
        """Per signal, when its newest match was found."""
        with self._database.reading() as connection:
            return editions.last_matches(connection)

    def matches_since(
        self, since: datetime, *, signal: str | None = None, limit: int | None = None
    ) -> list[KeptMatch]:
        """Matches found at `since` or later, newest first."""
        with self._database.reading() as connection:
            return archive.matches_since(connection, since, signal, limit)

    def item(self, item_id: int) -> KeptItem | None:
        """An item and its matches by its number, or None when there is no such item."""
        with self._database.reading() as connection:
            return archive.item_by_id(connection, item_id)

    def items_at(self, link: str) -> list[KeptItem]:
        """The items that carry a link, whatever its closing slash, fragment or http(s); newest first."""
        with self._database.reading() as connection:
            return archive.items_at(connection, link)

    def damage(self) -> tuple[str, ...]:
        """What a full check of an SQLite file finds wrong, for `doctor`; slow. Empty is good."""
        with self._database.reading() as connection:
            return archive.damage(connection)
