"""What the page says about time, trust and silence, word for word. Pure.

Plain and exact: a count has its noun, a trouble its cause and its beginning, a score its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from tracker.model import Claim, Digest, FeedHealth, Line, ScorePart, Section, Tier, Window
from tracker.wording import count as count

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FACTS = 3  # troubles told in the trust line; the table on the page has all of them
NAMED = 3  # signals that one trouble names; more are counted
_WHY = 80  # characters of an error in a sentence


@dataclass(frozen=True, slots=True)
class Fact:
    """Something said of the feeds and, after a colon, why. trouble: something could not be seen."""

    text: str
    why: str = ""
    trouble: bool = False

    def __str__(self) -> str:
        return f"{self.text}: {self.why}" if self.why else self.text


# --- time ------------------------------------------------------------------------------------------


def date(time: datetime, zone: tzinfo) -> str:
    local = time.astimezone(zone)
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def moment(time: datetime, zone: tzinfo, now: datetime) -> str:
    """Day, month and clock; with the year when that is another year than now: 22 Nov 09:12."""
    local = time.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local.day} {MONTHS[local.month - 1]}{year} {local:%H:%M}"


def span(window: Window, zone: tzinfo) -> str:
    return f"{moment(window.start, zone, window.end)} – {moment(window.end, zone, window.end)}"


def since(time: datetime, zone: tzinfo, now: datetime) -> str:
    """Name the weekday while that is unambiguous, then the date."""
    if now - time < timedelta(days=6):
        local = time.astimezone(zone)
        return f"since {DAYS[local.weekday()]} {local:%H:%M}"
    return f"since {moment(time, zone, now)[: -len(' 00:00')]}"


def age(time: datetime, now: datetime) -> str:
    minutes = max(0, int((now - time).total_seconds() // 60))
    if minutes < 60:
        return f"{count(minutes, 'minute')} ago"
    if minutes < 48 * 60:
        return f"{count(minutes // 60, 'hour')} ago"
    return f"{count(minutes // 1440, 'day')} ago"


# --- numbers ---------------------------------------------------------------------------------------


def points(number: float) -> str:
    return f"{number:.4g}".replace("-", "−")


def score(parts: Sequence[ScorePart]) -> str:
    """A sum that can be checked by reading: price-cut 3 + title 2 + official 1 = 6."""
    terms = [f"{part.label} {points(part.points)}" for part in parts]
    total = f" = {points(sum(part.points for part in parts))}" if len(terms) > 1 else ""
    return " + ".join(terms) + total


def claim(line: Line) -> str:
    """Whose word a match is; "" when it is reported, or when its feed is named official beside it."""
    said_already = line.claim is Claim.OFFICIAL and line.tier is Tier.OFFICIAL
    return "" if line.claim is Claim.REPORTED or said_already else line.claim.value


def name(signal: str) -> str:
    """A signal's key as a word of a sentence."""
    return signal.replace("_", " ")


# --- trust and silence -----------------------------------------------------------------------------


def seen(health: Sequence[FeedHealth]) -> str:
    if not health:
        return "no feeds watched"
    return f"{sum(feed.seen for feed in health):,} of {count(len(health), 'feed')} seen"


def trust(digest: Digest, zone: tzinfo) -> tuple[Fact, ...]:
    """Say how much was seen and which signals had too few eyes; blind ones first."""
    facts = [Fact(seen(digest.health), trouble=not any(feed.seen for feed in digest.health))]
    groups = _blind_groups(digest)
    for (_, state, failing), signals in groups[:FACTS]:
        facts.append(
            Fact(f"{_names(signals)} {state}", _causes(failing, zone, digest.window.end), trouble=True)
        )
    if more := sum(len(signals) for _, signals in groups[FACTS:]):
        facts.append(Fact(f"{count(more, 'more signal')} blind or half blind", trouble=True))
    if spared := [feed.name for feed in digest.health if not feed.seen and not _matters(feed, digest)]:
        facts.append(Fact(f"no signal affected by {_first(spared)}"))
    return tuple(facts)


def sight(section: Section) -> str | None:
    """Say blind, half blind, or None when every feed that should show the signal was seen."""
    if section.carriers_seen == section.carriers:
        return None
    return "half blind" if section.carriers_seen else "blind"


