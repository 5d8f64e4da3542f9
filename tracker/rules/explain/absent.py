"""Why a leaf found nothing: what stands in the item that comes nearest to what it asks for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tracker.model import Feed, Field, Hit, Item, Match
from tracker.rules.atoms import Atoms
from tracker.rules.clauses import Find, Sought
from tracker.rules.explain.forms import Forms
from tracker.rules.explain.misses import Miss, listed, quoted
from tracker.rules.explain.unheeded import Names
from tracker.rules.fields import matched_text
from tracker.rules.lexicon import FIELD_NUMBERS, FIELDS, atom
from tracker.rules.ruleset import Ruleset
from tracker.rules.scan import Scan
from tracker.rules.source import Definitions
from tracker.rules.tree import Figured, Leaf, Named, Regex, Terms, Told

_PROSE = (Field.TITLE, Field.LEAD, Field.CONTENT)
"""Fields that are worth telling of when a clause asks for another one."""

_TERMS = 6
"""Terms of a set that are named where none of it was found."""


class Inspection:
    """One item as rules read it, and what in it comes near to what they ask for.

    scan: of all fields that any clause may be told of, so it sees more than matching does, never less.
    matches: what the matcher finds in the item: a `signal:` clause asks for them.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        definitions: Definitions,
        item: Item,
        feed: Feed,
        matches: Sequence[Match],
    ) -> None:
        fields = tuple(field for field in FIELDS if field in ruleset.fields or field in _PROSE)
        self.scan = _scan(replace(ruleset, fields=fields), item, feed, matches)
        self.numbers = frozenset(found >> 4 for found in self.scan.seen)
        self._told: dict[tuple[Atoms, str], Miss] = {}
        self._definitions = definitions
        self._literals = ruleset.lexicon.literals
        self._forms = Forms({field: matched_text(field, item, feed) for field in fields})
        self._names = Names(ruleset.lexicon, definitions, self.scan, self._forms)

    def why_absent(self, leaf: Leaf, find: Find) -> Miss:
        """Return why a leaf found nothing in its fields."""
        key = find.atoms, find.clause
        if key not in self._told:
            self._told[key] = self._why_absent(leaf, find)
        return self._told[key]

    def _why_absent(self, leaf: Leaf, find: Find) -> Miss:
        numbers = frozenset(found >> 4 for found in find.atoms)
        fields = frozenset(FIELDS[found & 15] for found in find.atoms)
        if miss := self._elsewhere(numbers, fields, find.clause):
            return miss
        if isinstance(leaf, Named):
            miss = self._names.why(numbers, fields, find.clause)
        else:
            miss = self._another_form(numbers, fields, find.clause)
        return miss or Miss("not found", f"{self._what(leaf)} in the {listed(fields)}")

    def why_unsought(self, leaf: Regex | Figured | Told, sought: Sought) -> Miss:
        """Return why a pattern, a kind of figure or a signal was not found."""
        if isinstance(leaf, Told):
            why = f"the item does not show {leaf.key}; --signal {leaf.key} says why"
            text = f"signal {leaf.key} is off" if leaf.key in self._definitions.off else why
            return Miss("no such signal", text)
        fields = frozenset(FIELDS[found & 15] for found in sought.atoms)
        numbers = {found >> 4 for found in sought.atoms}
        for field in _PROSE:
            atoms = frozenset(atom(number, FIELD_NUMBERS[field]) for number in numbers)
            if field not in fields and (hits := tuple(self.scan.inquiry.hits(atoms, sought.clause))):
                return _in_another_field(hits, fields)
        what = "the pattern finds nothing" if isinstance(leaf, Regex) else f"no {leaf.kind} figure is"
        return Miss("not found", f"{what} in the {listed(fields)}")

    def why_not_of_age(self) -> Miss:
        """Return how old the item was when it was first seen."""
        age = self.scan.inquiry.age
        if age is None:
            return Miss("no date", "the item has no date, so nobody knows its age")
        hours = age / timedelta(hours=1)
        said = f"{hours / 24:.3g} days" if abs(hours) >= 48 else f"{hours:.3g} hours"
        return Miss("of another age", f"the item was {said} old when it was first seen", 0.3)

    def _what(self, leaf: Leaf) -> str:
        match leaf:
            case Named():
                return "no name of it is"
            case Terms():
                terms = [term.text for term in self._definitions.terms[leaf.name].terms]
                more = f", … {len(terms) - _TERMS} more" if len(terms) > _TERMS else ""
                return f"none of {', '.join(terms[:_TERMS])}{more} is"
            case _:
                return "is not"

    def _elsewhere(self, numbers: frozenset[int], fields: frozenset[Field], clause: str) -> Miss | None:
        there = numbers & self.numbers
        for field in _PROSE:
            atoms = frozenset(atom(number, FIELD_NUMBERS[field]) for number in there)
            if hits := tuple(self.scan.hits(atoms, clause)):
                return _in_another_field(hits, fields)
        return None

    def _another_form(self, numbers: frozenset[int], fields: frozenset[Field], clause: str) -> Miss | None:
        found = [
            miss
            for number in sorted(numbers)
            if number < len(self._literals)
            for miss in self._forms.near(self._literals[number], fields, clause)
        ]
        return max(found, key=_nearness, default=None)


def _in_another_field(hits: tuple[Hit, ...], fields: frozenset[Field]) -> Miss:
    text = f"{quoted(hits)}, but the rule looks in the {listed(fields)} only"
    return Miss("another field", text, 0.5, hits)


def _scan(ruleset: Ruleset, item: Item, feed: Feed, matches: Sequence[Match]) -> Scan:
    """Return what clauses are asked in: all that matching makes of an item beside the rules themselves."""
    scan = Scan(ruleset, item, feed)
    # Every match is there at once: no signal asks for itself, so it is what each rule met in its turn.
    scan.inquiry.told.update({ruleset.signals.index(match.signal): match.hits for match in matches})
    return scan


def _nearness(miss: Miss) -> float:
    return miss.near
