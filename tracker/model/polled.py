"""What one poll finds and changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.model.feed import FeedState
from tracker.model.item import Item
from tracker.model.match import Match


@dataclass(frozen=True, slots=True)
class Found:
    """An item and every signal that it shows; no matches is common and is kept, too.

    known_as: of an item that we have, the guid_key under which we have it; None for a new one.
    shown: of an item that we have, the signals that its former text shows by the same rules: if they were
    not found then, the rules are newer than the item, and they are no news.
    """

    item: Item
    matches: tuple[Match, ...] = ()
    known_as: str | None = None
    shown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """The keys, of those that a snapshot lists, under which we already have an item of the feed.

    items: as we have them, those that must be looked at more closely; nearly always none.
    """

    guid_keys: frozenset[str] = frozenset()
    content_keys: frozenset[str] = frozenset()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing may be asked of a host before `until`."""

    host: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Polled:
    """Everything that one poll changes, and nothing else. Committed as one transaction.

    changed: items that we have (under `known_as`), with the title, link or ids that they have now.
    """

    state: FeedState
    new: tuple[Found, ...] = ()
    listed: int = 0
    warnings: tuple[str, ...] = ()
    changed: tuple[Found, ...] = ()
    pause: Pause | None = None
