"""What the names in rules stand for: term sets, entities, types and groups, each worked out once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from tracker.errors import Problem
from tracker.model import Field
from tracker.rules.clauses import Find
from tracker.rules.literals import Literal, TermError, term_literal
from tracker.rules.source import Definitions, EntitySource, TermSet, Written
from tracker.rules.vocabulary import Vocabulary

_WIDE_SEPARATORS = "，、；"
_PATTERN = re.compile(r"/\S(.*\S)?/i?")


class Expanded(NamedTuple):
    """The literals or entities that a leaf stands for, by number; equal expansions find the same."""

    numbers: tuple[int, ...]
    expansion: str


class Expander:
    """Expands the names of one config and collects what is wrong with their definitions."""

    def __init__(self, definitions: Definitions) -> None:
        self.problems: list[Problem] = []
        self.vocabulary = Vocabulary()
        self._definitions = definitions
        self._entities = {key: number for number, key in enumerate(definitions.entities)}
        self._sets: dict[str, Expanded] = {}
        self._known: dict[str, Expanded] = {}
        self._finds: dict[tuple[Field, ...], dict[str, Find]] = {}
        self._named = False

    def term(self, text: str, *, exact: bool = False) -> Expanded:
        """Expand a word or phrase. Raises TermError."""
        literal = term_literal(text, exact=exact)
        return Expanded((self.vocabulary.number(literal),), _plain(literal))

    def terms(self, name: str) -> Expanded:
        """Expand a term set that is defined. A term that cannot be looked for is a problem, told once."""
        if name not in self._sets:
            literals = self._literals(self._definitions.terms[name])
            numbers = tuple(self.vocabulary.number(literal) for literal in literals)
            self._sets[name] = Expanded(numbers, _fingerprint(map(_plain, literals)))
        return self._sets[name]

    def named(self, name: str) -> Expanded | None:
        """Expand the name of an entity, a type or a group; None when nothing is called so."""
        if name in self._known:
            return self._known[name]
        members = self._members(name)
        if members is None:
            return None
        self._take_in_names()
        numbers = tuple(self.vocabulary.entity_number(self._entities[member.id]) for member in members)
        self._known[name] = Expanded(numbers, _fingerprint(map(_described, members)))
        return self._known[name]

    def find(self, expanded: Expanded, fields: tuple[Field, ...], clause: str) -> Find:
        """Return the clause that looks for what a leaf stands for; leaves written alike share one."""
        atoms = self.vocabulary.atoms(expanded.numbers, fields)
        known = self._finds.setdefault(fields, {})
        find = known.get(clause)
        if find is None or find.atoms != atoms:
            find = known[clause] = Find(atoms, clause)
        return find

    def has_names(self, name: str) -> bool:
        """Return whether any entity that a name stands for has a name to look for."""
        return any(entity.aliases for entity in self._members(name) or ())

    def names(self) -> list[str]:
        """Return everything that `<…>` may hold."""
        entities = self._definitions.entities
        return [*entities, *{entity.type: None for entity in entities.values()}, *self._definitions.groups]

    def check_all(self) -> None:
        """Look also at the term sets and entities that no rule uses."""
        for name in self._definitions.terms:
            self.terms(name)
        if not self._named:
            unused = Vocabulary()
            for number, entity in enumerate(self._definitions.entities.values()):
                self._add_names(unused, number, entity)

    def _literals(self, terms: TermSet) -> list[Literal]:
        literals = []
        for term in terms.terms:
            try:
                _check_separators(term)
                _check_pattern(term)
                literals.append(_term(term.text))
            except _EntryError as error:
                self.problems.append(term.problem(error.at, error.what, error.hint))
            except TermError as error:
                self.problems.append(term.problem(0, f"{error.what}, in term set `{terms.name}`", error.hint))
        return literals

    def _members(self, name: str) -> list[EntitySource] | None:
        entities = self._definitions.entities
        if name in entities:
            return [entities[name]]
        wanted = self._definitions.groups.get(name)
        types = {name} if wanted is None else set(wanted)
        members = [entity for entity in entities.values() if entity.type in types or entity.id in types]
        return members if members or wanted is not None else None

    def _take_in_names(self) -> None:
        # All or none: the longest name at a place wins, whichever entities the rules speak of.
        if not self._named:
            self._named = True
            for number, entity in enumerate(self._definitions.entities.values()):
                self._add_names(self.vocabulary, number, entity)

    def _add_names(self, vocabulary: Vocabulary, number: int, entity: EntitySource) -> None:
        try:
            vocabulary.add_names(number, entity)
        except TermError as error:
            what = f"{error.what}, in entity `{entity.id}`"
            self.problems.append(Problem(entity.place, what, error.hint))


class _EntryError(Exception):
    def __init__(self, at: int, what: str, hint: str) -> None:
        super().__init__(what)
        self.at, self.what, self.hint = at, what, hint


def _term(text: str) -> Literal:
    """`=Case` means in a set what it means in a rule: as written."""
    word = text.removeprefix("=")
    return term_literal(word, exact=True) if word and word != text else term_literal(text)


def _check_separators(term: Written) -> None:
    found = [at for at, char in enumerate(term.text) if char in _WIDE_SEPARATORS]
    if not found:
        return
    text = term.text
    for separator in _WIDE_SEPARATORS:
        text = text.replace(separator, "\n")
    parts = ", ".join(part.strip() for part in text.split("\n") if part.strip())
    what = f"{term.text[found[0]]} does not part terms: this would be one long term"
    raise _EntryError(found[0], what, f"write {parts}" if parts else "take it away")


def _check_pattern(term: Written) -> None:
    if _PATTERN.fullmatch(term.text):
        hint = f"write it in the rule, or ={term.text} to find the text"
        raise _EntryError(0, "a pattern stands in a rule, not in a term set", hint)


def _fingerprint(parts: Iterable[str]) -> str:
    """Return a short stand-in for many parts in any order; rules repeat it."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def _plain(literal: Literal) -> str:
    flags = f"{literal.bound_left:d}{literal.bound_right:d}{literal.grow_left:d}{literal.grow_right:d}"
    return f"{literal.text!a}{literal.zone:d}{flags}{literal.rest!a}"


def _described(entity: EntitySource) -> str:
    aliases = (
        [alias.text, *map(sorted, (alias.needs, alias.unless, alias.not_in)), alias.any_case, alias.ambiguous]
        for alias in entity.aliases
    )
    return ascii([entity.id, *sorted(map(ascii, aliases))])
