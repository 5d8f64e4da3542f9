"""Which rules an item can match at all, told by a part of the work: most items can match none.

A rule that holds has a find in each of its required groups; its rarest group is its key, and only the rules
whose key was found are looked at. Groups that look in short fields only (most rules ask for something in the
title) are settled first, by the reading that the scan goes on with. The long fields, lead and content, are
not split into words here: they are looked through for pieces without which a literal cannot stand in them,
first for the keys, then, if a rule is left, for all groups. So the sieve may let through too much, never too
little. With very many rules some rule is left for nearly every item, and the long fields are read at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from tracker.model import Feed, Field, Item
from tracker.rules.atoms import gathered
from tracker.rules.fields import matched_text
from tracker.rules.groups import Costs, Group, required_groups
from tracker.rules.inquiry import is_literal
from tracker.rules.lexicon import FIELD_NUMBERS, FIELDS, Lexicon, Rule, atom
from tracker.rules.literals import Literal, Zone
from tracker.rules.reading import Reading
from tracker.text import folded

_LONG = frozenset((Field.LEAD, Field.CONTENT))
_LONG_NUMBERS = frozenset(FIELD_NUMBERS[field] for field in _LONG)
_MANY = 100
"""Rules whose keys look in long fields, from which on these are read at once."""


@dataclass(frozen=True, slots=True, repr=False)
class _Pieces:
    """Strings looked for in one long field. atoms: what a find of each may be."""

    field: Field
    automaton: AhoCorasick
    atoms: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class _Need:
    """The groups that a rule needs beside its key. late: those that look in long fields."""

    rule: int
    early: tuple[Group, ...]
    late: tuple[Group, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Sieve:
    """What `possible` works by. needs: by each atom of the rule's key, literals standing for what they name.

    at_once: the fields that are read whole. first, last: the pieces of the others.
    """

    needs: Mapping[int, tuple[_Need, ...]]
    at_once: tuple[Field, ...]
    first: tuple[_Pieces, ...]
    last: tuple[_Pieces, ...]

    def possible(self, item: Item, feed: Feed, reading: Reading) -> list[int]:
        """Return, in order, the numbers of the rules that may hold; no other does.

        reading: of this item, with nothing read yet; here the fields that are read at once.
        """
        for field in self.at_once:
            if text := matched_text(field, item, feed):
                reading.read(FIELD_NUMBERS[field], text)
        seen = set(reading.found)
        for pieces in self.first:
            _look(pieces, item, feed, seen)
        left = self._left(seen)
        if not left:
            return []
        if self.last:
            for pieces in self.last:
                _look(pieces, item, feed, seen)
        rules = {need.rule for need in left if not need.late or _all_in(need.late, seen)}
        return sorted(rules) if len(rules) > 1 else list(rules)

    def _left(self, seen: set[int]) -> list[_Need]:
        """Return the rules that may hold as far as is settled early; one may stand there twice."""
        needs = self.needs
        left: list[_Need] = []
        for key in seen:
            if key in needs:
                left += [need for need in needs[key] if not need.early or _all_in(need.early, seen)]
        return left


def _all_in(groups: tuple[Group, ...], seen: set[int]) -> bool:
    for group in groups:  # noqa: SIM110  (a generator takes twice as long)
        if seen.isdisjoint(group):
            return False
    return True


def _look(pieces: _Pieces, item: Item, feed: Feed, seen: set[int]) -> None:
    """Add what the pieces that a field holds may be, whatever stands around them."""
    if text := matched_text(pieces.field, item, feed):
        for index, _, _ in pieces.automaton.find_matches_as_indexes(folded(text), overlapping=True):
            seen.update(pieces.atoms[index])


def sieve(rules: Sequence[Rule], lexicon: Lexicon, costs: Costs) -> Sieve:
    """Return the sieve for rules, each of which requires something."""
    maker = _Maker(lexicon)
    for number, rule in enumerate(rules):
        groups = [group for group in required_groups(rule.when) if is_literal(group)]
        if groups:  # else asked of every item; see `tracker.rules.inquiry`
            maker.add(number, groups, costs)
    return maker.sieve()


class _Maker:
    """Puts together what a sieve works by."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._needs: dict[int, tuple[_Need, ...]] = {}
        self._fields: set[int] = set()
        self._keys: dict[Group, None] = {}
        self._others: dict[Group, None] = {}
        self._spelled: dict[Group, Group] = {}
        self._names: dict[int, list[int]] = {}
        self._long_keys = 0
        for literal, names in lexicon.names.items():
            for name in names:
                self._names.setdefault(name.entity, []).append(literal)

    def add(self, rule: int, groups: Sequence[Group], costs: Costs) -> None:
        sure = [group for group in groups if not _is_long(group)]
        key = costs.cheapest(sure or groups)
        self._long_keys += not sure
        rest = [self._literals(group) for group in groups if group is not key]
        early = tuple([group for group in rest if not _is_long(group)])
        late = tuple([group for group in rest if _is_long(group) and self._tells(group)])
        need = _Need(rule, early, late)
        key = self._literals(key)
        alone = (need,)  # one for all atoms that no other rule has in its key
        for found in key:
            others = self._needs.get(found)
            self._needs[found] = (*others, need) if others else alone
        self._keys[key] = None
        self._others.update(dict.fromkeys((*early, *late)))
        for group in (key, *early, *late):
            self._fields.update([found & 15 for found in group])

    def sieve(self) -> Sieve:
        many = self._long_keys >= _MANY
        used = [FIELDS[number] for number in sorted(self._fields)]
        at_once = tuple(field for field in used if many or field not in _LONG)
        if many:
            return Sieve(self._needs, at_once, (), ())
        return Sieve(
            self._needs, at_once, self._pieces(self._keys), self._pieces(self._others.keys() - self._keys)
        )

    def _pieces(self, groups: Iterable[Group]) -> tuple[_Pieces, ...]:
        wanted: dict[Field, dict[str, set[int]]] = {}
        for group in groups:
            for found in group:
                field = FIELDS[found & 15]
                if field in _LONG:
                    piece = _piece(self._lexicon.literals[found >> 4])
                    wanted.setdefault(field, {}).setdefault(piece, set()).add(found)
        return tuple(
            _Pieces(field, AhoCorasick(list(pieces)), tuple(map(tuple, pieces.values())))
            for field, pieces in wanted.items()
        )

    def _tells(self, group: Group) -> bool:
        """Whether a look for the group is worth it: a single letter stands in nearly every long text."""
        return all(
            len(piece) > 1 or not piece.isascii()
            for found in group
            if found & 15 in _LONG_NUMBERS
            for piece in (_piece(self._lexicon.literals[found >> 4]),)
        )

    def _literals(self, group: Group) -> Group:
        """Return the atoms that show a group: for an entity all its names."""
        if group not in self._spelled:
            count = len(self._lexicon.literals)
            entities = [found for found in group if found >> 4 >= count]
            names = (
                atom(literal, found & 15) for found in entities for literal in self._names.get(found >> 4, ())
            )
            self._spelled[group] = gathered({*group, *names}.difference(entities)) if entities else group
        return self._spelled[group]


def _piece(literal: Literal) -> str:
    """Return what stands in a folded text wherever a literal stands in its form of it.

    Between the words of a phrase there may be signs, so it is the longest word.
    """
    if literal.zone is Zone.WORDS:
        return max(literal.text.split(" "), key=len)
    return literal.text if literal.zone is Zone.FOLDED else literal.text.casefold()


def _is_long(group: Group) -> bool:
    """Whether a group looks in a long field."""
    return any(found & 15 in _LONG_NUMBERS for found in group)
