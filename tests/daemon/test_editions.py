"""Editions at set hours: once each, caught up once, recorded although their page cannot be written."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tracker.daemon.editions import HOUR_BEGUN, HOUR_DONE, Editions
from tracker.edition import record

Room = Any
HOUR = timedelta(hours=1)
SEVEN = datetime(2026, 11, 23, 7, tzinfo=UTC)


def check(room: Room, editions: Editions, *hours: float) -> int:
    """Look at these hours after seven of the first day; how many editions there are then."""

    async def looks() -> None:
        for hour in hours:
            room.now = SEVEN + hour * HOUR
            room.seconds += 3600
            await editions.check()

    asyncio.run(looks())
    return len(room.store.editions())


@pytest.fixture
def editions(room: Room) -> Editions:
    return Editions(room.means, room.work())


def test_the_first_start_waits_for_the_next_set_hour(room: Room, editions: Editions) -> None:
    assert check(room, editions, 1, 2, 23.9) == 0
    assert check(room, editions, 24) == 1


def test_an_hour_brings_one_edition_however_often_it_is_looked_at(room: Room, editions: Editions) -> None:
    assert check(room, editions, 0, 24, 24.1, 30, 47) == 1


def test_an_hour_is_done_after_a_restart_too(room: Room, editions: Editions) -> None:
    check(room, editions, 0, 24)

    assert check(room, Editions(room.means, room.work()), 25) == 1


def test_days_of_sleep_are_caught_up_with_one_edition(room: Room, editions: Editions) -> None:
    assert check(room, editions, 0, 24 * 5 + 8, 24 * 5 + 9) == 1


def test_a_clock_that_goes_back_makes_no_second_edition(room: Room, editions: Editions) -> None:
    assert check(room, editions, 0, 24, 0.5, 24.5) == 1


def test_a_crash_between_the_edition_and_its_mark_makes_no_second_one(room: Room, editions: Editions) -> None:
    check(room, editions, 0)
    hour = SEVEN + 24 * HOUR
    room.store.put_mark(HOUR_BEGUN, f"{hour.isoformat()} 0", hour)
    record(room.store, room.means.masthead(room.work()), room.means.templates, hour)

    assert check(room, editions, 24.1, 25) == 1
    assert room.store.mark(HOUR_DONE) == hour.isoformat()
    assert check(room, editions, 48) == 2


def test_an_edition_that_only_somebody_asked_for_does_not_stand_for_the_hour(
    room: Room, editions: Editions
) -> None:
    check(room, editions, 0)
    asyncio.run(editions.make())

    assert check(room, editions, 24) == 2


def test_another_hour_begins_to_count_when_it_is_set(room: Room, editions: Editions) -> None:
    check(room, editions, 0)
    earlier = room.work(room.config.read_text("utf-8").replace("07:00", "06:00"))

    asyncio.run(editions.exchange(earlier))

    assert check(room, editions, 1, 22.9) == 0
    assert check(room, editions, 23.1) == 1


def test_a_page_that_cannot_be_written_is_told_once_and_tried_again(
    room: Room, editions: Editions, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("tracker").propagate = True
    caplog.set_level(logging.INFO, "tracker")
    room.means.pages.write_text("in the way")

    check(room, editions, 0, 24, 24.1, 24.2)
    refused = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
    room.means.pages.unlink()
    check(room, editions, 24.3)

    assert len(refused) == 1
    assert "the edition is recorded, its page is tried again" in refused[0]
    assert room.store.unpublished() == []
    assert (room.means.pages / "latest.html").is_file()
