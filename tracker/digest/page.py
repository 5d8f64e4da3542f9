"""What stands where on an edition's page: an Edition becomes words, links and marked pieces.

Pure but for time zone data. Nothing here is markup: the template that shows a string escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from tracker.digest import words
from tracker.digest.build import what_is_new
from tracker.digest.excerpt import Span, clipped, merged
from tracker.digest.links import Link, safe_link
from tracker.digest.quoted import Quoted, quoted
from tracker.digest.room import CLAUSE_LENGTH, CLAUSES, HIT_LENGTH, HITS, Shown, share_out
from tracker.model import Digest, Edition, FeedHealth, Field, Hit, Line, Section, Tier

_ROWS = 300  # of either table of feeds
_NOTICE = 500

_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a publisher; marked where a rule hit it."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong a match is, as a sign and as a word."""

    sign: str
    word: str


STRONG, FAIR, WEAK = Strength("●", "strong"), Strength("◐", "fair"), Strength("○", "weak")
STRONG_FROM, FAIR_FROM = 6, 3
STRENGTHS = ((STRONG, f"{STRONG_FROM} points or more"), (FAIR, f"{FAIR_FROM} or more"), (WEAK, "fewer"))


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a rule and the words that satisfied it, each with the field it stands in."""

    text: str
    hits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A match as the page tells it. claim: whose word it is, "" when it is reported."""

    strength: Strength
    name: str
    signal: str
    headline: tuple[Piece, ...]
    evidence: tuple[Piece, ...]
    link: Link | None
    lang: str | None
    tier: Tier | None
    feed: str
    time: str
    machine_time: str
    score: str
    clauses: tuple[Clause, ...]
    claim: str
    figures: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A section: its rows, the short rows folded below them, and how many the page leaves out."""

    anchor: str
    name: str
    title: str
    question: str
    matches: int
    rows: tuple[Row, ...]
    more: tuple[Row, ...]
    omitted: int
    sight: str | None
    gap: words.Fact | None
    silence: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A feed in the table of what was seen."""

    name: str
    signals: str
    success: str
    error: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a reader should know of a feed, whether it was seen or not."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that digest.html.j2 shows, in the order in which it shows it."""

    number: int
    notice: str | None
    date: str
    clock: str
    window: str
    counts: str
    trust: tuple[words.Fact, ...]
    news: tuple[Row, ...]
    empty: str | None
    blocks: tuple[Block, ...]
    seen: str
    unseen: tuple[Watched, ...]
    healthy: tuple[Watched, ...]
    noticed: tuple[Noticed, ...]
    unlisted: int
    strengths: tuple[tuple[Strength, str], ...]
    signal_example: str
    rule_example: str
    program: str
    config_hash: str
    template_hash: str


def page(edition: Edition) -> Page:
    digest = edition.digest
    zone, now = ZoneInfo(digest.zone), digest.window.end
    matches = sum(len(section.lines) for section in digest.sections)
    example = next((line for section in digest.sections for line in section.lines if line.rules), None)
    unseen = [feed for feed in digest.health if not feed.seen]
    healthy = [feed for feed in digest.health if feed.seen]
    return Page(
        number=edition.number,
        notice=digest.config_notice,
        date=words.date(now, zone),
        clock=f"{now.astimezone(zone):%H:%M} {digest.zone}",
        window=words.span(digest.window, zone),
        counts=f"{words.count(digest.items, 'item')} · {words.count(matches, 'match', 'matches')}",
        trust=words.trust(digest, zone),
        news=tuple(_row(line, zone, now) for line in what_is_new(digest)),
        empty=None if matches else words.empty(digest, zone),
        blocks=_blocks(digest, zone),
        seen=words.seen(digest.health),
        unseen=tuple(_watched(feed, zone, now) for feed in unseen[:_ROWS]),
        healthy=tuple(_watched(feed, zone, now) for feed in healthy[:_ROWS]),
        noticed=tuple(
            Noticed(feed.name, words.shortly(feed.notice, _NOTICE)) for feed in digest.health if feed.notice
        )[:_ROWS],
        unlisted=max(0, len(unseen) - _ROWS) + max(0, len(healthy) - _ROWS),
        strengths=STRENGTHS,
        signal_example=example.signal if example else "pricing",
        rule_example=example.rules[0] if example else "price-cut",
        program=f"Tracker {edition.program}",
        config_hash=edition.config_hash[:12],
        template_hash=edition.template_hash[:12],
    )


