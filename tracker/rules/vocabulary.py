"""Every literal of every rule once, under its number, and the names that entities go by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ahocorasick_rs import AhoCorasick

from tracker.model import Field
from tracker.rules.lexicon import FIELD_NUMBERS, Lexicon, Net, atom
from tracker.rules.literals import Literal, Zone, alias_literal, inner_literal, term_literal
from tracker.rules.names import Name
from tracker.rules.source import AliasSource, EntitySource
from tracker.rules.syntax import DEFAULT

_FIRST_ENTITY = 1 << 24


class Vocabulary:
    """Numbers literals and entities while rules are compiled; `lexicon` is the result."""

    def __init__(self) -> None:
        self._numbers: dict[Literal, int] = {}
        self._names: dict[int, list[Name]] = {}
        self._excluding: set[int] = set()
        self._atoms: dict[tuple[Field, ...], dict[tuple[int, ...], frozenset[int]]] = {}

    def number(self, literal: Literal) -> int:
        """Return the number of a literal, the same for equal literals."""
        return self._numbers.setdefault(literal, len(self._numbers))

    def atoms(self, numbers: Iterable[int], fields: tuple[Field, ...]) -> frozenset[int]:
        """Return the atoms of literals or entities in fields, one shared set for equal questions."""
        wanted = tuple(sorted(numbers))
        known = self._atoms.setdefault(fields, {})
        if wanted not in known:
            places = [FIELD_NUMBERS[field] for field in fields]
            known[wanted] = frozenset([atom(number, place) for number in wanted for place in places])
        return known[wanted]

    def entity_number(self, position: int) -> int:
        """Return the number of the entity at a position of the register."""
        return _FIRST_ENTITY + position

    def add_names(self, position: int, entity: EntitySource) -> None:
        """Take in all names of an entity. Raises TermError for a name that cannot be looked for."""
        for alias in entity.aliases:
            literal = self.number(alias_literal(alias.text, any_case=alias.any_case))
            self._names.setdefault(literal, []).append(self._name(self.entity_number(position), alias))

    def _name(self, entity: int, alias: AliasSource) -> Name:
        excluding = frozenset(self.number(inner_literal(text)) for text in alias.not_in)
        self._excluding |= excluding
        return Name(
            entity, alias.ambiguous, self._context(alias.needs), self._context(alias.unless), excluding
        )

    def _context(self, terms: tuple[str, ...]) -> frozenset[int]:
        return self.atoms((self.number(term_literal(term)) for term in terms), DEFAULT)

    def lexicon(self) -> Lexicon:
        """Return all that was taken in, and the automaton that finds it."""
        literals = tuple(self._numbers)
        by_zone: dict[Zone, list[int]] = {}
        for number, literal in enumerate(literals):
            by_zone.setdefault(literal.zone, []).append(number)
        return Lexicon(
            literals=literals,
            nets=tuple(self._net(zone, numbers, literals) for zone, numbers in by_zone.items()),
            rests={n: re.compile(literal.rest) for n, literal in enumerate(literals) if literal.rest},
            names={number: tuple(names) for number, names in self._names.items()},
            excluding=frozenset(self._excluding),
        )

    def _net(self, zone: Zone, numbers: list[int], literals: Sequence[Literal]) -> Net:
        careful = frozenset(
            number
            for number in numbers
            for literal in (literals[number],)
            if literal.bound_left
            or literal.bound_right
            or literal.rest
            or number in self._names
            or number in self._excluding
        )
        automaton = AhoCorasick([literals[number].text for number in numbers])
        return Net(zone, automaton, tuple(numbers), careful)
