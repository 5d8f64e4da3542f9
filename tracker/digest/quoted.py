"""Figures as a page tells them: the publisher's words, and apart from them what they come to. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.digest.words import shortly
from tracker.model import Figure, FigureKind

LENGTH = 60
"""Characters of a figure that a page quotes at most."""

# A figure that names by itself what is paid for needs no word of ours.
_SAYS_PER = re.compile(r"[/每月年]|\bper\b|\beach\b|\ban?\b|tokens?|ly\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A figure. text and before are the publisher's; bound, per and change are ours.

    before: the words of the figure that it was, or "". place: the part of the item that it stands in.
    """

    text: str
    place: str
    before: str = ""
    bound: str = ""
    per: str = ""
    change: str = ""


def quoted(figures: Sequence[Figure]) -> tuple[Quoted, ...]:
    """Quote figures in reading order, each once; what something was and what it is now are one quotation."""
    befores = {at: _before(figures, at) for at, figure in enumerate(figures) if figure.was is not None}
    told = {before for before in befores.values() if before is not None}
    once: dict[Quoted, Quoted] = {}  # what the title says need not be said again where the lead says it
    for at in range(len(figures)):
        if at not in told:
            quote = _quoted(figures, at, befores.get(at))
            once.setdefault(replace(quote, place=""), quote)
    return tuple(once.values())


def change(figure: Figure) -> str:
    """How far a figure moved: "−75 %" of money or a count, "+10 points" of a share; "" when it did not.

    Also what words come to that name no number, or another one: "halves" is "−50 %", 2.5折 is "−75 %".
    """
    was = figure.was
    if figure.kind is FigureKind.PERCENT and figure.unit == "% change":
        return "" if f"{abs(figure.value):g}" in figure.text else _signed(figure.value, "%")
    if was is None or was == figure.value or figure.kind is FigureKind.DATE:
        return ""
    if figure.kind is FigureKind.PERCENT:
        return _signed(figure.value - was, "points")
    return _signed((figure.value - was) / was * 100, "%") if was > 0 else ""


def _quoted(figures: Sequence[Figure], at: int, before: int | None) -> Quoted:
    figure = figures[at]
    return Quoted(
        text=shortly(figure.text, LENGTH),
        place=figure.field.value,
        before="" if before is None else shortly(figures[before].text, LENGTH),
        bound=figure.bound,
        per="" if not figure.per or _SAYS_PER.search(figure.text) else figure.per,
        change=change(figure),
    )


def _before(figures: Sequence[Figure], at: int) -> int | None:
    """Find the figure beside one that says what it was; of a pair of prices it stands two places off."""
    this = figures[at]
    for other in (at - 1, at + 1, at - 2):
        if 0 <= other < len(figures):
            that = figures[other]
            alike = (that.field, that.kind, that.unit) == (this.field, this.kind, this.unit)
            if alike and that.value == this.was and that.was is None:
                return other
    return None


def _signed(number: float, unit: str) -> str:
    text = f"{abs(number):,.0f}" if abs(number) >= 1 else f"{abs(number):.1g}"
    return f"{'+' if number > 0 else '−'}{text} {unit}"
