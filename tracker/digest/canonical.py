"""A Digest as canonical JSON and back: equal digests give equal bytes, and bytes give an equal digest.

Keys are sorted, times are ISO 8601 in UTC, text is escaped to ASCII so that even a lone surrogate or a
NUL that a publisher sent survives every database. Fields that a later version adds have defaults, so an
old edition stays readable.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from tracker.errors import PublishError
from tracker.model import Digest

FORMAT = 1


def to_canonical(digest: Digest) -> str:
    document = {"format": FORMAT, "digest": _plain(digest)}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_canonical(text: str) -> Digest:
    """Raises PublishError when the text is not a digest that this program can read."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise PublishError(
                f"the recorded digest has format {document['format']}, this program reads {FORMAT}"
            )
        digest = _typed(document["digest"], Digest)
    except (ValueError, KeyError, TypeError) as error:
        raise PublishError(f"the recorded digest cannot be read: {error}") from error
    assert isinstance(digest, Digest)  # noqa: S101 (narrows the type; _typed built it from Digest)
    return digest


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case tuple():
            return [_plain(each) for each in value]
        case Enum():
            return value.value
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"a time without zone: {value}")
            return value.astimezone(UTC).isoformat()
        case float() if value.is_integer():
            return int(value)  # 3.0 and 3 are equal values, so they are equal bytes
        case _:
            return value


# Any: the shape is known at run time only, from the annotations in tracker/model/digest.py.
def _typed(value: Any, kind: Any) -> Any:
    if get_origin(kind) is UnionType:
        return None if value is None else _typed(value, _without_none(kind))
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        each = [kinds[0]] * len(value) if kinds[-1] is Ellipsis else kinds
        return tuple(_typed(part, its) for part, its in zip(value, each, strict=True))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _typed(part, hints[name]) for name, part in value.items()})
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(kind, type) and issubclass(kind, Enum | float):
        return kind(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _without_none(kind: Any) -> Any:
    (rest,) = (each for each in get_args(kind) if each is not NoneType)
    return rest


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
