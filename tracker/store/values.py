"""What the store answers with where the values of `tracker.model` do not say enough. Frozen; no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.model import FeedState, Found, Item, Match, Window


@dataclass(frozen=True, slots=True)
class KeptMatch:
    """A match with its item and what became of it.

    found_at: when the match was made; late matches were made by applying a newer rule to an old item.
    edition: the number of the edition that took it, None while none has.
    """

    item_id: int
    item: Item
    match: Match
    found_at: datetime
    config_hash: str
    late: bool
    edition: int | None


@dataclass(frozen=True, slots=True)
class Revision:
    """What an item was called, and where it was, until we saw another title."""

    title: str
    link: str | None
    until: datetime


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item under the number that commands and pages call it by, with its matches, strongest first.

    revisions: its earlier titles, newest first.
    """

    id: int
    item: Item
    matches: tuple[KeptMatch, ...]
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionInput:
    """All that an edition is built from, read in the transaction that records it.

    found: the items with a match that no edition has taken, oldest first; only those matches.
    items: how many items were first seen within the window, matching or not.
    last_matches: per signal, when the newest match of the editions before this one was found.
    feeds: the feeds that are polled (archived ones are not), by id.
    names: of every feed by id, archived ones too: their items may still be waiting.
    """

    number: int
    found: tuple[Found, ...]
    items: int
    last_matches: Mapping[str, datetime]
    feeds: tuple[FeedState, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EditionHead:
    """A recorded edition without its digest, which `Store.digest_json` gives."""

    number: int
    window: Window
    zone: str
    config_hash: str
    template_hash: str
    program: str
    recorded: datetime
    published: datetime | None


@dataclass(frozen=True, slots=True)
class ConfigInForce:
    """A config that came into force: its canonical JSON, and since when it has been in force."""

    hash: str
    canonical: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. feeds: those that are polled; last_poll: the newest of any feed."""

    feeds: int
    archived: int
    items: int
    matches: int
    waiting: int
    editions: int
    last_poll: datetime | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying newer rules to stored items did: matches made, taken away, given other evidence."""

    gained: int = 0
    lost: int = 0
    changed: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(self.gained + other.gained, self.lost + other.lost, self.changed + other.changed)
