"""Edits a config file's text without touching any other character of it. Pure: bytes to bytes.

What an edit means is not judged here: `tracker.config.change` loads the new text before it is written.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.config.outline import At, Outline, outline
from tracker.errors import Place, TrackerError

Value = str | tuple[str, ...] | Mapping[str, str]

_INDENT = 2
_PLAIN = re.compile(r"[^\W\d_](?:[\w .,()/+&·—–-]*[\w)])?")
_PLAIN_URL = re.compile(r"https?://[\w.:/?&=%~+;@!$'()*,-]*[\w/=]", re.ASCII)
_PLAIN_LENGTH = re.compile(r"\d+[a-z]+", re.ASCII)
_IN_BRACKETS = re.compile(r"[\w.-]+")
# YAML 1.1 readers, editors among them, take these for something else than text.
_NOT_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))
_TEMPLATE = re.compile(r"#( ?)feeds:\s*(?:#.*)?")
_LIKE_CONFIG = re.compile(r"\s*#+\s*(?:- |[\w.-]+:(?:\s|$))")
_ENDS = re.compile(r"(\r\n|\n|\r)")


class EditError(TrackerError):
    """A text that cannot be edited safely; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A feed to write: its keys in order. short: in one line, in brackets."""

    keys: tuple[tuple[str, Value], ...]
    short: bool = False

    def lines(self, dash: int = _INDENT, gap: int = 2) -> list[str]:
        """As a block. dash: the column of the `-`; gap: from there to the keys."""
        rows = [self.in_line()] if self.short else [f"{key}: {_value(value)}" for key, value in self.keys]
        head = f"{' ' * dash}-{' ' * (gap - 1)}"
        return [head + rows[0], *(" " * (dash + gap) + row for row in rows[1:])]

    def in_line(self) -> str:
        """As `{…}`."""
        return f"{{{', '.join(f'{key}: {_value(value, inside=True)}' for key, value in self.keys)}}}"


def with_feeds(data: bytes, entries: Sequence[Entry]) -> bytes:
    """The text with these feeds at the end of its `feeds:`, which is added where there is none.

    Raises EditError when the text has a shape that is better edited by hand.
    """
    draft = _Draft(data)
    found = draft.outline
    section = found.find("feeds")
    if section is None:
        _add_section(draft, found, entries)
    elif not section.written:
        draft.insert(section.key_at[0] + 1, _blocks(entries))
    elif not section.flow:
        gap = section.children[-1].start[1] - section.start[1] if section.children else 2
        after = (
            draft.after(section.children[-1], section.start[1]) if section.children else section.key_at[0] + 1
        )
        draft.insert(after, _blocks(entries, section.start[1], gap if 0 < gap < 9 else 2))
    elif section.children:
        draft.put(section.children[-1].end, "".join(f", {entry.in_line()}" for entry in entries))
    elif found.flow or section.start[0] != section.end[0]:
        draft.put((section.start[0], section.start[1] + 1), ", ".join(entry.in_line() for entry in entries))
    else:
        draft.cut(section.start, section.end)
        draft.trim(section.start)
        draft.insert(section.start[0] + 1, _blocks(entries))
    return draft.data()


def without_feed(data: bytes, place: Place) -> bytes:
    """The text without the feed that is written at this place, and without the comments attached to it.

    Attached is a comment right above the feed, at its indentation, and one below it that is indented deeper;
    a comment that is config switched off is not.
    """
    draft = _Draft(data)
    section, number = draft.feed(place)
    if section.flow:
        _cut_from_brackets(draft, section, number)
    else:
        entry, dash = section.children[number], section.start[1]
        first = draft.dash_of(entry, dash)
        while first > section.key_at[0] + 1 and draft.is_attached(first - 1, dash):
            first -= 1
        draft.drop(first, draft.after(entry, dash))
    return draft.data()


def switched_off(data: bytes, place: Place) -> bytes:
    """The text with `off: true` in the feed that is written at this place."""
    draft = _Draft(data)
    section, number = draft.feed(place)
    entry = section.children[number]
    if entry.flow:
        draft.put(entry.children[-1].end if entry.children else entry.start, ", off: true")
    else:
        draft.insert(entry.end[0] + 1, [" " * entry.start[1] + "off: true"])
    return draft.data()


def _value(value: Value, *, inside: bool = False) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_value(each, inside=True) for each in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_value(each, inside=True)}' for key, each in value.items())}}}"
    if value in ("true", "false"):
        return value
    plain = _IN_BRACKETS.fullmatch(value) and _PLAIN.fullmatch(value) if inside else _is_plain(value)
    # JSON's strings are YAML's: the same quotes, the same escapes.
    return value if plain and value.lower() not in _NOT_TEXT else json.dumps(value, ensure_ascii=False)


def _is_plain(value: str) -> bool:
    return any(shape.fullmatch(value) for shape in (_PLAIN, _PLAIN_URL, _PLAIN_LENGTH))


def _blocks(entries: Sequence[Entry], dash: int = _INDENT, gap: int = 2) -> list[str]:
    return [line for entry in entries for line in entry.lines(dash, gap)]


def _add_section(draft: _Draft, found: Outline, entries: Sequence[Entry]) -> None:
    """Where the commented template stands, which begins to count; else at the end."""
    if found.flow:
        raise EditError("the whole config stands in brackets")
    for number, line in enumerate(draft.lines):
        if template := _TEMPLATE.fullmatch(line):
            draft.lines[number] = line[1 + len(template[1]) :]
            draft.insert(number + 1, _blocks(entries))
            return
    gap = [""] if draft.lines[-1] or (len(draft.lines) > 1 and draft.lines[-2].strip()) else []
    draft.insert(len(draft.lines) - (not draft.lines[-1]), [*gap, "feeds:", *_blocks(entries)])


def _cut_from_brackets(draft: _Draft, section: Outline, number: int) -> None:
    entry, rest = section.children[number], section.children[number + 1 :]
    before = section.children[number - 1].end if number else section.start
    behind = rest[0].start if rest else section.end
    if draft.stands_alone(entry):
        draft.drop(entry.start[0], entry.end[0] + 1)
    elif rest and rest[0].start[0] == entry.end[0]:
        draft.cut(entry.start, rest[0].start)
    elif number and (before[0], behind[0]) == (entry.start[0], entry.end[0]):
        draft.cut(before, entry.end)
    elif (before[0], behind[0]) == (entry.start[0], entry.end[0]):
        draft.cut(entry.start, section.end)
        draft.put(entry.start, "]")
    else:  # what stands on the lines around it may be comments
        draft.cut(entry.start, draft.behind_comma(entry.end))


class _Draft:
    """A text under way. lines: without their ends, which stay as they are, mixed ones too."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8-sig")
        parts = _ENDS.split(text)
        self._mark = data.startswith(b"\xef\xbb\xbf")
        self.lines = parts[0::2]
        self._ends = [*parts[1::2], ""]
        self._end = Counter(self._ends[:-1]).most_common(1)[0][0] if len(parts) > 1 else "\n"
        self.outline = outline("\n".join(self.lines))

    def data(self) -> bytes:
        text = "".join(line + end for line, end in zip(self.lines, self._ends, strict=True))
        return (b"\xef\xbb\xbf" if self._mark else b"") + text.encode()

    def feed(self, place: Place) -> tuple[Outline, int]:
        """The `feeds:` section, and the number of the feed that starts at this place."""
        section = self.outline.find("feeds")
        starts = [child.start for child in section.children] if section is not None else []
        if section is None or (place.line - 1, place.column - 1) not in starts:
            raise EditError(f"{place}: the feed is no longer there")
        return section, starts.index((place.line - 1, place.column - 1))

    def insert(self, number: int, rows: Sequence[str]) -> None:
        """Put whole lines before a line; the last line gets an end if it has none."""
        if number == len(self.lines) and number and not self._ends[-1]:
            self._ends[-1] = self._end
        self.lines[number:number] = rows
        self._ends[number:number] = [self._end] * len(rows)

    def drop(self, first: int, end: int) -> None:
        del self.lines[first:end], self._ends[first:end]

    def put(self, at: At, text: str) -> None:
        line, column = at
        self.lines[line] = self.lines[line][:column] + text + self.lines[line][column:]

    def cut(self, start: At, end: At) -> None:
        """Take a span out; lines that it joins become one."""
        self.lines[start[0]] = self.lines[start[0]][: start[1]] + self.lines[end[0]][end[1] :]
        self._ends[start[0]] = self._ends[end[0]]
        self.drop(start[0] + 1, end[0] + 1)

    def stands_alone(self, entry: Outline) -> bool:
        """Is nothing else on the lines of an entry in brackets but its comma and a comment behind it?"""
        before, behind = (
            self.lines[entry.start[0]][: entry.start[1]],
            self.lines[entry.end[0]][entry.end[1] :],
        )
        return not before.strip() and re.fullmatch(r"\s*,?\s*(?:#.*)?", behind) is not None

    def behind_comma(self, at: At) -> At:
        """The place itself, or behind the comma that follows on its line."""
        comma = re.match(r"\s*,", self.lines[at[0]][at[1] :])
        return at[0], at[1] + (comma.end() if comma else 0)

    def trim(self, at: At) -> None:
        """Take the space before a place out, if only space or a comment follows, which brings its own."""
        line = self.lines[at[0]]
        if not line[at[1] :].rstrip() or line[at[1]].isspace():
            self.lines[at[0]] = (line[: at[1]].rstrip() + line[at[1] :]).rstrip()

    def after(self, entry: Outline, dash: int) -> int:
        """The line behind an entry of a block and the comments below that are indented like its keys."""
        number = entry.end[0] + 1
        while number < len(self.lines) and re.match(rf" {{{dash + 1},}}#", self.lines[number]):
            number += 1
        return number

    def dash_of(self, entry: Outline, dash: int) -> int:
        number = entry.start[0]
        while self.lines[number][dash : dash + 1] != "-":
            number -= 1
        return number

    def is_attached(self, number: int, dash: int) -> bool:
        line = self.lines[number]
        return re.match(rf" {{{dash}}}#", line) is not None and not _LIKE_CONFIG.match(line)
