"""What a large archive costs: the reads of a day's edition and of `status`, beside bare sqlite3.

1,000,000 items of 100 days, every tenth with a match, the last day's matches waiting. The reads are those
of Store.record_edition itself, up to the moment when the digest is built: SELECTs, rows and values. The
limit is the same SELECTs, fetched by sqlite3 without making values of them. All times are CPU times.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tracker.model import Digest, Feed, Window
from tracker.store.store import Store, open_store
from tracker.store.values import EditionInput

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ITEMS, DAYS, FEEDS, ROUNDS = 1_000_000, 100, 2_000, 9
EDITION_TARGET, STATUS_TARGET = 60.0, 200.0  # ms
SIGNALS = tuple(f"signal-{number:02}" for number in range(13))
RARE = "rare"  # matched once, on the first day
_EVIDENCE = json.dumps([["title", 0, 4, "cuts", "$cut"], ["lead", 9, 14, "price", "$price"]])
_INSERT_ITEM = f"INSERT INTO item VALUES ({', '.join('?' * 15)})"
_INSERT_MATCH = f"INSERT INTO match VALUES ({', '.join('?' * 13)})"


class _BuiltError(Exception):
    """Ends a transaction of `record_edition` when all is read, so that it can be measured again."""


def measure(folder: Path) -> bool:
    """Print the figures; whether the targets are met."""
    path = folder / "large.db"
    started = process_time()
    _fill(path)
    spent = process_time() - started
    print(f"archive  {ITEMS:,} items made in {spent:.0f} s, {path.stat().st_size / 1e6:,.0f} MB")
    with open_store(f"sqlite:///{path}") as store:
        sums = [_reads(store, path, tell=turn == ROUNDS - 1) for turn in range(ROUNDS)]
        counted = [_timed(store.counts) for _ in range(ROUNDS)]
        unindexed = _timed(store.unindexed)
    ours, bare = (median(column) for column in zip(*sums, strict=True))
    status = median(counted)
    print(f"edition  reads {ours:.1f} ms  the same by sqlite3 {bare:.1f} ms  target {EDITION_TARGET:.0f} ms")
    print(f"status   counts {status:.1f} ms  target {STATUS_TARGET:.0f} ms  unindexed {unindexed:.1f} ms")
    return ours < EDITION_TARGET and status < STATUS_TARGET


def _reads(store: Store, path: Path, *, tell: bool) -> tuple[float, float]:
    """Milliseconds of an edition's reads: ours, and bare."""
    asked: list[tuple[str, Any, float]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters, process_time()))

    def build(given: EditionInput) -> Digest:
        asked.append(("", None, process_time()))
        raise _BuiltError

    sa.event.listen(Engine, "before_cursor_execute", note)
    try:
        store.record_edition(
            Window(NOW - DAY, NOW), config_hash="c", template_hash="t", program="p", now=NOW, build=build,
            to_json=repr,
        )  # fmt: skip
    except _BuiltError:
        sa.event.remove(Engine, "before_cursor_execute", note)
    limit = 0.0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        for (statement, parameters, at), (_, _, until) in pairwise(asked):
            if statement.startswith("BEGIN"):
                continue
            started = process_time()
            rows = len(opened.execute(statement, parameters).fetchall())
            spent = (process_time() - started) * 1e3
            limit += spent
            if tell:
                told = " ".join(statement.split())
                print(
                    f"  {(until - at) * 1e3:7.2f} ms  sqlite3 {spent:7.2f} ms  {rows:5} rows  …{told[-70:]}"
                )
    return (asked[-1][2] - asked[0][2]) * 1e3, limit


def _timed(ask: Any) -> float:
    started = process_time()
    ask()
    return (process_time() - started) * 1e3


def _fill(path: Path) -> None:
    """Make the database by the program, and its rows by sqlite3: a million polls would take too long."""
    with open_store(f"sqlite:///{path}") as store:
        named = [Feed(f"feed-{n:04}", f"Feed {n}", f"https://{n}.example/") for n in range(FEEDS)]
        store.sync_feeds(named, NOW)
        for day in range(1, DAYS):
            end = NOW - DAY * (DAYS - day)
            store.record_edition(
                Window(end - DAY, end), config_hash="c", template_hash="t", program="p", now=end,
                build=lambda given: Digest(given.number, Window(NOW, NOW), "UTC", 0, (), ()), to_json=repr,
            )  # fmt: skip
    random_ = random.Random(20261123)
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA synchronous = OFF")
        opened.execute("BEGIN")
        opened.executemany(_INSERT_ITEM, _items(random_))
        opened.executemany(_INSERT_MATCH, _matches(random_))
        opened.execute("COMMIT")


def _first_seen(number: int) -> int:
    """Microseconds: evenly over DAYS, the last item just before NOW."""
    return round((NOW - (ITEMS - number) * (DAY * DAYS / ITEMS)).timestamp() * 1e6)


def _items(random_: random.Random) -> Iterator[tuple[object, ...]]:
    words = ("acme", "cuts", "raises", "price", "of", "model", "tokens", "half", "价格", "下调", "release")
    texts = [" ".join(random_.choices(words, k=120)) for _ in range(1_000)]
    for number in range(1, ITEMS + 1):
        text = texts[number % len(texts)]
        feed = random_.randrange(FEEDS)
        link = f"https://{feed}.example/{number}"
        keys = f"{random_.getrandbits(128):032x}", f"{random_.getrandbits(128):032x}"
        seen = _first_seen(number)
        yield (
            *(number, f"feed-{feed:04}", link, *keys, text[:60], link, text[60:300], text[300:], "A. Author"),
            *(seen - 3_600_000_000, seen, "en", '["news"]', 0),
        )


def _matches(random_: random.Random) -> Iterator[tuple[object, ...]]:
    per_day = ITEMS // DAYS
    for serial, number in enumerate(range(10, ITEMS + 1, 10), 1):
        signal = RARE if serial == 1 else random_.choice(SIGNALS)
        day = (number - 1) // per_day + 1
        yield (
            *(serial, number, signal, 5.5, '["price-cut"]', '[["price-cut",3.0],["title",2.5]]', _EVIDENCE),
            *("rules", "config", _first_seen(number), 0, 0, day if day < DAYS else None),
        )
