"""Sets of atoms: the numbers that stand for a literal or an entity in one field; see `lexicon.atom`."""

from __future__ import annotations

from collections.abc import Iterable

Atoms = tuple[int, ...] | frozenset[int]
"""A set of atoms, made by `gathered`; equal sets are equal."""

_FEW = 32


def gathered(atoms: Iterable[int]) -> Atoms:
    """Return atoms as a set to keep: few as a tuple in order, which takes a quarter of the memory.

    A set of what was seen is as quickly compared with either.
    """
    found = atoms if isinstance(atoms, frozenset) else frozenset(atoms)
    return found if len(found) > _FEW else tuple(sorted(found))
