"""Reads items from a file that holds one JSON object per line, plain or gzipped, as a stream.

    {"id": "a1", "title": "…", "summary": "…", "link": "…", "published": "2026-05-01T08:00:00Z",
     "source": "…", "lang": "en"}

An item must have an id and a title; further keys are ignored. A labelled one has `labels`, too, and may
have `unsure`, `clear` and `stratum`. A line that cannot be read so is a TrackerError with file and line.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from tracker.errors import TrackerError
from tracker.model import Item
from tracker.rules.evaluate import Labelled

STDIN = "-"

MOST = 16_000_000
"""Bytes of one line: an item with a text that long is none."""

_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_Entry = dict[str, Any]
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Archived:
    """An item of a file, and the id that it has there."""

    id: str
    item: Item


def read_items(path: str) -> Iterator[Archived]:
    """The items of a file, in its order; "-" is stdin.

    An item's feed is named by its `source`. It counts as first seen when it was published: the file does
    not say when anybody saw it.
    """
    return _read(path, lambda entry: Archived(_text(entry, "id"), _item(entry)))


def read_labelled(path: str) -> Iterator[Labelled]:
    """The labelled items of a file, in its order; "-" is stdin."""
    return _read(path, _labelled)


def _read(path: str, read: Callable[[_Entry], _Read]) -> Iterator[_Read]:
    name = "stdin" if path == STDIN else path
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(MOST + 1):
                number += 1
                text = line.removeprefix(_BOM) if number == 1 else line
                if text.strip():
                    yield read(_entry(text))
    except _Malformed as error:
        raise TrackerError(f"{name}:{number}: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TrackerError(f"{name}: damaged after line {number}: {error}") from error
    except OSError as error:
        raise TrackerError(f"{name} cannot be read: {error.strerror or error}") from error


class _Malformed(Exception):  # noqa: N818  it never leaves this module
    """A line that is no item: what is wrong with it."""


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """The bytes of a file; whether they are gzipped its first two tell, not its name."""
    with open(0, "rb", closefd=False) if path == STDIN else Path(path).open("rb") as file:
        yield cast(BinaryIO, gzip.GzipFile(fileobj=file)) if file.peek(2)[:2] == _GZIP else file


def _entry(line: bytes) -> _Entry:
    if len(line) > MOST:
        raise _Malformed(f"longer than {MOST:,} bytes; is there one JSON object per line?")
    try:
        entry = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _Malformed(f"not UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        raise _Malformed(f"not JSON: {error.msg} at column {error.colno}; one object per line") from None
    except (ValueError, RecursionError):
        raise _Malformed("not JSON that can be read: too deep, or a number too long") from None
    if not isinstance(entry, dict):
        raise _Malformed("not an item: a JSON object with at least id and title")
    return entry


def _labelled(entry: _Entry) -> Labelled:
    labels = _keys(entry, "labels")
    if labels is None:
        raise _Malformed("no `labels`: a list of signal keys, [] where the item shows none")
    unsure = _keys(entry, "unsure") or frozenset()
    if both := labels & unsure:
        raise _Malformed(f"`{min(both)}` stands in labels and in unsure")
    clear = entry.get("clear")
    if clear is not None and not isinstance(clear, bool):
        raise _Malformed("`clear` is neither true nor false")
    stratum = _text(entry, "stratum", "")
    return Labelled(_text(entry, "id"), _item(entry), labels, unsure, bool(clear), stratum)


def _item(entry: _Entry) -> Item:
    identity, published = _text(entry, "id"), _moment(entry)
    return Item(
        feed_id=_text(entry, "source", ""),
        guid=identity,
        guid_key=identity,
        content_key=identity,
        title=_text(entry, "title"),
        link=_text(entry, "link", "") or None,
        summary=_text(entry, "summary", ""),
        content="",
        author="",
        published=published,
        first_seen=published or _NO_DATE,
        lang=_text(entry, "lang", "") or None,
    )


def _text(entry: _Entry, key: str, otherwise: str | None = None) -> str:
    """A text of an item; what is absent or null is `otherwise`, if that may be."""
    value = entry.get(key)
    if value is None:
        value = otherwise
    if not isinstance(value, str):
        raise _Malformed(f"`{key}` is not a text" if value is not None else f"no `{key}`")
    return value


def _keys(entry: _Entry, key: str) -> frozenset[str] | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _Malformed(f"`{key}` is not a list of signal keys")
    return frozenset(value)


def _moment(entry: _Entry) -> datetime | None:
    """When an item was published; a time without a zone is UTC."""
    text = _text(entry, "published", "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Malformed(f"`published` is not a time like 2026-05-01T08:00:00Z: {text[:40]!r}") from None
