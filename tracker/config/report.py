"""Collects every problem of the user's files, each with the line as written and a caret below it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from tracker.config.nodes import Source
from tracker.errors import ConfigError, Place, Problem, Severity

_WIDEST = 100
# A line that may hold a secret is not repeated: messages end in logs and bug reports.
_SECRET = re.compile(
    r"(?:auth(?!ors?\b)\w*|passw(?:or)?d|\bpass|cookie|secret|token|session|api[-_]?key)[\"']?\s*[:=]|:[^\s,]*[@＠]|[?&](?:key|sig)=",
    re.IGNORECASE,
)
_HEADERS = re.compile(r"\bheaders?[\"']?\s*:", re.IGNORECASE)
_REFERENCE = re.compile(r"\b(?:env|file):")


class Report:
    """The problems found so far. `check` raises them all, errors in file order.

    left_out: a mistake took definitions away, so that what refers to them cannot be judged.
    named: the files that config.yaml and its includes name, itself first, those that are not there, too.
    """

    def __init__(self) -> None:
        self.left_out = False
        self.named: list[Path] = []
        self._sources: dict[str, Source] = {}
        self._problems: list[Problem] = []

    def read(self, source: Source) -> None:
        """Remember a file's lines for excerpts."""
        self._sources[source.name] = source

    def error(self, place: Place, what: str, hint: str = "") -> None:
        self._problems.append(Problem(place, what, hint, self._excerpt(place)))

    def warning(self, place: Place, what: str, hint: str = "") -> None:
        self._problems.append(Problem(place, what, hint, self._excerpt(place), Severity.WARNING))

    def take(self, error: ConfigError) -> None:
        """Keep problems that another part found; those of a file known here get its line as their excerpt."""
        self.keep(
            replace(problem, excerpt=self._excerpt(problem.place) or problem.excerpt)
            for problem in error.problems
        )

    def keep(self, problems: Iterable[Problem]) -> None:
        """Keep problems as they are."""
        self._problems += problems

    @property
    def errors(self) -> int:
        return sum(problem.severity is Severity.ERROR for problem in self._problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return in_file_order(p for p in self._problems if p.severity is Severity.WARNING)

    def check(self) -> None:
        """Raise ConfigError if anything is wrong."""
        errors = in_file_order(p for p in self._problems if p.severity is Severity.ERROR)
        if errors:
            raise ConfigError(errors)

    def _excerpt(self, place: Place) -> str:
        source = self._sources.get(place.file)
        return excerpt(source, place) if source is not None else ""


def in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by place, each told once."""
    return tuple(sorted(set(problems), key=lambda problem: (problem.place, problem.what)))


def excerpt(source: Source, place: Place) -> str:
    """The line as written and a caret below the column; empty when the line may hold a secret."""
    if not 1 <= place.line <= len(source.lines):
        return ""
    line = source.lines[place.line - 1].replace("\t", " ")
    if not line.strip() or _may_hold_secret(source.lines, place.line - 1):
        return ""
    start = max(0, place.column - 1 - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = line[start : start + _WIDEST]
    before = shown[: place.column - 1 - start]
    return f"    {shown.rstrip()}\n    {' ' * _width(before)}^"


def _may_hold_secret(lines: Sequence[str], number: int) -> bool:
    """Whether a line, or a key that it stands below, looks like one whose value is nobody's business."""
    line = lines[number]
    deeper = len(line) - len(line.lstrip())
    if _SECRET.search(line) or (_HEADERS.search(line) and not _REFERENCE.search(line)):
        return True
    for above in reversed(lines[:number]):
        indent = len(above) - len(above.lstrip())
        if above.strip() and indent < deeper:
            if _SECRET.search(above) or (_HEADERS.search(above) and not _REFERENCE.search(line)):
                return True
            deeper = indent
        if deeper == 0:
            break
    return False


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "did you mean X?", or what there is when nothing is near and it is short, or nothing."""
    names = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), names, n=1, cutoff=0.7)
    if near:
        return f"did you mean '{names[near[0]]}'?"
    listed = ", ".join(sorted(names.values()))
    return f"known: {listed}" if 0 < len(listed) <= _WIDEST else ""


def _width(text: str) -> int:
    """Columns of a terminal: a Han character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
