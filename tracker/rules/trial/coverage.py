"""What the examples beside the rules show: which fail and why, and which clauses none of them exercises.

Coverage is told by clause, and a clause is a leaf of a rule as written: a word, a phrase, `$terms`,
`<entity>` and so on. An example *exercises* a leaf when the rule, narrowed to that leaf (every `or` around
it cut down to the alternative that it stands in), gets the example right, and would get it wrong if the
leaf found nothing. So

    a leaf that the rule asks for    is exercised by a `match` example that the rule matches through it
    a leaf of `unless` or `not`      by a `no_match` example that the rule would match if that leaf, alone
                                     of what excludes, were not there
    the right side of `outside`      likewise

One term of a set exercises the leaf `$set`, and one name of one member the leaf `<group>`: the terms and
names are not counted one by one. An example is a title, published at once, so a leaf that looks in other
fields only, or at the age, cannot be exercised by any; such leaves are counted apart. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.errors import Place, Problem
from tracker.model import Field
from tracker.rules.examples import check_examples
from tracker.rules.ruleset import Ruleset
from tracker.rules.source import Definitions, Example, RuleSource, Written
from tracker.rules.syntax import parse
from tracker.rules.tree import Aged, Expression
from tracker.rules.trial.narrow import Narrowed, narrowings, rendered
from tracker.rules.trial.probes import Clauses, Prober, Seen, look_for
from tracker.rules.trial.verdict import parts_to_look_for, verdict


@dataclass(frozen=True, slots=True)
class Tried:
    """An example that was tried. problem: what is wrong when it failed, and why, clause by clause."""

    rule: RuleSource
    example: Example
    problem: Problem | None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    """A leaf of a rule. role: "when", "unless", "not" or "outside". exercised: by any example."""

    rule: RuleSource
    text: str
    place: Place
    role: str
    exercised: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the examples of some rules showed. beyond: leaves that ask for what no example can have."""

    rules: tuple[RuleSource, ...]
    tried: tuple[Tried, ...]
    used: tuple[Used, ...]
    beyond: int

    @property
    def failed(self) -> tuple[Tried, ...]:
        return tuple(tried for tried in self.tried if tried.problem is not None)


def try_examples(ruleset: Ruleset, definitions: Definitions, rules: Sequence[RuleSource]) -> Coverage:
    """Try the examples of some rules of a config that compiles."""
    leaves = [leaf for rule in rules for leaf in _leaves(rule)]
    within = [leaf for leaf in leaves if _in_reach(leaf.narrowed)]
    # Most leaves are in no example of their rule. What finds nothing makes no difference.
    prober = look_for(definitions, (leaf.itself() for leaf in within if leaf.rule.examples))
    there = [(leaf, _where(leaf, prober)) for leaf in within]
    prober = look_for(definitions, (probe for leaf, examples in there if examples for probe in leaf.probes()))
    used = tuple(_used(leaf, examples, prober) for leaf, examples in there)
    tried = _tried(ruleset, definitions, rules)
    return Coverage(tuple(rules), tuple(tried), used, len(leaves) - len(within))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf, where it was written, and its rule narrowed to it: with the leaf and without it."""

    rule: RuleSource
    narrowed: Narrowed
    written: Written
    alone: _Rule
    without: _Rule

    def itself(self) -> str:
        """Return the clause that finds what the leaf finds."""
        return rendered(self.narrowed.leaf, self.written.text, self.narrowed.fields)

    def probes(self) -> Iterator[str]:
        """Return the clauses that tell whether the leaf makes a difference."""
        yield from self.alone.probes()
        yield from self.without.probes()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule as trees. unless: None when there is none."""

    when: Clauses
    unless: Clauses | None

    def probes(self) -> Iterator[str]:
        yield from self.when.probes()
        if self.unless is not None:
            yield from self.unless.probes()

    def holds(self, seen: Seen) -> bool:
        return self.when.holds(seen) and not (self.unless is not None and self.unless.holds(seen))


def _tried(ruleset: Ruleset, definitions: Definitions, rules: Sequence[RuleSource]) -> list[Tried]:
    places = {id(rule) for rule in rules}
    signals = tuple(
        replace(signal, rules=tuple(rule for rule in signal.rules if id(rule) in places))
        for signal in definitions.signals
    )
    problems = {
        problem.place: problem for problem in check_examples(ruleset, replace(definitions, signals=signals))
    }
    tried = [
        Tried(rule, example, problems.get(example.text.at(0))) for rule in rules for example in rule.examples
    ]
    failed = [each for each in tried if each.problem is not None]
    if not failed:
        return tried
    prober = look_for(definitions, (probe for each in failed for probe in parts_to_look_for(each.rule)))
    return [
        replace(each, why=verdict(each.rule, prober.seen(each.example.text.text))) if each.problem else each
        for each in tried
    ]


def _leaves(rule: RuleSource) -> Iterator[_Leaf]:
    when = Clauses(parse(rule.when.text), rule.when.text)
    unless = Clauses(parse(rule.unless.text), rule.unless.text) if rule.unless else None
    for each in narrowings(when.tree, "when"):
        alone, without = (_Rule(_with(when, tree), unless) for tree in (each.alone, each.without))
        yield _Leaf(rule, each, rule.when, alone, without)
    if unless is not None and rule.unless is not None:
        for each in narrowings(unless.tree, "unless"):
            alone, without = (_Rule(when, _with(unless, tree)) for tree in (each.alone, each.without))
            yield _Leaf(rule, each, rule.unless, alone, without)


def _in_reach(narrowed: Narrowed) -> bool:
    """Whether examples can differ in what a leaf asks for: they are titles, and of one age."""
    return Field.TITLE in narrowed.fields and not isinstance(narrowed.leaf, Aged)


def _with(clauses: Clauses, tree: Expression) -> Clauses:
    return replace(clauses, tree=tree)


def _where(leaf: _Leaf, prober: Prober) -> list[Example]:
    """Return the examples of a rule in which a leaf finds something."""
    clause = leaf.itself()
    return [example for example in leaf.rule.examples if clause in prober.seen(example.text.text)]


def _used(leaf: _Leaf, examples: Iterable[Example], prober: Prober) -> Used:
    tree = leaf.narrowed.leaf
    exercised = any(_exercises(example, leaf, prober.seen(example.text.text)) for example in examples)
    text = leaf.written.text[tree.start : tree.end]
    return Used(leaf.rule, text, leaf.written.at(tree.start), leaf.narrowed.role, exercised)


def _exercises(example: Example, leaf: _Leaf, seen: Seen) -> bool:
    right = leaf.alone.holds(seen) is example.matches
    return right and leaf.without.holds(seen) is not example.matches
