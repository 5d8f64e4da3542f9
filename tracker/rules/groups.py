"""What a clause cannot hold without: groups of atoms, of each of which one at least is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, product
from math import prod

from tracker.rules.atoms import Atoms, gathered
from tracker.rules.clauses import Aged, Clause, Close, Every, Find, Never, Some, Sought, Without

Group = Atoms
"""Atoms of which one at least is seen."""

_MOST = 32
"""Groups that alternatives are multiplied out to; beyond, they give one."""
_COMPARED = 200


def required_groups(clause: Clause) -> tuple[Group, ...]:
    """Return groups that are all seen in whenever the clause holds; none when it can hold without a find.

    Together they say as much as the clause does, but for `not`, for the distance of finds and for very
    many alternatives.
    """
    return _without_wider(dict.fromkeys(_groups(clause)))


@dataclass(frozen=True, slots=True)
class Costs:
    """How common each literal is thought to be: the more rules use it, the more items hold it."""

    of: Mapping[int, float] = field(default_factory=dict)

    def cheapest(self, groups: Sequence[Group]) -> Group:
        """Return the group whose atoms are rarest together."""
        if len(groups) == 1:
            return groups[0]
        return min(groups, key=lambda group: sum([self.of.get(atom >> 4, 1.0) for atom in group]))


def _groups(clause: Clause) -> list[Group]:
    match clause:
        case Find():
            return [clause.atoms]
        case Sought():
            return [clause.needs or clause.atoms]
        case Never() | Aged():
            return []
        case Every():
            return [group for part in clause.parts for group in _groups(part)]
        case Some():
            return [clause.atoms] if clause.atoms else _any_of([_groups(part) for part in clause.parts])
        case Close():
            return _groups(clause.left) + _groups(clause.right)
        case Without():
            return _groups(clause.left)


def _any_of(parts: Sequence[list[Group]]) -> list[Group]:
    """Of (a and b) or (c and d): a or c, a or d, b or c, b or d."""
    if not all(parts):
        return []
    if prod(map(len, parts)) > _MOST:
        return [gathered(chain.from_iterable([_smallest(part) for part in parts]))]
    return [gathered(chain.from_iterable(chosen)) for chosen in product(*parts)]


def _smallest(groups: list[Group]) -> Group:
    return min(groups, key=len)


def _without_wider(groups: dict[Group, None]) -> tuple[Group, ...]:
    """Leave out groups that another one lies in: they say less. It only saves time, so very many are kept."""
    if not 1 < len(groups) <= _COMPARED:
        return tuple(groups)
    sets = [(group, frozenset(group)) for group in groups]
    return tuple([group for group, wide in sets if not any(other < wide for _, other in sets)])
