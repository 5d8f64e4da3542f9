"""Clauses looked for one by one in the texts of examples, all in one pass by the matcher itself. Pure.

Each clause becomes a rule of its own, so what it finds is what it would find inside a rule: whatever the
language learns, clauses are tried by the same compiler and matcher as rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from tracker.errors import ConfigError, Place
from tracker.model import Field, Hit
from tracker.rules.compile import compile_rules
from tracker.rules.examples import FEED, as_item
from tracker.rules.match import match_item
from tracker.rules.ruleset import Ruleset
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written
from tracker.rules.syntax import DEFAULT
from tracker.rules.tree import Aged, And, Expression, Not, Or, Scoped
from tracker.rules.trial.narrow import never, rendered

Fields = tuple[Field, ...]
Seen = Mapping[str, tuple[Hit, ...]]
"""By the text of a clause: where it was found. A clause that was not found is absent."""


@dataclass(frozen=True, slots=True)
class Clauses:
    """An expression and the text that its offsets point into, tried by what was seen of its clauses."""

    tree: Expression
    text: str

    def probes(self) -> Iterator[str]:
        """Yield the clauses that must be looked for to know whether the expression holds."""
        yield from _probes(self.tree, self.text, DEFAULT)

    def holds(self, seen: Seen) -> bool:
        """Return whether the expression holds where these clauses were found."""
        return _holds(self.tree, self.text, DEFAULT, seen)


def look_for(definitions: Definitions, clauses: Iterable[str]) -> Prober:
    """Return what finds these clauses. One that the compiler refuses, as never true, is never found."""
    texts = list(dict.fromkeys(clauses))
    ruleset, refused = _compiled(definitions, texts)
    if refused:
        texts = [text for number, text in enumerate(texts) if number not in refused]
        ruleset, _ = _compiled(definitions, texts)
    return Prober(ruleset, {_key(number): text for number, text in enumerate(texts)})


class Prober:
    """Clauses compiled. names: by signal, the clause."""

    def __init__(self, ruleset: Ruleset | None, names: Mapping[str, str]) -> None:
        self._ruleset, self._names = ruleset, names
        self._seen: dict[str, Seen] = {}

    def seen(self, title: str) -> Seen:
        """Return the clauses that an example's text holds, an example being a title on a feed about AI."""
        if title not in self._seen:
            self._seen[title] = self._look(title)
        return self._seen[title]

    def _look(self, title: str) -> Seen:
        if self._ruleset is None:
            return {}
        found = match_item(self._ruleset, as_item(title), FEED)
        return {self._names[match.signal]: match.hits for match in found if match.signal in self._names}


def holds_at_once(age: Aged) -> bool:
    """Return whether an item seen the moment it is published, as examples are, is of an age."""
    return {
        "<": timedelta() < age.span,
        "<=": timedelta() <= age.span,
        ">": timedelta() > age.span,
        ">=": timedelta() >= age.span,
    }[age.operator]


def _compiled(definitions: Definitions, texts: list[str]) -> tuple[Ruleset | None, set[int]]:
    """Compile clauses beside the rules that they may refer to; or say which cannot be."""
    probes = tuple(_probe(number, text) for number, text in enumerate(texts))
    try:
        return compile_rules(replace(definitions, signals=(*definitions.signals, *probes))), set()
    except ConfigError as error:
        files = {_key(number): number for number in range(len(texts))}
        refused = {files[problem.place.file] for problem in error.problems if problem.place.file in files}
        if not refused:
            raise
        return None, refused


def _probe(number: int, text: str) -> SignalSource:
    key = _key(number)
    # The key stands in for the file as well: a problem then says which clause it is about.
    written = Written(text, key, ((1, 1),))
    rule = RuleSource(key, key, written, None, 1.0, (), "user", Place(key, 1, 1))
    return SignalSource(key, key, "", (rule,), "user", Place(key, 1, 1))


def _key(number: int) -> str:
    return f"\0{number}"  # no signal of a user can be called so


def _probes(tree: Expression, text: str, fields: Fields) -> Iterator[str]:
    match tree:
        case Scoped():
            yield from _probes(tree.inner, text, tree.fields)
        case Not():
            yield from _probes(tree.inner, text, fields)
        case And() | Or():
            for part in tree.parts:
                yield from _probes(part, text, fields)
        case Aged():
            return  # every example is of one age
        case _ if not never(tree):
            yield rendered(tree, text, fields)


def _holds(tree: Expression, text: str, fields: Fields, seen: Seen) -> bool:
    match tree:
        case Scoped():
            return _holds(tree.inner, text, tree.fields, seen)
        case Not():
            return not _holds(tree.inner, text, fields, seen)
        case And():
            return all(_holds(part, text, fields, seen) for part in tree.parts)
        case Or():
            return any(_holds(part, text, fields, seen) for part in tree.parts)
        case Aged():
            return holds_at_once(tree)
    return not never(tree) and rendered(tree, text, fields) in seen
