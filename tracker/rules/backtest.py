"""What other rules would find in items: gained and lost per signal and rule, with samples; base rates. Pure.

A sample is spread over all items and the same each time: those whose id has the smallest hash. What decides
about a signal comes first in it, before what another rule shows all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from heapq import heappush, heappushpop
from math import inf

from tracker.model import Item, Match
from tracker.rules.evaluate import ItemMatcher
from tracker.rules.ruleset import Ruleset

_WEEK = timedelta(days=7)

RuleKey = tuple[str, str]
"""A rule's signal and id."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An item that rules are tried on. id: what the user calls it. when: the time by which weeks count it."""

    id: str
    item: Item
    when: datetime | None


@dataclass(frozen=True, slots=True)
class Sample:
    """An item that a rule gained or lost. words: those that showed it.

    others: the rules by which the other side shows the same signal.
    """

    id: str
    when: datetime | None
    title: str
    words: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Matches now and before the edit, of a signal or a rule, and by what they differ.

    changed: found on both sides, with other evidence; for a rule, those whose evidence its own edit may
    have changed.
    """

    now: int = 0
    before: int = 0
    gained: int = 0
    lost: int = 0
    changed: int = 0

    @property
    def differs(self) -> bool:
        return bool(self.gained or self.lost or self.changed)


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of a rule, and some of the items that it gained and lost, newest first.

    alone: how many items it gains or loses that no rule of the signal shows on the other side.
    """

    counted: Counted
    alone: int = 0
    gained: tuple[Sample, ...] = ()
    lost: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a backtest counted. undated: items in no week. first, last: of the dated items.

    signals, rules: those that matched anything. weeks: matches now per signal, by the Monday (UTC) that a
    week begins with; items: all items by week, only weeks that have any.
    """

    tried: int
    undated: int
    first: datetime | None
    last: datetime | None
    signals: Mapping[str, Counted]
    rules: Mapping[RuleKey, RuleOutcome]
    items: Mapping[date, int]
    weeks: Mapping[str, Mapping[date, int]]

    def a_week(self, matches: int) -> float:
        """That many matches as a rate over the span of the dated items, which counts as a week at least."""
        span = self.last - self.first if self.first is not None and self.last is not None else _WEEK
        return matches / max(1.0, span / _WEEK)


@dataclass(frozen=True, slots=True)
class Edited:
    """By which rules two rulesets differ. other: there on both sides, with another meaning or score."""

    new: tuple[RuleKey, ...] = ()
    gone: tuple[RuleKey, ...] = ()
    other: tuple[RuleKey, ...] = ()


def edited(now: Ruleset, before: Ruleset) -> Edited:
    """By which rules they differ, in the order written."""
    ours, theirs = _hashes(now), _hashes(before)
    return Edited(
        tuple(key for key in ours if key not in theirs),
        tuple(key for key in theirs if key not in ours),
        tuple(key for key, hash_ in ours.items() if theirs.get(key, hash_) != hash_),
    )


def _hashes(ruleset: Ruleset) -> dict[RuleKey, str]:
    return {(ruleset.signals[rule.signal], rule.id): rule.hash for rule in ruleset.rules}


class Backtest:
    """Counts item by item; bounded in memory by rules, samples and weeks, not by items.

    now, before: find what the rules of each side find; without a before everything found is gained.
    edit: by which rules the sides differ. samples: at most so many each, gained and lost, per rule.
    """

    def __init__(
        self,
        now: ItemMatcher,
        before: ItemMatcher | None = None,
        edit: Edited | None = None,
        samples: int = 3,
    ) -> None:
        self._now = now
        self._before = before
        self._other = frozenset(edit.other if edit is not None else ())
        self._samples = samples
        self._tried = 0
        self._undated = 0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._items: Counter[date] = Counter()
        self._signals: dict[str, _Tally] = {}
        self._rules: dict[RuleKey, _Tally] = {}

    def add(self, tried: Tried) -> None:
        """Count an item."""
        now = self._now(tried.item)
        before = self._before(tried.item) if self._before is not None else ()
        week = self._dated(tried.when)
        self._tried += 1
        if not now and not before:
            return
        old = {match.signal: match for match in before}
        for match in now:
            self._compare(tried, match, old.pop(match.signal, None), week)
        for match in old.values():
            self._compare(tried, None, match, week)

    def outcome(self) -> Outcome:
        """What was counted so far."""
        return Outcome(
            tried=self._tried,
            undated=self._undated,
            first=self._first,
            last=self._last,
            signals={key: tally.counted for key, tally in self._signals.items()},
            rules={key: tally.outcome() for key, tally in self._rules.items()},
            items=dict(sorted(self._items.items())),
            weeks={key: dict(sorted(tally.weeks.items())) for key, tally in self._signals.items()},
        )

    def _dated(self, when: datetime | None) -> date | None:
        """The Monday of an item's week."""
        if when is None:
            self._undated += 1
            return None
        self._first = when if self._first is None else min(self._first, when)
        self._last = when if self._last is None else max(self._last, when)
        day = when.date()
        week = date.fromordinal(max(1, day.toordinal() - day.weekday()))
        self._items[week] += 1
        return week

    def _compare(self, tried: Tried, now: Match | None, before: Match | None, week: date | None) -> None:
        """Count what is found of a signal in an item on the two sides, one of which may find nothing."""
        there = now or before
        if there is None:
            return
        changed = now is not None and before is not None and not same_evidence(now, before)
        tally = self._signals.setdefault(there.signal, _Tally(0))
        tally.count(now is not None, before is not None, changed, week)
        for rule in dict.fromkeys((*_rules(now), *_rules(before))):
            key = (there.signal, rule)
            tally = self._rules.setdefault(key, _Tally(self._samples))
            holds, held = rule in _rules(now), rule in _rules(before)
            tally.count(holds, held, changed and key in self._other, week)
            if holds and not held and now is not None:
                tally.gained.offer(tried, now, _rules(before))
            elif held and not holds and before is not None:
                tally.lost.offer(tried, before, _rules(now))


