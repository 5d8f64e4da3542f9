"""Trees made into clauses, with every mistake collected at its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import chain
from typing import NamedTuple

from tracker.errors import Problem, Severity
from tracker.figures import RECOGNISER
from tracker.model import Field, FigureKind, Tier
from tracker.rules import clauses
from tracker.rules.atoms import gathered
from tracker.rules.clauses import Clause, Close, Every, Find, Never, Some, Sought, Without
from tracker.rules.conflicts import conflict, covers
from tracker.rules.expand import Expanded, Expander
from tracker.rules.literals import TermError
from tracker.rules.patterns import PatternError
from tracker.rules.probes import Probes
from tracker.rules.source import Definitions, Written
from tracker.rules.syntax import DEFAULT
from tracker.rules.tree import (
    Aged,
    And,
    Expression,
    Figured,
    Leaf,
    Named,
    Near,
    Not,
    Or,
    Outside,
    Regex,
    Scoped,
    Term,
    Terms,
    Told,
)

_MOST_MISTAKES = 20
"""Mistakes of one rule that are told; a rule of a megabyte can hold a hundred thousand."""


class ClauseError(ValueError):
    """An expression that cannot be compiled, with all its mistakes."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Compiled(NamedTuple):
    """A clause and all that it expands to: equal expansions find the same. fields: where it looks."""

    clause: Clause
    expansion: str
    fields: frozenset[Field]


def compile_tree(
    tree: Expression, written: Written, expander: Expander, probes: Probes, definitions: Definitions
) -> Compiled:
    """Return an expression's clause. Raises ClauseError with everything that is wrong in it."""
    return _Compiler(written, expander, probes, definitions).compile(tree, DEFAULT)