def told_together(digest: Digest) -> frozenset[str]:
    """Signals that are half blind for one shared reason, which the trust line tells once for all of them."""
    groups = (signals for (seen, *_), signals in _blind_groups(digest) if seen and len(signals) > NAMED)
    return frozenset(signal for signals in groups for signal in signals)


def gap(section: Section, digest: Digest, zone: tzinfo, together: frozenset[str]) -> Fact | None:
    """What a section could not show, or None when every feed that should show it was seen.

    together: signals whose reason stands in the trust line and need not be repeated here.
    """
    state = sight(section)
    if state is None:
        return None
    watched = f"{section.carriers_seen} of {count(section.carriers, 'feed')} seen"
    if section.signal in together:
        return Fact(watched)
    causes = _causes(_failing(section, digest), zone, digest.window.end)
    if state == "blind":
        return Fact("could not be seen", causes, trouble=True)
    return Fact(state, f"{watched}, not {causes}", trouble=True)


def silence(section: Section, now: datetime) -> str:
    """Why a section is empty, as far as the feeds that were seen can tell."""
    last = f"last match {age(section.last_match, now)}" if section.last_match else "no match so far"
    match sight(section):
        case "blind":
            return last
        case "half blind":
            return f"nothing new in what was seen; {last}"
        case _ if section.carriers == 0:
            return f"nothing new; no feed is marked to carry it; {last}"
        case _:
            healthy = "healthy" if section.carriers == 1 else "all healthy"
            return f"nothing new; {count(section.carriers, 'feed')} watched, {healthy}; {last}"


def empty(digest: Digest, zone: tzinfo) -> str:
    """The first sentence of a day on which no rule matched."""
    everything = all(feed.seen for feed in digest.health)
    latest = max(
        (section for section in digest.sections if section.last_match),
        key=lambda section: section.last_match or digest.window.start,
        default=None,
    )
    if latest is None or latest.last_match is None:
        change = "No match so far."
    else:
        now = digest.window.end
        when = f"{moment(latest.last_match, zone, now)}, {age(latest.last_match, now)}"
        change = f"Last change: {latest.title}, {when}."
    first = "Nothing new." if everything else "Nothing new in what could be seen."
    return f"{first} {seen(digest.health).capitalize()}. {change}"


def trouble(feed: FeedHealth, zone: tzinfo, now: datetime) -> str:
    """Name, cause and beginning: FTC HTTP 503 since Sat 14:10."""
    why = shortly(cause(feed), _WHY)
    began = f" {since(feed.failing_since, zone, now)}" if feed.failing_since else ""
    return f"{feed.name} {why if why.startswith('HTTP ') else f'({why})'}{began}"


def cause(feed: FeedHealth) -> str:
    if feed.last_error:
        return feed.last_error
    return "not polled in this window" if feed.last_success else "not polled yet"


def shortly(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _blind_groups(digest: Digest) -> list[tuple[tuple[int, str, tuple[FeedHealth, ...]], list[str]]]:
    """Signals that the same feeds left blind, told together; the fewer feeds are left, the earlier."""
    groups: dict[tuple[int, str, tuple[FeedHealth, ...]], list[str]] = {}
    for section in digest.sections:
        if state := sight(section):
            key = (section.carriers_seen, state, _failing(section, digest))
            groups.setdefault(key, []).append(section.signal)
    return sorted(groups.items(), key=lambda group: (group[0][0], len(group[1])))


def _failing(section: Section, digest: Digest) -> tuple[FeedHealth, ...]:
    """The feed that tells least of other signals first: it is the likeliest to have told of this one."""
    failing = [feed for feed in digest.health if not feed.seen and section.signal in feed.carries]
    return tuple(sorted(failing, key=lambda feed: len(feed.carries)))


def _matters(feed: FeedHealth, digest: Digest) -> bool:
    return any(section.signal in feed.carries for section in digest.sections)


def _causes(failing: Sequence[FeedHealth], zone: tzinfo, now: datetime) -> str:
    return _first([trouble(feed, zone, now) for feed in failing])


def _first(told: Sequence[str]) -> str:
    return told[0] + (f" and {count(len(told) - 1, 'more feed')}" if len(told) > 1 else "")


def _names(signals: Sequence[str]) -> str:
    return ", ".join(map(name, signals)) if len(signals) <= NAMED else count(len(signals), "signal")
