"""The daemon's polls: by one config at a time, which can be exchanged while they go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing

from tracker.daemon.chronicle import Chronicle
from tracker.daemon.log import LOG
from tracker.daemon.means import Means
from tracker.inforce import InForce
from tracker.poll.poll import Report, Tools, poll_due

_LONGEST_WAIT = 900.0
_SHORTEST_WAIT = 30.0

Heard = Callable[[Report], Awaitable[None]]


class Session:
    """Polls by one config. Its tools are made when a poll first needs them."""

    def __init__(self, means: Means, work: InForce) -> None:
        self._means = means
        self._work = work
        self._stopping = asyncio.Event()
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._polling = 0
        self._used = means.monotonic()
        self._open = AsyncExitStack()
        self._tools: Tools | None = None
        self._making = asyncio.Lock()

    @property
    def idle(self) -> bool:
        """Does nobody poll just now?"""
        return not self._polling

    async def poll(self, only: Sequence[str] | None, heard: Heard) -> None:
        """Poll what is due, or these feeds, and hand on each report."""
        self._polling += 1
        self._nobody.clear()
        try:
            tools = await self._ready()
            async with aclosing(poll_due(tools, only, stopping=self._stopping)) as reports:
                async for report in reports:
                    await heard(report)
        finally:
            self._polling -= 1
            self._used = self._means.monotonic()
            if not self._polling:
                self._nobody.set()

    async def put_away(self, idle: float) -> bool:
        """Close the tools, workers and all, when nobody has polled for `idle` seconds."""
        async with self._making:
            rested = self._means.monotonic() - self._used
            if self._tools is None or self._polling or rested < idle:
                return False
            self._tools = None
            await self._open.aclose()
            return True

    async def close(self) -> None:
        """Begin no further poll, give those under way some seconds, drop the rest whole."""
        self._stopping.set()
        await self._nobody.wait()
        await self._open.aclose()

    async def _ready(self) -> Tools:
        async with self._making:
            if self._tools is None:
                self._tools = await self._open.enter_async_context(self._means.tools(self._work))
            return self._tools


class Polling:
    """Polls what is due at each tick, and what commands ask for, by the config in force."""

    def __init__(self, means: Means, work: InForce, chronicle: Chronicle) -> None:
        self.chronicle = chronicle
        self._means = means
        self._session = Session(means, work)
        self._exchange = asyncio.Lock()
        self._failures = 0
        self._not_before = 0.0

    async def tick(self) -> bool:
        """Poll what is due. After a failure of the store the publishers are left in peace for a while.

        Returns False while they are.
        """
        if self._means.monotonic() < self._not_before:
            return False
        failed = self._failures > 0
        if failed or self._means.store.count_due(self._means.clock()):
            self._fear()
            if failed and self._session.idle:
                # A store that fails takes no lease back: those feeds would wait until it ends.
                self._means.store.end_stale_leases()
            await self.poll(None)
            self._failures, self._not_before = 0, 0.0
        self.tell(over=True)
        return True

    async def poll(self, only: Sequence[str] | None, heard: Heard | None = None) -> None:
        """Poll these feeds, or what is due, and log what is worth a line."""
        async with self._exchange:
            session = self._session

        async def hear(report: Report) -> None:
            for line in self.chronicle.hear(report, self._means.clock()):
                LOG.info("%s", line)
            if again := self.chronicle.back():
                self._means.store.retry_soon(again, self._means.clock())
            if heard:
                await heard(report)

        await session.poll(only, hear)

    def tell(self, *, over: bool = False) -> None:
        """Log whose troubles began or ended. over: no poll is under way."""
        for line in self.chronicle.gather(self._means.clock(), over=over):
            LOG.info("%s", line)

    async def exchange(self, work: InForce) -> None:
        """Poll by another config from now on."""
        async with self._exchange:
            await self._session.close()
            self._session = Session(self._means, work)

    async def put_away(self, idle: float) -> bool:
        """See `Session.put_away`."""
        return await self._session.put_away(idle)

    async def stop(self) -> None:
        """End in order within some seconds."""
        async with self._exchange:
            await self._session.close()
        self.tell()

    def _fear(self) -> None:
        """Until this tick has gone well, the next one waits, longer each time."""
        wait = min(_LONGEST_WAIT, _SHORTEST_WAIT * 2 ** min(self._failures, 10))
        self._failures += 1
        self._not_before = self._means.monotonic() + wait
