"""Recurring jobs: one that fails or hangs neither stops nor delays the others, and is told once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tracker.daemon.jobs import Clocks, Jobs
from tracker.errors import StoreError

SOON = 0.01


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():
            await asyncio.sleep(SOON)


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    logging.getLogger("tracker").propagate = True
    caplog.set_level(logging.INFO, "tracker")


def test_a_job_that_fails_goes_on_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    done = {"bad": 0, "good": 0}

    async def bad() -> None:
        done["bad"] += 1
        if done["bad"] < 4:
            raise StoreError("the disk is full")

    async def good() -> None:
        done["good"] += 1

    async def scene() -> None:
        jobs = Jobs(time.monotonic, 900)
        jobs.every("bad", SOON, bad)
        jobs.every("good", SOON, good)
        jobs.start()
        await until(lambda: min(done.values()) > 5)
        jobs.stop()

    asyncio.run(scene())

    assert [record.getMessage() for record in caplog.records if "bad" in record.getMessage()] == [
        "bad: the disk is full; tried again",
        "bad: works again",
    ]


def test_a_job_that_only_waited_does_not_work_again(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    async def waits() -> bool:
        done.append(1)
        if len(done) == 1:
            raise StoreError("the disk is full")
        return False

    async def scene() -> None:
        jobs = Jobs(time.monotonic, 900)
        jobs.every("poll", SOON, waits)
        jobs.start()
        await until(lambda: len(done) > 4)
        jobs.stop()

    asyncio.run(scene())

    assert caplog.messages == ["poll: the disk is full; tried again"]


def test_a_bug_in_a_job_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def bug() -> None:
        raise KeyError("x")

    async def scene() -> None:
        jobs = Jobs(time.monotonic, 900)
        jobs.every("bug", SOON, bug)
        jobs.start()
        await until(lambda: bool(caplog.records))
        jobs.stop()

    asyncio.run(scene())

    assert "bug: KeyError: 'x' at test_jobs.py:" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_job_that_hangs_stops_no_other_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    seconds = [0.0]
    done = []

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def works() -> None:
        done.append(1)

    async def scene() -> None:
        jobs = Jobs(lambda: seconds[0], patience=900)
        jobs.every("hangs", 3600, hangs)
        jobs.every("works", SOON, works)
        jobs.start()
        await until(lambda: bool(done))
        jobs.watch()
        seconds[0] = 1000.0
        jobs.watch()
        jobs.watch()
        before = len(done)
        await until(lambda: len(done) > before + 2)
        jobs.stop()

    asyncio.run(scene())

    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["hangs: still at work after 16 min; its next run is skipped"]


def test_a_run_that_makes_others_be_skipped_is_told_once_and_runs_do_not_pile_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seconds = [0.0]
    begun = []

    async def slow() -> None:
        begun.append(1)
        seconds[0] = 100.0
        await asyncio.Event().wait()

    async def scene() -> None:
        jobs = Jobs(lambda: seconds[0], patience=900)
        jobs.every("slow", SOON, slow)
        jobs.start()
        await until(lambda: "skipped" in caplog.text)
        await asyncio.sleep(10 * SOON)
        jobs.stop()

    asyncio.run(scene())

    assert len(begun) == 1
    assert caplog.text.count("slow: still at work after 1 min") == 1


def test_jobs_run_at_once_after_a_jump_of_the_clock() -> None:
    done = []

    async def job() -> None:
        done.append(1)

    async def scene() -> None:
        jobs = Jobs(time.monotonic, 900)
        jobs.every("job", 86_400, job)
        jobs.start()
        await until(lambda: len(done) == 1)
        jobs.hasten()
        await until(lambda: len(done) == 2)
        jobs.stop()

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("wall", "steady", "jump"),
    [
        pytest.param(timedelta(seconds=60), 60.0, None, id="time passes"),
        pytest.param(timedelta(seconds=70), 60.0, None, id="a small correction"),
        pytest.param(timedelta(hours=8), 1.0, 28_799.0, id="eight hours of sleep"),
        pytest.param(timedelta(days=-1), 0.0, -86_400.0, id="a day back"),
        pytest.param(timedelta(days=3650), 0.0, 315_360_000.0, id="ten years ahead"),
    ],
)
def test_a_jump_of_the_clock_is_noticed_once(
    now: datetime, wall: timedelta, steady: float, jump: float | None
) -> None:
    times = [now, 0.0]
    clocks = Clocks(lambda: times[0], lambda: times[1])

    times[:] = [now + wall, steady]

    assert clocks.jump() == jump
    assert clocks.jump() is None
