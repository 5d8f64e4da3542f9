"""Names of entities that stand in an item but do not count, and what keeps them from it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from tracker.model import Field, Hit
from tracker.rules.clauses import View
from tracker.rules.explain.forms import Forms
from tracker.rules.explain.misses import Miss, at, quoted
from tracker.rules.lexicon import Lexicon
from tracker.rules.literals import Zone, alias_literal
from tracker.rules.names import Name
from tracker.rules.source import AliasSource, Definitions, EntitySource
from tracker.rules.vocabulary import Vocabulary
from tracker.text import folded

_NEEDS = 6
_NAMES = 2
"""Names that are told, of those an ambiguous name counts beside."""
_LOOKED_AT = 20
"""Names that are asked why they do not count: a long text may hold very many."""
_SHORTEST = 3
"""Letters of a name that is told of when it stands there in another case."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A name of the register. text: as it is looked for, in a zone."""

    name: Name
    entity: EntitySource
    alias: AliasSource
    text: str
    zone: Zone


class Names:
    """The names of the register that stand in one item."""

    def __init__(self, lexicon: Lexicon, definitions: Definitions, view: View, forms: Forms) -> None:
        self._lexicon = lexicon
        self._definitions = definitions
        self._view = view
        self._forms = forms

    def why(self, entities: Collection[int], fields: Collection[Field], clause: str) -> Miss | None:
        """Return why no name of the entities counts in the fields; None when none stands there."""
        there = (
            (known, hit)
            for known, hit in self._sighted
            if known.name.entity in entities and hit.field in fields
        )
        misses = [self._unheeded(known, hit, clause) for known, hit in islice(there, _LOOKED_AT)]
        if misses:
            return max(misses, key=_nearness)
        return self._in_other_case(entities, fields, clause)

    @cached_property
    def _known(self) -> list[_Known]:
        numbers = {literal: number for number, literal in enumerate(self._lexicon.literals)}
        first = Vocabulary().entity_number(0)
        known = []
        for position, entity in enumerate(self._definitions.entities.values()):
            for alias in entity.aliases:
                literal = alias_literal(alias.text, any_case=alias.any_case)
                for name in self._lexicon.names.get(numbers.get(literal, -1), ()):
                    if (name.entity, name.ambiguous) == (first + position, alias.ambiguous):
                        known.append(_Known(name, entity, alias, literal.text, literal.zone))
        return known

    @cached_property
    def _sighted(self) -> list[tuple[_Known, Hit]]:
        return [
            (known, hit)
            for known in self._known
            for field in self._forms.texts
            for hit in self._forms.spelled(known.text, field, known.zone, "")
        ]

    def _unheeded(self, known: _Known, hit: Hit, clause: str) -> Miss:
        seen = (replace(hit, clause=clause),)
        if outer := next(self._meaning_other(known.name, hit), None):
            return Miss("longer word", f"{at(hit)} does not count in {outer.text}", 0.3, seen)
        if longer := next(self._longer(hit), None):
            entity, outer = longer
            text = f"{at(hit)} lies in {outer.text}, a name of <{entity.id}>; the longest name counts"
            return Miss("longer name", text, 0.3, seen)
        if vetoes := known.name.unless & self._view.seen:
            against = tuple(self._view.hits(frozenset(vetoes), clause))
            text = f"{at(hit)} does not count as <{known.entity.id}> where {quoted(against)} stands"
            return Miss("name vetoed", text, 0.4, (*seen, *against))
        return Miss("ambiguous name", self._ambiguous(known, hit), 0.5, seen)

    def _meaning_other(self, name: Name, hit: Hit) -> Iterator[Hit]:
        for number in name.not_in:
            literal = self._lexicon.literals[number]
            for outer in self._forms.spelled(literal.text, hit.field, literal.zone, ""):
                if outer.start <= hit.start and hit.end <= outer.end:
                    yield outer

    def _longer(self, hit: Hit) -> Iterator[tuple[EntitySource, Hit]]:
        for known, other in self._sighted:
            covers = other.field is hit.field and other.start <= hit.start and hit.end <= other.end
            if covers and other.end - other.start > hit.end - hit.start:
                yield known.entity, other

    def _ambiguous(self, known: _Known, hit: Hit) -> str:
        sure = [alias.text for alias in known.entity.aliases if not alias.ambiguous]
        beside = _some(known.alias.needs) if known.alias.needs else ""
        ways = [f"beside {beside}"] if beside else []
        if sure:
            more = f" or {len(sure) - _NAMES} more" if len(sure) > _NAMES else ""
            ways.append(f"beside its name {' or '.join(sure[:_NAMES])}{more}")
        ways.append("on a feed of `panel: ai`")
        return f"{at(hit)} is an ambiguous name of <{known.entity.id}>: it counts only {', or '.join(ways)}"

    def _in_other_case(
        self, entities: Collection[int], fields: Collection[Field], clause: str
    ) -> Miss | None:
        for known, hit in self._miswritten:
            if known.name.entity in entities and hit.field in fields:
                text = f"{at(hit)} stands there, but the name counts as written: {known.alias.text}"
                return Miss("another case", text, 0.4, (replace(hit, clause=clause),))
        return None

    @cached_property
    def _miswritten(self) -> list[tuple[_Known, Hit]]:
        """Names that stand there in another case, but for those that would not count alone."""
        return [
            (known, hit)
            for known in self._known
            if known.zone is Zone.WRITTEN and len(known.text) >= _SHORTEST and not known.name.ambiguous
            for field in self._forms.texts
            for hit in self._forms.spelled(folded(known.text), field, Zone.FOLDED, "")
        ]


def _some(texts: Collection[str]) -> str:
    shown = list(texts)[:_NEEDS]
    rest = f" or {len(texts) - _NEEDS} more" if len(texts) > _NEEDS else ""
    return " or ".join(shown) + rest if len(shown) < 3 else f"one of {', '.join(shown)}{rest}"


def _nearness(miss: Miss) -> float:
    return miss.near
