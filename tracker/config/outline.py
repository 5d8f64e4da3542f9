"""Where the parts of a YAML text start and end, for edits that leave everything else as it is. Pure.

For a text that `tracker.config.compose` has accepted: no deeper, no longer and no odder than that allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

At = tuple[int, int]
"""A 0-based line and column."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A node. end: behind its last character, without comments and white space after it.

    flow: written in brackets. children: a list's entries; a mapping's keys and values in turn.
    text: of a scalar. written: False for a value that was left out.
    key_at: where its key starts, in what `find` returns.
    """

    start: At
    end: At
    flow: bool = False
    children: tuple[Outline, ...] = ()
    text: str = ""
    written: bool = True
    key_at: At = (0, 0)

    def find(self, name: str) -> Outline | None:
        """The value of a key of this mapping."""
        for key, value in zip(self.children[::2], self.children[1::2], strict=True):
            if key.text == name:
                return replace(value, key_at=key.start)
        return None


def outline(text: str) -> Outline:
    """The root of a text's document. text: lines end with a newline and nothing else."""
    lines = text.split("\n")
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    for event in events:
        if isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent)):
            return _node(event, events, lines)
    return Outline((0, 0), (0, 0), written=False)


def _node(event: Any, events: Iterator[Any], lines: list[str]) -> Outline:
    start = (event.start_mark.line, event.start_mark.column)
    if isinstance(event, ScalarEvent):
        written = bool(event.value or event.style)
        return Outline(start, _end_of(event, lines), text=event.value, written=written)
    children = []
    while not isinstance(event_ := next(events), (MappingEndEvent, SequenceEndEvent)):
        children.append(_node(event_, events, lines))
    flow = bool(event.flow_style)
    if flow:
        end = (event_.end_mark.line, event_.end_mark.column)
    else:  # the mark of a block's end is where the next thing starts
        end = max((child.end for child in children), default=start)
    return Outline(start, end, flow, tuple(children))


def _end_of(event: Any, lines: list[str]) -> At:
    line, column = event.end_mark.line, event.end_mark.column
    if event.style not in ("|", ">"):
        return line, column
    line = min(line - (column == 0), len(lines) - 1)
    while line > event.start_mark.line and not lines[line].strip():
        line -= 1
    return line, len(lines[line])