@dataclass(frozen=True, slots=True)
class _Compiler:
    written: Written
    expander: Expander
    probes: Probes
    definitions: Definitions

    def compile(self, tree: Expression, fields: tuple[Field, ...]) -> Compiled:
        match tree:
            case Term() | Terms() | Named():
                return self._leaf(tree, fields)
            case Regex():
                return self._regex(tree, fields)
            case Figured():
                atoms = self.probes.kind(tree.kind, fields)
                return self._sought(tree, atoms, f"figure {tree.kind} {RECOGNISER}", fields)
            case Told():
                return self._told(tree)
            case Aged():
                return self._aged(tree)
            case Scoped():
                return self.compile(tree.inner, tree.fields)
            case Not():
                inner = self.compile(tree.inner, fields)
                return Compiled(Never(inner.clause), _not(inner.expansion), inner.fields)
            case And():
                return self._every(tree, fields)
            case Or():
                return self._some(tree, fields)
            case Near():
                return self._close(tree, fields)
            case Outside():
                return self._without(tree, fields)

    def _leaf(self, leaf: Term | Terms | Named, fields: tuple[Field, ...]) -> Compiled:
        expanded = self._expanded(leaf, fields)
        find = self.expander.find(expanded, fields, self._quote(leaf))
        names, looked = _written_fields(fields)
        return Compiled(find, f"{expanded.expansion} in {names}", looked)

    def _regex(self, leaf: Regex, fields: tuple[Field, ...]) -> Compiled:
        try:
            atoms, needs, notice = self.probes.pattern(
                leaf.text, any_case=leaf.any_case, fields=fields, vocabulary=self.expander.vocabulary
            )
        except PatternError as error:
            at = leaf.start + 1 + error.at
            raise ClauseError([self.written.problem(at, error.what, error.hint)]) from error
        if notice:
            self._warn(leaf, *notice)
        expansion = f"/{leaf.text!a}/{'i' if leaf.any_case else ''}"
        return self._sought(leaf, atoms, expansion, fields, needs)

    def _sought(
        self,
        leaf: Leaf,
        atoms: frozenset[int],
        expansion: str,
        fields: tuple[Field, ...],
        needs: frozenset[int] = frozenset(),
    ) -> Compiled:
        sought = Sought(atoms, self._quote(leaf), needs)
        return Compiled(sought, f"{expansion} in {','.join(fields)}", frozenset(fields))

    def _told(self, leaf: Told) -> Compiled:
        numbers, key = self.probes.signals, leaf.key
        if key not in numbers and key not in self.definitions.off:
            known = [*numbers, *self.definitions.off]
            hint = _suggestion(key, known, "signal:") or f"there are {', '.join(known[:20])}"
            raise self._wrong(leaf, f"there is no signal `{key}`", hint)
        if key not in numbers or not self.probes.has_rules(key):
            why = "has no rule in force" if key in numbers else "is off"
            self._warn(leaf, f"signal `{key}` {why}: this is never true", "take it away, or turn it on")
        sought = Sought(self.probes.told(key), self._quote(leaf))
        return Compiled(sought, f"signal {self.probes.meaning(key)}", frozenset())

    def _aged(self, leaf: Aged) -> Compiled:
        if leaf.operator == "<" and not leaf.span:
            raise self._wrong(leaf, "no item is younger than nothing: the clause can never match")
        clause = clauses.Aged(leaf.operator, leaf.span)
        return Compiled(clause, f"age {leaf.operator} {leaf.span.total_seconds():.0f}", frozenset())

    def _expanded(self, leaf: Term | Terms | Named, fields: tuple[Field, ...]) -> Expanded:
        match leaf:
            case Term():
                return self._term(leaf, fields)
            case Terms():
                return self._terms(leaf)
            case Named():
                return self._named(leaf)

    def _term(self, leaf: Term, fields: tuple[Field, ...]) -> Expanded:
        if fields == (Field.TIER,) and leaf.text.casefold() not in (tiers := [tier.value for tier in Tier]):
            hint = _suggestion(leaf.text.casefold(), tiers) or f"the tiers are {', '.join(tiers)}"
            raise self._wrong(leaf, f"no feed has the tier `{leaf.text}`", hint)
        try:
            return self.expander.term(leaf.text, exact=leaf.exact)
        except TermError as error:
            raise self._wrong(leaf, error.what, error.hint) from error

    def _terms(self, leaf: Terms) -> Expanded:
        terms = self.definitions.terms.get(leaf.name)
        if terms is None:
            hint = (
                _suggestion(leaf.name, self.definitions.terms, "$")
                or f'to find the text write "${leaf.name}"'
            )
            raise self._wrong(leaf, f"there is no term set `{leaf.name}`", hint)
        if not terms.terms:
            raise self._wrong(
                leaf, f"term set `{leaf.name}` is empty: the clause can never match", "add a term"
            )
        return self.expander.terms(leaf.name)

    def _named(self, leaf: Named) -> Expanded:
        expanded = self.expander.named(leaf.name)
        if expanded is None:
            known = [*FigureKind, *self.expander.names()]
            hint = self._called(leaf.name) or _suggestion(leaf.name.casefold(), known, "<", ">")
            raise self._wrong(leaf, f"no entity, type or group is called `{leaf.name}`", hint)
        if not self.expander.has_names(leaf.name):
            raise self._wrong(leaf, f"<{leaf.name}> has no names: the clause can never match", "add an alias")
        return expanded

    def _called(self, name: str) -> str:
        """Suggest the id when a display name or alias was written."""
        wanted = name.casefold()
        for entity in self.definitions.entities.values():
            if wanted in (
                text.casefold() for text in (entity.name, *(alias.text for alias in entity.aliases))
            ):
                return f"did you mean `<{entity.id}>`?"
        return ""

    def _every(self, tree: And, fields: tuple[Field, ...]) -> Compiled:
        parts = self._parts(tree.parts, fields)
        expansions = [part.expansion for part in parts]
        if (at := conflict(_clauses(parts), expansions)) is not None:
            raise self._wrong(tree.parts[at], "this excludes what the rule asks for: it can never match")
        return Compiled(Every(_clauses(parts)), _joined("and", sorted(expansions)), _looked(parts))

    def _some(self, tree: Or, fields: tuple[Field, ...]) -> Compiled:
        parts = self._parts(tree.parts, fields)
        clauses = _clauses(parts)
        finds = [clause for clause in clauses if isinstance(clause, Find)]
        alike = len(finds) == len(clauses)
        atoms = gathered(chain.from_iterable([find.atoms for find in finds])) if alike else ()
        return Compiled(
            Some(clauses, atoms), _joined("or", sorted(part.expansion for part in parts)), _looked(parts)
        )

    def _close(self, tree: Near, fields: tuple[Field, ...]) -> Compiled:
        left, right = parts = self._sides(tree, fields)
        if left.fields.isdisjoint(right.fields):
            raise self._wrong(tree, "the two sides look in different fields: the clause can never match")
        expansions = [left.expansion, right.expansion]
        kind = f"{'then' if tree.ordered else 'near'}/{tree.words or 's'}"
        clause = Close(left.clause, right.clause, tree.words, tree.ordered)
        return Compiled(
            clause, _joined(kind, expansions if tree.ordered else sorted(expansions)), _looked(parts)
        )

    def _without(self, tree: Outside, fields: tuple[Field, ...]) -> Compiled:
        left, right = parts = self._sides(tree, fields)
        if left.expansion == right.expansion or covers(right.clause, left.clause):
            raise self._wrong(tree, "this excludes what it asks for: it can never match")
        clause = Without(left.clause, right.clause)
        return Compiled(clause, _joined("outside", (left.expansion, right.expansion)), _looked(parts))

    def _sides(self, tree: Near | Outside, fields: tuple[Field, ...]) -> Sequence[Compiled]:
        """Compile both sides; a field written on one side only holds for the other, too."""
        left, right = tree.left, tree.right
        shared = left.fields if isinstance(left, Scoped) else fields
        shared = right.fields if isinstance(right, Scoped) and not isinstance(left, Scoped) else shared
        return self._parts((left, right), shared)

    def _parts(self, parts: Iterable[Expression], fields: tuple[Field, ...]) -> Sequence[Compiled]:
        compiled: list[Compiled] = []
        problems: list[Problem] = []
        for part in parts:
            try:
                compiled.append(self.compile(part, fields))
            except ClauseError as error:
                problems += error.problems
                if len(problems) >= _MOST_MISTAKES:
                    break  # they are told, the others when these are gone
        if problems:
            raise ClauseError(problems)
        return compiled

    def _quote(self, leaf: Leaf) -> str:
        return self.written.text[leaf.start : leaf.end]

    def _warn(self, tree: Expression, what: str, hint: str = "") -> None:
        self.probes.warnings.append(self.written.problem(tree.start, what, hint, Severity.WARNING))

    def _wrong(self, tree: Expression, what: str, hint: str = "") -> ClauseError:
        return ClauseError([self.written.problem(tree.start, what, hint)])


@cache
def _written_fields(fields: tuple[Field, ...]) -> tuple[str, frozenset[Field]]:
    return ",".join(fields), frozenset(fields)


def _suggestion(name: str, known: Iterable[str], before: str = "", after: str = "") -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean `{before}{close[0]}{after}`?" if close else ""


def _clauses(parts: Sequence[Compiled]) -> tuple[Clause, ...]:
    return tuple(part.clause for part in parts)


def _looked(parts: Sequence[Compiled]) -> frozenset[Field]:
    return frozenset().union(*(part.fields for part in parts))


def _joined(operator: str, expansions: Iterable[str]) -> str:
    return f"({f' {operator} '.join(expansions)})"


def _not(expansion: str) -> str:
    return f"(not {expansion})"