def marked(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """Split a text at its marks; joined again the pieces are the text."""
    pieces: list[Piece] = []
    done = 0
    for start, end in merged(spans, len(text)):
        pieces += [Piece(text[done:start]), Piece(text[start:end], marked=True)]
        done = end
    return tuple(piece for piece in (*pieces, Piece(text[done:])) if piece.text)


def strength(score: float) -> Strength:
    return STRONG if score >= STRONG_FROM else FAIR if score >= FAIR_FROM else WEAK


def _blocks(digest: Digest, zone: tzinfo) -> tuple[Block, ...]:
    together = words.told_together(digest)
    shown = zip(digest.sections, share_out(digest.sections), strict=True)
    return tuple(
        _block(section, lines, digest, zone, together, f"s{number}")
        for number, (section, lines) in enumerate(shown, 1)
    )


def _block(
    section: Section, shown: Shown, digest: Digest, zone: tzinfo, together: frozenset[str], anchor: str
) -> Block:
    now = digest.window.end
    return Block(
        anchor=anchor,
        name=words.name(section.signal),
        title=section.title,
        question=section.question,
        matches=len(section.lines),
        rows=tuple(_row(line, zone, now) for line in shown.full),
        more=tuple(_row(line, zone, now) for line in shown.short),
        omitted=shown.omitted,
        sight=None if section.signal in together else words.sight(section),
        gap=words.gap(section, digest, zone, together),
        silence="" if section.lines else words.silence(section, now),
    )


def _row(line: Line, zone: tzinfo, now: datetime) -> Row:
    # An item without title is told by its text; then there is nothing left to quote below it.
    titled = bool(line.title.strip())
    title_hits = [(hit.start, hit.end) for hit in line.hits if hit.field is Field.TITLE]
    evidence = marked(line.text, line.marks)
    headline = marked(line.title, clipped(title_hits, 0, len(line.title.rstrip("…")))) if titled else evidence
    repeats = _folded(line.text) in ("", _folded(line.title))
    time = line.published or line.first_seen
    return Row(
        strength=strength(line.score),
        name=words.name(line.signal),
        signal=line.signal,
        headline=headline or (Piece("untitled item"),),
        evidence=() if repeats or not titled else evidence,
        link=safe_link(line.link),
        lang=line.lang if line.lang and _LANG.fullmatch(line.lang) else None,
        tier=line.tier,
        feed=line.feed,
        time=("" if line.published else "seen ") + words.moment(time, zone, now),
        machine_time=time.isoformat(timespec="minutes"),
        score=words.score(line.parts),
        clauses=_clauses(line.hits),
        claim=words.claim(line),
        figures=quoted(line.figures),
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(" .…")


def _clauses(hits: Sequence[Hit]) -> tuple[Clause, ...]:
    by_clause: dict[str, dict[tuple[str, str], None]] = {}
    for hit in hits:
        by_clause.setdefault(hit.clause, {})[(words.shortly(hit.text, HIT_LENGTH), hit.field.value)] = None
    return tuple(
        Clause(words.shortly(text, CLAUSE_LENGTH), tuple(found)[:HITS])
        for text, found in list(by_clause.items())[:CLAUSES]
    )


def _watched(feed: FeedHealth, zone: tzinfo, now: datetime) -> Watched:
    began = f" {words.since(feed.failing_since, zone, now)}" if feed.failing_since and not feed.seen else ""
    return Watched(
        name=feed.name,
        signals=", ".join(words.name(signal) for signal in feed.carries),
        success=words.age(feed.last_success, now) if feed.last_success else "never",
        error="" if feed.seen else words.shortly(words.cause(feed), 300) + began,
    )
