"""The daemon's polls: a store that fails keeps publishers in peace; the config is exchanged between polls."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tracker.daemon.chronicle import Chronicle
from tracker.daemon.polling import Polling, Session
from tracker.errors import StoreError

Room = Any


class Full:
    """A disk that is full, until there is room: leases work, nothing can be kept or given back."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.room = False

    def __getattr__(self, name: str) -> Any:
        if not self.room and name.startswith(("commit", "release")):
            raise StoreError("the disk is full")
        return getattr(self._store, name)


def test_a_disk_that_is_full_does_not_make_us_ask_again_and_again(room: Room, publisher: Any) -> None:
    work = room.work(publisher.config("one"))
    room.store.sync_feeds(work.config.feeds, room.now)
    room.store = Full(room.store)
    means = room.means

    async def scene() -> None:
        polling = Polling(means, work, Chronicle())
        with pytest.raises(StoreError):
            await polling.tick()
        for _ in range(5):
            room.seconds += 5
            await polling.tick()
        await polling.stop()

    asyncio.run(scene())

    assert publisher.asked == ["/one"]


def test_feeds_whose_lease_could_not_be_given_back_are_polled_once_the_disk_has_room(
    room: Room, publisher: Any
) -> None:
    work = room.work(publisher.config("one"))
    room.store.sync_feeds(work.config.feeds, room.now)
    room.store = Full(room.store)
    means = room.means

    async def scene() -> list[bool]:
        polling = Polling(means, work, Chronicle())
        with pytest.raises(StoreError):
            await polling.tick()
        room.store.room = True
        room.seconds += 5
        early = await polling.tick()
        room.seconds += 30
        late = await polling.tick()
        await polling.stop()
        return [early, late]

    assert asyncio.run(scene()) == [False, True]
    assert publisher.asked == ["/one", "/one"]
    assert room.store.counts().items == 1


def test_after_an_exchange_polls_go_by_the_new_config(room: Room, publisher: Any) -> None:
    old, new = (room.work(publisher.config(*feeds)) for feeds in (["one"], ["one", "two"]))
    room.store.sync_feeds(old.config.feeds, room.now)

    async def scene() -> None:
        polling = Polling(room.means, old, Chronicle())
        await polling.tick()
        room.store.sync_feeds(new.config.feeds, room.now)
        await polling.exchange(new)
        await polling.tick()
        await polling.stop()

    asyncio.run(scene())

    assert publisher.asked == ["/one", "/two"]


def test_tools_are_put_away_when_idle_and_made_again_when_needed(room: Room, publisher: Any) -> None:
    work = room.work(publisher.config("one"))
    room.store.sync_feeds(work.config.feeds, room.now)
    made = []

    def tools(asked: Any) -> Any:
        made.append(asked)
        return room.means.tools(asked)

    async def heard(_: object) -> None:
        """Nobody listens."""

    async def scene() -> list[bool]:
        session = Session(replace(room.means, tools=tools), work)
        await session.poll(["one"], heard)
        room.seconds = 59
        early = await session.put_away(60)
        room.seconds = 61
        late = await session.put_away(60)
        await session.poll(["one"], heard)
        await session.close()
        return [early, late]

    assert asyncio.run(scene()) == [False, True]
    assert len(made) == 2
    assert publisher.asked == ["/one", "/one"]
