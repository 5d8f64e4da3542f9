"""Column types that give the same value back from SQLite and from PostgreSQL, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, to the microsecond: whole microseconds since 1970 on SQLite, timestamptz on PostgreSQL.

    Integers compare and index as time does; SQLite's own text form of a time drops the zone.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return sa.TIMESTAMP(timezone=True)
        return sa.BigInteger()

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _aware if dialect.name == "postgresql" else _microseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _in_utc if dialect.name == "postgresql" else _from_microseconds


class PlainText(TypeDecorator[str]):
    """Text in the order of its code points, without what PostgreSQL refuses; see `storable`."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # "C" compares bytes as SQLite does; a language's collation would sort and index differently.
        return sa.Text(collation="C" if dialect.name == "postgresql" else None)

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        return storable


class PlainJson(TypeDecorator[Any]):
    """Lists and text as JSON, kept as written; its text is stored as `PlainText` stores it."""

    impl = sa.JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return _json

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        # psycopg reads JSON by itself
        return None if dialect.name == "postgresql" else _from_json


def storable(text: str | None) -> str | None:
    """Text as both databases can hold it: NUL dropped, a lone surrogate replaced by U+FFFD.

    Two surrogates that make a pair become their character.
    """
    if text is None:
        return None
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


_decode = json.JSONDecoder().raw_decode  # json.loads also looks for space around, which we never write
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json(value: Any) -> str | None:
    if not value:
        return "[]"
    text = _encode(value)
    # The encoder writes NUL as an escape, which may also be text that was written so.
    return storable(_encode(_without_nul(value)) if "\\u0000" in text else text)


def _from_json(text: str | None) -> Any:
    return None if text is None else _decode(text)[0]


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    return [_without_nul(part) for part in value] if isinstance(value, list | tuple) else value


def _aware(time: datetime | None) -> datetime | None:
    if time is not None and time.tzinfo is None:
        raise ValueError(f"a time without zone cannot be stored: {time}")
    return time


def _microseconds(time: datetime | None) -> int | None:
    if time is None:
        return None
    if time.tzinfo is None:
        raise ValueError(f"a time without zone cannot be stored: {time}")
    return (time - _EPOCH) // _MICROSECOND


def _in_utc(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC)


def _from_microseconds(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + timedelta(microseconds=number)
