"""A rule as it was written, beside what its expressions ask for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracker.rules.lint.sense import Sense, Senses
from tracker.rules.source import RuleSource, Written
from tracker.rules.syntax import parse
from tracker.rules.tree import Expression

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression: as written, parsed, and what it asks for."""

    written: Written
    tree: Expression
    sense: Sense

    def quoted(self, sense: Sense) -> str:
        """Return a part of the expression as written, in one line, cut when it is long."""
        text = " ".join(self.written.text[sense.tree.start : sense.tree.end].split())
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@dataclass(frozen=True, slots=True)
class Ruled:
    """A rule and its expressions. unless: None when it has none."""

    source: RuleSource
    when: Asked
    unless: Asked | None

    @property
    def expressions(self) -> tuple[Asked, ...]:
        return (self.when,) if self.unless is None else (self.when, self.unless)


def ruled(source: RuleSource, senses: Senses) -> Ruled:
    """Return a rule that compiles with what its expressions ask for."""
    unless = _asked(source.unless, senses) if source.unless is not None else None
    return Ruled(source, _asked(source.when, senses), unless)


def vetoes(rule: Ruled) -> Iterator[tuple[Asked, Sense, list[Sense]]]:
    """Yield what excludes: its text, the clause that must not hold, and what the rule asks for beside it."""
    must = conjuncts(rule.when.sense)
    asked = [part for part in must if part.kind != "not"]
    for part in must:
        if part.kind == "not":
            yield rule.when, part.parts[0], asked
    if rule.unless is not None:
        yield rule.unless, rule.unless.sense, asked


def conjuncts(sense: Sense) -> list[Sense]:
    """Return what must all hold."""
    if sense.kind != "and":
        return [sense]
    return [each for part in sense.parts for each in conjuncts(part)]


def alternatives(sense: Sense) -> list[Sense]:
    """Return what of which one must hold."""
    if sense.kind not in ("or", "find") or not sense.parts:
        return [sense]
    return [each for part in sense.parts for each in alternatives(part)]


def _asked(written: Written, senses: Senses) -> Asked:
    tree = parse(written.text)
    return Asked(written, tree, senses.of(tree, written.text))
