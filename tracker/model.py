"""The values that flow through Tracker, in the order in which an item meets them. Pure; stdlib only.

Every value is frozen. Absence is None. Alternatives are a union. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from tracker.errors import PollError


class Tier(StrEnum):
    """How near a feed is to the fact."""

    OFFICIAL = "official"
    WIRE = "wire"
    TRADE = "trade"
    AGGREGATOR = "aggregator"


class Panel(StrEnum):
    """What a feed is about: on an `ai` feed an ambiguous alias needs no context."""

    AI = "ai"
    GENERAL = "general"


class Scope(StrEnum):
    """Who waits when a publisher asks for time: the feed that asked, or all feeds of its host."""

    FEED = "feed"
    HOST = "host"


# --- a feed and what we remember of it -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feed:
    """A document at a URL that lists items, as the config subscribes to it.

    id: stable name of the subscription; the URL may change under it.
    lang: "en", "zh", … or None when the config does not say.
    carries: signal keys for which this feed's silence matters.
    headers: sent to the feed's own origin only; may hold secrets, so it is not shown by repr.
    interval, deadline, max_bytes: this feed's own limits, never None after loading.
    adaptive: whether the feed's rhythm may move the interval (see `tracker.pace`); False when it is its own.
    retry_after: who waits when a publisher asks for time; None: the host for 429, the feed for 503.
    unverified: its TLS certificate is not checked, because the config says so.
    """

    id: str
    name: str
    url: str
    lang: str | None = None
    tier: Tier | None = None
    panel: Panel = Panel.GENERAL
    carries: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    interval: timedelta = timedelta(minutes=30)
    deadline: timedelta = timedelta(seconds=30)
    max_bytes: int = 10_000_000
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    retry_after: Scope | None = None
    adaptive: bool = True
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """What a publisher gave us to ask "changed since?" with (RFC 9110, 8.8), byte for byte."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we remember about a feed between polls.

    body_hash: of the last body whose items were committed, so unchanged bytes are not parsed again.
    failures: polls in a row that brought nothing; 0 after a success.
    full_at: when the feed was last fetched without validators (a stuck ETag is noticed so).
    lease_token: the right to commit the poll under way; None when nobody polls it.
    failing_since: the first of the failures in a row; the store keeps it, whatever a poll hands in.
    rhythm: seconds between new items, as they have come so far; None until there is something to go by.
    advertised: seconds that the publisher wants between polls; None when it says nothing.
    last_new: when an item last was new. moved_to, moved_since: where permanent redirects lead, since when.
    churned: when the feed last listed old items under new ids. notice: what the user should know, or None.
    """

    feed_id: str
    url: str
    next_poll: datetime
    validators: Validators = Validators()
    body_hash: str | None = None
    last_poll: datetime | None = None
    last_success: datetime | None = None
    full_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    gone: bool = False
    lease_token: str | None = None
    failing_since: datetime | None = None
    rhythm: int | None = None
    advertised: int | None = None
    last_new: datetime | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    churned: datetime | None = None
    notice: str | None = None


# --- what one poll can bring -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed as we keep it. All text is plain text: feed markup ended in the parser.

    guid: the publisher's id as given (trimmed), else the link, else "".
    guid_key, content_key: the two keys of an item within its feed; see `tracker.poll.identity`.
    published: the publisher's date, None when absent, unreadable or in the future of first_seen.
    first_seen: the time of the poll that brought it; what windows and order are made of.
    backlog: was old when we first saw it: kept and searchable, never announced.
    """

    feed_id: str
    guid: str
    guid_key: str
    content_key: str
    title: str
    link: str | None
    summary: str
    content: str
    author: str
    published: datetime | None
    first_seen: datetime
    lang: str | None = None
    tags: tuple[str, ...] = ()
    backlog: bool = False

    def __reduce__(self) -> tuple[type[Item], tuple[Any, ...]]:
        # Items come from another process by the hundred; what dataclasses do takes twice as long.
        return Item, _ITEM_VALUES(self)


