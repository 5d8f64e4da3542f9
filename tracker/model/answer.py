"""What a feed can answer when it is asked: a body, nothing new, or what it lists now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tracker.errors import PollError
from tracker.model.feed import Validators
from tracker.model.item import Item


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
