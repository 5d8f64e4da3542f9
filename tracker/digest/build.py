"""What an edition says: matches, headings and the feeds' health become a Digest. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.digest.excerpt import LIMIT, Excerpt, Span, excerpt, shortened
from tracker.model import Digest, FeedHealth, Field, Hit, Item, Line, Match, Section, Tier, Window
from tracker.rules.fields import lead_source

CHANGES = 5


@dataclass(frozen=True, slots=True)
class Matched:
    """A match that no edition has shown yet, with its item and what the page says of its feed."""

    item: Item
    match: Match
    feed: str
    tier: Tier | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A signal as the user ordered and worded it."""

    signal: str
    title: str
    question: str


def build_digest(
    *,
    number: int,
    window: Window,
    zone: str,
    items: int,
    matched: Sequence[Matched],
    headings: Sequence[Heading],
    health: Sequence[FeedHealth],
    last_matches: Mapping[str, datetime],
    config_notice: str | None = None,
) -> Digest:
    """Lay out one edition.

    zone: IANA name of the reader's time zone.
    items: how many items arrived in the window, matching or not.
    last_matches: per signal, when it was last seen; a signal that never matched is absent.
    A match of a signal without heading (its rules were removed since) is shown under its key, not lost.
    """
    lines = [_line(found) for found in matched]
    return Digest(
        number=number,
        window=window,
        zone=zone,
        items=items,
        sections=tuple(_section(heading, lines, health, last_matches) for heading in _all(headings, lines)),
        health=tuple(health),
        config_notice=config_notice,
    )


def what_is_new(digest: Digest, limit: int = CHANGES) -> tuple[Line, ...]:
    """Choose the lines for the top of the page: official first, then by score; one per signal first.

    An item that shows several signals is told once.
    """
    ranked = sorted((line for section in digest.sections for line in section.lines), key=_importance)
    first: dict[str, Line] = {}
    for line in ranked:
        if not any(_same_item(line, other) for other in first.values()):
            first.setdefault(line.signal, line)
    chosen = list(first.values())[:limit]
    for line in ranked:
        if len(chosen) == limit:
            break
        if not any(_same_item(line, other) for other in chosen):
            chosen.append(line)
    return tuple(sorted(chosen, key=_importance))


def _all(headings: Sequence[Heading], lines: Sequence[Line]) -> Sequence[Heading]:
    orphans = {line.signal for line in lines} - {heading.signal for heading in headings}
    return [*headings, *(Heading(signal, signal, "") for signal in sorted(orphans))]


def _section(
    heading: Heading,
    lines: Sequence[Line],
    health: Sequence[FeedHealth],
    last_matches: Mapping[str, datetime],
) -> Section:
    carriers = [feed for feed in health if heading.signal in feed.carries]
    return Section(
        signal=heading.signal,
        title=heading.title,
        question=heading.question,
        lines=tuple(sorted((line for line in lines if line.signal == heading.signal), key=_strength)),
        carriers=len(carriers),
        carriers_seen=sum(feed.seen for feed in carriers),
        last_match=last_matches.get(heading.signal),
    )


def _line(found: Matched) -> Line:
    item, match = found.item, found.match
    shown = _evidence(item, match.hits)
    return Line(
        signal=match.signal,
        title=shortened(item.title),
        link=item.link,
        text=shown.text,
        feed=found.feed,
        tier=found.tier,
        lang=item.lang or found.lang,
        published=item.published,
        first_seen=item.first_seen,
        rules=match.rules,
        parts=match.parts,
        hits=match.hits,
        marks=shown.marks,
        claim=match.claim,
        figures=match.figures,
    )


def _evidence(item: Item, hits: Sequence[Hit]) -> Excerpt:
    """Quote the content when only the content was hit, else the lead: it says what the item is about."""
    lead, content = _spans(hits, Field.LEAD), _spans(hits, Field.CONTENT)
    if content and not lead:
        # The summary stands in for a content that a publisher did not give.
        return excerpt(item.content if item.content.strip() else item.summary, content, LIMIT)
    return excerpt(lead_source(item), lead, LIMIT)


def _spans(hits: Sequence[Hit], field: Field) -> tuple[Span, ...]:
    return tuple((hit.start, hit.end) for hit in hits if hit.field is field)


def _strength(line: Line) -> tuple[float, float, str, str]:
    """Strongest first, then newest by our own clock, then names, so that the order never depends on luck."""
    return (-line.score, -line.first_seen.timestamp(), line.feed, line.title)


def _importance(line: Line) -> tuple[bool, float, float, str, str]:
    return (line.tier is not Tier.OFFICIAL, *_strength(line))


def _same_item(line: Line, other: Line) -> bool:
    return (line.link, line.title, line.feed) == (other.link, other.title, other.feed)
