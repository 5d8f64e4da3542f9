"""One poll after the other, many at once: gather what a feed says, decide what it changes, commit that."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.errors import PollError
from tracker.model import Feed, FeedState, Fetched, Known, NotModified, Outcome, Polled, Snapshot, Validators
from tracker.poll.decide import Moment, decide
from tracker.poll.fetch import Fetcher
from tracker.poll.parse import ParseJob
from tracker.poll.pool import ParserPool
from tracker.poll.schedule import needs_full_fetch
from tracker.rules import Ruleset
from tracker.store.store import Store

LEASE = timedelta(minutes=15)
"""When another process may poll a feed whose poller is silent."""

RENEW = LEASE / 3
"""How often the leases of polls under way are renewed: in a long line at one host, polls wait for hours."""

AT_ONCE = 256
"""Polls under way: enough that hosts with a line before them keep nobody else waiting (the fetcher lets
fewer through), few enough that what they bring fits into memory.
"""


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
    """How one poll went. committed is False when the lease was lost: then nothing was changed."""

    feed: Feed
    polled: Polled
    committed: bool


async def poll_due(tools: Tools, only: Sequence[str] | None = None) -> AsyncIterator[Report]:
    """Poll every feed that is due, and report each poll as soon as it is committed.

    only: ids of feeds to poll whether due or not, instead of those that are due.
    One feed's trouble is that feed's outcome: it never stops the others. When the caller stops
    early, polls under way are dropped whole and their leases are given back.
    """
    under_way: dict[asyncio.Task[Polled], FeedState] = {}
    more, renewed = True, tools.clock()
    try:
        while True:
            if more and len(under_way) <= AT_ONCE // 2:
                now = tools.clock()
                limit = AT_ONCE - len(under_way) if only is None else len(only)
                states = tools.store.lease(now, now + LEASE, limit, only)
                more = only is None and len(states) == limit
                under_way |= {asyncio.create_task(_poll_one(state, tools)): state for state in states}
            if not under_way:
                return
            finished, _ = await asyncio.wait(
                under_way, timeout=RENEW.total_seconds(), return_when=asyncio.FIRST_COMPLETED
            )
            for task in finished:
                del under_way[task]
            for report in _commit([task.result() for task in finished if not task.exception()], tools):
                yield report
            for task in finished:
                task.result()  # a bug of ours comes to light, after what the others brought is kept
            if tools.clock() - renewed >= RENEW:
                renewed = tools.clock()
                tools.store.renew(list(under_way.values()), renewed + LEASE)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        tools.store.release(list(under_way.values()))


async def _poll_one(state: FeedState, tools: Tools) -> Polled:
    feed = tools.feeds[state.feed_id]
    full = needs_full_fetch(state, tools.clock())
    outcome = await _gather(feed, state, full, tools)
    moment = Moment(tools.clock(), tools.chance(), unconditional=full)
    return decide(feed, state, outcome, _known(feed, outcome, tools.store), tools.ruleset, moment)


async def _gather(feed: Feed, state: FeedState, full: bool, tools: Tools) -> Outcome:
    """Fetch and parse; bytes that we already have are not parsed again."""
    now = tools.clock()
    try:
        fetched = await tools.fetcher.fetch(feed, Validators() if full else state.validators, now)
        if isinstance(fetched, NotModified):
            return fetched
        body_hash = hashlib.sha256(fetched.body).hexdigest()
        if body_hash == state.body_hash:
            return NotModified(fetched.validators, body_hash)
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
    )


def _known(feed: Feed, outcome: Outcome, store: Store) -> Known:
    if not isinstance(outcome, Snapshot):
        return Known()
    return store.known(
        feed.id, [item.guid_key for item in outcome.items], [item.content_key for item in outcome.items]
    )


def _commit(polled: Sequence[Polled], tools: Tools) -> list[Report]:
    """Polls that brought no item share a transaction; each of the others has its own."""
    quiet = [each for each in polled if not each.new]
    kept = tools.store.commit_unchanged(quiet) if quiet else frozenset()
    reports = [Report(tools.feeds[each.state.feed_id], each, each.state.feed_id in kept) for each in quiet]
    for each in polled:
        if each.new:
            committed = tools.store.commit(each, tools.config_hash, tools.clock())
            reports.append(Report(tools.feeds[each.state.feed_id], each, committed))
    return reports
