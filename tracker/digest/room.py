"""How much of an edition fits on its page, which stays below 5 MB whatever the rules find. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.digest.quoted import LENGTH
from tracker.digest.words import shortly
from tracker.model import Field, Line, Section

FULL_LINES = 20  # shown with evidence in one section …
FULL_LINES_IN_ALL = 400  # … and on the page …
FULL_BYTES = 1_200_000  # … and as long as this lasts
SHORT_BYTES = 3_400_000  # for the folded lists of all further matches
CLAUSES, HITS = 12, 6  # of a match; the recorded digest has all of them …
CLAUSE_LENGTH, HIT_LENGTH = 240, 120  # … whole


@dataclass(frozen=True, slots=True)
class Shown:
    """The lines of a section that are told in full, in short, and how many are only counted."""

    full: Sequence[Line]
    short: Sequence[Line]
    omitted: int


def share_out(sections: Sequence[Section]) -> tuple[Shown, ...]:
    """Give every section its part of the page; strongest lines first, small sections whole."""
    with_lines = sum(bool(section.lines) for section in sections)
    most = max(1, min(FULL_LINES, FULL_LINES_IN_ALL // max(1, with_lines)))
    fulls = _fitting([section.lines[:most] for section in sections], FULL_BYTES, _full_cost)
    rests = [section.lines[len(full) :] for section, full in zip(sections, fulls, strict=True)]
    shorts = _fitting(rests, SHORT_BYTES, _short_cost)
    return tuple(
        Shown(full, short, len(rest) - len(short))
        for full, short, rest in zip(fulls, shorts, rests, strict=True)
    )


def _fitting(
    groups: Sequence[Sequence[Line]], budget: int, cost: Callable[[Line], int]
) -> list[Sequence[Line]]:
    costs = [[cost(line) for line in group] for group in groups]
    shares = _shares([sum(each) for each in costs], budget)
    return [
        group[: _affordable(each, share)] for group, each, share in zip(groups, costs, shares, strict=True)
    ]


def _shares(needs: Sequence[int], budget: int) -> list[int]:
    """Divide a budget evenly; what the modest do not need goes to the others."""
    shares = [0] * len(needs)
    modest_first = sorted(range(len(needs)), key=needs.__getitem__)
    for served, index in enumerate(modest_first):
        shares[index] = min(needs[index], budget // (len(needs) - served))
        budget -= shares[index]
    return shares


def _affordable(costs: Sequence[int], budget: int) -> int:
    for index, cost in enumerate(costs):
        budget -= cost
        if budget < 0:
            return index
    return len(costs)


def _short_cost(line: Line) -> int:
    marks = sum(hit.field is Field.TITLE for hit in line.hits)
    return 145 + 13 * marks + _bytes(line.title, line.link or "", line.feed)


def _full_cost(line: Line) -> int:
    hits = line.hits[: CLAUSES * HITS]
    words = (shortly(hit.text, HIT_LENGTH) + shortly(hit.clause, CLAUSE_LENGTH) for hit in hits)
    figures = (shortly(figure.text, LENGTH) for figure in line.figures)
    told = _bytes(line.text, *words, *figures) + 60 * len(hits) + 190 * len(line.figures)
    return 950 + _short_cost(line) + told


def _bytes(*texts: str) -> int:
    """Count the bytes of texts on the page, where five characters are escaped."""
    return sum(len(text.encode("utf-8", "replace")) + 4 * sum(map(text.count, "&<>\"'")) for text in texts)
