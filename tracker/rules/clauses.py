"""Compiled clauses: whether they hold in what a scan found, and the hits that show it.

An atom stands for one literal or entity in one field. What a scan found is a set of atoms; where the
atoms stand is asked only of the few rules that may hold.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate, pairwise
from typing import Protocol, cast

from tracker.model import Field, Hit
from tracker.rules.atoms import Atoms
from tracker.rules.inquiry import Inquiry


class View(Protocol):
    """What a scan found in one item."""

    @property
    def seen(self) -> set[int]:
        """The atoms that were found."""

    @property
    def inquiry(self) -> Inquiry:
        """What is asked beyond literals."""

    def hits(self, atoms: Atoms, clause: str) -> list[Hit]:
        """Return where the atoms stand, in reading order within each field."""

    def words_between(self, first: Hit, second: Hit) -> float:
        """Return how many words stand between two hits of one field; two Chinese characters are one."""

    def same_sentence(self, first: Hit, second: Hit) -> bool:
        """Return whether two hits of one field stand in one sentence."""


@dataclass(frozen=True, slots=True)
class Find:
    """Any of the atoms. clause: the leaf as the user wrote it."""

    atoms: Atoms
    clause: str

    def holds(self, view: View) -> bool:
        return not view.seen.isdisjoint(self.atoms)

    def hits(self, view: View) -> list[Hit]:
        return view.hits(self.atoms, self.clause)


@dataclass(frozen=True, slots=True)
class Sought:
    """Any find of a pattern or of a kind of figure, or a signal. needs: atoms, of which one is seen, too."""

    atoms: frozenset[int]
    clause: str
    needs: frozenset[int] = frozenset()

    def holds(self, view: View) -> bool:
        if self.needs and self.needs.isdisjoint(view.seen):
            return False
        return view.inquiry.holds(self.atoms)

    def hits(self, view: View) -> list[Hit]:
        return view.inquiry.hits(self.atoms, self.clause)


@dataclass(frozen=True, slots=True)
class Aged:
    """`age`: how long the item was out when it was first seen; shows nothing. operator: < <= > or >=."""

    operator: str
    span: timedelta

    def holds(self, view: View) -> bool:
        age = view.inquiry.age
        if age is None:
            return False
        match self.operator:
            case "<":
                return age < self.span
            case "<=":
                return age <= self.span
            case ">":
                return age > self.span
            case _:
                return age >= self.span

    def hits(self, _view: View) -> list[Hit]:
        return []


@dataclass(frozen=True, slots=True)
class Never:
    """`not`: proves nothing and shows nothing."""

    inner: Clause

    def holds(self, view: View) -> bool:
        return not self.inner.holds(view)

    def hits(self, _view: View) -> list[Hit]:
        return []


@dataclass(frozen=True, slots=True)
class Every:
    """`and`. checks: the parts, those that are quickly asked first."""

    parts: tuple[Clause, ...]
    checks: tuple[Clause, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", _quick_first(self.parts))

    def holds(self, view: View) -> bool:
        for part in self.checks:  # noqa: SIM110  (a generator takes twice as long)
            if not part.holds(view):
                return False
        return True

    def hits(self, view: View) -> list[Hit]:
        return [hit for part in self.parts for hit in part.hits(view)]


@dataclass(frozen=True, slots=True)
class Some:
    """`or`. atoms: of all parts, when all are finds and one look is enough; else empty.

    checks: see `Every`.
    """

    parts: tuple[Clause, ...]
    atoms: Atoms = ()
    checks: tuple[Clause, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", self.parts if self.atoms else _quick_first(self.parts))

    def holds(self, view: View) -> bool:
        if self.atoms:
            return not view.seen.isdisjoint(self.atoms)
        return any(part.holds(view) for part in self.checks)

    def hits(self, view: View) -> list[Hit]:
        if self.atoms:
            finds = cast("tuple[Find, ...]", self.parts)
            seen = view.seen.intersection(self.atoms)
            return [hit for find in finds if not seen.isdisjoint(find.atoms) for hit in find.hits(view)]
        return [hit for part in self.parts if part.holds(view) for hit in part.hits(view)]


@dataclass(frozen=True, slots=True)
class Close:
    """`near` and `then`. words: how far apart at most, neighbours being one apart; None: one sentence."""

    left: Clause
    right: Clause
    words: int | None
    ordered: bool
    checks: tuple[Clause, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", _quick_first((self.left, self.right)))

    def holds(self, view: View) -> bool:
        first, second = self.checks
        return first.holds(view) and second.holds(view) and bool(self.hits(view))

    def hits(self, view: View) -> list[Hit]:
        """Return every hit of either side that has a partner on the other."""
        lefts, rights = self.left.hits(view), self.right.hits(view)
        before = self._partnered(lefts, rights, view)
        if self.ordered:
            return before
        return list(dict.fromkeys((*before, *self._partnered(rights, lefts, view))))

    def _partnered(self, firsts: list[Hit], seconds: list[Hit], view: View) -> list[Hit]:
        """Return the hits of firsts that stand close before one of seconds, and those that they precede.

        Nearness only falls with distance, so it is enough to look at the nearest hit of the other side.
        """
        starts = sorted((hit.field, hit.start, hit) for hit in seconds)
        ends = sorted((hit.field, hit.end, hit) for hit in firsts)
        found = []
        for first in firsts:
            after = bisect_left(starts, (first.field, first.end))
            if after < len(starts) and self._close(first, starts[after][2], view):
                found.append(first)
        for second in seconds:
            before = bisect_right(ends, (second.field, second.start, _LAST)) - 1
            if before >= 0 and self._close(ends[before][2], second, view):
                found.append(second)
        return found

    def _close(self, first: Hit, second: Hit, view: View) -> bool:
        if first.field is not second.field:
            return False
        if self.words is None:
            return view.same_sentence(first, second)
        return view.words_between(first, second) <= self.words - 1


@dataclass(frozen=True, slots=True)
class Without:
    """`outside`: hits of left that lie in no hit of right."""

    left: Clause
    right: Clause

    def holds(self, view: View) -> bool:
        return self.left.holds(view) and bool(self.hits(view))

    def hits(self, view: View) -> list[Hit]:
        outer = sorted(self.right.hits(view)) if self.right.holds(view) else []
        starts = [(hit.field, hit.start) for hit in outer]
        reach = list(accumulate(outer, _further))
        return [hit for hit in self.left.hits(view) if not _covered(hit, starts, reach)]


def _effort(clause: Clause) -> int:
    """Return how dear a clause is to ask: 0 for a look at what was seen, then places, patterns, figures."""
    match clause:
        case Find() | Aged():
            return 0
        case Sought():
            return 4
        case Never():
            return _effort(clause.inner)
        case Every():
            return max(map(_effort, clause.parts))
        case Some():
            return 0 if clause.atoms else max(map(_effort, clause.parts))
        case Close() | Without():
            return 1 + max(_effort(clause.left), _effort(clause.right))


def _quick_first(parts: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Return clauses in the order in which to ask whether they hold; the same tuple when it is in order."""
    efforts = [_effort(part) for part in parts]
    if all(one <= other for one, other in pairwise(efforts)):
        return parts
    return tuple(part for _, part in sorted(zip(efforts, parts, strict=True), key=lambda pair: pair[0]))


Clause = Find | Sought | Aged | Never | Every | Some | Close | Without


_LAST = Hit(Field.URL, sys.maxsize, sys.maxsize, "", "")


def _further(reached: Hit, hit: Hit) -> Hit:
    """Return which of two hits reaches further; a new field starts afresh."""
    return reached if reached.field is hit.field and reached.end >= hit.end else hit


def _covered(hit: Hit, starts: list[tuple[Field, int]], reach: list[Hit]) -> bool:
    before = bisect_right(starts, (hit.field, hit.start)) - 1
    return before >= 0 and reach[before].field is hit.field and reach[before].end >= hit.end


def finds(clause: Clause) -> Iterator[Find]:
    """Yield every find that a clause is made of."""
    match clause:
        case Find():
            yield clause
        case Never():
            yield from finds(clause.inner)
        case Every() | Some():
            for part in clause.parts:
                yield from finds(part)
        case Close() | Without():
            yield from finds(clause.left)
            yield from finds(clause.right)
