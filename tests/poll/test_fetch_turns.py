"""Whose turn it is at a host."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from tracker.poll.turns import Turns


class Clock:
    """A clock that only moves when somebody waits on it."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds

    async def wait(self, seconds: float) -> None:
        until = self.seconds + seconds
        await asyncio.sleep(0)
        self.seconds = max(self.seconds, until)


async def exchanges(turns: Turns, hosts: list[str], clock: Clock) -> tuple[dict[str, int], list[float]]:
    """Run one exchange per host name; returns the most at once per host, and when each began."""
    under_way: dict[str, int] = {}
    most: dict[str, int] = {}
    starts: list[float] = []

    async def one(host: str) -> None:
        async with turns.turn(host):
            starts.append(clock())
            for name in (host, "all"):
                under_way[name] = under_way.get(name, 0) + 1
                most[name] = max(most.get(name, 0), under_way[name])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for name in (host, "all"):
                under_way[name] -= 1

    await asyncio.gather(*(one(host) for host in hosts))
    return most, starts


def test_a_host_is_asked_twice_at_once_at_most() -> None:
    clock = Clock()
    turns = Turns(at_once=64, per_host=2, spacing=0, clock=clock, pause=clock.wait)

    most, _ = asyncio.run(exchanges(turns, ["a"] * 200 + ["b"] * 3, clock))

    assert most == {"a": 2, "b": 2, "all": 4}


def test_all_hosts_together_stay_within_their_room() -> None:
    clock = Clock()
    turns = Turns(at_once=5, per_host=2, spacing=0, clock=clock, pause=clock.wait)

    most, _ = asyncio.run(exchanges(turns, [f"h{n}" for n in range(50)], clock))

    assert most["all"] == 5


def test_starts_at_one_host_keep_their_distance() -> None:
    clock = Clock()
    turns = Turns(at_once=64, per_host=2, spacing=1.5, clock=clock, pause=clock.wait)

    _, starts = asyncio.run(exchanges(turns, ["a"] * 5, clock))

    assert [later - earlier for earlier, later in pairwise(starts)] == [1.5] * 4


def test_a_host_that_is_done_is_forgotten() -> None:
    clock = Clock()
    turns = Turns(at_once=64, per_host=2, spacing=0, clock=clock, pause=clock.wait)

    asyncio.run(exchanges(turns, [f"h{n}" for n in range(100)], clock))

    assert not turns._lines
