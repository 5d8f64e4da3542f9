"""Many rules made into one matcher. Everything that is wrong with them is told at once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from tracker.errors import ConfigError
from tracker.rules.build import ClauseError, Compiled, compile_tree
from tracker.rules.clauses import finds
from tracker.rules.examples import check_examples
from tracker.rules.expand import Expander
from tracker.rules.groups import Costs, required_groups
from tracker.rules.lexemes import RuleSyntaxError
from tracker.rules.lexicon import FIELDS, Rule
from tracker.rules.ruleset import Ruleset
from tracker.rules.sieve import sieve
from tracker.rules.source import Definitions, RuleSource, Written
from tracker.rules.syntax import DEFAULT, parse
from tracker.text import NORMALISER

__all__ = ["check_examples", "compile_rules"]


def compile_rules(definitions: Definitions) -> Ruleset:
    """Return the matcher for all rules of a config.

    Raises ConfigError with every problem, in file order.
    """
    compiler = _Rules(definitions, Expander(definitions))
    rules = [
        rule
        for number, signal in enumerate(definitions.signals)
        for source in signal.rules
        if (rule := compiler.rule(source, number)) is not None
    ]
    compiler.expander.check_all()
    if problems := compiler.expander.problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.place))
    lexicon = compiler.expander.vocabulary.lexicon()
    return Ruleset(
        signals=tuple(signal.key for signal in definitions.signals),
        rules=tuple(rules),
        warnings=(),
        hash=_digest([rule.hash for rule in rules]),
        lexicon=lexicon,
        sieve=sieve(rules, lexicon, _costs(rules)),
        fields=tuple(field for field in FIELDS if field in compiler.fields),
    )


class _Rules:
    """Compiles rules one by one. fields: all that the rules look at."""

    def __init__(self, definitions: Definitions, expander: Expander) -> None:
        self.expander = expander
        self.fields = set(DEFAULT)
        self._definitions = definitions

    def rule(self, source: RuleSource, signal: int) -> Rule | None:
        """Return a rule compiled; None when something was wrong, told in the expander's problems."""
        when = self._expression(source.when)
        unless = self._expression(source.unless) if source.unless else None
        if when is None or (source.unless and unless is None):
            return None
        if not required_groups(when.clause):
            hint = "say what an item must hold, beside what it must not"
            problem = source.when.problem(0, "this rule can hold where nothing is found", hint)
            self.expander.problems.append(problem)
            return None
        veto, veto_expansion = (unless.clause, unless.expansion) if unless else (None, None)
        expansion = [source.signal, source.id, source.score, when.expansion, veto_expansion]
        return Rule(source.id, signal, source.score, when.clause, veto, _digest(expansion))

    def _expression(self, written: Written) -> Compiled | None:
        try:
            compiled = compile_tree(parse(written.text), written, self.expander, self._definitions)
        except RuleSyntaxError as error:
            self.expander.problems.append(written.problem(error.at, error.what, error.hint))
        except ClauseError as error:
            self.expander.problems.extend(error.problems)
        else:
            self.fields |= compiled.fields
            return compiled
        return None


def _costs(rules: list[Rule]) -> Costs:
    return Costs(Counter(found for rule in rules for find in finds(rule.when) for found in find.atoms))


def _digest(value: object) -> str:
    text = json.dumps([NORMALISER, value], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
