"""What an edition says of feeds that nobody polled in its window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tracker import shipped
from tracker.edition import Masthead, record
from tracker.model import Feed, Polled
from tracker.store.store import Store, open_store

HOUR = timedelta(hours=1)


def masthead(*feeds: Feed) -> Masthead:
    return Masthead((), {feed.id: feed for feed in feeds}, "UTC", "hash")


def seen_after(
    store: Store, feed: Feed, polled_at: datetime, editions: list[datetime], pace: timedelta | None = None
) -> list[bool]:
    """Poll a feed once, record editions, and tell for each whether it says that the feed was seen."""
    store.sync_feeds([feed], polled_at)
    (state,) = store.lease(polled_at, polled_at + HOUR, 1)
    next_poll = polled_at + (pace or feed.interval)
    done = replace(state, last_poll=polled_at, last_success=polled_at, next_poll=next_poll)
    store.commit(Polled(done), "hash", polled_at)
    recorded = [record(store, masthead(feed), shipped.templates(), now) for now in editions]
    return [edition.digest.health[0].seen for edition in recorded]


@pytest.mark.parametrize(
    ("interval", "hours", "seen"),
    [
        pytest.param(HOUR, [1, 24, 48], [True, False, False], id="a feed that nobody polls is not seen"),
        pytest.param(HOUR, [1, 2], [True, True], id="two editions within an interval both saw it"),
        pytest.param(168 * HOUR, [1, 25, 49], [True, True, True], id="a weekly feed is not blind daily"),
    ],
)
def test_a_feed_is_seen_when_it_was_polled_in_the_window(
    tmp_path: Path, now: datetime, interval: timedelta, hours: list[int], seen: list[bool]
) -> None:
    feed = Feed("wire", "Wire", "https://wire.example/feed", interval=interval)
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        told = seen_after(store, feed, now, [now + hour * HOUR for hour in hours])

    assert told == seen


def test_a_quiet_feed_that_is_asked_seldom_is_seen_in_a_short_window(tmp_path: Path, now: datetime) -> None:
    """Its own pace counts, not the interval: six hours between two polls are as planned."""
    feed = Feed("wire", "Wire", "https://wire.example/feed", interval=HOUR / 2)
    hours = [1, 2, 11, 13]
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        told = seen_after(store, feed, now, [now + hour * HOUR for hour in hours], pace=6 * HOUR)

    assert told == [True, True, True, False]


def test_what_is_to_know_of_a_feed_is_recorded_with_the_edition(tmp_path: Path, now: datetime) -> None:
    feed = Feed("wire", "Wire", "https://wire.example/feed")
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        store.sync_feeds([feed], now)
        (state,) = store.lease(now, now + HOUR, 1)
        store.commit(Polled(replace(state, last_poll=now, notice="has moved")), "hash", now)

        edition = record(store, masthead(feed), shipped.templates(), now)

    assert [health.notice for health in edition.digest.health] == ["has moved"]
