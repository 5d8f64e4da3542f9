"""What is asked of a database beside polls and editions: marks, search, retention, newer rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.store import marks, reapply, retention, search

if TYPE_CHECKING:
    from tracker.model import Match
    from tracker.store.engine import Database
    from tracker.store.values import Applied, KeptItem


class Upkeep:
    """The part of `Store` that looks after what is kept. Each method is one short transaction or a few."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- marks ------------------------------------------------------------------------------------

    def mark(self, name: str) -> str | None:
        """How far something has come that is done bit by bit, as it was put last; None: not begun."""
        with self._database.reading() as connection:
            return marks.value(connection, name)

    def put_mark(self, name: str, value: str, now: datetime) -> None:
        """Remember how far something has come."""
        with self._database.writing() as connection:
            marks.put(connection, name, value, now)

    # --- search -----------------------------------------------------------------------------------

    def search(
        self,
        words: str,
        *,
        limit: int,
        before: int | None = None,
        feed_id: str | None = None,
        signal: str | None = None,
        since: datetime | None = None,
    ) -> list[KeptItem]:
        """Indexed items that have all these words, newest (highest number) first; see `tracker.store.query`.

        before: only items with a lower number, for the next page. feed_id: of this feed. signal: with a
        match of it. since: first seen then or later.
        Raises TrackerError for a query that cannot be read.
        """
        with self._database.reading() as connection:
            return search.find(
                connection, words, limit=limit, before=before, feed_id=feed_id, signal=signal, since=since
            )

    def index_new(self, limit: int) -> int:
        """Index up to `limit` items that are new or whose text changed. Returns how many; 0: none waits.

        An index with the tokens of another version of Tracker is emptied first. A few hundred at once keep
        the transaction short.
        """
        with self._database.reading() as connection:
            newest = search.horizon(connection)
        with self._database.writing() as connection:
            return search.index_some(connection, newest, limit)

    def unindexed(self) -> int:
        """How many items search cannot find yet, or not as they are now."""
        with self._database.reading() as connection:
            return search.unindexed(connection)

    # --- retention --------------------------------------------------------------------------------

    def drop_texts(self, before: datetime, limit: int) -> int:
        """Drop summary and content of items without any match that were first seen before a time.

        Their keys stay, so that they are never new again; title and link, too. Up to `limit` at once.
        Returns how many; 0: none is left.
        """
        ended, dropped = False, 0
        while not ended and not dropped:
            with self._database.writing() as connection:
                dropped, ended = retention.drop_texts(connection, before, limit)
        return dropped

    def upkeep(self) -> None:
        """Let SQLite look to its statistics, and shrink its log to nothing. PostgreSQL does so by itself."""
        self._database.tidy()

    # --- newer rules ------------------------------------------------------------------------------

    def items_after(self, item_id: int, since: datetime, limit: int) -> list[KeptItem]:
        """Items with a higher number that were first seen at `since` or later, by number."""
        with self._database.reading() as connection:
            return reapply.items_after(connection, item_id, since, limit)

    def apply_matches(
        self,
        found: Sequence[tuple[int, Sequence[Match]]],
        signals: Collection[str],
        config_hash: str,
        now: datetime,
    ) -> Applied:
        """Make these items' matches of these signals what the rules find now; once or twice alike.

        A match that is gained is late: it is kept and never announced. One that an edition took stays as
        it was told, though no rule finds it now; others are dropped then, or get their new evidence.
        """
        with self._database.writing() as connection:
            return reapply.apply_matches(connection, found, signals, config_hash, now)
