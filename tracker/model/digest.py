"""What a reader sees: an edition, all that its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tracker.model.feed import Tier
from tracker.model.figure import Claim, Figure
from tracker.model.match import Hit, ScorePart


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

    text: an excerpt; marks: the spans of it that rules hit. hits and figures keep their places in the item's
    fields. claim, figures: as the match has them.
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
    claim: Claim = Claim.REPORTED
    figures: tuple[Figure, ...] = ()

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
