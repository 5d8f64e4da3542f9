"""The other side of bench/parse.py: feedparser as people use it, on the same bytes in the same process."""

from __future__ import annotations

from typing import NamedTuple

import feedparser


class Entry(NamedTuple):
    """What tells an entry from another, as feedparser gives it; "" for what is absent."""

    guid: str
    link: str
    title: str


def parse_with_feedparser(body: bytes) -> list[Entry]:
    """Parse with feedparser's defaults; returns the entries of a recognised feed that say anything."""
    found = feedparser.parse(body)
    entries = [Entry(e.get("id") or "", e.get("link") or "", e.get("title") or "") for e in found.entries]
    return [entry for entry in entries if any(entry)] if found.version else []
