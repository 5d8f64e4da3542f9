"""At which instants an edition is due, by the user's wall clock. Pure: the zone table is all it reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.config.values import DigestSettings

_AROUND = timedelta(days=9)
"""One chosen day a week is at most so far away, a skipped day and the ends of the zones included."""

_WRONG_CLOCK = timedelta(days=14)
"""An hour done that lies so far ahead was written by a wrong clock (as a next poll is, see `status`)."""


def due_edition(settings: DigestSettings, last: datetime | None, now: datetime) -> datetime | None:
    """The set instant for which an edition must be made now, or None.

    last: the instant for which the last one was made; None if none ever was. After a long sleep only
    the latest missed instant is due. A clock that goes back makes nothing due a second time; only a
    `last` more than two weeks ahead is not believed. A wall-clock time that a zone skips is the moment
    after the gap; one that it has twice is the first.
    """
    day = now.astimezone(ZoneInfo(settings.zone)).date()
    for back in range(_AROUND.days):
        passed = [instant for instant in _instants(settings, day - timedelta(days=back)) if instant <= now]
        if passed:
            done = last is not None and passed[-1] <= last <= now + _WRONG_CLOCK
            return None if done else passed[-1]
    return None


def next_edition(settings: DigestSettings, now: datetime) -> datetime | None:
    """The next set instant after now; None when the user wants none on their own."""
    today = now.astimezone(ZoneInfo(settings.zone)).date()
    # From the day before: a gap can carry an hour into the next day.
    for ahead in range(-1, _AROUND.days):
        for instant in _instants(settings, today + timedelta(days=ahead)):
            if instant > now:
                return instant
    return None


def _instants(settings: DigestSettings, day: date) -> Iterator[datetime]:
    """The set instants of a day, in order, in UTC."""
    if day.weekday() in settings.days:
        for at in settings.at:
            yield _instant(datetime.combine(day, at), ZoneInfo(settings.zone))


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which a clock on the wall shows this time, or at which it has skipped it."""
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(first, zone) == wall:
        return first
    # Skipped: read with the offset before and after the gap, the time lies on either side of its end.
    after = first
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (before, middle) if _wall(middle, zone) > wall else (middle, after)
    return after.replace(microsecond=0)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
