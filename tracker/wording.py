"""How numbers and lists of names are put in words: the same on the page, the command line and in the log."""

from __future__ import annotations

from collections.abc import Sequence

_NAMED = 5


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 feed", "2 feeds", "1,000 matches"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + rest
