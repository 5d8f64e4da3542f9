"""Rules of one signal that say the same, or of which one says no more than another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tracker.rules.lint.finding import Finding, Kind, told_at
from tracker.rules.lint.ruled import Ruled, conjuncts
from tracker.rules.lint.sense import Sense, Senses, Sought


def pairs(rules: Sequence[Ruled], senses: Senses) -> Iterator[Finding]:
    """Yield each rule whose every match another rule of its signal finds, too. rules: signal by signal."""
    for _, group in groupby(rules, key=lambda rule: rule.source.signal):
        yield from _within(list(group), senses)


def _within(rules: Sequence[Ruled], senses: Senses) -> Iterator[Finding]:
    index = _Index(rules, senses)
    for at, rule in enumerate(rules):
        for other in index.candidates(rule):
            if other == at or not _contains(rules[other], rule, senses):
                continue
            if _contains(rule, rules[other], senses):
                if at > other:
                    yield _finding(Kind.DUPLICATE, rule, rules[other])
                    break
            elif rules[other].source.score >= rule.source.score:
                yield _finding(Kind.CONTAINED, rule, rules[other])
                break


def _contains(outer: Ruled, inner: Ruled, senses: Senses) -> bool:
    """Whether the outer rule matches wherever the inner one does."""
    if outer.unless is None:
        return senses.implies(inner.when.sense, outer.when.sense)
    if inner.unless is None or not senses.implies(outer.unless.sense, inner.unless.sense):
        return False
    return senses.implies(inner.when.sense, outer.when.sense)


def _finding(kind: Kind, rule: Ruled, other: Ruled) -> Finding:
    source, place = rule.source, other.source.place
    named = f"`{other.source.id}` ({place})"
    if kind is Kind.DUPLICATE:
        what, hint = f"rule `{source.id}` of `{source.signal}` says the same as {named}", "take one away"
    else:
        what = f"rule `{source.id}` of `{source.signal}` matches nothing that {named} does not match, too"
        hint = "that one scores no less: this one changes nothing"
    return told_at(kind, source.place, what, hint, source.layer)


class _Index:
    """Finds the rules that may contain a rule: something that each needs is found by what the rule asks."""

    def __init__(self, rules: Sequence[Ruled], senses: Senses) -> None:
        self._senses = senses
        self._any: list[int] = []
        self._by_need: dict[Sought, list[int]] = {}
        for number, rule in enumerate(rules):
            needs = [sought for part in conjuncts(rule.when.sense) for sought in _needs(part)]
            if not needs:
                self._any.append(number)
            for sought in min(needs, key=len, default=()):
                self._by_need.setdefault(sought, []).append(number)
        self._closures: dict[frozenset[Sought], frozenset[Sought]] = {}

    def candidates(self, rule: Ruled) -> list[int]:
        found = set(self._any)
        for asked in _asked(rule.when.sense):
            for sought in self._closure(asked) & self._by_need.keys():
                found.update(self._by_need[sought])
        return sorted(found)

    def _closure(self, asked: frozenset[Sought]) -> frozenset[Sought]:
        if asked not in self._closures:
            self._closures[asked] = self._senses.closure(asked)
        return self._closures[asked]


def _needs(sense: Sense) -> Iterator[frozenset[Sought]]:
    """Yield sets of which one at least must be found."""
    match sense.kind:
        case "find":
            yield sense.sought
        case "near" | "then" | "and":
            for part in sense.parts:
                yield from _needs(part)
        case "outside":
            yield from _needs(sense.parts[0])


def _asked(sense: Sense) -> Iterator[frozenset[Sought]]:
    """Yield everything that a clause looks for and that can make it hold."""
    if sense.kind == "find":
        yield sense.sought
    elif sense.kind != "not":
        for part in sense.parts[:1] if sense.kind == "outside" else sense.parts:
            yield from _asked(part)
