"""What is odd about the rules of a config that compiles: what can never match, what adds nothing. Pure.

What is reported follows from the rules alone and is so: see `tracker.rules.lint.sense`. Not everything
that is odd is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tracker.rules.lint.finding import Finding, Kind, told, told_at
from tracker.rules.lint.pairs import pairs
from tracker.rules.lint.repeats import repeats
from tracker.rules.lint.ruled import Asked, Ruled, alternatives, conjuncts, ruled, vetoes
from tracker.rules.lint.sense import Sense, Senses
from tracker.rules.lint.words import unused, words
from tracker.rules.source import Definitions

__all__ = ["Finding", "Kind", "lint", "silent"]


def lint(definitions: Definitions) -> tuple[Finding, ...]:
    """Return what is odd about rules, term sets and entities, in the order of the files."""
    senses = Senses(definitions)
    rules = [ruled(source, senses) for signal in definitions.signals for source in signal.rules]
    alone = [(rule, list(_Rule(rule, senses).findings())) for rule in rules]
    # Of a rule that never matches everything more that could be said follows from that.
    living = [rule for rule, findings in alone if not any(finding.grave for finding in findings)]
    found = [
        *(finding for _, findings in alone for finding in findings),
        *(finding for rule in living for finding in repeats(rule, senses)),
        *pairs(living, senses),
        *words(definitions, rules, senses),
        *unused(definitions, rules),
    ]
    return tuple(sorted(found, key=lambda finding: finding.problem.place))


def silent(definitions: Definitions, matched: Collection[tuple[str, str]], days: int) -> tuple[Finding, ...]:
    """Return the rules that matched nothing of late. matched: (signal, rule) of those that did."""
    hint = "if it is new, `tracker rules apply --dry-run` tries it on what is stored"
    return tuple(
        told_at(
            Kind.SILENT,
            rule.place,
            f"rule `{rule.id}` of `{rule.signal}` matched nothing in {days} days",
            hint,
            rule.layer,
        )
        for signal in definitions.signals
        for rule in signal.rules
        if (rule.signal, rule.id) not in matched
    )


class _Rule:
    """One rule, looked at by itself."""

    def __init__(self, rule: Ruled, senses: Senses) -> None:
        self._rule, self._senses = rule, senses
        self._name = f"rule `{rule.source.id}` of `{rule.source.signal}`"

    def findings(self) -> Iterator[Finding]:
        when, unless = self._rule.when, self._rule.unless
        can_never = f"{self._name} can never match"
        if self._senses.never(when.sense):
            unshown = any(_unshown(part) for part in conjuncts(when.sense))
            hint = _UNSHOWN if unshown else "one part of it excludes what another part asks for"
            yield self._finding(Kind.NEVER_TRUE, when, when.sense, can_never, hint)
        elif unless is not None and self._senses.implies(when.sense, unless.sense):
            hint = "`unless` holds wherever `when` does"
            yield self._finding(Kind.SHADOWED, unless, unless.sense, can_never, hint)
        elif (why := self._why_dead(when.sense, ())) is not None:
            yield self._finding(Kind.NEVER_TRUE, when, when.sense, can_never, why)
        else:
            yield from self._dead(when.sense, ())
            yield from self._idle()

    def _dead(self, sense: Sense, beside: tuple[Sense, ...]) -> Iterator[Finding]:
        """Yield the alternatives that hold only where the rule does not. beside: what must hold as well."""
        if sense.kind == "and":
            for part, others in _each_and_others(sense):
                yield from self._dead(part, (*beside, *others))
        if sense.kind not in ("or", "find"):
            return
        for part in sense.parts:
            if (why := self._why_dead(part, beside)) is not None:
                what = f"`{self._rule.when.quoted(part)}` can never make {self._name} match"
                yield self._finding(Kind.DEAD_ALTERNATIVE, self._rule.when, part, what, why)
            else:
                yield from self._dead(part, beside)

    def _why_dead(self, part: Sense, beside: tuple[Sense, ...]) -> str | None:
        """Return why a part of `when` can hold only where the rule does not match; None when it may."""
        senses, unless = self._senses, self._rule.unless
        if _unshown(part):
            return _UNSHOWN
        if senses.never(part) or senses.excludes(beside, part):
            return "what it asks for is excluded beside it"
        both = Sense("and", part.tree, (*beside, part))
        if unless is not None and senses.implies(both, unless.sense):
            return "wherever it holds, `unless` holds, too"
        if part.kind == "and":
            why = (self._why_dead(each, (*beside, *others)) for each, others in _each_and_others(part))
            return next(filter(None, why), None)
        if part.kind in ("or", "find") and part.parts:
            dead = all(self._why_dead(each, beside) is not None for each in part.parts)
            return "each of its alternatives is excluded" if dead else None
        return None

    def _idle(self) -> Iterator[Finding]:
        """Yield the parts of `unless` and `not` that never exclude anything."""
        for text, veto, beside in vetoes(self._rule):
            for part in alternatives(veto):
                if self._senses.never(part) or self._senses.excludes(beside, part):
                    what = f"`{text.quoted(part)}` can never exclude anything from {self._name}"
                    hint = "it holds nowhere that the rest of the rule holds"
                    yield self._finding(Kind.NEVER_EXCLUDES, text, part, what, hint)

    def _finding(self, kind: Kind, asked: Asked, sense: Sense, what: str, hint: str) -> Finding:
        return told(kind, asked.written, sense.tree.start, what, hint, self._rule.source.layer)


_UNSHOWN = "no rule in force shows the signal that it asks for"


def _unshown(sense: Sense) -> bool:
    return sense.kind == "find" and not sense.sought


def _each_and_others(sense: Sense) -> Iterator[tuple[Sense, tuple[Sense, ...]]]:
    for at, part in enumerate(sense.parts):
        yield part, sense.parts[:at] + sense.parts[at + 1 :]
