"""Terms that find too much, or nothing that another does not find; sets and entities of no use. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.rules.lint.finding import Finding, Kind, told, told_at
from tracker.rules.lint.ruled import Ruled
from tracker.rules.lint.sense import Senses, members
from tracker.rules.source import Definitions, TermSet, Written
from tracker.rules.tree import (
    And,
    Expression,
    Named,
    Near,
    Not,
    Or,
    Outside,
    Scoped,
    Term,
    Terms,
    children,
    leaves,
)
from tracker.text import normalise

_COMMON_ENGLISH = (
    *(
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "has",
        "have",
        "he",
        "her",
        "his",
        "in",
    ),
    *("is", "it", "its", "not", "of", "on", "or", "our", "that", "the", "their", "they", "this", "to", "was"),
    *("we", "were", "which", "will", "with", "you", "your"),
)
_COMMON = frozenset((*_COMMON_ENGLISH, *"的了是在和与有也就都及或"))
_SHORTEST = 3
"""Letters before or behind a `*`: fewer are found in very many words."""
_SHORT_STEM = re.compile(r"\*?([^\W\d_]{1,2})\*|\*([^\W\d_]{1,2})")


def words(definitions: Definitions, rules: Sequence[Ruled], senses: Senses) -> Iterator[Finding]:
    """Yield what is odd about single terms, in rules and in term sets."""
    ambiguous, pack, alone = _ambiguous(definitions), _pack_files(definitions), _sets_alone(rules)
    for terms in definitions.terms.values():
        yield from _Set(terms, senses, pack).findings()
        for term in terms.terms:
            if (odd := _too_wide(term.text, alone=terms.name in alone)) is not None:
                yield odd.at(term, 0, f"`{term.text}` of term set `{terms.name}`", _layer(term, pack))
    for rule in rules:
        for asked in rule.expressions:
            for leaf, by_itself in _terms(asked.tree):
                odd = None if leaf.exact else _too_wide(leaf.text, alone=by_itself)
                if odd is not None:
                    yield odd.at(asked.written, leaf.start, f"`{leaf.text}`", rule.source.layer)
        for leaf in _all_it_asks(rule.when.tree):
            if (odd := _needs_more(leaf, ambiguous)) is not None:
                yield odd.at(rule.when.written, leaf.start, f"`{leaf.text}`", rule.source.layer)


def unused(definitions: Definitions, rules: Sequence[Ruled]) -> Iterator[Finding]:
    """Yield the term sets and entities that no rule speaks of."""
    named = [leaf for rule in rules for asked in rule.expressions for leaf in leaves(asked.tree)]
    sets = {leaf.name for leaf in named if isinstance(leaf, Terms)}
    groups = {leaf.name for leaf in named if isinstance(leaf, Named)}
    entities = {member for name in groups for member in members(definitions, name)}
    for terms in definitions.terms.values():
        if terms.name not in sets:
            what = f"no rule uses term set `{terms.name}`"
            hint = f"write ${terms.name} in one, or take it away"
            yield told_at(Kind.UNUSED_TERMS, terms.place, what, hint, terms.layer)
    for entity in definitions.entities.values():
        if entity.id not in entities:
            what = f"no rule speaks of <{entity.id}>, nor of its type <{entity.type}> or a group of it"
            hint = "its names still keep shorter names inside them from counting"
            yield told_at(Kind.UNUSED_ENTITY, entity.place, what, hint, entity.layer)


class _Set:
    """One term set: terms that stand twice, and terms that another finds as well."""

    def __init__(self, terms: TermSet, senses: Senses, pack: frozenset[str]) -> None:
        self._terms, self._senses, self._pack = terms, senses, pack

    def findings(self) -> Iterator[Finding]:
        first: dict[int, Written] = {}
        doubled: list[tuple[Written, Written]] = []
        for term in self._terms.terms:
            number = self._senses.literal(term.text)
            if number is not None and first.setdefault(number, term) is not term:
                doubled.append((term, first[number]))
        for term, earlier in doubled:
            yield self._finding(Kind.DOUBLED_TERM, term, earlier, "is the same")
        for number, term in first.items():
            if by := [first[other] for other in self._senses.covering(number) if other in first]:
                yield self._finding(Kind.COVERED_TERM, term, by[0], "finds it as well")

    def _finding(self, kind: Kind, term: Written, other: Written, how: str) -> Finding:
        what = f"`{term.text}` adds nothing to term set `{self._terms.name}`"
        return told(kind, term, 0, what, f"`{other.text}` {how}", _layer(term, self._pack))


def _layer(term: Written, pack: frozenset[str]) -> str:
    return "pack" if term.file in pack else "user"


def _too_wide(text: str, *, alone: bool) -> _Odd | None:
    """What is odd about a term wherever it stands. alone: it need not stand near another."""
    word = normalise(text).folded.strip()
    if alone and word in _COMMON:
        return _Odd(
            Kind.COMMON_WORD, "stands in almost every text", "write a phrase, or what it must stand near"
        )
    if alone and _SHORT_STEM.fullmatch(word):
        return _Odd(
            Kind.SHORT_STEM, "finds very many words", f"write {_SHORTEST} letters or more beside the *"
        )
    return None


def _needs_more(leaf: Term, ambiguous: Mapping[str, str]) -> _Odd | None:
    """What is odd about a term that is all that a rule asks for. ambiguous: entities by name."""
    word = normalise(leaf.text).folded.strip()
    if not leaf.exact and len(word) == 1 and word.isascii() and word.isalpha() and word not in _COMMON:
        return _Odd(Kind.COMMON_WORD, "is one letter", "write what must stand beside it, or a phrase")
    if word in ambiguous:
        what = f"is an ambiguous name of <{ambiguous[word]}>, and all that the rule asks for"
        return _Odd(Kind.AMBIGUOUS_NAME, what, f"<{ambiguous[word]}> finds it only where it is meant")
    return None


@dataclass(frozen=True, slots=True)
class _Odd:
    kind: Kind
    what: str
    hint: str

    def at(self, written: Written, offset: int, term: str, layer: str) -> Finding:
        return told(self.kind, written, offset, f"{term} {self.what}", self.hint, layer)


def _terms(tree: Expression, *, alone: bool = True) -> Iterator[tuple[Term, bool]]:
    """Yield the words of an expression, and whether each finds by itself: no `near` narrows it."""
    if isinstance(tree, Term):
        yield tree, alone
    for child in children(tree):
        yield from _terms(child, alone=alone and not isinstance(tree, Near | Outside))


def _all_it_asks(tree: Expression) -> Iterator[Term]:
    """Yield the words of a rule that asks for one of some words and for nothing else."""
    match tree:
        case Term():
            yield tree
        case Scoped():
            yield from _all_it_asks(tree.inner)
        case Or() if all(isinstance(part, Term) for part in tree.parts):
            for part in tree.parts:
                yield from _all_it_asks(part)
        case And():
            asking = [part for part in tree.parts if not isinstance(part, Not)]
            if len(asking) == 1:
                yield from _all_it_asks(asking[0])


def _sets_alone(rules: Sequence[Ruled]) -> frozenset[str]:
    """The sets of which some rule asks no more than that any term is there."""
    return frozenset(
        name for rule in rules for asked in rule.expressions for name in _by_themselves(asked.tree)
    )


def _by_themselves(tree: Expression) -> Iterator[str]:
    if isinstance(tree, Terms):
        yield tree.name
    elif not isinstance(tree, Near | Outside):
        for child in children(tree):
            yield from _by_themselves(child)


def _ambiguous(definitions: Definitions) -> Mapping[str, str]:
    """By name, folded, the entity that it means only in its context."""
    return {
        normalise(alias.text).folded.strip(): entity.id
        for entity in definitions.entities.values()
        for alias in entity.aliases
        if alias.ambiguous
    }


def _pack_files(definitions: Definitions) -> frozenset[str]:
    """The files of the pack: a set that a user added to still has the pack's terms in it."""
    rules = (rule for signal in definitions.signals for rule in signal.rules)
    layered = (
        *((terms.layer, terms.place) for terms in definitions.terms.values()),
        *((entity.layer, entity.place) for entity in definitions.entities.values()),
        *((rule.layer, rule.place) for rule in rules),
    )
    return frozenset(place.file for layer, place in layered if layer == "pack")
