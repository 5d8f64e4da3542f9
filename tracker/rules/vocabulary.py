"""Every literal of every rule once, under its number, and the names that entities go by."""

from __future__ import annotations

import re
from functools import cache

from ahocorasick_rs import AhoCorasick

from tracker.model import Field
from tracker.rules.atoms import Atoms, gathered
from tracker.rules.lexicon import FIELD_NUMBERS, Lexicon, Net, atom
from tracker.rules.literals import (
    Literal,
    Literals,
    Zone,
    alias_literal,
    inner_literal,
    is_plain,
    term_literal,
)
from tracker.rules.names import Name
from tracker.rules.source import AliasSource, EntitySource
from tracker.rules.syntax import DEFAULT

_FIRST_ENTITY = 1 << 24


class Vocabulary:
    """Numbers literals and entities while rules are compiled; `lexicon` is the result."""

    def __init__(self) -> None:
        self._numbers: dict[Literal | str, int] = {}
        self._names: dict[int, list[Name]] = {}
        self._excluding: set[int] = set()
        self._atoms: dict[tuple[Field, ...], dict[tuple[int, ...], Atoms]] = {}

    def number(self, literal: Literal) -> int:
        """Return the number of a literal, the same for equal literals."""
        return self._numbers.setdefault(literal.text if is_plain(literal) else literal, len(self._numbers))

    def atoms(self, numbers: tuple[int, ...], fields: tuple[Field, ...]) -> Atoms:
        """Return the atoms of literals or entities in fields; of many, one shared set for equal questions."""
        places = _places(fields)
        if len(numbers) == 1:
            (number,) = numbers
            return tuple([number << 4 | place for place in places])  # `atom`, without the calls
        known = self._atoms.setdefault(fields, {})
        if numbers not in known:
            known[numbers] = gathered([atom(number, place) for number in numbers for place in places])
        return known[numbers]

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
        return frozenset(self.atoms(tuple([self.number(term_literal(term)) for term in terms]), DEFAULT))

    def lexicon(self) -> Lexicon:
        """Return all that was taken in, and the automaton that finds it."""
        literals = Literals(self._numbers)
        by_zone: dict[Zone, list[int]] = {}
        for number, literal in zip(self._numbers.values(), self._numbers, strict=True):
            zone = Zone.WORDS if isinstance(literal, str) else literal.zone
            by_zone.setdefault(zone, []).append(number)
        return Lexicon(
            literals=literals,
            nets=tuple(self._net(zone, numbers, literals) for zone, numbers in by_zone.items()),
            rests={n: re.compile(literal.rest) for n, literal in literals.special.items() if literal.rest},
            names={number: tuple(names) for number, names in self._names.items()},
            excluding=frozenset(self._excluding),
        )

    def _net(self, zone: Zone, numbers: list[int], literals: Literals) -> Net:
        careful = frozenset(
            number
            for number, literal in literals.special.items()
            if literal.zone is zone and (literal.bound_left or literal.bound_right or literal.rest)
        )
        watched = self._excluding.union(self._names).intersection(numbers)
        automaton = AhoCorasick([literals.texts[number] for number in numbers])
        return Net(zone, automaton, tuple(numbers), careful | watched)


@cache
def _places(fields: tuple[Field, ...]) -> tuple[int, ...]:
    return tuple(sorted({FIELD_NUMBERS[field] for field in fields}))
