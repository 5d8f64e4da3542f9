"""What stands where on the list of editions. Pure but for zone data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tracker.digest import words
from tracker.model import Edition

_SIGNALS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One edition in the list. trouble: signals that had too few eyes, or empty."""

    file: str
    date: str
    clock: str
    number: int
    matches: str
    signals: str
    seen: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Index:
    """Everything that index.html.j2 shows."""

    count: str
    entries: tuple[Entry, ...]


def index(editions: Sequence[Edition]) -> Index:
    newest_first = sorted(editions, key=lambda edition: edition.number, reverse=True)
    return Index(
        words.count(len(newest_first), "edition"), tuple(_entry(edition) for edition in newest_first)
    )


def file_name(edition: Edition) -> str:
    """Built from date and number alone, so no text of a feed, a rule or a user reaches a path."""
    day = edition.window.end.astimezone(ZoneInfo(edition.digest.zone))
    return f"digest-{day:%Y-%m-%d}-{edition.number}.html"


def _entry(edition: Edition) -> Entry:
    digest = edition.digest
    zone = ZoneInfo(digest.zone)
    told = sorted(
        (section for section in digest.sections if section.lines), key=lambda each: -len(each.lines)
    )
    more = f", {len(told) - _SIGNALS} more" if len(told) > _SIGNALS else ""
    return Entry(
        file=file_name(edition),
        date=words.date(digest.window.end, zone),
        clock=f"{digest.window.end.astimezone(zone):%H:%M}",
        number=edition.number,
        matches=words.count(sum(len(section.lines) for section in told), "match", "matches")
        if told
        else "nothing new",
        signals=", ".join(f"{words.name(s.signal)} {len(s.lines)}" for s in told[:_SIGNALS]) + more,
        seen=words.seen(digest.health),
        trouble=", ".join(fact.text for fact in words.trust(digest, zone)[1:] if fact.trouble),
    )
