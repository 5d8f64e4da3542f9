"""The daemon whole, in this process, by clocks that the test sets: it polls, catches up, tidies, ends."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tracker.daemon.daemon import Daemon
from tracker.daemon.means import Pace
from tracker.daemon.requests import answer
from tracker.errors import StoreError, TrackerError

Room = Any
Publisher = Any

QUICK = Pace(tick=0.02, look=0.02, edition=0.02, upkeep=0.02, idle=60, patience=900, beat=0.02)


async def until(happened: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not happened():
            await asyncio.sleep(0.01)


def live(room: Room, work: Any, scene: Callable[[Daemon], Awaitable[None]]) -> None:
    """Run a daemon while the scene plays, then stop it."""

    async def life() -> None:
        begun: list[Daemon] = []
        daemon = Daemon(room.means, work, os.getpid(), begun.append, QUICK)
        running = asyncio.create_task(daemon.run())
        await until(lambda: begun or running.done())
        try:
            if not running.done():
                await scene(daemon)
        finally:
            daemon.stop()
            await running

    asyncio.run(life())


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    logging.getLogger("tracker").propagate = True
    caplog.set_level(logging.INFO, "tracker")


def test_what_is_due_is_polled_and_can_be_searched(room: Room, publisher: Publisher) -> None:
    async def scene(_: Daemon) -> None:
        await until(lambda: room.store.counts().items == 2 and room.store.unindexed() == 0)

    live(room, room.work(publisher.config("one", "two")), scene)

    assert sorted(publisher.asked) == ["/one", "/two"]


def test_a_clock_that_went_a_day_back_stops_no_polls(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(_: Daemon) -> None:
        await until(lambda: room.store.counts().items == 1)
        room.now -= timedelta(days=1)
        await until(lambda: "the clock went 24 h back" in caplog.text)
        room.now += timedelta(hours=2)
        await until(lambda: len(publisher.asked) == 2)

    live(room, room.work(publisher.config("one")), scene)


def test_a_sleep_is_caught_up_with_one_poll_and_one_edition(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(_: Daemon) -> None:
        await until(lambda: room.store.counts().items == 1)
        room.now += timedelta(hours=32)
        await until(lambda: len(publisher.asked) == 2 and room.store.editions())
        await until(lambda: room.store.unpublished() == [])

    live(room, room.work(publisher.config("one")), scene)

    assert publisher.asked == ["/one", "/one"]
    assert len(room.store.editions()) == 1
    assert "the clock went 32 h ahead" in caplog.text


def test_an_edit_is_taken_and_a_config_that_cannot_be_kept_is_tried_again(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    work = room.work(publisher.config("one"))
    full = []
    keep = room.store.put_config

    def put_config(*given: Any) -> None:
        if full:
            raise StoreError("the disk is full")
        keep(*given)

    room.store.put_config = put_config

    async def scene(daemon: Daemon) -> None:
        full.append(1)
        room.work(publisher.config("one", "two"))
        daemon.reload()
        await until(lambda: "config: the disk is full" in caplog.text)
        full.clear()
        await until(lambda: "/two" in publisher.asked)

    live(room, work, scene)

    assert "config: feeds: +1 (two)" in caplog.text


def test_the_day_is_summed_up_once_a_day(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(_: Daemon) -> None:
        await until(lambda: room.store.counts().items == 1)
        await until(lambda: room.store.mark("daily-upkeep"))
        room.now += timedelta(hours=24)
        await until(lambda: "the last day" in caplog.text)

    live(room, room.work(publisher.config("one")), scene)

    assert "1 new item, 1 match; 0 of 1 feeds fail" in caplog.text


def test_another_database_waits_for_a_restart(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(daemon: Daemon) -> None:
        room.work(f"database: sqlite:///{room.folder}/other.sqlite\n" + publisher.config("one"))
        daemon.reload()
        await until(lambda: "another database" in (daemon.work.notice or ""))

    live(room, room.work(publisher.config("one")), scene)

    assert not (room.folder / "other.sqlite").exists()


def test_an_edit_that_was_not_taken_and_is_taken_back_is_no_change(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    good = publisher.config("one")

    async def scene(daemon: Daemon) -> None:
        room.work(f"database: sqlite:///{room.folder}/other.sqlite\n" + publisher.config("one", "two"))
        daemon.reload()
        await until(lambda: "another database" in (daemon.work.notice or ""))
        room.work(good)
        daemon.reload()
        await until(lambda: daemon.work.notice is None)

    live(room, room.work(good), scene)

    assert caplog.messages.count("config: the file is whole again, nothing changed") == 1
    assert "database: changed" not in caplog.text
    assert "feeds:" not in caplog.text


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        pytest.param({"do": "poll", "feeds": "one"}, "feeds", id="a text for a list"),
        pytest.param({"do": "poll", "feeds": [["one"]]}, "feeds", id="a list in a list"),
        pytest.param({"do": "apply", "signals": [5]}, "signals", id="a number for a name"),
        pytest.param({"do": "apply", "since": "30d"}, "since", id="a text for seconds"),
        pytest.param({"do": "apply", "since": float("nan")}, "since", id="no number"),
        pytest.param({"do": "apply", "since": 1e300}, "since", id="more seconds than there are"),
        pytest.param({"do": "apply", "since": -5}, "since", id="seconds to come"),
    ],
)
def test_a_request_of_the_wrong_kind_is_refused_and_no_bug(
    room: Room, publisher: Publisher, request_: dict[str, Any], told: str
) -> None:
    async def line(_: str) -> None:
        """Nothing is told before it is refused."""

    async def scene(daemon: Daemon) -> None:
        with pytest.raises(TrackerError, match=f"the request cannot be read: {told}"):
            await answer(daemon, request_, line)

    live(room, room.work(publisher.config("one")), scene)


def test_a_feed_that_an_edit_adds_while_an_edition_is_made_waits_for_its_config(
    room: Room, publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    ticks: list[int] = []
    count = room.store.count_due

    def count_due(*given: Any) -> int:
        ticks.append(1)
        return int(count(*given))

    room.store.count_due = count_due

    async def scene(daemon: Daemon) -> None:
        await until(lambda: room.store.counts().items == 1)
        async with daemon.editions._one_at_a_time:
            room.work(publisher.config("one", "two"))
            daemon.reload()
            before = len(ticks)
            await until(lambda: len(ticks) > before + 40)
        await until(lambda: "/two" in publisher.asked)

    live(room, room.work(publisher.config("one")), scene)

    assert "a bug" not in caplog.text
