"""Polls end to end on misbehaving publishers: fetch, parse, decide and commit, time after time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tracker.model import Feed
from tracker.poll.address import AddressPolicy
from tracker.poll.fetch import Fetcher, user_agent
from tracker.poll.poll import Report, Tools, poll_due
from tracker.poll.pool import ParserPool
from tracker.rules import compile_rules
from tracker.rules.source import Definitions
from tracker.store.store import Store, open_store

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_RULES = compile_rules(Definitions((), {}, {}, {}))


@dataclass
class Poller:
    """Polls the faults that it is given, again and again, by a clock of its own."""

    server: Any
    store: Store
    parser: ParserPool
    key: str
    now: datetime = START
    feeds: dict[str, Feed] = field(default_factory=dict)

    def subscribe(self, *faults: str, deadline: float = 3) -> None:
        for fault in faults:
            name, _, query = fault.partition("?")
            url = self.server.url(name, f"{query}&key={self.key}".strip("&"))
            self.feeds[fault] = Feed(fault, fault, url, interval=HOUR, deadline=timedelta(seconds=deadline))
        self.store.sync_feeds(list(self.feeds.values()), self.now)

    def poll(self, times: int = 1, every: timedelta = HOUR) -> list[dict[str, Report]]:
        """Poll every feed, whether due or not, and let time pass."""
        return asyncio.run(self._poll(times, every))

    async def _poll(self, times: int, every: timedelta) -> list[dict[str, Report]]:
        rounds = []
        async with Fetcher(
            AddressPolicy.from_entries(self.server.allow), user_agent(), per_host=64, spacing=timedelta(0)
        ) as fetcher:
            tools = Tools(
                feeds=self.feeds,
                ruleset=NO_RULES,
                config_hash="test",
                store=self.store,
                fetcher=fetcher,
                parser=self.parser,
                clock=lambda: self.now,
                chance=lambda: 0.5,
            )
            for _ in range(times):
                reports = [report async for report in poll_due(tools, list(self.feeds))]
                rounds.append({report.feed.id: report for report in reports})
                self.now += every
        return rounds

    def items(self) -> int:
        return self.store.counts().items


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserPool]:
    with ParserPool() as pool:
        yield pool


@pytest.fixture
def poller(
    fault_server: Any, parser: ParserPool, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Poller]:
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        yield Poller(fault_server, store, parser, key=str(abs(hash(request.node.name))))


def new(rounds: Sequence[dict[str, Report]], feed: str) -> list[int]:
    """How many items each poll of a feed brought."""
    return [len(each[feed].polled.new) for each in rounds]


def errors(rounds: Sequence[dict[str, Report]], feed: str) -> list[str | None]:
    return [each[feed].polled.state.last_error for each in rounds]


def test_a_growing_feed_brings_one_item_per_poll(poller: Poller) -> None:
    poller.subscribe("growing")

    assert new(poller.poll(4), "growing") == [1, 1, 1, 1]


@pytest.mark.parametrize("fault", ["etag-flap", "etag-ignored", "ok"])
def test_whatever_the_validators_do_the_same_items_are_not_new_again(poller: Poller, fault: str) -> None:
    poller.subscribe(fault)

    first, *later = new(poller.poll(4), fault)

    assert first > 0
    assert later == [0, 0, 0]


def test_a_stuck_etag_is_noticed_by_the_weekly_full_fetch(poller: Poller) -> None:
    poller.subscribe("etag-stuck")

    before = new(poller.poll(3), "etag-stuck")
    poller.now += timedelta(days=7)
    after = new(poller.poll(1), "etag-stuck")

    assert before[1:] == [0, 0]
    assert after[0] > 0


def test_validators_of_a_body_that_was_not_read_are_not_kept(poller: Poller) -> None:
    poller.subscribe("200-then-error-keeps-validators")

    rounds = poller.poll(3)

    assert poller.items() == 3
    assert errors(rounds, "200-then-error-keeps-validators")[-1] is None


def test_a_feed_that_changes_all_its_guids_repeats_nothing_in_ten_polls(poller: Poller) -> None:
    poller.subscribe("guid-churn")

    rounds = poller.poll(10)

    assert new(rounds, "guid-churn") == [10] + [0] * 9
    assert poller.items() == 10


def test_items_that_leave_and_come_back_are_not_new(poller: Poller) -> None:
    poller.subscribe("vanish-return")

    rounds = poller.poll(6)

    titles = [found.item.title for each in rounds for found in each["vanish-return"].polled.new]
    assert len(titles) == len(set(titles)) == poller.items()


def test_a_feed_without_items_loses_none_that_we_have(poller: Poller) -> None:
    poller.subscribe("ok")
    poller.poll(1)
    poller.feeds["ok"] = Feed("ok", "ok", poller.server.url("empty-channel"), interval=HOUR)
    poller.store.sync_feeds(list(poller.feeds.values()), poller.now)
    before = poller.items()

    (last,) = poller.poll(1)

    assert last["ok"].polled.state.last_error is None
    assert poller.items() == before > 0


def test_a_parked_domain_is_an_error_and_old_items_stay(poller: Poller) -> None:
    poller.subscribe("301-to-html", "301-flap")

    rounds = poller.poll(4)

    assert all(error and "not a feed" in error for error in errors(rounds, "301-to-html"))
    assert sum(new(rounds, "301-flap")) == poller.items()


def test_a_flaky_publisher_recovers_by_itself(poller: Poller) -> None:
    poller.subscribe("flaky?n=2")

    rounds = poller.poll(3)

    assert errors(rounds, "flaky?n=2") == ["HTTP 503", "HTTP 503", None]
    assert rounds[-1]["flaky?n=2"].polled.state.failures == 0
    assert poller.items() == new(rounds, "flaky?n=2")[-1] > 0


@pytest.mark.parametrize("fault", ["gzip-truncated", "gzip-corrupt", "cl-too-long", "reset-mid-body", "204"])
def test_a_body_that_is_not_whole_stores_nothing(poller: Poller, fault: str) -> None:
    poller.subscribe(fault)

    (only,) = poller.poll(1)

    state = only[fault].polled.state
    assert state.last_error
    assert (state.body_hash, state.validators.etag, state.validators.last_modified) == (None, None, None)
    assert poller.items() == 0


def test_hanging_publishers_keep_nobody_else_waiting(poller: Poller) -> None:
    hanging = [name for name in poller.server.names("slow") if name.startswith("hang-")]
    assert hanging
    poller.subscribe(*hanging, "slow-body", deadline=2)
    poller.subscribe("ok", "growing")

    (only,) = poller.poll(1)

    assert all("not finished within 2 seconds" in (errors([only], fault)[0] or "") for fault in hanging)
    assert [errors([only], fault) for fault in ("ok", "growing")] == [[None], [None]]


def test_every_fault_ends_as_items_or_as_one_clear_line(poller: Poller) -> None:
    names = [fault["name"] for fault in poller.server.index()]
    poller.subscribe(*names, deadline=2)

    (only,) = poller.poll(1)

    told = {name: report.polled.state.last_error for name, report in only.items()}
    assert len(told) == len(names) > 190
    assert {
        name: text for name, text in told.items() if text and not (text.isprintable() and len(text) <= 200)
    } == {}
    assert sum(text is None for text in told.values()) > 50
    assert poller.server.canary_requests() == []
