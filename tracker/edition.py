"""Record an edition, then publish it: two steps, so that a crash between them loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import tracker
from tracker.digest.build import Heading, Matched, build_digest
from tracker.digest.canonical import from_canonical, to_canonical
from tracker.digest.index import file_name
from tracker.digest.publish import publish
from tracker.digest.render import template_hash
from tracker.errors import StoreError
from tracker.model import Digest, Edition, Feed, FeedHealth, FeedState, Found, Window
from tracker.pace import latest
from tracker.store.store import Store
from tracker.store.values import EditionHead, EditionInput

FIRST_WINDOW = timedelta(days=1)
"""The span that the first edition names; every later one begins where the one before ended."""

LISTED = 400
"""Editions on the index page: more than a year of days."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """What an edition takes from the config in force.

    zone: IANA name of the reader's time zone. notice: said at the very top, or None.
    """

    headings: tuple[Heading, ...]
    feeds: Mapping[str, Feed]
    zone: str
    config_hash: str
    notice: str | None = None


def record(store: Store, masthead: Masthead, templates: Path, now: datetime) -> Edition:
    """Take every match that no edition has taken, in one transaction, and record the digest of them."""
    before = store.editions(limit=1)
    window = Window(before[0].window.end if before else now - FIRST_WINDOW, now)

    def build(given: EditionInput) -> Digest:
        return _digest(given, masthead, window)

    return store.record_edition(
        window=window,
        config_hash=masthead.config_hash,
        template_hash=template_hash(templates),
        program=tracker.__version__,
        now=now,
        build=build,
        to_json=to_canonical,
    )


def publish_recorded(store: Store, templates: Path, folder: Path, now: datetime) -> Path:
    """Write the page of every edition that has none here, oldest first; return the newest one's.

    An edition that a crash left unpublished, or whose page was deleted, is rendered from its record.
    Raises StoreError when no edition was ever recorded.
    """
    listed = [_edition(store, head) for head in store.editions(limit=LISTED)]
    if not listed:
        raise StoreError("no edition was recorded yet")
    waiting = {each.number: each for each in listed if not (folder / file_name(each)).is_file()}
    waiting |= {head.number: _edition(store, head) for head in store.unpublished()}
    for number in sorted(waiting):
        publish(waiting[number], listed, folder, templates)
        store.mark_published(number, now)
    return folder / file_name(listed[0])


def _edition(store: Store, head: EditionHead) -> Edition:
    return Edition(
        number=head.number,
        window=head.window,
        digest=from_canonical(store.digest_json(head.number)),
        config_hash=head.config_hash,
        template_hash=head.template_hash,
        program=head.program,
        recorded=head.recorded,
        published=head.published,
    )


def _digest(given: EditionInput, masthead: Masthead, window: Window) -> Digest:
    return build_digest(
        number=given.number,
        window=window,
        zone=masthead.zone,
        items=given.items,
        matched=[each for found in given.found for each in _matched(found, masthead.feeds, given.names)],
        headings=masthead.headings,
        health=[
            _health(state, masthead.feeds[state.feed_id], window)
            for state in given.feeds
            if state.feed_id in masthead.feeds
        ],
        last_matches=given.last_matches,
        config_notice=masthead.notice,
    )


def _matched(found: Found, feeds: Mapping[str, Feed], names: Mapping[str, str]) -> Sequence[Matched]:
    """A feed that left the config keeps its name on the page, but no tier: the config no longer vouches."""
    feed = feeds.get(found.item.feed_id)
    name = feed.name if feed else names.get(found.item.feed_id, found.item.feed_id)
    tier, lang = (feed.tier, feed.lang) if feed else (None, None)
    return [Matched(found.item, match, name, tier, lang) for match in found.matches]


def _health(state: FeedState, feed: Feed, window: Window) -> FeedHealth:
    return FeedHealth(
        feed_id=feed.id,
        name=feed.name,
        carries=feed.carries,
        seen=state.last_error is None and _within(state, feed, window),
        last_success=state.last_success,
        last_error=state.last_error,
        failing_since=state.failing_since,
        notice=state.notice,
    )


def _within(state: FeedState, feed: Feed, window: Window) -> bool:
    """Was the feed seen in the window, or, where that is shorter, as lately as its pace lets us ask?"""
    if state.last_success is None:
        return False
    pace = min(max(feed.interval, state.next_poll - state.last_success), latest(feed))
    return state.last_success >= min(window.start, window.end - 2 * pace)
