"""What a poll changes. Pure: everything it needs is an argument, everything it does is its result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from tracker.errors import PollError
from tracker.model import Feed, FeedState, Found, Item, Known, NotModified, Outcome, Polled, Snapshot
from tracker.poll.changes import Change, sort_out
from tracker.poll.remember import after_answer, after_error
from tracker.poll.schedule import pause_of
from tracker.rules import Ruleset, match_item

FIRST_EDITION_REACH = timedelta(days=7)
"""A feed's first poll announces what was published within this time; the rest is backlog."""

STALE = timedelta(days=30)
"""An item published longer ago than this when it first shows up was dug out, not written: backlog."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the world was like at this poll: the time, and this feed's share of chance in [0, 1)."""

    now: datetime
    jitter: float
    unconditional: bool = False


def decide(
    feed: Feed, state: FeedState, outcome: Outcome, known: Known, ruleset: Ruleset, moment: Moment
) -> Polled:
    """Turn an outcome into all that it changes: the feed's state, the new items and their matches."""
    match outcome:
        case Snapshot():
            changes = sort_out(outcome.items, known)
            new = tuple(_found(item, feed, state, ruleset) for item in changes.new)
            changed = tuple(_changed(each, feed, ruleset) for each in changes.changed)
            known_so = replace(state, churned=moment.now) if changes.churned else state
            done = after_answer(feed, known_so, outcome, new, moment)
            return Polled(done, new, len(outcome.items), outcome.warnings, changed)
        case NotModified():
            return Polled(after_answer(feed, state, outcome, (), moment))
        case PollError():
            waiting = after_error(feed, state, outcome, moment)
            return Polled(waiting, pause=pause_of(feed, outcome, moment.now))
        case _:
            assert_never(outcome)


def is_backlog(item: Item, first_poll: bool) -> bool:
    """Was the item old when we first saw it? Such items are kept and searchable, never announced.

    An undated item of a feed's first poll counts as old: a new feed must not flood the page.
    """
    if item.published is None:
        return first_poll
    return item.first_seen - item.published > (FIRST_EDITION_REACH if first_poll else STALE)


def _found(item: Item, feed: Feed, state: FeedState, ruleset: Ruleset) -> Found:
    old = is_backlog(item, first_poll=state.last_success is None)
    kept = item.as_backlog() if old else item
    return Found(kept, match_item(ruleset, kept, feed))


def _changed(change: Change, feed: Feed, ruleset: Ruleset) -> Found:
    """An item that we have, with what it shows now and what its former text shows by the same rules."""
    before = change.before
    # No date made an item old at a feed's first poll; that its title is another one now makes it news.
    was_old = before is not None and before.backlog and change.item.published is not None
    now = replace(change.item, backlog=was_old or is_backlog(change.item, first_poll=False))
    matches = match_item(ruleset, now, feed)
    shown = {match.signal for match in match_item(ruleset, before, feed)} if matches and before else ()
    known_as = before.guid_key if before else now.guid_key
    return Found(now, matches, known_as, frozenset(shown))
