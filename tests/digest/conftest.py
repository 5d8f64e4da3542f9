"""Editions to look at. All texts are our own; hits are found in them as a rule would find them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tracker.digest.build import Heading, Matched, build_digest
from tracker.model import Digest, Edition, FeedHealth, Field, Hit, Item, Match, ScorePart, Tier, Window

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HEADINGS = (
    Heading("release", "Product releases", "Which models and products became usable, and by whom?"),
    Heading("pricing", "Pricing strategy", "Are list prices, billing units or limits moving, and which way?"),
    Heading("open_replication", "Open replication", "How fast does open work reach what closed labs showed?"),
    Heading("regulation", "Regulation", "Who acted, under which law, and is it binding?"),
    Heading(
        "adoption",
        "Enterprise adoption",
        "Which organisations use it in production, and for how many people?",
    ),
    Heading("renewal", "Renewal figures", "Do customers renew, expand or leave?"),
    Heading("talent", "Talent moves", "Who went where, and does a team follow?"),
    Heading("salary", "Pay", "Are offers rising, and for which work?"),
)
SAMPLE = json.loads((Path(__file__).parent / "sample.json").read_text(encoding="utf-8"))


def item(
    title: str, text: str = "", *, link: str | None = None, lang: str | None = "en", hours: float = 3.0
) -> Item:
    key = title[:40]
    seen = NOW - timedelta(hours=hours)
    return Item("feed", key, key, key, title, link, text, "", "", seen - timedelta(minutes=9), seen, lang)


def hits(words: Sequence[str], title: str, text: str) -> tuple[Hit, ...]:
    found = []
    for field, source in ((Field.TITLE, title), (Field.LEAD, text)):
        for word in words:
            start = source.find(word)
            if start >= 0:
                found.append(Hit(field, start, start + len(word), word, f"$words near/8 {word.split()[0]}"))
    return tuple(found)


def health(name: str, carries: Sequence[str], *, error: str | None = None, hours: float = 0.4) -> FeedHealth:
    last = NOW - timedelta(hours=hours)
    return FeedHealth(
        name.lower(),
        name,
        tuple(carries),
        error is None,
        last,
        error,
        last + timedelta(minutes=30) if error else None,
    )


def feeds() -> tuple[FeedHealth, ...]:
    named = ("Northwind news", "Meridian Labs", "山岚研究院", "Harbour Wire", "晨间智能简报", "Ward & Clinic")
    return (
        *(health(name, ("release", "pricing", "talent", "salary")) for name in named),
        *(health(f"Company filings {number}", ("renewal", "adoption")) for number in range(1, 6)),
        *(health(f"Registry of decisions {number}", ("regulation",)) for number in range(1, 4)),
        *(health(f"Newsletter {number}", ()) for number in range(1, 48)),
        health("Federal Trade Office", ("regulation",), error="HTTP 503", hours=41.3),
        health("Competition Watch", ("regulation",), error="no answer within 30 s", hours=30.1),
        health("Lab notes", (), error="not a feed: HTML page", hours=310.0),
    )


def sample_digest(rows: Sequence[Any] = SAMPLE, seen: Sequence[FeedHealth] | None = None) -> Digest:
    matched = []
    for index, row in enumerate(rows):
        link = f"https://www.news.example/2026/{index}/story"
        told = item(row["title"], row["text"], link=link, lang=row["lang"], hours=row["hours"])
        parts = tuple(ScorePart(label, points) for label, points in row["parts"])
        found = hits(row["words"], row["title"], row["text"])
        match = Match(row["signal"], (parts[0].label,), parts, found, "hash")
        matched.append(Matched(told, match, row["feed"], Tier(row["tier"])))
    return build_digest(
        number=18,
        window=Window(NOW - timedelta(days=1), NOW),
        zone="Europe/Berlin",
        items=412,
        matched=matched,
        headings=HEADINGS,
        health=feeds() if seen is None else seen,
        last_matches={"renewal": NOW - timedelta(days=12, hours=3), "regulation": NOW - timedelta(days=4)},
    )


def as_edition(digest: Digest) -> Edition:
    return Edition(digest.number, digest.window, digest, "3f9c2ab87d10" * 5, "81b04e6ac2f7" * 5, "0.1.0", NOW)


@pytest.fixture
def digest() -> Digest:
    """An ordinary morning: five signals, English and Chinese, three feeds that failed."""
    return sample_digest()


@pytest.fixture
def edition(digest: Digest) -> Edition:
    return as_edition(digest)


@pytest.fixture
def edition_of() -> Callable[[Digest], Edition]:
    return as_edition


@pytest.fixture
def empty_digest(digest: Digest) -> Digest:
    """A day on which every feed was seen and no rule matched."""
    seen = tuple(replace(feed, seen=True, last_error=None, failing_since=None) for feed in digest.health)
    return sample_digest((), seen)


@pytest.fixture(scope="session")
def templates() -> Path:
    return Path(__file__).parent.parent.parent / "templates"
