"""Many rules made into one matcher. Everything that is wrong with them is told at once."""

from __future__ import annotations

import gc
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from tracker.errors import ConfigError, Problem
from tracker.rules.build import ClauseError, Compiled, compile_tree
from tracker.rules.clauses import Never, finds
from tracker.rules.conflicts import conflict
from tracker.rules.examples import check_examples
from tracker.rules.expand import Expander
from tracker.rules.groups import Costs, required_groups
from tracker.rules.inquiry import Beyond, is_literal
from tracker.rules.lexemes import RuleSyntaxError
from tracker.rules.lexicon import FIELDS, Rule
from tracker.rules.probes import Probes
from tracker.rules.ruleset import Ruleset
from tracker.rules.sequence import Parsed, in_sequence
from tracker.rules.sieve import sieve
from tracker.rules.source import Definitions, RuleSource, Written
from tracker.rules.syntax import DEFAULT, parse
from tracker.text import NORMALISER

__all__ = ["check_examples", "compile_rules"]


_T = TypeVar("_T")

LONGEST = 100_000
"""Characters that a rule's text may have; whoever needs more words puts them into a term set."""


def compile_rules(definitions: Definitions) -> Ruleset:
    """Return the matcher for all rules of a config.

    Raises ConfigError with every problem, in file order.
    """
    with _uncollected():
        return _compiled(definitions)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the collector: nearly all that is made stays; looking through it costs a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _compiled(definitions: Definitions) -> Ruleset:
    compiler = _Rules(definitions, Expander(definitions))
    rules, turns = compiler.all()
    compiler.expander.check_all()
    if problems := compiler.expander.problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.place))
    vocabulary = compiler.expander.vocabulary
    fields = tuple(field for field in FIELDS if field in compiler.fields)
    probes = compiler.probes
    del compiler  # with ten thousand rules it holds as much memory as the automaton needs to be made
    lexicon = vocabulary.lexicon()
    del vocabulary
    return Ruleset(
        signals=tuple(signal.key for signal in definitions.signals),
        rules=tuple(rules),
        warnings=tuple(sorted(probes.warnings, key=lambda problem: problem.place)),
        hash=_digest([rule.hash for rule in rules]),
        lexicon=lexicon,
        sieve=sieve(rules, lexicon, _costs(rules)),
        fields=fields,
        beyond=_beyond(rules, turns, probes),
    )


class _Rules:
    """Compiles rules one by one. fields: all that the rules look at."""

    def __init__(self, definitions: Definitions, expander: Expander) -> None:
        self.expander = expander
        self.probes = Probes(signal.key for signal in definitions.signals)
        self.fields = set(DEFAULT)
        self._definitions = definitions

    def all(self) -> tuple[list[Rule], tuple[int, ...]]:
        """Return all rules that are right, in the order written, and their turns when they have others."""
        signals = self._definitions.signals
        parsed = {
            signal.key: [
                (source, self._parsed(source.when), self._parsed(source.unless)) for source in signal.rules
            ]
            for signal in signals
        }
        trees = {
            key: [tree for _, *pair in rules for tree in pair if tree is not None]
            for key, rules in parsed.items()
        }
        order, cycles = in_sequence(signals, trees)
        del trees
        self.expander.problems += cycles
        numbers = self.probes.signals
        compiled = [
            rule
            for signal in order
            for source, when, unless in _drained(parsed[signal.key])
            if (rule := self._rule(source, when, unless, numbers[signal.key])) is not None
        ]
        rules = sorted(compiled, key=lambda rule: rule.signal)  # stable: a signal's own rules stay in order
        if rules == compiled:
            return rules, ()
        turns = {id(rule): turn for turn, rule in enumerate(compiled)}
        return rules, tuple(turns[id(rule)] for rule in rules)

    def _rule(
        self, source: RuleSource, when: Parsed | None, unless: Parsed | None, signal: int
    ) -> Rule | None:
        """Return a rule compiled; None when something was wrong, told in the expander's problems."""
        asked, veto = self._compiled(when), self._compiled(unless)
        if asked is None or (source.unless is not None and veto is None):
            return None
        if wrong := _pointless(source, asked, veto):
            self.expander.problems.append(wrong)
            return None
        expansion = [
            source.signal,
            source.id,
            source.score,
            asked.expansion,
            veto.expansion if veto else None,
        ]
        rule = Rule(
            source.id, signal, source.score, asked.clause, veto.clause if veto else None, _digest(expansion)
        )
        self.probes.compiled(source.signal, rule.hash)
        return rule

    def _parsed(self, written: Written | None) -> Parsed | None:
        if written is None:
            return None
        try:
            if len(written.text) > LONGEST:
                raise RuleSyntaxError(
                    f"a rule of more than {LONGEST:,} characters", 0, "put its words into `terms:`"
                )
            return Parsed(parse(written.text), written)
        except RuleSyntaxError as error:
            self.expander.problems.append(written.problem(error.at, error.what, error.hint))
        return None

    def _compiled(self, parsed: Parsed | None) -> Compiled | None:
        if parsed is None:
            return None
        try:
            compiled = compile_tree(
                parsed.tree, parsed.written, self.expander, self.probes, self._definitions
            )
        except ClauseError as error:
            self.expander.problems.extend(error.problems)
        else:
            self.fields |= compiled.fields
            return compiled
        return None


def _drained(rules: list[_T]) -> Iterator[_T]:
    """Yield all, keeping none: trees take as much memory as what is made of them."""
    rules.reverse()
    while rules:
        yield rules.pop()


def _pointless(source: RuleSource, when: Compiled, unless: Compiled | None) -> Problem | None:
    """Return why a rule can never hold, or holds where there is nothing to show."""
    if not required_groups(when.clause):
        hint = "say what an item must hold, beside what it must not"
        return source.when.problem(0, "this rule can hold where nothing is found", hint)
    if unless is not None and source.unless is not None:
        parts = (when.clause, Never(unless.clause))
        if conflict(parts, (when.expansion, f"(not {unless.expansion})")) is not None:
            return source.unless.problem(0, "this excludes what the rule asks for: it can never match")
    return None


def _beyond(rules: list[Rule], turns: tuple[int, ...], probes: Probes) -> Beyond:
    if not probes.all and not probes.asked:
        return Beyond()
    groups = {number: required_groups(rule.when) for number, rule in enumerate(rules)}
    loose = {number: needed for number, needed in groups.items() if not any(map(is_literal, needed))}
    return Beyond(probes.all, loose, turns, frozenset(probes.asked))


def _costs(rules: list[Rule]) -> Costs:
    return Costs(Counter(found >> 4 for rule in rules for find in finds(rule.when) for found in find.atoms))


def _digest(value: object) -> str:
    return hashlib.sha256(_CANONICAL.encode([NORMALISER, value]).encode()).hexdigest()


_CANONICAL = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))
