"""Which rules an item can match at all, told by a part of the work: most items can match none.

A rule that holds has a find in each of its required groups. Groups that look in short fields only (most
rules ask for something in the title) are settled first, by the forms that the scan itself looks in. The
long fields, lead and content, are not split into words here: they are looked through for pieces without
which a literal cannot stand in them, first for what rules ask that want nothing of the short fields, then,
if a rule is left, for all others. So the sieve may let through too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from tracker.model import Feed, Field, Item
from tracker.rules.fields import matched_text
from tracker.rules.groups import Costs, Group, required_groups
from tracker.rules.inquiry import is_literal
from tracker.rules.lexicon import FIELDS, Lexicon, Rule
from tracker.rules.literals import Literal, Zone
from tracker.text import folded, normalise

_LONG = frozenset((Field.LEAD, Field.CONTENT))


@dataclass(frozen=True, slots=True, repr=False)
class _Net:
    """Strings looked for in one field. bits: of the groups that a find of each belongs to.

    zone: the form of the text. numbers: what literals the strings are; empty for mere pieces of literals.
    """

    field: Field
    zone: Zone
    automaton: AhoCorasick
    bits: tuple[int, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Need:
    """The groups that a rule needs, a bit for each. early: those that are settled before the last look."""

    rule: int
    early: int
    every: int


@dataclass(frozen=True, slots=True, repr=False)
class Sieve:
    """What `possible` works by. needs: by the bit of the group that is thought to be the rarest of a rule's.

    keys: those bits. short: by field. first, last: of the long fields.
    """

    needs: Mapping[int, tuple[_Need, ...]]
    keys: int
    short: Mapping[Field, tuple[_Net, ...]]
    first: tuple[_Net, ...]
    last: tuple[_Net, ...]
    lexicon: Lexicon

    def possible(self, item: Item, feed: Feed) -> list[int]:
        """Return, in order, the numbers of the rules that may hold; no other does."""
        seen = 0
        for field, nets in self.short.items():
            if text := matched_text(field, item, feed):
                forms = normalise(text)
                for net in nets:
                    seen = self._settled(seen, (forms.words, forms.folded, forms.written)[net.zone], net)
        for net in self.first:
            seen |= _pieces(folded(matched_text(net.field, item, feed)), net)
        left = self._left(seen)
        if left:
            for net in self.last:
                seen |= _pieces(folded(matched_text(net.field, item, feed)), net)
        return sorted([need.rule for need in left if seen & need.every == need.every])

    def _left(self, seen: int) -> list[_Need]:
        """Return the rules that may hold as far as is settled early."""
        left: list[_Need] = []
        keys = seen & self.keys
        while keys:
            key = keys & -keys
            keys ^= key
            left += [need for need in self.needs[key] if seen & need.early == need.early]
        return left

    def _settled(self, seen: int, text: str, net: _Net) -> int:
        """Return the bits that were seen and those that a text adds."""
        lexicon, bits, numbers = self.lexicon, net.bits, net.numbers
        for index, start, end in net.automaton.find_matches_as_indexes(text, overlapping=True):
            more = seen | bits[index]
            if more != seen:
                number = numbers[index]
                if number not in lexicon.careful or lexicon.counts(number, text, start, end):
                    seen = more
        return seen


def _pieces(text: str, net: _Net) -> int:
    """Return the bits of the pieces that a text holds, whatever stands around them."""
    bits, seen = net.bits, 0
    for index, _, _ in net.automaton.find_matches_as_indexes(text, overlapping=True):
        seen |= bits[index]
    return seen


def sieve(rules: Sequence[Rule], lexicon: Lexicon, costs: Costs) -> Sieve:
    """Return the sieve for rules, each of which requires something."""
    maker = _Maker(lexicon)
    needs: dict[int, list[_Need]] = {}
    for number, rule in enumerate(rules):
        groups = [group for group in required_groups(rule.when) if is_literal(group)]
        if not groups:
            continue  # asked of every item; see `tracker.rules.inquiry`
        sure = [group for group in groups if not _fields(group) & _LONG]
        key = costs.cheapest(sure or groups)
        early = maker.bits({*sure, key})
        every = early | maker.bits(group for group in groups if maker.tells(group))
        needs.setdefault(maker.bit(key), []).append(_Need(number, early, every))
    by_key = {key: tuple(some) for key, some in needs.items()}
    maker.first = _union(by_key)
    return Sieve(by_key, maker.first, maker.short(), maker.long(first=True), maker.long(first=False), lexicon)


class _Maker:
    """Numbers groups, and makes the nets that find them. first: the bits to look for first."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.first = 0
        self._lexicon = lexicon
        self._bits: dict[Group, int] = {}
        self._names: dict[int, list[int]] = {}
        for literal, names in lexicon.names.items():
            for name in names:
                self._names.setdefault(name.entity, []).append(literal)

    def bit(self, group: Group) -> int:
        return self._bits.setdefault(group, 1 << len(self._bits))

    def bits(self, groups: Iterable[Group]) -> int:
        return _union(map(self.bit, groups))

    def tells(self, group: Group) -> bool:
        """Whether a look for the group is worth it: a single letter stands in nearly every long text."""
        return all(
            len(piece) > 1 or not piece.isascii()
            for field, number in self._literals(group)
            if field in _LONG
            for piece in (_piece(self._lexicon.literals[number]),)
        )

    def short(self) -> dict[Field, tuple[_Net, ...]]:
        wanted: dict[tuple[Field, Zone], dict[int, int]] = {}
        for group, bit in self._bits.items():
            for field, number in self._literals(group):
                if field not in _LONG:
                    there = wanted.setdefault((field, self._lexicon.zones[number]), {})
                    there[number] = there.get(number, 0) | bit
        nets: dict[Field, tuple[_Net, ...]] = {}
        for (field, zone), bits in wanted.items():
            automaton = AhoCorasick([self._lexicon.literals[number].text for number in bits])
            net = _Net(field, zone, automaton, tuple(bits.values()), tuple(bits))
            nets[field] = (*nets.get(field, ()), net)
        return nets

    def long(self, *, first: bool) -> tuple[_Net, ...]:
        wanted: dict[Field, dict[str, int]] = {}
        for group, bit in self._bits.items():
            if bool(bit & self.first) is first:
                for field, number in self._literals(group):
                    if field in _LONG:
                        pieces, piece = wanted.setdefault(field, {}), _piece(self._lexicon.literals[number])
                        pieces[piece] = pieces.get(piece, 0) | bit
        return tuple(
            _Net(field, Zone.FOLDED, AhoCorasick(list(pieces)), tuple(pieces.values()))
            for field, pieces in wanted.items()
        )

    def _literals(self, group: Group) -> Iterable[tuple[Field, int]]:
        """Yield the literals that show a group, and where: for an entity all its names."""
        for found in group:
            number, field = found >> 4, FIELDS[found & 15]
            for literal in self._names.get(number, (number,)):
                if literal < len(self._lexicon.literals):
                    yield field, literal


def _piece(literal: Literal) -> str:
    """Return what stands in a folded text wherever a literal stands in its form of it.

    Between the words of a phrase there may be signs, so it is the longest word.
    """
    if literal.zone is Zone.WORDS:
        return max(literal.text.split(" "), key=len)
    return literal.text if literal.zone is Zone.FOLDED else literal.text.casefold()


def _fields(group: Group) -> set[Field]:
    return {FIELDS[found & 15] for found in group}


def _union(bits: Iterable[int]) -> int:
    seen = 0
    for bit in bits:
        seen |= bit
    return seen
