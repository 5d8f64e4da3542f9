"""The whole program on real input: 472 recorded feeds and 30 histories, served as their publishers would.

Everything runs once (see `walk`); each test looks at one promise.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

from tracker import shipped
from tracker.cli import wiring
from tracker.edition import publish_recorded, record
from tracker.model import Edition, Found, NotModified
from tracker.poll.poll import Report, poll_due
from tracker.store.store import Store

RECORDED = datetime(2026, 8, 22, 12, 0, tzinfo=UTC)
"""The day on which the newest of the histories end."""

STEPS = 19
"""How far the histories are stepped, one version and one hour at a time: to the end of the longest."""


@dataclass(frozen=True)
class Walk:
    """What came of polling everything, polling it again, and stepping the histories."""

    first: list[Report]
    revalidated: dict[str, bool]
    second: list[Report]
    steps: list[list[Report]]
    edition: Edition
    page: str


@contextmanager
def replay(shared: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(shared / "tools/replay.py"), "--port", str(port), "--step", "manual"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)
        if server.stdout:
            server.stdout.close()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def walk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder = tmp_path_factory.mktemp("replay")
    with replay(shared) as address:
        config = folder / "config.yaml"
        port = address.rpartition(":")[2]
        listed = get(f"{address}/config.yaml?n=9999&hosts=1")
        config.write_text(
            f"use: ai-industry/signals\npoll:\n  allow: ['127.0.0.0/8:{port}']\n{listed}", "utf-8"
        )
        where = wiring.Places(config, folder / "data")
        work = wiring.load(config)
        with wiring.writing(where, work.config) as store:
            wiring.put_in_force(where, work.config, store, RECORDED)
            store.sync_feeds(work.config.feeds, RECORDED)
            return asyncio.run(_walk(work, store, where, address))


async def _walk(work: wiring.InForce, store: Store, where: wiring.Places, address: str) -> Walk:
    now = RECORDED

    async with wiring.tools(work, store, clock=lambda: now, chance=lambda: 0.5) as tools:
        everyone = list(tools.feeds)
        first = [report async for report in poll_due(tools)]
        revalidated = {}
        for state in store.states():
            if state.last_error is None:
                answer = await tools.fetcher.fetch(tools.feeds[state.feed_id], state.validators, now)
                revalidated[state.feed_id] = isinstance(answer, NotModified)
        now += timedelta(hours=1)
        second = [report async for report in poll_due(tools, everyone)]
        steps: list[list[Report]] = []
        for _ in range(STEPS):
            get(f"{address}/advance?n=1")
            now += timedelta(hours=1)
            steps.append([report async for report in poll_due(tools, everyone)])
    edition = record(store, wiring.masthead(work), shipped.templates(), now)
    page = publish_recorded(store, shipped.templates(), where.pages, now)
    assert page is not None
    return Walk(first, revalidated, second, steps, edition, page.read_text("utf-8"))


def seen(reports: list[Report]) -> list[Report]:
    return [report for report in reports if report.polled.state.last_error is None]


def new_items(reports: list[Report]) -> list[Found]:
    return [found for report in reports for found in report.polled.new]


def test_every_feed_is_polled_and_committed(walk: Walk) -> None:
    assert len(walk.first) == 502
    assert all(report.committed for report in walk.first)


def test_every_document_ends_as_items_or_as_one_clear_line(walk: Walk) -> None:
    errors = [report.polled.state.last_error for report in (*walk.first, *walk.second, *chain(*walk.steps))]
    told = [error for error in errors if error is not None]

    assert [error for error in told if not error.isprintable() or len(error) > 200] == []
    assert len(told) < 5


def test_most_feeds_bring_items(walk: Walk) -> None:
    assert sum(report.polled.listed > 0 for report in walk.first) > 440
    assert len(new_items(walk.first)) > 10_000


def test_every_feed_that_was_read_answers_304_to_its_validators(walk: Walk) -> None:
    assert [feed for feed, unchanged in walk.revalidated.items() if not unchanged] == []


def test_the_second_poll_brings_nothing(walk: Walk) -> None:
    assert new_items(walk.second) == []
    assert len(seen(walk.second)) == len(seen(walk.first))


def test_stepping_the_histories_brings_only_what_is_new(walk: Walk) -> None:
    told: dict[str, set[tuple[str | None, str]]] = {}
    for found in new_items(walk.first):
        told.setdefault(found.item.feed_id, set()).add((found.item.link, found.item.title))

    again = []
    for step in walk.steps:
        for found in new_items(step):
            known = told.setdefault(found.item.feed_id, set())
            if (found.item.link, found.item.title) in known:
                again.append((found.item.feed_id, found.item.title))
            known.add((found.item.link, found.item.title))

    assert new_items([report for step in walk.steps for report in step])
    assert again == []


def test_feeds_without_a_history_stay_unchanged_while_others_step(walk: Walk) -> None:
    moved = {report.feed.id for step in walk.steps for report in step if report.polled.listed}

    assert 0 < len(moved) <= 30


def test_the_digest_shows_real_matches_in_both_languages(walk: Walk) -> None:
    lines = [line for section in walk.edition.digest.sections for line in section.lines]

    assert len(lines) > 20
    assert {line.lang for line in lines} >= {"en", "zh"}
    assert sum(bool(section.lines) for section in walk.edition.digest.sections) >= 6
    assert all(line.hits for line in lines)
    assert "<mark>" in walk.page


def test_the_digest_counts_every_feed(walk: Walk) -> None:
    assert len(walk.edition.digest.health) == 502
    assert "of 502 feeds seen" in walk.page
