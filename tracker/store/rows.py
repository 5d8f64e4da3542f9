"""Rows to values and back, for items, matches, feeds and editions."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.model import (
    Claim,
    FeedState,
    Field,
    Figure,
    FigureKind,
    Found,
    Hit,
    Item,
    Match,
    ScorePart,
    Validators,
    Window,
)
from tracker.store.columns import PlainJson, PlainText
from tracker.store.tables import edition, feed, item, match
from tracker.store.values import EditionHead, KeptMatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Row, RowMapping

ITEM_FIELDS = (
    *("feed_id", "guid", "guid_key", "content_key", "title", "link", "summary", "content"),
    *("author", "published", "first_seen", "lang", "backlog"),
)
_FIELDS = {field.value: field for field in Field}  # four times as fast as calling the class
_CLAIMS = {claim.value: claim for claim in Claim}
_KINDS = {kind.value: kind for kind in FigureKind}
_HEAD_FIELDS = ("number", "zone", "config_hash", "template_hash", "program", "recorded", "published")

# One query gives an item and a match of it: their columns with a prefix each, or `id` would be there twice.
ITEM_COLUMNS = tuple(column.label(f"item_{column.name}") for column in item.columns)
MATCH_COLUMNS = tuple(column.label(f"match_{column.name}") for column in match.columns)
HEAD_COLUMNS = tuple(column for column in edition.columns if column.name != "digest")
FOUND_COLUMNS = (
    *ITEM_COLUMNS,
    *(match.c[name].label(f"match_{name}") for name in ("id", *(each.name for each in fields(Match)))),
)
_AT = {column.name: index for index, column in enumerate(FOUND_COLUMNS)}

# In the order of the values' own fields: an edition is made of thousands of rows, taken as tuples.
_ITEM_NAMES = tuple(f"item_{each.name}" for each in fields(Item))
_MATCH_NAMES = tuple(f"match_{each.name}" for each in fields(Match))
_STATE_NAMES = (
    *("id", "url", "next_poll", "etag", "last_modified"),
    *(each.name for each in fields(FeedState)[4:]),  # behind the validators
)
STATE_COLUMNS = tuple(feed.c[name] for name in _STATE_NAMES)

_MEASURED = attrgetter("value", "unit", "per", "bound", "was", "confidence")
_TAGS = _ITEM_NAMES.index("item_tags")
_item_of_mapping = itemgetter(*_ITEM_NAMES)
_item_of_tuple = itemgetter(*(_AT[name] for name in _ITEM_NAMES))
_match_of_mapping = itemgetter(*_MATCH_NAMES)
_match_of_tuple = itemgetter(*(_AT[name] for name in _MATCH_NAMES))
_state_of_mapping = itemgetter(*_STATE_NAMES)
FOUND_ORDER = itemgetter(_AT["item_first_seen"], _AT["item_id"], _AT["match_signal"])
MATCH_ID = itemgetter(_AT["match_id"])


def match_values(value: Match) -> dict[str, Any]:
    """The columns of a new match that are the match itself."""
    return {
        "signal": value.signal,
        "score": value.score,
        "rules": value.rules,
        "parts": [(part.label, part.points) for part in value.parts],
        "hits": [(hit.field.value, hit.start, hit.end, hit.text, hit.clause) for hit in value.hits],
        "rule_hash": value.rule_hash,
        "claim": value.claim.value,
        "figures": [_figure_values(figure) for figure in value.figures],
    }


def _figure_values(figure: Figure) -> tuple[Any, ...]:
    return (figure.field.value, figure.start, figure.end, figure.text, figure.kind.value, *_MEASURED(figure))


def _figure(values: Sequence[Any]) -> Figure:
    field, start, end, text, kind, value, unit, per, bound, was, confidence = values
    return Figure(
        _FIELDS[field],
        start,
        end,
        text,
        _KINDS[kind],
        float(value),
        unit,
        per,
        bound,
        None if was is None else float(was),
        float(confidence),
    )


def state_values(value: FeedState) -> dict[str, Any]:
    """What a poll changes of a feed's row, as named parameters that no column is called."""
    return {
        "b_id": value.feed_id,
        "b_token": value.lease_token,
        "b_etag": value.validators.etag,
        "b_last_modified": value.validators.last_modified,
        **{f"b_{name}": getattr(value, name) for name in POLLED_FIELDS},
    }


POLLED_FIELDS = (
    *("body_hash", "next_poll", "last_poll", "last_success", "full_at"),
    *("failures", "last_error", "gone"),
    *("rhythm", "advertised", "last_new", "moved_to", "moved_since", "churned", "notice"),
)


def to_item(row: RowMapping) -> Item:
    """The item of a row that has ITEM_COLUMNS."""
    return _item(_item_of_mapping(row))


def to_match(row: RowMapping) -> Match:
    """The match of a row that has MATCH_COLUMNS."""
    return _match(_match_of_mapping(row))


def to_found(rows: Sequence[Row[Any]]) -> Found:
    """An item and its matches, of rows that have FOUND_COLUMNS."""
    return Found(_item(_item_of_tuple(rows[0])), tuple([_match(_match_of_tuple(row)) for row in rows]))


def _item(values: Sequence[Any]) -> Item:
    ready = list(values)
    ready[_TAGS] = tuple(ready[_TAGS])
    return Item(*ready)


def _match(values: Sequence[Any]) -> Match:
    signal, rules, parts, hits, rule_hash, claim, figures = values
    return Match(
        signal,
        tuple(rules),
        tuple([ScorePart(label, points) for label, points in parts]),
        tuple([Hit(_FIELDS[name], start, end, text, clause) for name, start, end, text, clause in hits]),
        rule_hash,
        _CLAIMS[claim],
        tuple([_figure(figure) for figure in figures]) if figures else (),
    )


def to_kept_match(row: RowMapping, its: Item) -> KeptMatch:
    """The match of a row that has MATCH_COLUMNS, with its item and what became of it."""
    return KeptMatch(
        item_id=row["match_item_id"],
        item=its,
        match=to_match(row),
        found_at=row["match_found_at"],
        config_hash=row["match_config_hash"],
        late=row["match_late"],
        edition=row["match_edition"],
    )


def to_state(row: RowMapping) -> FeedState:
    """The state of a feed's row that has STATE_COLUMNS among others."""
    return state_of(_state_of_mapping(row))


def state_of(row: Sequence[Any]) -> FeedState:
    """The state of a feed's row that has STATE_COLUMNS and no others."""
    feed_id, url, next_poll, etag, last_modified, *rest = row
    return FeedState(feed_id, url, next_poll, Validators(etag, last_modified), *rest)


def to_head(row: RowMapping) -> EditionHead:
    """The head of an edition's row that has HEAD_COLUMNS."""
    window = Window(row["window_start"], row["window_end"])
    return EditionHead(window=window, **{name: row[name] for name in _HEAD_FIELDS})


def among(backend: str, column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """`column IN values`, where the parameter `name` is a list of any length."""
    if backend == "postgresql":
        from sqlalchemy.dialects.postgresql import ARRAY  # 20 ms that SQLite need not pay

        return column == sa.any_(sa.bindparam(name, type_=ARRAY(PlainText())))
    rows = sa.func.json_each(sa.bindparam(name, type_=PlainJson())).table_valued("value")
    return column.in_(sa.select(rows.c.value))
