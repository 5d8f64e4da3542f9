"""When a feed is polled next. Pure: the time and the share of chance are arguments.

jitter is a number in [0, 1): 0.5 changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tracker.model import FeedState

if TYPE_CHECKING:
    from tracker.errors import PollError

LONGEST_WAIT = timedelta(days=7)
"""No publisher and no clock makes us stay away longer than this."""

LONGEST_BACK_OFF = timedelta(hours=24)
"""A failing feed is asked at least this often (or at its own interval if that is longer): never given up."""

FULL_FETCH_EVERY = timedelta(days=7)
"""A publisher whose ETag is stuck would hide new items for ever if we always asked conditionally."""

FULL_FETCH_AFTER = 2
"""Failures in a row after which we ask for the whole document: our validators may be what is choked on."""

_JITTER = 0.1


def after_success(interval: timedelta, now: datetime, jitter: float) -> datetime:
    """One interval on, a tenth sooner or later: what the publisher says about caching is no reason to
    stay away longer.
    """
    return now + _jittered(interval, jitter)


def after_failure(
    interval: timedelta, failures: int, retry_at: datetime | None, now: datetime, jitter: float
) -> datetime:
    """Later with each failure in a row (this one is counted in failures), or when the publisher says.

    A stated time counts from `interval` to `LONGEST_WAIT` from now; chance then only ever adds.
    """
    if retry_at is None:
        return now + _back_off(interval, failures, jitter)
    stated = max(retry_at, now + interval) + jitter * _JITTER * interval
    return min(stated, now + max(interval, LONGEST_WAIT))


def failures_after(state: FeedState, error: PollError) -> int:
    """A feed that asks us to wait is busy, not broken: that adds nothing to its failures."""
    return state.failures if error.retry_at is not None else state.failures + 1


def needs_full_fetch(state: FeedState, now: datetime) -> bool:
    """Is it time to ask without validators again?"""
    if state.full_at is None or state.failures >= FULL_FETCH_AFTER:
        return True
    return not timedelta(0) <= now - state.full_at < FULL_FETCH_EVERY


def _back_off(interval: timedelta, failures: int, jitter: float) -> timedelta:
    ceiling = max(interval, LONGEST_BACK_OFF)
    doublings = min(failures, 16)  # the shortest interval, 5 min, is then 227 days; 7 days do not overflow
    return min(_jittered(min(interval * int(2**doublings), ceiling), jitter), ceiling)


def _jittered(wait: timedelta, jitter: float) -> timedelta:
    return wait * (1 - _JITTER + 2 * _JITTER * jitter)
