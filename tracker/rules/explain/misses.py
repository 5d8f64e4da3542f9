"""Why a clause did not hold, in words and as data, and how its words are put. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.model import Field, Hit

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a clause did not hold.

    code: one of a few fixed words, for programs. text: the same for people. near: from 0.0 (nothing of it
    is there) up to, but not, 1.0 (it held); see `tracker.rules.explain.explain`. seen: what is there and
    did not do.
    """

    code: str
    text: str
    near: float = 0.0
    seen: tuple[Hit, ...] = ()


def at(hit: Hit) -> str:
    """ "cuts" at title 3."""
    return f'"{hit.text}" at {hit.field} {hit.start}'


def quoted(hits: Sequence[Hit]) -> str:
    """The first finds with their places, and how many more there are."""
    rest = f" and {len(hits) - _NAMED} more" if len(hits) > _NAMED else ""
    return ", ".join(map(at, dict.fromkeys(hits[:_NAMED]))) + rest


def listed(fields: Iterable[Field]) -> str:
    """ "title", "title or lead", in the order of the fields."""
    wanted = set(fields)
    return " or ".join(field.value for field in Field if field in wanted)