@dataclass(slots=True)
class _Tally:
    """The counts of a signal or a rule while they grow."""

    samples: int
    counted: Counted = Counted()
    weeks: Counter[date] = field(default_factory=Counter)
    gained: _Samples = field(init=False)
    lost: _Samples = field(init=False)

    def __post_init__(self) -> None:
        self.gained, self.lost = _Samples(self.samples), _Samples(self.samples)

    def count(self, now: bool, before: bool, changed: bool, week: date | None) -> None:
        old = self.counted
        self.counted = Counted(
            old.now + now,
            old.before + before,
            old.gained + (now and not before),
            old.lost + (before and not now),
            old.changed + (now and before and changed),
        )
        if now and week is not None:
            self.weeks[week] += 1

    def outcome(self) -> RuleOutcome:
        alone = self.gained.alone + self.lost.alone
        return RuleOutcome(self.counted, alone, self.gained.newest_first(), self.lost.newest_first())


class _Samples:
    """Keeps the first by others (none is best) and hash of id, so that the order of items does not matter.

    alone: how many that were offered have no others.
    """

    def __init__(self, most: int) -> None:
        self.alone = 0
        self._most = most
        self._kept: list[tuple[tuple[bool, int, int], Sample]] = []
        self._offered = 0

    def offer(self, tried: Tried, match: Match, others: Sequence[str]) -> None:
        self.alone += not others
        if not self._most:
            return
        self._offered += 1
        # The best is the last in the heap; the serial keeps samples of one id from being compared.
        rank = (not others, -_spread(tried.id), -self._offered)
        words = tuple(dict.fromkeys(hit.text for hit in match.hits))
        sample = Sample(tried.id, tried.when, tried.item.title, words, tuple(others))
        if len(self._kept) < self._most:
            heappush(self._kept, (rank, sample))
        else:
            heappushpop(self._kept, (rank, sample))

    def newest_first(self) -> tuple[Sample, ...]:
        best_first = [sample for _, sample in sorted(self._kept, key=lambda kept: kept[0], reverse=True)]
        return tuple(sorted(best_first, key=_age))


def _age(sample: Sample) -> float:
    """Grows with age; what has no date is the oldest."""
    return -sample.when.timestamp() if sample.when is not None else inf


def same_evidence(one: Match, other: Match) -> bool:
    """Whether two matches tell the same, be they made by rules that are written otherwise."""
    return one == other or replace(one, rule_hash="") == replace(other, rule_hash="")


def _rules(match: Match | None) -> tuple[str, ...]:
    return match.rules if match is not None else ()


def _spread(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())
