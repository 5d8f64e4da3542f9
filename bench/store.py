"""How fast polls are committed, beside bare sqlite3.executemany: the ratio is what counts, target >= 0.4.

    python bench/store.py [--large]

--large also measures the reads of an edition and of `status` at 1,000,000 items; see archive.py.

Ours does more per poll: it takes the feed's lease, fences the commit, asks which items are known, checks
the text, and keeps the matches of every tenth item. Polls that end together share a transaction, as they do
in the poller; the same number share one of the limit's. One poll per transaction is told, too.
"""

from __future__ import annotations

import random
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import archive
import baseline_store

from tracker.model import Feed, Field, Found, Hit, Item, Match, Polled, ScorePart
from tracker.store.store import open_store

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
FEEDS, ITEMS, ROUNDS, TARGET = 400, 50, 3, 0.4
TOGETHER = 10
WORDS = (
    "acme",
    "cuts",
    "raises",
    "price",
    "of",
    "model",
    "tokens",
    "half",
    "价格",
    "下调",
    "release",
    "agents",
)
MATCH = Match(
    "pricing",
    ("price-cut",),
    (ScorePart("price-cut", 3.0),),
    (Hit(Field.TITLE, 0, 4, "cuts", "$cut"),),
    "hash",
)


def made_polls(random_: random.Random) -> list[list[Found]]:
    """The items of FEEDS polls, ITEMS each, about 700 characters long."""
    return [[_found(random_, feed, number) for number in range(ITEMS)] for feed in range(FEEDS)]


def ours(polls: list[list[Found]], folder: Path, together: int) -> float:
    """Items per second through the store, so many polls per transaction."""
    with open_store(f"sqlite:///{folder / 'ours.db'}") as store:
        store.sync_feeds(
            [Feed(f"feed-{n:04}", f"Feed {n}", f"https://{n}.example/") for n in range(FEEDS)], NOW
        )
        states = store.lease(NOW, NOW + timedelta(minutes=5), FEEDS)
        started = perf_counter()
        later = NOW + timedelta(hours=1)
        polled = [
            Polled(replace(state, last_poll=NOW, next_poll=later), tuple(founds))
            for state, founds in zip(states, polls, strict=True)
        ]
        for first in range(0, FEEDS, together):
            assert store.commit_several(polled[first : first + together], "config", NOW)
        spent = perf_counter() - started
        assert store.counts().items == FEEDS * ITEMS
    return FEEDS * ITEMS / spent


def bare(polls: list[list[Found]], folder: Path, together: int) -> float:
    """Items per second through sqlite3 alone."""
    rows = [
        [baseline_store.row(found.item) for founds in polls[first : first + together] for found in founds]
        for first in range(0, FEEDS, together)
    ]
    opened = baseline_store.open_table(folder / "bare.db")
    started = perf_counter()
    baseline_store.insert(opened, rows)
    spent = perf_counter() - started
    opened.close()
    return FEEDS * ITEMS / spent


def _found(random_: random.Random, feed: int, number: int) -> Found:
    item = Item(
        feed_id=f"feed-{feed:04}",
        guid=f"https://{feed}.example/{number}",
        guid_key=f"{random_.getrandbits(128):032x}",
        content_key=f"{random_.getrandbits(128):032x}",
        title=" ".join(random_.choices(WORDS, k=10)),
        link=f"https://{feed}.example/{number}",
        summary=" ".join(random_.choices(WORDS, k=40)),
        content=" ".join(random_.choices(WORDS, k=80)),
        author="A. Author",
        published=NOW - timedelta(minutes=random_.randrange(10_000)),
        first_seen=NOW,
        lang="en",
        tags=("news",),
    )
    return Found(item, (MATCH,) if number % 10 == 0 else ())


def beside(polls: list[list[Found]], together: int) -> float:
    """Our share of the limit. Interleaved rounds, so that what else the machine does hits both."""
    measured: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            measured.append((bare(polls, place, together), ours(polls, place, together)))
    limit, speed = (median(column) for column in zip(*measured, strict=True))
    ratio = median(ours_ / bare_ for bare_, ours_ in measured)
    print(
        f"store, {together:>2} polls per transaction  sqlite3.executemany {limit:,.0f} items/s  "
        f"Tracker {speed:,.0f} items/s  ratio {ratio:.2f}"
    )
    return ratio


def main() -> int:
    """Measure, print, and say by the exit code whether the target is met."""
    polls = made_polls(random.Random(20261123))
    beside(polls, 1)
    ratio = beside(polls, TOGETHER)
    met = ratio >= TARGET
    if "--large" in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            met = archive.measure(Path(folder)) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
