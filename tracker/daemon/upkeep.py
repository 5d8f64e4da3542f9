"""What the daemon tidies: the search index after polls, old texts and the database once a day, memory."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from datetime import datetime, timedelta

from tracker.daemon.log import LOG
from tracker.daemon.means import Means
from tracker.inforce import InForce

DAILY = "daily-upkeep"
"""The mark that says when the daily part was done last (ISO, UTC)."""

_BATCH = 200
_DAY = timedelta(days=1)


class Upkeep:
    """Small pieces of work, each off the event loop, between which everything else gets its turn."""

    def __init__(self, means: Means, work: InForce) -> None:
        self.work = work
        self._means = means
        self._stopping = False

    def stop(self) -> None:
        """Begin no further piece."""
        self._stopping = True

    async def index(self) -> None:
        """Bring the search index up to date with what polls brought."""
        indexed = 1
        while indexed and not self._stopping:
            indexed = await asyncio.to_thread(self._means.store.index_new, _BATCH)

    async def daily(self) -> bool:
        """Once a day: drop old texts as `keep` says, let the database tidy itself. True if a day is over."""
        now = self._means.clock()
        last = self._means.store.mark(DAILY)
        if last is not None and abs(now - datetime.fromisoformat(last)) < _DAY:
            return False
        dropped = await self._drop_texts(now)
        await asyncio.to_thread(self._means.store.upkeep)
        self._means.store.put_mark(DAILY, now.isoformat(), now)
        if dropped:
            LOG.info("dropped the text of %d items that showed no signal, as `keep` says", dropped)
        return last is not None

    async def _drop_texts(self, now: datetime) -> int:
        keep, dropped = self.work.config.keep, 0
        while keep is not None and not self._stopping:
            some = await asyncio.to_thread(self._means.store.drop_texts, now - keep, _BATCH)
            if not some:
                break
            dropped += some
        return dropped


def free_memory() -> None:
    """Give back what compiling rules or a round of polls left behind."""
    gc.collect()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):  # a C library without it
            return
