"""How often a feed has something new, and how often its publisher wants to be asked. Pure.

Items that come together count once: a feed is asked at most every few minutes, so a burst is one event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tracker.model import FeedState, Terms
from tracker.pace import HORIZON, LONGEST_WAIT, MEMORY, silence, usual

if TYPE_CHECKING:
    from tracker.model import Feed

_HOUR, _SECOND = timedelta(hours=1), timedelta(seconds=1)


def rhythm_of(dates: Iterable[datetime], now: datetime) -> int | None:
    """Seconds between items, by the dates of those that a feed lists; None when there are none to go by.

    dates: when items were published, in any order.
    """
    past = [date for date in dates if date <= now]
    recent = [date for date in past if date >= now - HORIZON]
    if not recent:
        return _seconds(HORIZON) if past else None
    hours = {date.replace(minute=0, second=0, microsecond=0) for date in recent}
    return _seconds(max(now - min(recent), _HOUR) / len(hours))


def rhythm_after(feed: Feed, state: FeedState, now: datetime) -> int:
    """The rhythm once something new has come: the old one, moved towards the pause that ended now.

    By factors, not by differences: after a month of silence an hour's pause must count as much as after
    a day (a moving average of the logarithms).
    """
    before = usual(feed, state)
    return _seconds(before * (max(silence(state, now), _SECOND) / before) ** MEMORY)


def advertised_after(state: FeedState, terms: Terms, changed: bool) -> int | None:
    """Seconds that the publisher wants between polls: how long the answer holds, or the feed's own period.

    changed: the document was read, so its period is known; an unchanged one still has what it had.
    """
    before = timedelta(seconds=0 if changed else state.advertised or 0)
    said = max(terms.holds or timedelta(0), terms.period or timedelta(0), before)
    return _seconds(min(said, LONGEST_WAIT)) if said > timedelta(0) else None


def _seconds(span: timedelta) -> int:
    return max(1, int(span.total_seconds()))
