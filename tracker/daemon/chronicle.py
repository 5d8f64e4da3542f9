"""What of the polls is worth a line in the log: troubles when they begin, change and end. Pure.

A feed that fails is told once, not at every poll; what befalls many feeds at once is one line; without
network there is one line when it goes and one when it is back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tracker.daemon.rows import then
from tracker.model import FeedState
from tracker.poll.poll import Report
from tracker.wording import count, some

MANY = 5
"""So many feeds with the same trouble share a line."""

OFFLINE = 3
"""So many polls in a row that found no network, and we have none."""

HOLD = timedelta(seconds=10)
"""How long lines about single feeds wait for more of their kind, while feeds are polled."""

QUIET = timedelta(hours=1)
"""How long a feed's trouble is not told again, though its words change from poll to poll."""


@dataclass(slots=True)
class _Trouble:
    error: str
    since: datetime
    told: datetime


@dataclass(slots=True)
class Day:
    """What was done since the last line that said so."""

    polls: int = 0
    items: int = 0
    matches: int = 0


@dataclass(slots=True)
class Chronicle:
    """Hears every report, and gives the lines to log. What failed before we began was told then."""

    troubles: dict[str, _Trouble] = field(default_factory=dict)
    day: Day = field(default_factory=Day)
    offline_since: datetime | None = None
    _held: datetime | None = None
    _again: list[str] = field(default_factory=list)
    _silent: dict[str, Report] = field(default_factory=dict)
    _begun: dict[str, list[Report]] = field(default_factory=lambda: defaultdict(list))
    _ended: dict[str, datetime] = field(default_factory=dict)
    _warned: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def after(cls, states: Iterable[FeedState], now: datetime) -> Chronicle:
        """A chronicle that goes on where another run ended."""
        failing = {
            state.feed_id: _Trouble(state.last_error, state.failing_since or now, now)
            for state in states
            if state.last_error
        }
        return cls(failing)

    def hear(self, report: Report, now: datetime) -> list[str]:
        """The lines to log at once."""
        self.day.polls += 1
        if report.offline:
            return self._no_network(report, now)
        lines = self._network(now)
        self._heed(report, now)
        if not report.committed:
            return lines
        return [*lines, *self._brought(report), *self._oddities(report)]

    def gather(self, now: datetime, *, over: bool) -> list[str]:
        """The lines about feeds whose troubles began or ended lately. over: nothing is polled now."""
        if not over and (self._held is None or timedelta(0) <= now - self._held < HOLD):
            return []
        lines = []
        if over and self._silent and self.offline_since is None:
            lines += self._lost(now)
        for error, reports in self._begun.items():
            lines += _begun(error, reports)
        lines += _ended(self._ended, now)
        self._begun.clear()
        self._ended.clear()
        self._held = None
        return lines

    def back(self) -> list[str]:
        """The feeds that found no network and could be asked again, once there is one; then forgotten."""
        feeds, self._again = self._again, []
        return feeds

    def _no_network(self, report: Report, now: datetime) -> list[str]:
        self._silent[report.feed.id] = report
        if self.offline_since is None and len(self._silent) >= OFFLINE:
            return self._lost(now)
        return []

    def _lost(self, now: datetime) -> list[str]:
        self.offline_since = now
        error = next(iter(self._silent.values())).polled.state.last_error
        return [f"no network: {error}; feeds are asked again when it is back"]

    def _network(self, now: datetime) -> list[str]:
        """Somebody answered: there is a network, and what failed without an answer is that feed's own."""
        if self.offline_since is not None:
            line = f"the network is back after {span(now - self.offline_since)}"
            self.offline_since = None
            self._again = list(self._silent)
            self._silent.clear()
            return [line]
        for report in self._silent.values():
            self._heed(report, now)
        self._silent.clear()
        return []

    def _heed(self, report: Report, now: datetime) -> None:
        feed, error = report.feed.id, report.polled.state.last_error
        before = self.troubles.get(feed)
        self._held = self._held or now
        if error is None:
            if before is not None:
                del self.troubles[feed]
                self._ended[feed] = before.since
        elif before is None:
            self.troubles[feed] = _Trouble(error, now, now)
            self._begun[error].append(report)
        elif before.error != error and now - before.told >= QUIET:
            self.troubles[feed] = _Trouble(error, before.since, now)
            self._begun[error].append(report)

    def _brought(self, report: Report) -> list[str]:
        new = len(report.polled.new)
        if not new:
            return []
        matches = sum(len(found.matches) for found in report.polled.new)
        self.day.items += new
        self.day.matches += matches
        return [f"{report.feed.id}: {count(new, 'new item')}, {count(matches, 'match', 'matches')}"]

    def _oddities(self, report: Report) -> list[str]:
        warnings = frozenset(report.polled.warnings)
        if report.polled.listed == 0 and not warnings:  # not parsed: nothing is known of its oddities
            return []
        told = self._warned.get(report.feed.id, frozenset())
        self._warned[report.feed.id] = warnings
        return [f"{report.feed.id}: {each}" for each in sorted(warnings - told)]


def span(length: timedelta) -> str:
    """How long something took, in the largest unit that says enough: "40 s", "4 min", "3 h", "2 days"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86400} days"


def _begun(error: str, reports: list[Report]) -> list[str]:
    if len(reports) < MANY:
        return [f"{report.feed.id}: {error}; {then(report)}" for report in reports]
    return [f"{len(reports)} feeds: {error} ({some(sorted(report.feed.id for report in reports))})"]


def _ended(feeds: dict[str, datetime], now: datetime) -> list[str]:
    if len(feeds) < MANY:
        return [f"{feed}: seen again after {span(now - since)}" for feed, since in feeds.items()]
    return [f"{len(feeds)} feeds are seen again ({some(sorted(feeds))})"]
