"""A feed as the config subscribes to it, and what we remember of it between polls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


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
