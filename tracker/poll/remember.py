"""What we remember of a feed after a poll: how it went, what it taught us, when to come back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tracker.model import Feed, FeedState, Found, NotModified, Snapshot
from tracker.poll.notice import moved, notice_of
from tracker.poll.rhythm import advertised_after, rhythm_after, rhythm_of
from tracker.poll.schedule import after_failure, after_success, failures_after

if TYPE_CHECKING:
    from tracker.errors import PollError
    from tracker.poll.decide import Moment


def after_answer(
    feed: Feed, state: FeedState, answer: Snapshot | NotModified, new: Sequence[Found], moment: Moment
) -> FeedState:
    """The state once a feed has answered, with these items new."""
    now = moment.now
    rhythm, last_new = _rhythm(feed, state, answer, new, now)
    moved_to, moved_since = moved(state, answer.terms.moved_to, now)
    done = replace(
        state,
        validators=answer.validators,
        body_hash=answer.body_hash if isinstance(answer, Snapshot) else state.body_hash,
        last_poll=now,
        last_success=now,
        full_at=now if moment.unconditional else state.full_at,
        failures=0,
        last_error=None,
        gone=False,
        rhythm=rhythm,
        advertised=advertised_after(state, answer.terms, changed=isinstance(answer, Snapshot)),
        last_new=last_new,
        moved_to=moved_to,
        moved_since=moved_since,
    )
    return replace(
        done, next_poll=after_success(feed, done, now, moment.jitter), notice=notice_of(feed, done)
    )


def after_error(feed: Feed, state: FeedState, error: PollError, moment: Moment) -> FeedState:
    """The state after a poll that brought nothing.

    Validators stay as they were: they belong to the last body whose items we have. A feed that is gone
    does not come back because our network is down.
    """
    failed = replace(
        state,
        next_poll=after_failure(feed, state, error, moment.now, moment.jitter),
        last_poll=moment.now,
        failures=failures_after(state, error),
        last_error=str(error),
        gone=error.gone or (state.gone and error.offline),
    )
    return replace(failed, notice=notice_of(feed, failed))


def _rhythm(
    feed: Feed, state: FeedState, answer: Snapshot | NotModified, new: Sequence[Found], now: datetime
) -> tuple[int | None, datetime | None]:
    """The feed's rhythm, and when an item last was new."""
    if not isinstance(answer, Snapshot):
        return state.rhythm, state.last_new
    rhythm, last_new = state.rhythm, state.last_new
    if rhythm is None or last_new is None:
        dates = [item.published for item in answer.items if item.published is not None]
        rhythm = rhythm_of(dates, now) if rhythm is None else rhythm
        last_new = last_new or max((date for date in dates if date <= now), default=now)
    if state.last_new is not None and new:
        return rhythm_after(feed, replace(state, rhythm=rhythm), now), now
    return rhythm, last_new
