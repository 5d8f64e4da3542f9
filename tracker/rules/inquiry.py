"""What rules ask of an item beyond its literals: patterns, figures, other signals and its age.

Each question is answered once per item and only when a rule comes to ask it. Most rules name literals,
too, so the sieve decides whether they are asked at all; the few that do not are asked of every item, and
cheap questions go first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tracker.figures import may_hold, recognise
from tracker.model import Feed, Field, FigureKind, Hit, Item
from tracker.rules.atoms import Atoms
from tracker.rules.fields import matched_text
from tracker.rules.patterns import Pattern
from tracker.text import Normalised, Offsets, normalise

FIRST_PROBE = 1 << 26
"""Numbers below are literals and entities; from here on probes; see `tracker.rules.lexicon.atom`."""
FIRST_SIGNAL = 1 << 27

SURE = 0.5
"""A figure that is less sure than this is a guess, and no hit."""

_FIELDS = tuple(Field)

Probe = Pattern | FigureKind
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, repr=False)
class Beyond:
    """What the rules of a config ask that no literal answers.

    probes: by number. loose: the rules that need no literal, each with groups of atoms of which it needs
    one each. turns: the place of each rule when signals that others ask for come first; empty: as numbered.
    told: the signals that others ask for.
    """

    probes: tuple[Probe, ...] = ()
    loose: Mapping[int, tuple[Atoms, ...]] = field(default_factory=dict)
    turns: tuple[int, ...] = ()
    told: frozenset[int] = frozenset()

    def in_turn(self, possible: list[int]) -> list[int]:
        """Return which rules to evaluate, in the order to do it. possible: what the sieve left."""
        if self.loose:
            possible = sorted((*possible, *self.loose))
        return sorted(possible, key=self.turns.__getitem__) if self.turns else possible


class Inquiry:
    """The answers for one item. told: the hits of signals that it shows; filled as rules are evaluated."""

    __slots__ = ("_beyond", "_feed", "_figures", "_forms", "_item", "_known", "_spans", "told")

    def __init__(self, beyond: Beyond, item: Item, feed: Feed, forms: dict[int, Normalised]) -> None:
        """forms: the texts that are normalised already, by the number of their field; may grow."""
        self.told: dict[int, tuple[Hit, ...]] = {}
        self._beyond, self._item, self._feed = beyond, item, feed
        self._known = forms
        self._forms: dict[int, Normalised] = {}
        self._spans: dict[int, tuple[Span, ...]] = {}
        self._figures: dict[int, dict[FigureKind, tuple[Span, ...]]] = {}

    @property
    def age(self) -> timedelta | None:
        """How long the item was out when it was first seen; None: nobody knows."""
        published = self._item.published
        return None if published is None else self._item.first_seen - published

    def may_hold(self, rule: int) -> bool:
        """Return whether it is worth evaluating a rule; only for loose rules the answer can be no."""
        groups = self._beyond.loose.get(rule, ())
        return all(any(map(self._may_hold, group)) for group in groups)

    def holds(self, atoms: frozenset[int]) -> bool:
        """Return whether a probe finds something in its field, or a signal is shown."""
        return any(map(self._holds, atoms))

    def hits(self, atoms: frozenset[int], clause: str) -> list[Hit]:
        """Return the finds of probes, in reading order within each field, and the hits of signals."""
        found: list[Hit] = []
        for atom in sorted(atoms, key=_field_first):
            if atom >> 4 >= FIRST_SIGNAL:
                found += self.told.get((atom >> 4) - FIRST_SIGNAL, ())
            else:
                text, name = self._text(atom & 15), _FIELDS[atom & 15]
                found += [Hit(name, *span, text[slice(*span)], clause) for span in self._found(atom)]
        return found

    def _may_hold(self, atom: int) -> bool:
        probe = self._probe(atom)
        if isinstance(probe, FigureKind):
            return may_hold(self._text(atom & 15))
        return is_literal((atom,)) or self._holds(atom)

    def _holds(self, atom: int) -> bool:
        if atom >> 4 >= FIRST_SIGNAL:
            return (atom >> 4) - FIRST_SIGNAL in self.told
        return bool(self._found(atom))

    def _found(self, atom: int) -> tuple[Span, ...]:
        """Return the finds of a probe in a field, as spans of the original."""
        if atom not in self._spans:
            probe = self._probe(atom)
            match probe:
                case Pattern():
                    self._spans[atom] = self._matched(probe, atom & 15)
                case FigureKind():
                    self._spans[atom] = self._figures_in(atom & 15).get(probe, ())
                case None:
                    self._spans[atom] = ()
        return self._spans[atom]

    def _matched(self, pattern: Pattern, number: int) -> tuple[Span, ...]:
        forms = self._known.get(number) or self._forms.get(number)
        if forms is None:
            forms = self._forms[number] = normalise(self._text(number))
        spans = pattern.spans(forms.written)
        if not spans or forms.written == forms.original:
            return spans
        offsets = Offsets(forms)
        return tuple(offsets.of_written(*span) for span in spans)

    def _figures_in(self, number: int) -> dict[FigureKind, tuple[Span, ...]]:
        if number not in self._figures:
            text = self._text(number)
            kinds = frozenset(probe for probe in self._beyond.probes if isinstance(probe, FigureKind))
            day = (self._item.published or self._item.first_seen).date()
            figures = recognise(text, _FIELDS[number], day, kinds) if may_hold(text) else ()
            sure = sorted(figure for figure in figures if figure.confidence >= SURE)
            self._figures[number] = {
                kind: tuple((figure.start, figure.end) for figure in sure if figure.kind is kind)
                for kind in kinds
            }
        return self._figures[number]

    def _probe(self, atom: int) -> Probe | None:
        number = atom >> 4
        return self._beyond.probes[number - FIRST_PROBE] if FIRST_PROBE <= number < FIRST_SIGNAL else None

    def _text(self, number: int) -> str:
        return matched_text(_FIELDS[number], self._item, self._feed)


def is_literal(group: Iterable[int]) -> bool:
    """Return whether all atoms of a group are literals or entities, which one scan finds."""
    return all(atom >> 4 < FIRST_PROBE for atom in group)


def _field_first(atom: int) -> tuple[int, int]:
    return atom & 15, atom
