"""How often a feed is asked: the bounds, each with its reason, and the wait that they leave. Pure.

A feed's interval is what the user wants. Unless the config sets it for that very feed, it is a reference:
a busy feed is asked a little more often, a quiet one more seldom, within the bounds below.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.model import Feed, FeedState

FASTEST = timedelta(minutes=5)
"""Nobody is asked more often, whatever its rhythm: that is a burden on a publisher and brings nothing."""

SPEED_UP = 2
"""A busy feed is asked at most twice per interval: the user's own figure is the measure of the load."""

SLOW_DOWN = 12
"""A quiet feed is still asked once in twelve intervals: at 30 minutes, news is six hours late at most."""

SLOWEST = timedelta(hours=24)
"""No feed is left alone for longer, unless its interval is: an edition a day should have seen it."""

SHARE = 24
"""Polls between two items: who writes daily is asked hourly, so news is late by a 24th of its rhythm."""

OBEYED = 4
"""A publisher's own period makes us wait up to four intervals. Many come from a template and are wrong:
a day's max-age on an hourly feed is common.
"""

MEMORY = 0.3
"""The weight of the latest pause between items: some five of them make a new rhythm."""

HORIZON = timedelta(days=30)
"""Older dates, and longer silences, say nothing about how often to ask today."""

LONGEST_WAIT = timedelta(days=7)
"""No publisher and no clock makes us stay away longer than this."""


def soonest(feed: Feed) -> timedelta:
    """The shortest wait after a success."""
    return max(FASTEST, feed.interval / SPEED_UP) if feed.adaptive else feed.interval


def latest(feed: Feed) -> timedelta:
    """The longest wait after a success, before chance adds its tenth."""
    return max(feed.interval, min(SLOW_DOWN * feed.interval, SLOWEST)) if feed.adaptive else feed.interval


def wait_for(feed: Feed, state: FeedState, now: datetime) -> timedelta:
    """How long to wait after a success, between `soonest` and `latest`.

    A 24th of the feed's rhythm, or of the silence when that is longer: who stops publishing is asked ever
    more seldom. A period that the publisher names may only add to this.
    """
    if not feed.adaptive:
        return feed.interval
    gap = max(usual(feed, state), silence(state, now))
    own = min(max(gap / SHARE, soonest(feed)), latest(feed))
    named = min(timedelta(seconds=state.advertised or 0), OBEYED * feed.interval, latest(feed))
    return max(own, named)


def usual(feed: Feed, state: FeedState) -> timedelta:
    """The time between two items. Of a feed that we know nothing about, what makes us ask at its interval."""
    return feed.interval * SHARE if state.rhythm is None else timedelta(seconds=state.rhythm)


def silence(state: FeedState, now: datetime) -> timedelta:
    """How long nothing has come, up to the horizon."""
    if state.last_new is None:
        return timedelta(0)
    return min(max(now - state.last_new, timedelta(0)), HORIZON)
