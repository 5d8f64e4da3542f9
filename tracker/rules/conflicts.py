"""Clauses that can never hold together: what excludes what it asks for, ages that leave no time between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.rules.clauses import Aged, Clause, Every, Find, Never, Some, Sought

_MOST = 200
"""Parts of one `and` that are compared in pairs; a rule of a megabyte must not take a day."""


def conflict(parts: Sequence[Clause], expansions: Sequence[str]) -> int | None:
    """Return which of the parts of an `and` cannot hold beside the others; None: they can.

    expansions: what each part expands to; equal ones find the same.
    """
    asked = frozenset(expansions)
    for number, expansion in enumerate(expansions):
        if expansion.startswith("(not ") and expansion[5:-1] in asked:
            return number
    flat = list(_conjuncts(parts))[:_MOST]
    found = [part for _, part in flat if isinstance(part, Find | Sought)]
    for number, part in flat:
        if isinstance(part, Never) and any(covers(part.inner, other) for other in found):
            return number
    return _timeless(flat)


def covers(outer: Clause, inner: Clause) -> bool:
    """Return whether each find of inner is one of outer, as far as leaves and `or` groups of them tell."""
    finds = _finds(inner)
    return bool(finds) and finds <= _finds(outer)


def _finds(clause: Clause) -> frozenset[int]:
    match clause:
        case Find() | Sought():
            return frozenset(clause.atoms)
        case Some():
            parts = [_finds(part) for part in clause.parts]
            return frozenset().union(*parts) if all(parts) else frozenset()
        case _:
            return frozenset()


def _conjuncts(parts: Sequence[Clause]) -> Iterator[tuple[int, Clause]]:
    """Yield what must all hold, each with the number of the part that it stands in."""
    for number, part in enumerate(parts):
        if isinstance(part, Every):
            yield from ((number, inner) for _, inner in _conjuncts(part.parts))
        else:
            yield number, part


def _timeless(parts: Sequence[tuple[int, Clause]]) -> int | None:
    """Return the part with the last age when the ages leave no time between them."""
    ages = [(number, part) for number, part in parts if isinstance(part, Aged)]
    above = [(age.span, age.operator == ">") for _, age in ages if age.operator in (">", ">=")]
    below = [(age.span, age.operator == "<=") for _, age in ages if age.operator in ("<", "<=")]
    if not above or not below:
        return None
    (least, without_least), (most, with_most) = max(above), min(below)
    empty = least > most or (least == most and (without_least or not with_most))
    return ages[-1][0] if empty else None
