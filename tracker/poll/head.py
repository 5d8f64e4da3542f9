"""The head of an HTTP answer: status and header fields, read strictly and within bounds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracker.errors import FetchError

LONGEST_HEADER = 80_000
"""Bytes of one header field: some publishers send long policies."""
MOST_HEADERS = 128
MOST_INTERIM = 20

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110, 5.6.2
_LENGTH = re.compile("[0-9]{1,18}")


class Headers(Mapping[str, str]):
    """Header fields by name, in whatever case; of a repeated field the first."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, list[str]]) -> None:
        """fields: the values under each name in lower case."""
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def every(self, name: str) -> Sequence[str]:
        """All values of a repeated field, in order."""
        return self._fields.get(name.lower(), ())


@dataclass(frozen=True, slots=True)
class Head:
    """What an answer begins with. length: of the body as it is sent, where the server says so, in bytes."""

    status: int
    headers: Headers
    length: int | None

    @property
    def until_close(self) -> bool:
        """Is the end of the connection the only sign of the body's end?"""
        return self.length is None and "transfer-encoding" not in self.headers


class Heading:
    """Takes the lines of an answer's head one by one: interim answers (1xx), the head, trailers."""

    __slots__ = ("_interim", "_lines", "_trailing", "head")

    def __init__(self) -> None:
        self.head: Head | None = None
        self._lines: list[bytes] = []
        self._interim = self._trailing = 0

    def take(self, line: bytes) -> None:
        """A line with its end; after the empty one, `head` is there. Raises FetchError."""
        if self.head is not None:
            self._trailing += len(line)
            if self._trailing > LONGEST_HEADER:
                raise invalid("very long trailers")
        elif len(line) > LONGEST_HEADER:
            raise invalid(f"a header longer than {LONGEST_HEADER} bytes")
        elif line not in (b"\r\n", b"\n"):
            self._lines.append(line)
            if len(self._lines) > MOST_HEADERS + 1:
                raise invalid(f"more than {MOST_HEADERS} headers")
        else:
            lines, self._lines = self._lines, []
            head = _head(lines)
            if head.status >= 200:
                self.head = head
                return
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise invalid("very many interim answers")


def invalid(why: str) -> FetchError:
    """The error of an answer that is not HTTP as the standard says."""
    return FetchError(f"not a valid HTTP answer: {why}")


def _head(lines: Sequence[bytes]) -> Head:
    status = _STATUS.fullmatch(lines[0]) if lines else None
    if status is None:
        raise invalid("no status line")
    fields: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(":")
        if not colon or not _NAME.fullmatch(name) or "\0" in value:
            raise invalid("a malformed header")
        fields.setdefault(name.lower(), []).append(value.strip(" \t\r\n"))
    return Head(int(status[1]), Headers(fields), _length(fields))


def _length(fields: Mapping[str, Sequence[str]]) -> int | None:
    """The stated length (RFC 9112, 6.3): one number, however often it is said."""
    if "content-length" not in fields:
        return None
    stated = {number.strip() for value in fields["content-length"] for number in value.split(",")}
    (length, *others) = stated
    if others or not _LENGTH.fullmatch(length):
        raise invalid("its Content-Length is no number or several")
    return None if "transfer-encoding" in fields else int(length)
