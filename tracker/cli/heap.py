"""Spares the garbage collector what lives as long as the program."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 10_000
"""New objects between two collections: a poll makes thousands that end with it, few of them in a circle."""


@contextmanager
def at_rest() -> Iterator[None]:
    """While the block runs, what is there now (modules, rules, feeds) is not looked through again and again.

    That was 5 to 20 % of the CPU of polls answered 304. Afterwards all of it is looked at as before.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
