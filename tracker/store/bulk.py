"""Inserting many items by a statement that is compiled once: the hot path of a poll that brings items.

Core spends more time on the parameters of a row than SQLite does on the row. Here a column is made ready
at a time, and its text is checked as one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from tracker.store.columns import PlainText, storable
from tracker.store.rows import ITEM_FIELDS
from tracker.store.tables import item

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect

    from tracker.model import Item

_NAMES = (*ITEM_FIELDS, "tags")


def insert_items(connection: Connection, items: Sequence[Item]) -> None:
    """Insert items as one batch. Raises StatementError, as Core does, for a value of a wrong kind."""
    statement, named, columns = _compiled(connection.dialect)
    try:
        ready = [prepare(map(attrgetter(name), items)) for name, prepare in columns.items()]
        rows: list[Any] = list(zip(*ready, strict=True))
    except (AttributeError, TypeError, ValueError) as error:
        raise StatementError(str(error), statement, None, error) from error
    if named:
        rows = [dict(zip(columns, row, strict=True)) for row in rows]
    connection.exec_driver_sql(statement, rows)


@lru_cache(maxsize=2)
def _compiled(dialect: Dialect) -> tuple[str, bool, dict[str, Callable[[Iterable[Any]], Iterable[Any]]]]:
    """The statement, whether its parameters are named, and how each column of values is made ready."""
    compiled = sa.insert(item).compile(dialect=dialect, column_keys=list(_NAMES))
    order = compiled.positiontup
    return compiled.string, order is None, {name: _preparing(name, dialect) for name in order or _NAMES}


def _preparing(name: str, dialect: Dialect) -> Callable[[Iterable[Any]], Iterable[Any]]:
    kind = item.c[name].type
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(kind, PlainText):
        return all_storable
    if process is None or isinstance(kind, sa.Boolean):  # both drivers take a bool as it is
        return lambda values: values
    return lambda values: _each_once(process, list(values))


def _each_once(process: Callable[[Any], Any], values: list[Any]) -> Iterable[Any]:
    # All items of a poll were first seen at one time, and most have the same few tags.
    ready = {value: process(value) for value in set(values)}
    return map(ready.__getitem__, values)


def all_storable(values: Iterable[str | None]) -> Sequence[str | None]:
    """`storable` of each text, by one look at all of them."""
    texts = list(values)
    together = "".join(filter(None, texts))
    return texts if storable(together) == together else [storable(text) for text in texts]
