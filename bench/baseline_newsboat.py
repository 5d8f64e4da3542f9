"""Debian's `newsboat` with ten threads: the commands that reload all feeds, and what it then has."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

THREADS = 10


def prepared(room: Path, urls: Sequence[str]) -> list[str]:
    """Write its files into `room`; returns the command without what to do."""
    (room / "config").write_text(f"reload-threads {THREADS}\nmax-items 0\ndownload-retries 1\n")
    (room / "urls").write_text("".join(f"{url}\n" for url in urls))
    return ["newsboat", "-C", f"{room}/config", "-u", f"{room}/urls", "-c", f"{room}/cache.db"]


def items(room: Path) -> int:
    """How many items it keeps."""
    with sqlite3.connect(room / "cache.db") as cache:
        found: int = cache.execute("select count(*) from rss_item").fetchone()[0]
    return found
