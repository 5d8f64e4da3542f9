"""Which polls are under way: one slow host delays nobody, a stop is in order and gives every lease back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tracker.model import Feed, FeedState
from tracker.poll.underway import UnderWay
from tracker.store.store import Store, open_store

SOON = timedelta(milliseconds=10)
LATER = timedelta(seconds=60)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        yield store


def subscribe(store: Store, now: datetime, *names: str) -> None:
    store.sync_feeds([Feed(name, name, f"https://{name}.example/") for name in names], now)


def leased(store: Store) -> list[str]:
    return [state.feed_id for state in store.states() if state.lease_token]


async def go_on(under_way: UnderWay[str], poll: Callable[[FeedState], Awaitable[str]]) -> list[str]:
    """Run until nothing is left, as `poll_due` does. Which polls ended."""

    async def one(state: FeedState) -> str:
        return await poll(state)

    ended = []
    try:
        while under_way.start(one):
            ended += [task.result() for task in await under_way.finished()]
    finally:
        await under_way.drop()
    return ended


def test_a_feed_that_becomes_due_is_polled_while_another_hangs(store: Store, now: datetime) -> None:
    subscribe(store, now, "slow")

    async def scene() -> list[str]:
        late = asyncio.Event()

        async def poll(state: FeedState) -> str:
            if state.feed_id == "slow":
                subscribe(store, now, "slow", "late")
                await late.wait()
            else:
                late.set()
            return state.feed_id

        return await asyncio.wait_for(go_on(UnderWay(store, lambda: now, None, None, again=SOON), poll), 20)

    assert sorted(asyncio.run(scene())) == ["late", "slow"]


def test_a_stop_lets_polls_under_way_end_and_begins_no_other(store: Store, now: datetime) -> None:
    subscribe(store, now, "one")

    async def scene() -> list[str]:
        stopping = asyncio.Event()

        async def poll(state: FeedState) -> str:
            stopping.set()
            subscribe(store, now, "one", "two")
            await asyncio.sleep(0)
            return state.feed_id

        return await go_on(UnderWay(store, lambda: now, None, stopping, again=SOON, grace=LATER), poll)

    assert asyncio.run(scene()) == ["one"]
    assert store.count_due(now) == 1


def test_a_stop_drops_what_does_not_end_and_gives_its_lease_back(store: Store, now: datetime) -> None:
    subscribe(store, now, "hangs")

    async def scene() -> list[str]:
        stopping = asyncio.Event()

        async def poll(state: FeedState) -> str:
            stopping.set()
            await asyncio.Event().wait()
            return state.feed_id

        return await go_on(UnderWay(store, lambda: now, None, stopping, grace=SOON), poll)

    assert asyncio.run(scene()) == []
    assert leased(store) == []


def test_named_feeds_are_polled_once_and_others_not_at_all(store: Store, now: datetime) -> None:
    subscribe(store, now, "one", "two")

    async def poll(state: FeedState) -> str:
        return state.feed_id

    async def scene() -> list[str]:
        return await go_on(UnderWay(store, lambda: now, ["two"], None, again=SOON), poll)

    assert asyncio.run(scene()) == ["two"]
    assert leased(store) == ["two"]  # as after any poll that was not committed


def test_nothing_begins_after_a_stop(store: Store, now: datetime) -> None:
    subscribe(store, now, "one")

    async def poll(state: FeedState) -> str:
        return state.feed_id

    async def scene() -> list[str]:
        stopping = asyncio.Event()
        stopping.set()
        return await go_on(UnderWay(store, lambda: now, None, stopping), poll)

    assert asyncio.run(scene()) == []
    assert leased(store) == []
