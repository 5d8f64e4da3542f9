"""Rows to values and back, for items, matches, feeds and editions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tracker.model import FeedState, Field, Hit, Item, Match, ScorePart, Validators, Window
from tracker.store.columns import PlainJson, PlainText
from tracker.store.tables import edition, feed, item, match
from tracker.store.values import EditionHead, KeptMatch

if TYPE_CHECKING:
    from sqlalchemy.engine import RowMapping

ITEM_FIELDS = (
    *("feed_id", "guid", "guid_key", "content_key", "title", "link", "summary", "content"),
    *("author", "published", "first_seen", "lang", "backlog"),
)
_FIELDS = {field.value: field for field in Field}  # four times as fast as calling the class
_HEAD_FIELDS = ("number", "zone", "config_hash", "template_hash", "program", "recorded", "published")

# One query gives an item and a match of it: their columns with a prefix each, or `id` would be there twice.
ITEM_COLUMNS = tuple(column.label(f"item_{column.name}") for column in item.columns)
MATCH_COLUMNS = tuple(column.label(f"match_{column.name}") for column in match.columns)
HEAD_COLUMNS = tuple(column for column in edition.columns if column.name != "digest")
STATE_COLUMNS = tuple(
    column for column in feed.columns if column.name not in ("name", "archived", "lease_until")
)


def match_values(value: Match) -> dict[str, Any]:
    """The columns of a new match that are the match itself."""
    return {
        "signal": value.signal,
        "score": value.score,
        "rules": value.rules,
        "parts": [(part.label, part.points) for part in value.parts],
        "hits": [(hit.field.value, hit.start, hit.end, hit.text, hit.clause) for hit in value.hits],
        "rule_hash": value.rule_hash,
    }


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
)


def to_item(row: RowMapping) -> Item:
    """The item of a row that has ITEM_COLUMNS."""
    values = {name: row[f"item_{name}"] for name in ITEM_FIELDS}
    return Item(**values, tags=tuple(row["item_tags"]))


def to_match(row: RowMapping) -> Match:
    """The match of a row that has MATCH_COLUMNS."""
    return Match(
        signal=row["match_signal"],
        rules=tuple(row["match_rules"]),
        parts=tuple(ScorePart(label, points) for label, points in row["match_parts"]),
        hits=tuple(Hit(_FIELDS[name], *rest) for name, *rest in row["match_hits"]),
        rule_hash=row["match_rule_hash"],
    )


def to_kept_match(row: RowMapping) -> KeptMatch:
    """The match of a row that has ITEM_COLUMNS and MATCH_COLUMNS, with what became of it."""
    return KeptMatch(
        item_id=row["match_item_id"],
        item=to_item(row),
        match=to_match(row),
        found_at=row["match_found_at"],
        config_hash=row["match_config_hash"],
        late=row["match_late"],
        edition=row["match_edition"],
    )


def to_state(row: RowMapping) -> FeedState:
    """The state of a feed's row that has STATE_COLUMNS."""
    return FeedState(
        feed_id=row["id"],
        url=row["url"],
        validators=Validators(row["etag"], row["last_modified"]),
        lease_token=row["lease_token"],
        failing_since=row["failing_since"],
        **{name: row[name] for name in POLLED_FIELDS},
    )


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
