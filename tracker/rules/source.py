"""What users wrote, as config hands it over: rules, term sets and entities with the place of every text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import category, east_asian_width

from tracker.errors import Place, Problem, Severity


@dataclass(frozen=True, slots=True)
class Written:
    """Text that a user wrote, and where each of its lines starts in the file.

    lines: (line, column), counting from 1, of the first character of each line of `text`. A text
    with more lines than places (a folded scalar) is placed by its last known line.
    """

    text: str
    file: str
    lines: tuple[tuple[int, int], ...]

    def at(self, offset: int) -> Place:
        """Return the place of a character of `text`; an offset past the end is the end."""
        starts = self._starts()
        offset = min(max(offset, 0), len(self.text))
        index = bisect_right(starts, offset) - 1
        known = min(index, len(self.lines) - 1)
        if known < 0:
            return Place(self.file, 1, 1)
        line, column = self.lines[known]
        return Place(self.file, line, column + offset - starts[known])

    def line_at(self, offset: int) -> tuple[str, int]:
        """Return the line of `text` that holds the offset, and the offset within that line."""
        starts = self._starts()
        offset = min(max(offset, 0), len(self.text))
        start = starts[bisect_right(starts, offset) - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)], offset - start

    def problem(self, offset: int, what: str, hint: str = "", severity: Severity = Severity.ERROR) -> Problem:
        """Return what is wrong at an offset, with the line as written and a caret below the character."""
        line, column = _window(*self.line_at(offset))
        margin = "".join(map(_blank, line[:column]))
        return Problem(self.at(offset), what, hint, f"{line}\n{margin}^", severity)

    def _starts(self) -> list[int]:
        return [0, *(index + 1 for index, char in enumerate(self.text) if char == "\n")]


def _blank(char: str) -> str:
    """Return white space as wide as a character is in a terminal."""
    if char == "\t":
        return char  # wherever the next stop is
    if category(char) in ("Mn", "Me", "Cf"):
        return ""
    # A Chinese character is two columns wide, and so is an ideographic space.
    return "\u3000" if east_asian_width(char) in "WF" else " "


_LONGEST_LINE = 200
_BESIDE = 60


def _window(line: str, column: int) -> tuple[str, int]:
    """Return a line, of a very long one what stands around the column, and the column in that."""
    if len(line) <= _LONGEST_LINE:
        return line, column
    start = max(column - _BESIDE, 0)
    before, after = "…" if start else "", "…" if column + _BESIDE < len(line) else ""
    return f"{before}{line[start : column + _BESIDE]}{after}", column - start + len(before)


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule must match, or must not."""

    text: Written
    matches: bool


@dataclass(frozen=True, slots=True)
class RuleSource:
    """One rule as written. layer: "pack" or "user". place: where the rule starts."""

    id: str
    signal: str
    when: Written
    unless: Written | None
    score: float
    examples: tuple[Example, ...]
    layer: str
    place: Place


@dataclass(frozen=True, slots=True)
class SignalSource:
    """One signal with its rules, in the order written."""

    key: str
    title: str
    question: str
    rules: tuple[RuleSource, ...]
    layer: str
    place: Place


@dataclass(frozen=True, slots=True)
class TermSet:
    """A named set of terms. An entry of several words is a phrase; `word*` works."""

    name: str
    terms: tuple[Written, ...]
    layer: str
    place: Place


@dataclass(frozen=True, slots=True)
class AliasSource:
    """A name that an entity goes by.

    Latin names match as written unless any_case; Han names are found inside text, the longest wins.
    needs: for an ambiguous name, one of these stands in the title or lead (or another, unambiguous
    name of the same entity does), unless the feed's panel is ai.
    unless: any of these in the title or lead vetoes the name, always.
    not_in: longer words in which the name means something else (回归 in 自回归).
    """

    text: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    any_case: bool = False
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class EntitySource:
    """An organisation, model family, person or authority of the register."""

    id: str
    name: str
    type: str
    aliases: tuple[AliasSource, ...]
    layer: str
    place: Place
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that rules are made from: signals in the user's order, and what they refer to.

    groups: a name for several entity types (vendor: lab, lab_cloud, app).
    off: keys of the signals that the user silenced; no rules, but other rules may ask for them.
    """

    signals: tuple[SignalSource, ...]
    terms: Mapping[str, TermSet]
    entities: Mapping[str, EntitySource]
    groups: Mapping[str, tuple[str, ...]]
    off: frozenset[str] = frozenset()
