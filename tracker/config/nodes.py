"""A config file as nodes: every scalar stays the text that the user wrote, with its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tracker.errors import Place
from tracker.rules.source import Written


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read. name: as it is told to the user. lines: without line ends."""

    name: str
    path: Path | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def place(self, line: int, column: int) -> Place:
        """The place of a 0-based line and column."""
        return Place(self.name, line + 1, column + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A scalar. style: "" for plain, else its YAML indicator. start and end: 0-based line and column."""

    text: str
    source: Source
    start: tuple[int, int] = (0, 0)
    end: tuple[int, int] = (0, 0)
    style: str = ""

    @property
    def place(self) -> Place:
        return self.source.place(*self.start)

    @property
    def blank(self) -> bool:
        """Nothing was written: `feeds:` with all its lines commented out."""
        return not self.text and not self.style

    @property
    def followed_by(self) -> str:
        """What stands on the same line after the text; YAML calls it a comment."""
        line, column = self.end
        return self.source.lines[line][column:] if line < len(self.source.lines) else ""

    def written(self) -> Written:
        """The text with the place of each of its lines, as the rules need it."""
        if self.style in ("|", ">"):
            return self._block()
        if self.start[0] == self.end[0] or not self._verbatim():
            column = self.start[1] + (2 if self.style else 1)
            return Written(self.text, self.source.name, ((self.start[0] + 1, column),))
        return self._rejoined(range(self.start[0], self.end[0] + 1))

    def _block(self) -> Written:
        """A block line by line. A folded one, too: its line ends mean a space to the rules."""
        first = self.start[0] + 1
        last = min(self.end[0], len(self.source.lines))
        return self._rejoined(range(first, max(first, last)))

    def _rejoined(self, numbers: Sequence[int]) -> Written:
        kept = [(number, *self._bare(number)) for number in numbers]
        while kept and not kept[-1][2]:
            kept.pop()
        text = "\n".join(bare for _, _, bare in kept)
        return Written(text, self.source.name, tuple((number + 1, column + 1) for number, column, _ in kept))

    def _bare(self, number: int) -> tuple[int, str]:
        """A source line's part of this text without indentation, and the column where it starts."""
        line = self.source.lines[number]
        quote = 1 if self.style in ("'", '"') else 0
        end = self.end[1] - quote if number == self.end[0] else len(line)
        start = self.start[1] + quote if number == self.start[0] else 0
        part = line[start:end]
        return start + len(part) - len(part.lstrip()), part.strip()

    def _verbatim(self) -> bool:
        """Whether the file's characters are the text's: no escapes in between."""
        (first, left), (last, right) = self.start, self.end
        raw = "\n".join(self.source.lines[first : last + 1])
        inner = raw[left + 1 : len(raw) - (len(self.source.lines[last]) - right) - 1]
        return not (self.style == '"' and "\\" in inner) and not (self.style == "'" and "''" in inner)


class Items(list["Node"]):
    """A list as written."""

    def __init__(self, items: Sequence[Node] = (), *, place: Place) -> None:
        super().__init__(items)
        self.place = place


class Keys(dict[str, "Node"]):
    """A mapping as written. place: its own key, or where it starts. places: of its keys."""

    def __init__(self, *, place: Place) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, Place] = {}

    def leave_out(self, location: Sequence[str | int]) -> None:
        """Remove the deepest node that a path leads to."""
        node: Node = self
        remove: Callable[[], object] = dict  # nothing
        for step in location:
            match node, step:
                case Keys(), str() if step in node:
                    remove = partial(node.pop, step)
                    node = node[step]
                case Items(), int() if step < len(node):
                    remove = partial(node.pop, step)
                    node = node[step]
                case _:
                    pass
        remove()


Node = Text | Items | Keys


def place_of(root: Node, location: Sequence[str | int], *, of_key: bool = False) -> Place:
    """The place that a path of keys and indexes leads to; a step that leads nowhere is left out."""
    place, node = root.place, root
    for step in location:
        if isinstance(node, Keys) and isinstance(step, str) and step in node:
            place = node.places[step]
            node = node[step]
            if isinstance(node, Text) and not node.blank and not of_key:
                place = node.place
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node):
            node = node[step]
            place = node.place
    return place


def from_json(value: object, source: Source) -> Node:
    """JSON data as nodes, all at the start of the source."""
    place = Place(source.name, 1, 1)
    match value:
        case dict():
            keys = Keys(place=place)
            for key, inner in value.items():
                keys[str(key)] = from_json(inner, source)
                keys.places[str(key)] = place
            return keys
        case list():
            return Items([from_json(inner, source) for inner in value], place=place)
        case bool():
            return Text("true" if value else "false", source, style='"')
        case _:
            return Text(str(value), source, style='"')
