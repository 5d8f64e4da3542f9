"""What a clause asks of a text, so far that one clause can be seen to follow from another. Pure.

`implies` is sure when it says yes, and says no whenever it cannot tell: what lint reports is so. A clause of
a kind that this module does not know follows from itself, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from tracker.model import Field
from tracker.rules.literals import Literal, TermError, is_word_char, term_literal
from tracker.rules.source import Definitions
from tracker.rules.syntax import DEFAULT
from tracker.rules.tree import And, Expression, Named, Near, Not, Or, Outside, Scoped, Term, Terms, Told
from tracker.rules.trial.narrow import shared_fields

Fields = tuple[Field, ...]
Sought = tuple[int | str, Field]
"""A literal by its number, or anything else by its name, in one field."""


@dataclass(frozen=True, slots=True)
class Sense:
    """A clause. kind: "find", "not", "and", "or", "near", "then" or "outside". tree: as written.

    sought: what a find looks for, any of it; alternatives that are all finds are one find, with parts.
    words: how near.
    """

    kind: str
    tree: Expression
    parts: tuple[Sense, ...] = ()
    sought: frozenset[Sought] = frozenset()
    words: int | None = None

    def same(self, other: Sense) -> bool:
        """Return whether two clauses ask for the same and show the same hits."""
        if self.kind == other.kind == "find":
            return set(self._leaves()) == set(other._leaves())
        return (
            (self.kind, self.words) == (other.kind, other.words)
            and len(self.parts) == len(other.parts)
            and all(one.same(two) for one, two in zip(self.parts, other.parts, strict=True))
        )

    def _leaves(self) -> Iterator[frozenset[Sought]]:
        """Of several leaves each shows its own hits, of one only the longest at a place."""
        if not self.parts:
            yield self.sought
        for part in self.parts:
            yield from part._leaves()


class Senses:
    """Makes senses of the expressions of one config, then compares them: none is made after that."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._shown_by_rules = {signal.key for signal in definitions.signals if signal.rules}
        self._numbers: dict[Literal, int] = {}
        self._sought: dict[tuple[str, Fields], frozenset[Sought]] = {}
        for terms in definitions.terms.values():
            for term in terms.terms:
                self.literal(term.text)

    def of(self, tree: Expression, text: str, fields: Fields = DEFAULT) -> Sense:
        """Return what an expression asks for. text: that of which it was parsed."""
        match tree:
            case Scoped():
                return self.of(tree.inner, text, tree.fields)
            case Not():
                return Sense("not", tree, (self.of(tree.inner, text, fields),))
            case And() | Or():
                parts = tuple(self.of(part, text, fields) for part in tree.parts)
                return _joined("and" if isinstance(tree, And) else "or", tree, parts)
            case Near():
                kind, words = "then" if tree.ordered else "near", tree.words
                return Sense(kind, tree, self._sides(tree, text, fields), words=words)
            case Outside():
                return Sense("outside", tree, self._sides(tree, text, fields))
        return Sense("find", tree, sought=self._leaf(tree, text[tree.start : tree.end], fields))

    def literal(self, text: str) -> int | None:
        """Return the number of a term of a set; None for one that the compiler refuses."""
        try:
            literal = _set_literal(text)
        except TermError:
            return None
        return self._number(literal)

    def implies(self, one: Sense, other: Sense) -> bool:
        """Return whether the other surely holds wherever the one does."""
        if one.same(other):
            return True
        match one.kind, other.kind:
            case "find", "find":
                return all(not self._followed(each).isdisjoint(other.sought) for each in one.sought)
            case "or", _:
                return all(self.implies(part, other) for part in one.parts)
            case _, "and":
                return all(self.implies(one, part) for part in other.parts)
            case "not", "not":
                return self.implies(other.parts[0], one.parts[0])
            case (("near" | "then"), ("near" | "then")) if self._nearer(one, other):
                return True
        if other.kind == "or" and any(self.implies(one, part) for part in other.parts):
            return True
        if one.kind == "find":
            return bool(one.parts) and all(self.implies(part, other) for part in one.parts)
        if one.kind in ("and", "near", "then"):
            return any(self.implies(part, other) for part in one.parts)
        return one.kind == "outside" and self.implies(one.parts[0], other)

    def shows(self, one: Sense, other: Sense) -> bool:
        """Return whether the other surely finds every word that the one finds, alone or in longer ones."""
        if one.same(other):
            return True
        return one.kind == other.kind == "find" and all(
            not self._shown(sought).isdisjoint(other.sought) for sought in one.sought
        )

    def excludes(self, those: Iterable[Sense], other: Sense) -> bool:
        """Return whether these, all holding, surely keep the other from holding."""
        those = tuple(those)
        if other.kind == "not":
            return self.implies(Sense("and", other.tree, those), other.parts[0])
        if any(self.implies(other, each.parts[0]) for each in those if each.kind == "not"):
            return True
        match other.kind:
            case "or" | "find":
                return bool(other.parts) and all(self.excludes(those, part) for part in other.parts)
            case "and" | "near" | "then":
                return any(self.excludes(those, part) for part in other.parts)
        return self.excludes(those, other.parts[0])

    def never(self, sense: Sense) -> bool:
        """Return whether a clause surely holds nowhere."""
        match sense.kind:
            case "find":
                return not sense.sought
            case "or":
                return all(map(self.never, sense.parts))
            case "and":
                return any(map(self.never, sense.parts)) or any(
                    self.excludes(sense.parts[:at] + sense.parts[at + 1 :], part)
                    for at, part in enumerate(sense.parts)
                    if part.kind == "not"
                )
            case "near" | "then":
                return any(map(self.never, sense.parts))
            case "outside":
                inner, outer = sense.parts
                return inner.kind == outer.kind == "find" and inner.sought <= outer.sought
        return False

    def covering(self, number: int) -> frozenset[int]:
        """Return the other literals that find, wherever this one does, the same words or longer ones."""
        return frozenset(
            other for other in self._implied[number] if self._covers(self._literals[other], number)
        )

    def closure(self, sought: Iterable[Sought]) -> frozenset[Sought]:
        """Return everything that is found where any of these is."""
        return frozenset().union(*(self._followed(each) for each in sought))

    def _sides(self, tree: Near | Outside, text: str, fields: Fields) -> tuple[Sense, Sense]:
        shared = shared_fields(tree, fields)
        return self.of(tree.left, text, shared), self.of(tree.right, text, shared)

    def _leaf(self, tree: Expression, text: str, fields: Fields) -> frozenset[Sought]:
        if (text, fields) not in self._sought:
            keys = self._keys(tree, text)
            self._sought[text, fields] = frozenset((key, field) for key in keys for field in fields)
        return self._sought[text, fields]

    def _keys(self, tree: Expression, text: str) -> Iterable[int | str]:
        match tree:
            case Term():
                return [self._number(term_literal(tree.text, exact=tree.exact))]
            case Terms():
                terms = self._definitions.terms[tree.name].terms
                return [number for term in terms if (number := self.literal(term.text)) is not None]
            case Named():
                return [f"<{name}>" for name in members(self._definitions, tree.name)]
            case Told() if tree.key not in self._shown_by_rules:
                return []
        return [text]

    def _number(self, literal: Literal) -> int:
        return self._numbers.setdefault(literal, len(self._numbers))

    def _followed(self, sought: Sought) -> frozenset[Sought]:
        key, field = sought
        if isinstance(key, str):
            return frozenset((sought,))
        return frozenset((other, field) for other in (key, *self._implied[key]))

    def _shown(self, sought: Sought) -> frozenset[Sought]:
        key, field = sought
        covering = self.covering(key) if isinstance(key, int) else ()
        return frozenset((sought, *((other, field) for other in covering)))

    def _nearer(self, one: Sense, other: Sense) -> bool:
        """Whether the same two sides are asked to stand at least as near, or in order as well."""
        if (one.words is None) is not (other.words is None):
            return False
        if one.words is not None and other.words is not None and one.words > other.words:
            return False
        same = all(mine.same(yours) for mine, yours in zip(one.parts, other.parts, strict=True))
        turned = all(mine.same(yours) for mine, yours in zip(one.parts, reversed(other.parts), strict=True))
        return (same and other.kind in ("near", one.kind)) or (turned and other.kind == "near")

    @cached_property
    def _literals(self) -> tuple[Literal, ...]:
        return tuple(self._numbers)

    @cached_property
    def _implied(self) -> Mapping[int, tuple[int, ...]]:
        """By literal, the others that are found wherever it is."""
        literals = self._literals
        automaton = AhoCorasick([literal.text for literal in literals])
        implied: dict[int, tuple[int, ...]] = {}
        for number, literal in enumerate(literals):
            found = automaton.find_matches_as_indexes(literal.text, overlapping=True)
            inside = dict.fromkeys(
                other
                for other, start, end in found
                if other != number and _stands(literals[other], literal, start, end)
            )
            implied[number] = tuple(inside)
        return implied

    def _covers(self, other: Literal, number: int) -> bool:
        """Whether a literal that is found inside another one's text always shows at least its words."""
        literal = self._literals[number]
        if literal.rest or literal.grow_left > other.grow_left or literal.grow_right > other.grow_right:
            return False
        left, _, right = literal.text.partition(other.text)
        return _grown(left.lstrip(), grows=other.grow_left) and _grown(right.rstrip(), grows=other.grow_right)


