"""Real databases for the store's tests, each on both back ends, and what the other rooms hand over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tracker.model import (
    Claim,
    Digest,
    Feed,
    Field,
    Figure,
    FigureKind,
    Found,
    Hit,
    Item,
    Match,
    ScorePart,
    Window,
)
from tracker.store.store import Store, open_store
from tracker.store.values import EditionInput


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database that is not there yet."""
    return f"sqlite:///{tmp_path / 'tracker.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on both."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


# --- look-alikes of what the other rooms hand over -------------------------------------------------


@pytest.fixture
def feeds() -> list[Feed]:
    """Two feeds as a config would name them."""
    return [
        Feed("acme-blog", "Acme blog", "https://acme.example/feed.xml"),
        Feed("wire", "The Wire", "https://wire.example/rss"),
    ]


@pytest.fixture
def make_found(now: datetime) -> Callable[..., Found]:
    """Makes an item of a feed, by default with one match; keyword arguments change the item."""

    def make(
        key: str, *, feed_id: str = "acme-blog", signals: tuple[str, ...] = ("pricing",), **changes: object
    ) -> Found:
        item = Item(
            feed_id=feed_id,
            guid=f"https://acme.example/{key}",
            guid_key=f"guid:{key}",
            content_key=f"content:{key}",
            title=f"Acme cuts the price of {key}",
            link=f"https://acme.example/{key}",
            summary="Half the price from Monday.",
            content="",
            author="A. Author",
            published=now,
            first_seen=now,
            lang="en",
            tags=("news", "定价"),
        )
        return Found(replace(item, **changes), tuple(_match(signal) for signal in signals))  # type: ignore[arg-type]

    return make


def _match(signal: str) -> Match:
    return Match(
        signal=signal,
        rules=("price-cut", "price-any"),
        parts=(ScorePart("price-cut", 3.0), ScorePart("title", 2.5)),
        hits=(Hit(Field.TITLE, 5, 9, "cuts", "$cut"), Hit(Field.LEAD, 9, 14, "price", "$price")),
        rule_hash="rules-1",
        claim=Claim.RUMOUR,
        figures=(
            Figure(Field.TITLE, 5, 9, "半价", FigureKind.PERCENT, -50.0, "% change", confidence=0.8),
            Figure(
                Field.LEAD, 0, 4, "Half", FigureKind.MONEY, 0.435, "USD", "1M input tokens", "about", 1.74
            ),
        ),
    )


@pytest.fixture
def record(now: datetime) -> Callable[..., EditionInput]:
    """Records an edition that ends at `end` and gives back what it was built from."""

    def run(store: Store, end: datetime) -> EditionInput:
        seen: list[EditionInput] = []
        window = Window(now, end)

        def build(given: EditionInput) -> Digest:
            seen.append(given)
            return Digest(given.number, window, "Europe/Berlin", given.items, (), ())

        store.record_edition(
            window,
            config_hash="config-1",
            template_hash="template-1",
            program="tracker 0",
            now=end,
            build=build,
            to_json=lambda digest: f'{{"number": {digest.number}}}',
        )
        return seen[0]

    return run
