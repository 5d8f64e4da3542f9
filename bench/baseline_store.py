"""The limit that the store is measured against: the same rows through bare sqlite3.executemany."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from tracker.model import Item

_TABLE = """
CREATE TABLE item (
    id INTEGER PRIMARY KEY, feed_id TEXT NOT NULL, guid TEXT NOT NULL, guid_key TEXT NOT NULL,
    content_key TEXT NOT NULL, title TEXT NOT NULL, link TEXT, summary TEXT NOT NULL, content TEXT NOT NULL,
    author TEXT NOT NULL, published INTEGER, first_seen INTEGER NOT NULL, lang TEXT, tags TEXT NOT NULL,
    backlog INTEGER NOT NULL, UNIQUE (feed_id, guid_key)
);
CREATE INDEX item_content ON item (feed_id, content_key);
CREATE INDEX item_first_seen ON item (first_seen);
"""
_INSERT = f"INSERT INTO item VALUES (NULL{', ?' * 14}) ON CONFLICT DO NOTHING"


def row(item: Item) -> tuple[object, ...]:
    """An item as sqlite3 takes it. Done before the clock starts: the limit is the database's alone."""
    return (
        *(item.feed_id, item.guid, item.guid_key, item.content_key, item.title, item.link),
        *(item.summary, item.content, item.author, round(item.published.timestamp() * 1e6)),
        *(round(item.first_seen.timestamp() * 1e6), item.lang, json.dumps(item.tags), item.backlog),
    )


def open_table(path: Path) -> sqlite3.Connection:
    """An empty table with the same indexes, written as safely."""
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = NORMAL")
    opened.executescript(_TABLE)
    return opened


def insert(opened: sqlite3.Connection, polls: Sequence[Sequence[tuple[object, ...]]]) -> None:
    """One transaction per group of rows."""
    for rows in polls:
        opened.execute("BEGIN IMMEDIATE")
        opened.executemany(_INSERT, rows)
        opened.execute("COMMIT")
