"""Which names of entities count where they were found: the longest at a place, in its context."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Name:
    """A compiled alias. needs, unless: atoms in title and lead. not_in: numbers of literals."""

    entity: int
    ambiguous: bool
    needs: frozenset[int]
    unless: frozenset[int]
    not_in: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name as found in one field. field: its number. span: in the written form."""

    name: Name
    field: int
    span: Span


def counted(
    sightings: Sequence[Sighting],
    longer: Mapping[tuple[int, int], Sequence[Span]],
    seen: Set[int],
    *,
    context_known: bool,
    main: Set[int],
) -> list[Sighting]:
    """Return the sightings that mean their entity.

    longer: by (literal, field), the spans, in order, of words in which a name means something else.
    context_known: the feed is about AI, so ambiguous names need no context.
    main: the numbers of title and lead, where other names of the entity count as context.
    """
    meant = [each for each in sightings if not _means_other(each, longer)]
    if len(meant) > 1:
        meant = _longest(meant)
    meant = [each for each in meant if each.name.unless.isdisjoint(seen)]
    if context_known:
        return meant
    sure = {each.name.entity for each in meant if not each.name.ambiguous and each.field in main}
    return [
        each
        for each in meant
        if not each.name.ambiguous or each.name.entity in sure or not each.name.needs.isdisjoint(seen)
    ]


def _means_other(sighting: Sighting, longer: Mapping[tuple[int, int], Sequence[Span]]) -> bool:
    start, end = sighting.span
    for literal in sighting.name.not_in:
        spans = longer.get((literal, sighting.field), ())
        # Finds of one literal are equally long: the last that starts before reaches furthest.
        before = bisect_right(spans, start, key=_start) - 1
        if before >= 0 and spans[before][1] >= end:
            return True
    return False


def _start(span: Span) -> int:
    return span[0]


def _longest(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Return the sightings that lie in no longer one."""
    kept = []
    reach = (-1, -1, -1)
    for each in sorted(sightings, key=lambda each: (each.field, each.span[0], -each.span[1])):
        field, start, end = reach
        if field == each.field and (end > each.span[1] or (end == each.span[1] and start < each.span[0])):
            continue
        kept.append(each)
        reach = (each.field, *each.span)
    return kept
