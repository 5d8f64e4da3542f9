"""Regular expressions in rules: read by RE2, so that no pattern can hang; its mistakes told at their place.

A pattern is matched on the written form of a text (see `tracker.text`): widths folded, traditional
characters simplified, every run of white space one space, case as it is. So are the pattern's own
characters, one by one, or what the user wrote could never be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import re2

from tracker.text import normalise

LONGEST = 2_000
"""Characters that a pattern may have: RE2's time grows with the pattern as it does with the text."""

MOST_FINDS = 200
"""Finds of one pattern in one field that count; a bound on the time that a text can cost."""


class PatternError(ValueError):
    """A pattern that cannot be used: what is wrong, at which of its characters, what to write instead."""

    def __init__(self, what: str, at: int, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.at, self.hint = what, at, hint


class _Find(Protocol):
    def span(self) -> tuple[int, int]: ...


class _Engine(Protocol):
    """A pattern compiled by RE2, as far as it is used here."""

    def finditer(self, text: str) -> Iterator[_Find]: ...
    def possiblematchrange(self, length: int) -> tuple[bytes, bytes]: ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. text: as RE2 was given it. all_texts: it finds every text."""

    text: str
    any_case: bool
    engine: _Engine
    all_texts: bool

    def spans(self, written: str) -> tuple[tuple[int, int], ...]:
        """Return the finds in a written form of a text, in order; a find holds at least one character."""
        found = (match.span() for match in islice(self.engine.finditer(written), MOST_FINDS))
        return tuple((start, end) for start, end in found if end > start)


def compile_pattern(text: str, *, any_case: bool) -> Pattern:
    """Return a pattern compiled. Raises PatternError."""
    if len(text) > LONGEST:
        hint = "put its words into `terms:`, or write several patterns"
        raise PatternError(f"a pattern of more than {LONGEST:,} characters", 0, hint)
    read, places = _as_read(text)
    engine = _compiled(read, places, any_case)
    if _finds_only_nothing(engine):
        raise PatternError("this pattern asks for no character: it can never match", 0, "say what to find")
    if any(start == end for probe in _PROBES for start, end in _spans(engine, probe)):
        what = "this pattern finds the empty text, too, so it would hold everywhere"
        raise PatternError(what, 0, "write + instead of *, or say what must be there")
    everything = all(_spans(engine, probe) for probe in _PROBES if probe)
    return Pattern(read, any_case, engine, everything)


_PROBES = ("", "a", "0", "$", "价", " ", "ab", "$ $")
_MEMORY = 1 << 20
_BYTE = re.compile(r"(?:[^\\]|\\[^C])*?(\\C)", re.DOTALL)
_NOT_ASCII = re.compile("[^ -~]|[ -~][\u0300-\u036f]+")
_LOOKED_AT = 500
_SIGNS = frozenset("\\.+*?()|[]{}^$-")


def _as_read(pattern: str) -> tuple[str, list[int]]:
    """Return the pattern as a text's written form has its characters, and where each stood."""
    read: list[str] = []
    places: list[int] = []
    done = 0
    for match in _NOT_ASCII.finditer(pattern):
        read += pattern[done : match.start()]
        places += range(done, match.start())
        char = _folded(match[0], match.start())
        read += char
        places += [match.start()] * len(char)
        done = match.end()
    read += pattern[done:]
    places += range(done, len(pattern) + 1)
    if (at := "".join(read).find("  ")) >= 0:
        hint = "write one: every run of white space is read as one space"
        raise PatternError("two spaces in a row are never found", places[at], hint)
    return "".join(read), places


def _folded(char: str, at: int) -> str:
    folded = normalise(char).written
    if char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" or not folded:
        hint = "write a space: all white space is read as one" if char.isspace() else "take it away"
        raise PatternError(f"the character {char!a} is never found", at, hint)
    if len(folded) > 1:
        raise PatternError(f"{char} is read as `{folded}` and never found", at, f"write {re.escape(folded)}")
    return f"\\{folded}" if folded in _SIGNS else folded


def _compiled(pattern: str, places: list[int], any_case: bool) -> _Engine:
    if found := _BYTE.match(pattern):
        raise PatternError("\\C takes characters apart", places[found.start(1)], "write . for any character")
    try:
        return _engine(pattern, any_case)
    except re2.error as error:
        what, where = _complaint(error)
        at = places[_place(pattern, what, where, any_case)]
        named = f"{what} `{where}`" if where and where != pattern else what
        raise PatternError(f"this is no pattern: {named}", at, _hint(what, where)) from error


def _engine(pattern: str, any_case: bool) -> _Engine:
    options = re2.Options()
    options.log_errors = False  # it would write to stderr itself
    options.max_mem = _MEMORY
    options.never_capture = True
    options.case_sensitive = not any_case
    engine: _Engine = re2.compile(pattern, options)
    return engine


def _complaint(error: Exception) -> tuple[str, str]:
    """Return what RE2 says, and the part of the pattern that it says it of, which may be empty."""
    what, _, where = error.args[0].decode("utf-8", "replace").partition(": ")
    return what, where


def _place(pattern: str, what: str, where: str, any_case: bool) -> int:
    """Return where the bad part stands: RE2 reads from the left, so the beginning up to it is bad, too."""
    if where == pattern:
        return _end_of_good(pattern, any_case)
    first = at = pattern.find(where) if where else -1
    while at >= 0:
        try:
            _engine(pattern[: at + len(where)], any_case)
        except re2.error as error:
            if _complaint(error) == (what, where):
                return at
        at = pattern.find(where, at + 1)
    return max(first, 0)


def _end_of_good(pattern: str, any_case: bool) -> int:
    """Return where the longest beginning that is a pattern ends: at a parenthesis without its other half."""
    for at in range(min(len(pattern), _LOOKED_AT), 0, -1):
        try:
            _engine(pattern[:at], any_case)
        except re2.error:
            continue
        return at
    return 0


def _hint(what: str, where: str) -> str:
    if what.startswith("pattern too large"):
        return "repeat less"
    if where.startswith(("(?=", "(?!", "(?<=", "(?<!")):
        return "patterns know no look-around: write a second clause, joined by `and`, `not` or `outside`"
    if re.match(r"\\[1-9]|\(\?P=", where):
        return "patterns know no back-references"
    if re.match(r"\\[uU]", where):
        return "write the character itself, or \\x{4e00}"
    return ""


def _finds_only_nothing(engine: _Engine) -> bool:
    try:
        return engine.possiblematchrange(8) == (b"", b"")
    except re2.error:  # it cannot tell, so there is much that it finds
        return False


def _spans(engine: _Engine, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in engine.finditer(text)]