_ITEM_VALUES = attrgetter(*(each.name for each in fields(Item)))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a publisher says about coming back.

    holds: how long an answer is good for (Cache-Control, Expires: RFC 9111, 4.2.1).
    period: how often the feed says that it changes (RSS ttl, sy:updatePeriod); None in what was only fetched.
    moved_to: where the feed was found when every redirect on the way was a 301 or 308, else None.
    """

    holds: timedelta | None = None
    period: timedelta | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole body, decoded from its transfer and content codings.

    url: where it came from after redirects; relative links resolve against it.
    """

    body: bytes
    url: str
    content_type: str | None
    charset: str | None
    validators: Validators
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing new: the publisher said 304, or the bytes are those that we know."""

    validators: Validators
    body_hash: str | None = None
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a feed lists now.

    version: the feed format recognised ("rss20", "atom10", "rss10", "json1", …), never empty.
    warnings: what was odd but survivable, one line each.
    """

    items: tuple[Item, ...]
    validators: Validators
    body_hash: str
    version: str
    title: str = ""
    warnings: tuple[str, ...] = ()
    terms: Terms = Terms()


Outcome = Snapshot | NotModified | PollError


# --- what the rules find in an item ----------------------------------------------------------------


class Field(StrEnum):
    """The part of an item that a hit lies in."""

    TITLE = "title"
    LEAD = "lead"
    CONTENT = "content"
    AUTHOR = "author"
    URL = "url"
    FEED = "feed"
    LANG = "lang"
    TAG = "tag"
    TIER = "tier"


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """The words that satisfied a clause. start and end are offsets into the field's original text."""

    field: Field
    start: int
    end: int
    text: str
    clause: str


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One line of a score that can be read back: "price-cut 3", "title 2", "official 1"."""

    label: str
    points: float


@dataclass(frozen=True, slots=True)
class Match:
    """A signal found in an item, with its evidence.

    rules: ids of the rules that held, strongest first.
    score: the sum of the parts.
    hits: in reading order, without doubles.
    rule_hash: of everything the rules expand to; says which words made this match.
    """

    signal: str
    rules: tuple[str, ...]
    parts: tuple[ScorePart, ...]
    hits: tuple[Hit, ...]
    rule_hash: str

    @property
    def score(self) -> float:
        return sum(part.points for part in self.parts)


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


# --- what a reader sees ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """The span that an edition names: a label, never the way to choose its matches."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """What an edition could or could not see through one feed."""

    feed_id: str
    name: str
    carries: tuple[str, ...]
    seen: bool
    last_success: datetime | None
    last_error: str | None
    failing_since: datetime | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One match on the page: what the publisher wrote, and why it is here.

    text: an excerpt; marks: the spans of it that rules hit. hits keep their places in the item's fields.
    """

    signal: str
    title: str
    link: str | None
    text: str
    feed: str
    tier: Tier | None
    lang: str | None
    published: datetime | None
    first_seen: datetime
    rules: tuple[str, ...]
    parts: tuple[ScorePart, ...]
    hits: tuple[Hit, ...]
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def score(self) -> float:
        return sum(part.points for part in self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """One signal's part of a digest. lines: strongest first. silence says why there are none."""

    signal: str
    title: str
    question: str
    lines: tuple[Line, ...]
    carriers: int
    carriers_seen: int
    last_match: datetime | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A whole edition as data: all that the page shows, so that it can be rendered again from it.

    items: how many items arrived in the window, matching or not.
    config_notice: said at the top of the page when the config in force is not the file on disk.
    """

    number: int
    window: Window
    zone: str
    items: int
    sections: tuple[Section, ...]
    health: tuple[FeedHealth, ...]
    config_notice: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest that was recorded. published: when its page was last written, None until then."""

    number: int
    window: Window
    digest: Digest
    config_hash: str
    template_hash: str
    program: str
    recorded: datetime
    published: datetime | None = None
