"""Excerpts of a text with carets below what was found in it, aligned also below Chinese."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

AROUND = 24
"""Characters of an excerpt on each side of what was found."""

_JOINED = 12
"""Characters between two finds that are shown rather than left out."""
_WIDEST = 110
"""Columns of an excerpt."""


def excerpt(text: str, spans: Iterable[tuple[int, int]]) -> tuple[str, str]:
    """Return a row of the text around the spans, and the row of carets to be written below it.

    Both are empty when there is no span. What no terminal shows as one character is a space.
    """
    found = sorted(set(spans))
    if not found:
        return "", ""
    cells: list[tuple[str, str]] = []
    done = 0
    for start, end in _windows(text, found):
        if len(cells) > _WIDEST:
            break
        if start > done:
            cells += _gap(cells)
        for at in range(start, min(end, start + _WIDEST + 1)):
            char = _shown(text[at])
            cells.append((char, _mark(char, hit=any(first <= at < last for first, last in found))))
        done = end
    return _rows([*cells, *(_gap(cells) if done < len(text) else [])])


def _gap(before: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Say that something is left out, with one space on each side of it."""
    spaced = not before or before[-1][0] == " "
    return [(char, " ") for char in ("… " if spaced else " … ")]


def _rows(cells: list[tuple[str, str]]) -> tuple[str, str]:
    """Put the characters and their marks together, as many as have room."""
    row, carets, room = "", "", _WIDEST
    for char, mark in cells:
        room -= _width(char)
        if room < 0:
            return f"{row}…", carets.rstrip()
        row += char
        carets += mark
    return row.rstrip(), carets.rstrip()


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_width(char) for char in text)


def clipped(text: str, width: int) -> str:
    """Return as much of a text as has room, with … where something was left out."""
    if columns(text) <= width:
        return text
    kept, room = "", width - 1
    for char in text:
        room -= _width(char)
        if room < 0:
            break
        kept += char
    return f"{kept}…"


def padded(text: str, width: int) -> str:
    """Return a text clipped or filled up to a width."""
    short = clipped(text, width)
    return short + " " * (width - columns(short))


def _windows(text: str, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the stretches to show: around each span, those that nearly meet as one."""
    windows: list[tuple[int, int]] = []
    for start, end in found:
        left, right = max(0, start - AROUND), min(len(text), end + AROUND)
        left = 0 if left <= _JOINED else left
        right = len(text) if len(text) - right <= _JOINED else right
        if windows and left - windows[-1][1] <= _JOINED:
            windows[-1] = windows[-1][0], max(right, windows[-1][1])
        else:
            windows.append((left, right))
    return windows


def _shown(char: str) -> str:
    return char if char.isprintable() else " "


def _mark(char: str, *, hit: bool) -> str:
    return ("^" if hit else " ") * _width(char)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
