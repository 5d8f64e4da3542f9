"""When a feed is polled next, and who else waits. Pure: the time and the share of chance are arguments.

jitter is a number in [0, 1): 0.5 changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tracker.model import Feed, FeedState, Pause, Scope
from tracker.pace import FASTEST, LONGEST_WAIT, wait_for

if TYPE_CHECKING:
    from tracker.errors import PollError

LONGEST_BACK_OFF = timedelta(hours=24)
"""A failing feed is asked at least this often (or at its own interval if that is longer): never given up."""

LONGEST_OFFLINE = timedelta(hours=1)
"""Without a network nobody is bothered by a try, and its return should soon be noticed."""

LONGEST_PAUSE = timedelta(hours=24)
"""One feed's answer keeps its whole host waiting for no longer; the feed itself waits as it was told."""

FULL_FETCH_EVERY = timedelta(days=7)
"""A publisher whose ETag is stuck would hide new items for ever if we always asked conditionally."""

FULL_FETCH_AFTER = 2
"""Failures in a row after which we ask for the whole document: our validators may be what is choked on."""

_JITTER = 0.1


def after_success(feed: Feed, state: FeedState, now: datetime, jitter: float) -> datetime:
    """After the wait of the feed's rhythm, a tenth sooner or later. state: with what this poll taught."""
    wait = max(_jittered(wait_for(feed, state, now), jitter), FASTEST)
    return now + min(wait, max(feed.interval, LONGEST_WAIT))


def after_failure(feed: Feed, state: FeedState, error: PollError, now: datetime, jitter: float) -> datetime:
    """Later with each failure in a row, or when the publisher says. state: as it was before this poll.

    A stated time counts from the interval to `LONGEST_WAIT` from now; chance then only ever adds. A
    publisher that wants time and does not say how much is given as much again as it has had. Without a
    network we try more often, from every few minutes up to the interval.
    """
    interval, longest = feed.interval, max(feed.interval, LONGEST_WAIT)
    if error.retry_at is not None:
        stated = max(error.retry_at, now + interval) + jitter * _JITTER * interval
        return min(stated, now + longest)
    if error.offline:
        wait = min(max(_failing_for(state, now), FASTEST), max(interval, LONGEST_OFFLINE))
    elif error.busy:
        wait = min(max(_failing_for(state, now), 2 * interval), max(interval, LONGEST_BACK_OFF))
    else:
        return now + _back_off(interval, failures_after(state, error), jitter)
    return now + min(max(_jittered(wait, jitter), FASTEST), longest)


def failures_after(state: FeedState, error: PollError) -> int:
    """A feed that asks us to wait is busy, not broken, and our network is not its fault: neither counts."""
    return state.failures if error.busy or error.offline else state.failures + 1


def scope_of(feed: Feed, error: PollError) -> Scope:
    """Who waits: as the config says, else the whole host for 429 and the feed for anything else."""
    return feed.retry_after or (Scope.HOST if error.host_wide else Scope.FEED)


def pause_of(feed: Feed, error: PollError, now: datetime) -> Pause | None:
    """The pause that an answer means for all feeds of its host, or None. A time in the past is none."""
    if error.retry_at is None or error.host is None or error.retry_at <= now:
        return None
    if scope_of(feed, error) is Scope.FEED:
        return None
    until = min(max(error.retry_at, now + FASTEST), now + LONGEST_PAUSE)
    return Pause(error.host, until, f"{feed.id}: {error}")


def needs_full_fetch(state: FeedState, now: datetime) -> bool:
    """Is it time to ask without validators again?"""
    if state.full_at is None or state.failures >= FULL_FETCH_AFTER:
        return True
    return not timedelta(0) <= now - state.full_at < FULL_FETCH_EVERY


def _back_off(interval: timedelta, failures: int, jitter: float) -> timedelta:
    ceiling = max(interval, LONGEST_BACK_OFF)
    doublings = min(failures, 16)  # the shortest interval, 5 min, is then 227 days; 7 days do not overflow
    return min(_jittered(min(interval * int(2**doublings), ceiling), jitter), ceiling)


def _failing_for(state: FeedState, now: datetime) -> timedelta:
    """Since the first failure in a row: a wait of that length doubles from poll to poll."""
    return max(now - state.failing_since, timedelta(0)) if state.failing_since else timedelta(0)


def _jittered(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1 - _JITTER + 2 * _JITTER * jitter)