def members(definitions: Definitions, name: str) -> list[str]:
    """Return the ids of the entities that `<name>` stands for."""
    if name in definitions.entities:
        return [name]
    wanted = definitions.groups.get(name, (name,))
    return [each.id for each in definitions.entities.values() if each.type in wanted or each.id in wanted]


def _joined(kind: str, tree: Expression, parts: tuple[Sense, ...]) -> Sense:
    """Join parts; alternatives that are all finds are one find of any of them."""
    if kind == "or" and all(part.kind == "find" for part in parts):
        return Sense("find", tree, parts, frozenset().union(*(part.sought for part in parts)))
    return Sense(kind, tree, parts)


def _set_literal(text: str) -> Literal:
    word = text.removeprefix("=")
    return term_literal(word, exact=True) if word and word != text else term_literal(text)


def _stands(inner: Literal, outer: Literal, start: int, end: int) -> bool:
    """Whether a literal counts where its text stands inside that of another one that was found."""
    if inner.zone is not outer.zone or inner.rest:
        return False
    text = outer.text
    left = not is_word_char(text[start - 1]) if start else outer.bound_left
    right = not is_word_char(text[end]) if end < len(text) else outer.bound_right and not outer.rest
    return (left or not inner.bound_left) and (right or not inner.bound_right)


def _grown(rest: str, *, grows: bool) -> bool:
    """Whether what a text has beyond another is shown by that one, too: all of it of the same word."""
    return not rest or (grows and " " not in rest)
