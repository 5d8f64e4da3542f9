"""What a poll changes. Pure: everything it needs is an argument, everything it does is its result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from tracker.errors import PollError
from tracker.model import Feed, FeedState, Found, Item, Known, NotModified, Outcome, Polled, Snapshot
from tracker.poll.schedule import after_failure, after_success, failures_after
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
            new = tuple(_found(item, feed, state, ruleset) for item in outcome.items if _is_new(item, known))
            done = replace(
                _succeeded(feed, state, moment), validators=outcome.validators, body_hash=outcome.body_hash
            )
            return Polled(done, new, listed=len(outcome.items), warnings=outcome.warnings)
        case NotModified():
            return Polled(replace(_succeeded(feed, state, moment), validators=outcome.validators))
        case PollError():
            return Polled(_backed_off(feed, state, outcome, moment))
        case _:
            assert_never(outcome)


def is_backlog(item: Item, first_poll: bool) -> bool:
    """Was the item old when we first saw it? Such items are kept and searchable, never announced.

    An undated item of a feed's first poll counts as old: a new feed must not flood the page.
    """
    if item.published is None:
        return first_poll
    return item.first_seen - item.published > (FIRST_EDITION_REACH if first_poll else STALE)


def _is_new(item: Item, known: Known) -> bool:
    return item.guid_key not in known.guid_keys and item.content_key not in known.content_keys


def _found(item: Item, feed: Feed, state: FeedState, ruleset: Ruleset) -> Found:
    kept = replace(item, backlog=is_backlog(item, first_poll=state.last_success is None))
    return Found(kept, match_item(ruleset, kept, feed))


def _succeeded(feed: Feed, state: FeedState, moment: Moment) -> FeedState:
    return replace(
        state,
        next_poll=after_success(feed.interval, moment.now, moment.jitter),
        last_poll=moment.now,
        last_success=moment.now,
        full_at=moment.now if moment.unconditional else state.full_at,
        failures=0,
        last_error=None,
        gone=False,
    )


def _backed_off(feed: Feed, state: FeedState, error: PollError, moment: Moment) -> FeedState:
    """Validators stay as they were: they belong to the last body whose items we have."""
    failures = failures_after(state, error)
    return replace(
        state,
        next_poll=after_failure(feed.interval, failures, error.retry_at, moment.now, moment.jitter),
        last_poll=moment.now,
        failures=failures,
        last_error=str(error),
        gone=error.gone,
    )
