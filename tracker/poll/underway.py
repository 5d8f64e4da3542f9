"""Polls under way: which feeds they lease, when more are asked for, and how long a stop waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from tracker.model import FeedState
from tracker.store.store import Store

LEASE = timedelta(minutes=15)
"""When another process may poll a feed whose poller is silent."""

RENEW = LEASE / 3
"""How often the leases of polls under way are renewed: in a long line at one host, polls wait for hours."""

AT_ONCE = 256
"""Polls under way: enough that hosts with a line before them keep nobody else waiting (the fetcher lets
fewer through), few enough that what they bring fits into memory.
"""

AGAIN = timedelta(seconds=3)
"""How often newly due feeds are asked for while others are polled: one slow host keeps nobody waiting."""

TOGETHER = timedelta(seconds=0.05)
"""Polls that end within this time of another share a commit: one alone costs as much as a poll."""

GRACE = timedelta(seconds=2)
"""How long a stop waits for polls under way; what is not done by then is dropped whole."""

_Result = TypeVar("_Result")


class UnderWay(Generic[_Result]):
    """Leases feeds and runs their polls until nothing is due, or until `stopping` is set.

    only: ids of feeds to poll once, due or not, instead of those that are due.
    Durations are measured by the event loop's clock: the wall clock may jump.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        only: Sequence[str] | None,
        stopping: asyncio.Event | None,
        *,
        again: timedelta = AGAIN,
        grace: timedelta = GRACE,
    ) -> None:
        self._store = store
        self._clock = clock
        self._only = only
        self._stopping = stopping
        self._again = again.total_seconds()
        self._grace = grace.total_seconds()
        self._loop = asyncio.get_running_loop()
        self._polls: dict[asyncio.Task[_Result], FeedState] = {}
        self._stop = asyncio.create_task(stopping.wait()) if stopping else None
        self._end: float | None = None
        self._more = True
        self._asked = self._renewed = self._loop.time()

    def start(self, poll: Callable[[FeedState], Coroutine[Any, Any, _Result]]) -> bool:
        """Begin the polls of what is due now. False when there is nothing left to wait for."""
        if self._stopping and self._stopping.is_set() and self._end is None:
            self._end = self._loop.time() + self._grace
        if self._end is not None:
            return bool(self._polls) and self._loop.time() < self._end
        if limit := self._room():
            for state in self._lease(limit):
                self._polls[asyncio.create_task(poll(state))] = state
        return bool(self._polls)

    async def finished(self) -> list[asyncio.Task[_Result]]:
        """Wait until a poll ends, or until it is time to `start` more. They are no longer under way then."""
        watched: set[asyncio.Task[Any]] = set(self._polls)
        if self._stop and self._end is None:
            watched.add(self._stop)
        done, _ = await asyncio.wait(watched, timeout=self._patience(), return_when=asyncio.FIRST_COMPLETED)
        if not done.issuperset(self._polls):
            await asyncio.sleep(TOGETHER.total_seconds())
        ended = [task for task in self._polls if task.done()]
        for task in ended:
            del self._polls[task]
        self._renew()
        return ended

    async def drop(self) -> None:
        """Drop what is under way, each poll whole, and give its lease back."""
        tasks: list[asyncio.Task[Any]] = [*self._polls, *([self._stop] if self._stop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._store.release(list(self._polls.values()))

    def _room(self) -> int:
        """How many feeds to lease now; 0 when it is not yet time to ask again."""
        if self._only is not None:
            return len(self._only) if self._more else 0
        room = AT_ONCE - len(self._polls)
        waited = self._loop.time() - self._asked >= self._again
        return room if (self._more and room >= AT_ONCE // 2) or waited else 0

    def _lease(self, limit: int) -> list[FeedState]:
        now = self._clock()
        states = self._store.lease(now, now + LEASE, limit, self._only)
        self._more = self._only is None and len(states) == limit
        self._asked = self._loop.time()
        return states

    def _patience(self) -> float:
        if self._end is not None:
            return max(0.0, self._end - self._loop.time())
        return self._again if self._only is None else RENEW.total_seconds()

    def _renew(self) -> None:
        if self._polls and self._loop.time() - self._renewed >= RENEW.total_seconds():
            self._renewed = self._loop.time()
            self._store.renew(list(self._polls.values()), self._clock() + LEASE)
