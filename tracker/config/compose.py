"""YAML text to nodes, and nothing else: no tags, no aliases, no types, no second document.

Built on the parser's events, so that nothing is constructed and a document that would grow or sink
without bound is refused where that starts.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError

from tracker.config.nodes import Items, Keys, Node, Source, Text
from tracker.config.report import excerpt, in_file_order
from tracker.errors import ConfigError, Place, Problem

LARGEST_FILE = 4_000_000
MOST_NODES = 100_000
DEEPEST = 16

# Neither the file nor an escape may bring these: control characters, line separators that editors
# do not show, a byte order mark inside, halves of a surrogate pair.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

_PLAIN_WORDS = (
    ("mapping values are not allowed", "a second ': ' in one line", "put the text in quotes or in a | block"),
    ("cannot start any token", "this character cannot start a text", "put the text in quotes"),
    ("unexpected end of stream", "the file ends inside a quoted text", "is it only half written?"),
    ("could not find expected ':'", "this line is neither `key: value` nor part of a text", ""),
    ("'<stream end>'", "the file ends inside a bracket", "is it only half written?"),
    ("expected '<document start>'", "this is not a `key: value` line", "check the indentation above it"),
    ("unknown escape character", "in double quotes a backslash starts an escape", "use single quotes"),
    ("comment or a line break", "nothing may follow '|' in its line", "start the text in the next line"),
    ("sequence entries are not allowed", "a '- ' does not belong here", "put each entry on its own line"),
    ("found undefined tag handle", "tags (!…) are not allowed", "put the text in quotes"),
    ("expected <block end>", "this does not belong here", "check the indentation, or put the text in quotes"),
    ("expected ',' or", "this does not belong inside a bracket", "put the text in quotes"),
    ("expected the node content", "a value is missing here", ""),
    ("while scanning an alias", "'*' starts a YAML alias", "put the text in quotes or in a | block"),
    ("while scanning an anchor", "'&' starts a YAML anchor", "put the text in quotes or in a | block"),
)


def read_source(path: Path, name: str) -> Source:
    """Read a file that should be UTF-8 text. Raises ConfigError in one line for everything else."""
    start = Place(name, 1, 1)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refused(start, "this is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise _refused(start, "this is not a regular file")
        if status.st_size > LARGEST_FILE:
            raise _refused(
                start, f"larger than {LARGEST_FILE:,} bytes", "move parts into files of `include:`"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise _refused(start, "there is no such file") from None
    except OSError as error:
        raise _refused(start, f"cannot be read: {error.strerror}") from error
    return source_of(data, path, name)


def source_of(data: bytes, path: Path | None, name: str) -> Source:
    """The lines of a file's bytes. Raises ConfigError where they are not UTF-8 text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(Place(name, 1, 1), "this file is UTF-16", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start)
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8", "replace"))
        raise _refused(
            Place(name, line + 1, column + 1),
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save it as UTF-8",
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = Source(name, path, tuple(text.split("\n")))
    if unwanted := _UNWANTED.search(text):
        line = text.count("\n", 0, unwanted.start())
        column = unwanted.start() - (text.rfind("\n", 0, unwanted.start()) + 1)
        raise _refused(source.place(line, column), f"control character U+{ord(unwanted[0]):04X}", "remove it")
    return source


def compose(source: Source) -> Keys:
    """The file's one document. Raises ConfigError with every structural problem that was found."""
    composer = _Composer(source)
    yaml = YAML(typ="safe", pure=True)
    try:
        for event in yaml.parse(source.text):
            composer.take(event)
    except MarkedYAMLError as error:
        raise ConfigError(in_file_order((*composer.problems, _in_plain_words(error, source)))) from error
    except (YAMLError, YAMLStreamError, ValueError, OverflowError) as error:
        # The last two: the scanner trips over escapes such as "\UFFFFFFFF".
        raise _refused(Place(source.name, 1, 1), "this is not YAML") from error
    if composer.problems:
        raise ConfigError(in_file_order(composer.problems))
    return _root(composer.root, source)


def compose_shipped(source: Source) -> Keys:
    """Compose a file of the pack: the same nodes as `compose` makes, by libyaml in a tenth of the time.

    Only a value left out (`key:`) stands at the end of its key, not where the next text starts. What is
    wrong with a file is told by `compose`. Users' files are not read this way: libyaml speaks an older
    YAML, and where it understands something else nobody would be told.
    """
    composer = _Composer(source)
    try:
        from yaml import CBaseLoader, YAMLError, parse
    except ImportError:  # PyYAML can be built without libyaml
        return compose(source)
    try:
        for event in parse(source.text, Loader=CBaseLoader):
            composer.take(event)
    except (YAMLError, ConfigError):
        return compose(source)
    return compose(source) if composer.problems else _root(composer.root, source)


class _Composer:
    """Builds nodes from events. open: containers under way; waiting: their keys that wait for a value.

    Both parsers give events of the same names and attributes.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[Items | Keys] = []
        self._waiting: list[Text | None] = []
        self._documents = 0
        self._nodes = 0

    def take(self, event: Any) -> None:
        match type(event).__name__:
            case "ScalarEvent":
                self._check(event, event.value)
                self._put(self._text(event))
            case "MappingStartEvent":
                self._check(event)
                self._start(event, Keys)
            case "SequenceStartEvent":
                self._check(event)
                self._start(event, Items)
            case "MappingEndEvent" | "SequenceEndEvent":
                self._open.pop()
                self._waiting.pop()
            case "AliasEvent":
                self._stop(
                    event, "YAML aliases (*…) are not allowed", "put the text in quotes or in a | block"
                )
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    self._stop(
                        event, "a second document starts here", "a config is one document; remove the ---"
                    )
            case "DocumentEndEvent" | "StreamStartEvent" | "StreamEndEvent":
                pass
            case _:  # an event that a parser might add
                self._stop(event, "this YAML is not allowed")

    def _check(self, event: Any, text: str = "") -> None:
        self._count(event)
        if event.tag is not None or (text == "!" and not event.style):
            self._problem(event, "YAML tags (!…) are not allowed", "put the text in quotes")
        if event.anchor is not None:
            self._stop(event, "YAML anchors (&…) are not allowed", "put the text in quotes or in a | block")
        if unwanted := _UNWANTED.search(text):
            self._problem(event, f"control character U+{ord(unwanted[0]):04X}", "remove it")

    def _text(self, event: Any) -> Text:
        start, end = event.start_mark, event.end_mark
        return Text(
            event.value, self.source, (start.line, start.column), (end.line, end.column), event.style or ""
        )

    def _start(self, event: Any, kind: type[Keys] | type[Items]) -> None:
        if len(self._open) >= DEEPEST:
            self._stop(event, f"nested deeper than {DEEPEST} levels")
        key = self._waiting[-1] if self._waiting else None
        place = key.place if key else self.source.place(event.start_mark.line, event.start_mark.column)
        node = kind(place=place)
        if not self._put(node):
            self._stop(event, "a key must be a plain text")
        self._open.append(node)
        self._waiting.append(None)

    def _count(self, event: Any) -> None:
        """A file of the allowed size can still hold millions of texts of one letter."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._stop(event, f"more than {MOST_NODES:,} entries", "move parts into files of `include:`")

    def _put(self, node: Node) -> bool:
        """Hang a node where it belongs; False when a container stands where a key should."""
        container = self._open[-1] if self._open else None
        match container:
            case None:
                self.root = node
            case Items():
                container.append(node)
            case Keys():
                key = self._waiting[-1]
                if key is None:
                    if not isinstance(node, Text):
                        return False
                    self._key(container, node)
                else:
                    if key.text not in container:
                        container[key.text] = node
                    self._waiting[-1] = None
        return True

    def _key(self, container: Keys, key: Text) -> None:
        self._waiting[-1] = key
        if key.text in container.places:
            first = container.places[key.text]
            self._problem(key, f"'{key.text}' is written twice", f"first at {first.file}:{first.line}")
        else:
            container.places[key.text] = key.place

    def _problem(self, where: Any, what: str, hint: str = "") -> None:
        place = where.place if isinstance(where, Text) else None
        if place is None:
            place = self.source.place(where.start_mark.line, where.start_mark.column)
        self.problems.append(Problem(place, what, hint, excerpt(self.source, place)))

    def _stop(self, event: Any, what: str, hint: str = "") -> None:
        """Give up here: what follows would grow, sink or mean something else."""
        self._problem(event, what, hint)
        raise ConfigError(in_file_order(self.problems))


def _root(root: Node | None, source: Source) -> Keys:
    match root:
        case Keys():
            return root
        case None:
            raise _refused(
                Place(source.name, 1, 1), "the file is empty", "`tracker init` writes one to start from"
            )
        case Text() if root.blank:
            raise _refused(
                Place(source.name, 1, 1), "the file is empty", "`tracker init` writes one to start from"
            )
        case Text():  # not shown: what is no config may be anything, a file of secrets, too
            raise _refused(root.place, "a config is `key: value` lines, this is a text")
        case _:
            what = "a config is `key: value` lines, this is a list"
            raise ConfigError([Problem(root.place, what, excerpt=excerpt(source, root.place))])


def _in_plain_words(error: MarkedYAMLError, source: Source) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = source.place(mark.line, mark.column) if mark is not None else Place(source.name, 1, 1)
    line = source.lines[place.line - 1] if place.line <= len(source.lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        what, hint = "a tab in the indentation", "indent with spaces"
    else:
        said = f"{error.context or ''} {error.problem or ''}"
        what, hint = next(
            ((what, hint) for part, what, hint in _PLAIN_WORDS if part in said),
            (f"this is not YAML: {error.problem}", ""),
        )
    return Problem(place, what, hint, excerpt(source, place))


def _refused(place: Place, what: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(place, what, hint)])
