"""One poll after the other, many at once: gather what a feed says, decide what it changes, commit that."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.errors import PollError
from tracker.model import Feed, FeedState, Fetched, Known, NotModified, Outcome, Polled, Snapshot, Validators
from tracker.poll.changes import doubts
from tracker.poll.decide import Moment, decide
from tracker.poll.fetch import Fetcher
from tracker.poll.parse import ParseJob
from tracker.poll.pool import ParserPool
from tracker.poll.schedule import needs_full_fetch
from tracker.poll.underway import UnderWay
from tracker.rules import Ruleset
from tracker.store.store import Store


@dataclass(frozen=True, slots=True)
class Tools:
    """All that a poll needs and must not reach for.

    chance: a number in [0, 1) per call; spreads the next polls.
    """

    feeds: Mapping[str, Feed]
    ruleset: Ruleset
    config_hash: str
    store: Store
    fetcher: Fetcher
    parser: ParserPool
    clock: Callable[[], datetime]
    chance: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Report:
    """How one poll went. committed is False when the lease was lost: then nothing was changed.

    offline: it failed because we have no network; nothing is known about the publisher.
    """

    feed: Feed
    polled: Polled
    committed: bool
    offline: bool = False


@dataclass(frozen=True, slots=True)
class _Done:
    """A poll that waits to be committed."""

    polled: Polled
    offline: bool


async def poll_due(
    tools: Tools, only: Sequence[str] | None = None, *, stopping: asyncio.Event | None = None
) -> AsyncGenerator[Report, None]:
    """Poll every feed that is due, and report each poll as soon as it is committed.

    only: ids of feeds to poll whether due or not, instead of those that are due; what becomes due
    meanwhile is polled, too. stopping: once it is set no further poll begins, and those under way have a
    few seconds to end. One feed's trouble is that feed's outcome: it never stops the others. Polls that
    are dropped are dropped whole, also when the caller stops early, and their leases are given back.
    """
    under_way: UnderWay[_Done] = UnderWay(tools.store, tools.clock, only, stopping)
    try:
        while under_way.start(lambda state: _poll_one(state, tools)):
            finished = await under_way.finished()
            for report in _commit([task.result() for task in finished if not task.exception()], tools):
                yield report
            for task in finished:
                task.result()  # a bug of ours comes to light, after what the others brought is kept
    finally:
        await under_way.drop()


async def _poll_one(state: FeedState, tools: Tools) -> _Done:
    feed = tools.feeds[state.feed_id]
    full = needs_full_fetch(state, tools.clock())
    outcome = await _gather(feed, state, full, tools)
    moment = Moment(tools.clock(), tools.chance(), unconditional=full)
    polled = decide(feed, state, outcome, _known(state, outcome, tools.store), tools.ruleset, moment)
    return _Done(polled, offline=isinstance(outcome, PollError) and outcome.offline)


async def _gather(feed: Feed, state: FeedState, full: bool, tools: Tools) -> Outcome:
    """Fetch and parse; bytes that we already have are not parsed again."""
    now = tools.clock()
    try:
        fetched = await tools.fetcher.fetch(feed, Validators() if full else state.validators, now)
        if isinstance(fetched, NotModified):
            return fetched
        body_hash = hashlib.sha256(fetched.body).hexdigest()
        if body_hash == state.body_hash:
            return NotModified(fetched.validators, body_hash, fetched.terms)
        return await tools.parser.parse(_job(feed, fetched, body_hash, tools.clock()))
    except PollError as error:
        return error


def _job(feed: Feed, fetched: Fetched, body_hash: str, now: datetime) -> ParseJob:
    return ParseJob(
        feed_id=feed.id,
        body=fetched.body,
        url=fetched.url,
        content_type=fetched.content_type,
        charset=fetched.charset,
        lang=feed.lang,
        validators=fetched.validators,
        now=now,
        body_hash=body_hash,
        terms=fetched.terms,
    )


def _known(state: FeedState, outcome: Outcome, store: Store) -> Known:
    if not isinstance(outcome, Snapshot) or state.last_success is None:
        return Known()  # what was never seen has no items
    items = outcome.items
    known = store.known(
        state.feed_id, [item.guid_key for item in items], [item.content_key for item in items]
    )
    if doubt := doubts(items, known, state):
        return replace(known, items=store.items_like(state.feed_id, doubt.guid_keys, doubt.titles))
    return known


def _commit(done: Sequence[_Done], tools: Tools) -> list[Report]:
    """Polls that changed no item share a transaction, and so do the others."""
    polled = [each.polled for each in done]
    quiet = [each for each in polled if not each.new and not each.changed]
    loud = [each for each in polled if each.new or each.changed]
    kept = tools.store.commit_unchanged(quiet) if quiet else frozenset()
    kept |= tools.store.commit_several(loud, tools.config_hash, tools.clock()) if loud else frozenset()
    return [_report(each, each.polled.state.feed_id in kept, tools) for each in done]


def _report(done: _Done, committed: bool, tools: Tools) -> Report:
    return Report(tools.feeds[done.polled.state.feed_id], done.polled, committed, done.offline)
