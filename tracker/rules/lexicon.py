"""The rules of a config and all literals that they look for, under their numbers. Immutable in use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from tracker.model import Field
from tracker.rules.clauses import Clause
from tracker.rules.literals import Literals, Zone, is_word_char
from tracker.rules.names import Name

FIELDS = tuple(Field)
FIELD_NUMBERS = {field: number for number, field in enumerate(FIELDS)}


def atom(literal: int, field: int) -> int:
    """Return the number that stands for a literal (or an entity) found in a field."""
    return literal << 4 | field


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. signal: its place in the user's order. hash: of everything that it expands to."""

    id: str
    signal: int
    score: float
    when: Clause
    unless: Clause | None
    hash: str


@dataclass(frozen=True, slots=True, repr=False)
class Net:
    """The literals that are looked for in one form of a text. numbers: of each of the automaton's strings.

    careful: the numbers of those whose finds must be looked at one by one.
    """

    zone: Zone
    automaton: AhoCorasick
    numbers: tuple[int, ...]
    careful: frozenset[int]


@dataclass(frozen=True, slots=True, repr=False)
class Lexicon:
    """All literals of all rules, and the nets that find them. A literal is known by its number.

    rests: what must follow a literal. names: the entities that a literal names. excluding: literals
    in which a name means something else. Entities are numbered from len(literals) on.
    """

    literals: Literals
    nets: tuple[Net, ...]
    rests: Mapping[int, re.Pattern[str]]
    names: Mapping[int, tuple[Name, ...]]
    excluding: frozenset[int]

    def counts(self, number: int, text: str, start: int, end: int) -> bool:
        """Return whether a find of a literal has the surroundings that the literal asks for."""
        literal = self.literals.special.get(number)
        if literal is None:
            return True
        if literal.rest:
            rest = self.rests[number].match(text, end)
            if rest is None:
                return False
            end = rest.end()
        if literal.bound_left and start and is_word_char(text[start - 1]):
            return False
        return not (literal.bound_right and is_word_char(text[end : end + 1]))
