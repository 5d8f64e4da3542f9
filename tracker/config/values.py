"""What a config means once it is loaded: frozen, complete, every default filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import IntEnum
from pathlib import Path

from tracker.errors import Place, Problem
from tracker.model import Feed, Scope
from tracker.rules.source import Definitions


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How feeds are asked. interval, deadline and max_bytes are the defaults of every feed.

    per_host: polls under way at one host at the same time; spacing: the pause between two of them.
    allow: private addresses that may be contacted, each "address-or-network:port".
    retry_after: who waits when a publisher asks for time; None: the host for 429, the feed for 503.
    """

    interval: timedelta = timedelta(minutes=30)
    deadline: timedelta = timedelta(seconds=30)
    max_bytes: int = 10_000_000
    per_host: int = 2
    spacing: timedelta = timedelta(seconds=1)
    concurrency: int = 64
    allow: tuple[str, ...] = ()
    retry_after: Scope | None = None


class Day(IntEnum):
    """A day of the week, numbered as `date.weekday()` does."""

    MON = 0
    TUE = 1
    WED = 2
    THU = 3
    FRI = 4
    SAT = 5
    SUN = 6


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """When the digest appears and in which order its sections stand.

    at: wall-clock times in zone (an IANA name), earliest first; none: only when somebody asks for one.
    days: on which days, Monday first; never empty. order: every signal in force, first section first.
    """

    at: tuple[time, ...] = (time(7, 0),)
    days: tuple[Day, ...] = tuple(Day)
    zone: str = "UTC"
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Silenced:
    """Something of the pack that the user's layer switched off or replaced.

    kind: "signal", "rule", "entity", "feed". key: its id; a rule's is "signal/rule".
    text: a rule's `when`, else the title or name. place: in the pack. by: in the user's files.
    """

    kind: str
    key: str
    text: str
    place: Place
    by: Place
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user decided, pack and secrets included.

    feeds: in force, the user's first. definitions: what the rules are compiled from.
    database: a SQLAlchemy URL, None for the file in the data folder; may hold a password, so repr hides it.
    canonical: the effective config as JSON that loads to an equal Config; it names secrets, never holds them.
    hash: SHA-256 of canonical. Equality leaves out where things were written.
    keep: how long the text of items that show no signal is kept; None for ever.
    files: every file of the user's that was read, config.yaml first.
    """

    path: Path | None = field(compare=False)
    feeds: tuple[Feed, ...]
    definitions: Definitions = field(compare=False, repr=False)
    poll: PollSettings
    digest: DigestSettings
    database: str | None = field(repr=False)
    contact: str | None
    canonical: str = field(repr=False)
    hash: str
    keep: timedelta | None = timedelta(days=365)
    files: tuple[Path, ...] = field(default=(), compare=False)
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    silenced: tuple[Silenced, ...] = field(default=(), compare=False, repr=False)
