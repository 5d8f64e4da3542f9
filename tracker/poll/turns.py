"""Whose turn it is: at most so many exchanges with one host at once, with a pause between their starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Line:
    """Those who talk to one host or wait to."""

    room: asyncio.Semaphore
    next_start: float = 0.0
    members: int = field(default=0)


class Turns:
    """A line per host, and one room for all of them.

    at_once: exchanges in all. per_host: exchanges with one host. spacing: seconds between two starts
    at one host. clock: seconds, monotonic. pause: waits so many seconds. Whoever waits for a host
    takes no room from other hosts.
    """

    def __init__(
        self,
        at_once: int,
        per_host: int,
        spacing: float,
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._per_host = per_host
        self._spacing = spacing
        self._clock = clock
        self._pause = pause
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, host: str, check: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
        """Wait until it is our turn at this host; it is over when the block ends.

        check: raises when the turn is not wanted any more; asked before and after the last wait.
        """
        line = self._lines.setdefault(host, _Line(asyncio.Semaphore(self._per_host)))
        line.members += 1
        try:
            async with line.room:
                check()
                await self._keep_distance(line)
                async with self._room:
                    check()
                    yield
        finally:
            line.members -= 1
            self._forget(host, line)

    async def _keep_distance(self, line: _Line) -> None:
        if self._spacing <= 0:
            return
        now = self._clock()
        start = max(now, line.next_start)
        line.next_start = start + self._spacing
        if start > now:
            await self._pause(start - now)

    def _forget(self, host: str, line: _Line) -> None:
        """A daemon meets many hosts: a line without members whose pause is over is dropped."""
        if line.members == 0 and line.next_start <= self._clock():
            self._lines.pop(host, None)
