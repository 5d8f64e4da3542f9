"""The daemon's editions: one at each set hour, however often the machine slept or died around it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from tracker.daemon.hours import due_edition
from tracker.daemon.log import LOG
from tracker.daemon.means import Means
from tracker.edition import publish_recorded, record
from tracker.errors import PublishError
from tracker.inforce import InForce
from tracker.model import Edition

HOUR_DONE = "edition-hour"
"""The mark that holds the set hour for which an edition was made last (ISO, UTC)."""

HOUR_BEGUN = "edition-begun"
"""The hour for which one is being made, and the newest number before it: a crash in between is seen."""

_TRY_AGAIN = 60.0


class Editions:
    """Records editions when they are due, and publishes them until that has worked."""

    def __init__(self, means: Means, work: InForce) -> None:
        self._means = means
        self._work = work
        self._one_at_a_time = asyncio.Lock()
        self._refused: str | None = None
        self._not_before = 0.0

    async def check(self) -> None:
        """Make the edition of the last set hour if it was not made, and publish what is not yet."""
        async with self._one_at_a_time:
            now = self._means.clock()
            done = self._means.store.mark(HOUR_DONE)
            if done is None:  # the first start: the next set hour brings the first edition
                self._means.store.put_mark(HOUR_DONE, now.isoformat(), now)
                return
            hour = due_edition(self._work.config.digest, datetime.fromisoformat(done), now)
            if hour is not None:
                await asyncio.to_thread(self._record_once, hour, now)
            await self._publish_waiting()

    async def make(self) -> tuple[Edition, Path]:
        """An edition because somebody asks for one. Raises PublishError when only its page is missing."""
        async with self._one_at_a_time:
            edition = await asyncio.to_thread(self._record, self._means.clock())
            return edition, await asyncio.to_thread(self._publish)

    async def exchange(self, work: InForce) -> None:
        """Work by another config from now on. Other hours begin to count now."""
        await self.check()
        async with self._one_at_a_time:
            old, new = self._work.config.digest, work.config.digest
            if (old.at, old.days, old.zone) != (new.at, new.days, new.zone):
                now = self._means.clock()
                self._means.store.put_mark(HOUR_DONE, now.isoformat(), now)
            self._work = work

    def note(self, work: InForce) -> None:
        """The same config, but the page has something else to say about it."""
        self._work = work

    def _record_once(self, hour: datetime, now: datetime) -> None:
        """Record the edition of a set hour, unless a run that died had done so already."""
        store = self._means.store
        newest = store.editions(limit=1)
        number = newest[0].number if newest else 0
        begun = (store.mark(HOUR_BEGUN) or "").split()
        if not (len(begun) == 2 and begun[0] == hour.isoformat() and number > int(begun[1])):
            store.put_mark(HOUR_BEGUN, f"{hour.isoformat()} {number}", now)
            self._record(now)
        store.put_mark(HOUR_DONE, hour.isoformat(), now)

    def _record(self, now: datetime) -> Edition:
        edition = record(self._means.store, self._means.masthead(self._work), self._means.templates, now)
        lines = sum(len(section.lines) for section in edition.digest.sections)
        LOG.info("edition %d recorded: %d %s", edition.number, lines, "match" if lines == 1 else "matches")
        return edition

    async def _publish_waiting(self) -> None:
        """Publish recorded editions that have no page; a failure is told once and tried again."""
        if self._means.monotonic() < self._not_before or not self._means.store.unpublished():
            return
        try:
            await asyncio.to_thread(self._publish)
        except PublishError as error:
            self._not_before = self._means.monotonic() + _TRY_AGAIN
            if str(error) != self._refused:
                self._refused = str(error)
                LOG.error("%s; the edition is recorded, its page is tried again", error)
        else:
            self._refused = None

    def _publish(self) -> Path:
        page = publish_recorded(
            self._means.store, self._means.templates, self._means.pages, self._means.clock()
        )
        LOG.info("published %s", page)
        return page
