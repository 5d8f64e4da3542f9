"""How publishers are treated, hour after hour: real faults, a real store, a clock of our own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tracker.model import Feed, FeedState, Scope
from tracker.poll.address import AddressPolicy
from tracker.poll.connect import LookUp, ask_system
from tracker.poll.fetch import Fetcher, user_agent
from tracker.poll.poll import Report, Tools, poll_due
from tracker.poll.pool import ParserPool
from tracker.rules import compile_rules
from tracker.rules.source import Definitions
from tracker.store.store import Store, open_store

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF = 30 * MINUTE
NO_RULES = compile_rules(Definitions((), {}, {}, {}))
RETRY = [
    *("429-seconds", "429-date", "429-past-date", "429-huge", "429-negative", "429-garbage", "429-none"),
    *("503-seconds", "503-none"),
]


@dataclass
class Household:
    """Polls what is due, as a daemon does, by a clock that jumps from one due time to the next."""

    server: Any
    store: Store
    parser: ParserPool
    key: str
    now: datetime = START
    feeds: dict[str, Feed] = field(default_factory=dict)
    look_up: LookUp = ask_system

    def subscribe(self, *faults: str, query: str = "", **settings: Any) -> None:
        for fault in faults:
            url = self.server.url(fault, f"{query}&key={self.key}{fault}".strip("&"))
            self.feeds[fault] = Feed(
                fault, fault, url, **{"interval": HALF, "deadline": timedelta(seconds=3), **settings}
            )
        self.store.sync_feeds(list(self.feeds.values()), self.now)

    def poll(self, only: list[str] | None = None) -> dict[str, Report]:
        """One round at this moment: of what is due, or of the named feeds."""
        return asyncio.run(self._poll(only))

    def live(self, span: timedelta) -> list[datetime]:
        """Poll whatever falls due within the span; tells when something was polled."""
        end, times = self.now + span, []
        while self.now <= end:
            if self.poll():
                times.append(self.now)
            due = [state.next_poll for state in self.store.states() if not state.gone]
            self.now = max(min(due, default=end + MINUTE), self.now + MINUTE)
        self.now = end
        return times

    def state(self, fault: str) -> FeedState:
        return next(state for state in self.store.states() if state.feed_id == fault)

    def wait(self, fault: str) -> timedelta:
        return self.state(fault).next_poll - self.now

    def asked(self, fault: str) -> int:
        """How many requests the publisher got."""
        return len(self.server.requests(f"key={self.key}{fault}"))

    async def _poll(self, only: list[str] | None) -> dict[str, Report]:
        policy = AddressPolicy.from_entries(self.server.allow)
        made: dict[str, Any] = {"per_host": 2, "spacing": timedelta(0), "look_up": self.look_up}
        async with Fetcher(policy, user_agent(), **made) as fetcher:
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
            return {report.feed.id: report async for report in poll_due(tools, only)}


@pytest.fixture
def house(
    fault_server: Any, parser: ParserPool, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Household]:
    with open_store(f"sqlite:///{tmp_path / 'tracker.sqlite'}") as store:
        yield Household(fault_server, store, parser, key=str(abs(hash(request.node.name))))


# --- rhythm (point "adaptive interval", H27, P2) ---


def test_a_feed_that_never_changes_is_asked_ever_more_seldom(house: Household) -> None:
    house.subscribe("ok")

    times = house.live(30 * DAY)

    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (6 * HOUR, 6 * HOUR)  # its items are a year old


def test_a_busy_feed_is_asked_twice_as_often_and_not_more(house: Household) -> None:
    house.subscribe("growing")

    times = house.live(3 * DAY)

    waits = [later - earlier for earlier, later in pairwise(times)]
    assert min(waits) == waits[-1] == HALF / 2


def test_a_feed_with_an_interval_of_its_own_is_polled_at_just_that(house: Household) -> None:
    house.subscribe("ok", "growing", "maxage-huge", adaptive=False)

    times = house.live(6 * HOUR)

    assert times == [START + number * HALF for number in range(13)]


@pytest.mark.parametrize("interval", [5 * MINUTE, HALF, DAY, 7 * DAY])
def test_no_advertised_period_lifts_the_wait_above_the_longest(house: Household, interval: timedelta) -> None:
    house.subscribe("maxage-huge", interval=interval)

    house.poll()

    assert house.state("maxage-huge").advertised == (7 * DAY).total_seconds()
    assert interval <= house.wait("maxage-huge") <= max(interval, min(12 * interval, DAY))


def test_a_restart_polls_nothing_that_is_not_due(house: Household) -> None:
    house.subscribe("ok", "growing", "429-seconds", "404")
    house.poll()
    house.now += 10 * MINUTE

    house.store.end_stale_leases()
    house.store.sync_feeds(list(house.feeds.values()), house.now)

    assert house.poll() == {}


def test_a_restart_does_not_hurry_a_feed_that_its_rhythm_lets_wait(house: Household) -> None:
    house.subscribe("ok")
    house.poll()
    planned = house.state("ok").next_poll
    house.now += 2 * HOUR

    house.store.sync_feeds(list(house.feeds.values()), house.now)
    unhurried = house.state("ok").next_poll
    exact = replace(house.feeds["ok"], adaptive=False)
    house.store.sync_feeds([exact], house.now)

    assert planned == unhurried == START + 6 * HOUR
    assert house.state("ok").next_poll == house.now  # its own interval, set meanwhile, has passed


# --- a publisher that asks for time (H22) ---


@pytest.mark.parametrize("fault", RETRY)
def test_a_publisher_that_asks_for_time_is_given_it_and_is_not_broken(house: Household, fault: str) -> None:
    house.subscribe(fault, interval=5 * MINUTE)

    house.poll()
    first = house.wait(fault)
    house.now += first
    house.poll()

    assert 5 * MINUTE <= first <= 7 * DAY
    assert house.asked(fault) == 2
    assert (house.state(fault).failures, house.state(fault).last_error is None) == (0, False)


def test_a_publisher_that_names_no_time_is_given_ever_more(house: Household) -> None:
    house.subscribe("429-none")

    times = house.live(4 * DAY)

    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[:5] == [HOUR, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR]
    assert max(waits) <= DAY


def test_after_429_the_whole_host_is_left_alone_until_the_stated_time(house: Household) -> None:
    house.subscribe("429-huge", interval=HALF)
    house.poll()

    house.subscribe("ok", "growing")
    beside = house.poll()
    house.now += DAY + MINUTE
    later = house.poll()

    (pause,) = house.store.pauses(START + HOUR)
    assert (pause.host, pause.until) == ("127.0.0.1", START + DAY)
    assert "429" in pause.reason
    assert beside == {}
    assert set(later) == {"ok", "growing"}
    assert house.state("429-huge").next_poll >= START + 7 * DAY


@pytest.mark.parametrize(("fault", "waits"), [("429-seconds", HALF), ("429-huge", DAY)])
def test_polls_in_line_for_a_host_that_asks_for_time_get_its_answer_without_asking(
    house: Household, fault: str, waits: timedelta
) -> None:
    house.subscribe(fault, *(f"growing{number}" for number in range(20)))

    told = house.poll()

    unasked = [name for name in told if "not asked" in (house.state(name).last_error or "")]
    assert len(unasked) >= 17
    assert all(house.asked(name) == 0 for name in unasked)
    assert all(house.state(name).failures == 0 for name in unasked)
    assert all(waits <= house.wait(name) <= waits + 2 * MINUTE for name in unasked)


@pytest.mark.parametrize("fault", ["429-past-date", "429-none", "429-garbage", "503-seconds"])
def test_who_names_no_time_to_come_or_is_no_429_silences_nobody_in_line(house: Household, fault: str) -> None:
    house.subscribe(fault, *(f"growing{number}" for number in range(9)))

    told = house.poll()

    assert not any("not asked" in (report.polled.state.last_error or "") for report in told.values())
    assert all(house.asked(name) == 1 for name in told)


def test_a_feed_may_keep_the_wait_to_itself(house: Household) -> None:
    house.subscribe("429-seconds", retry_after=Scope.FEED)
    house.subscribe("growing")

    told = house.poll()

    assert house.store.pauses(house.now) == []
    assert len(told["growing"].polled.new) == 1


@pytest.mark.parametrize(("scope", "hosts"), [(None, []), (Scope.FEED, []), (Scope.HOST, ["127.0.0.1"])])
def test_503_silences_its_host_only_when_the_config_says_so(
    house: Household, scope: Scope | None, hosts: list[str]
) -> None:
    house.subscribe("503-seconds", retry_after=scope)

    house.poll()

    assert [pause.host for pause in house.store.pauses(house.now)] == hosts


def test_a_named_feed_is_polled_although_its_host_is_paused(house: Household) -> None:
    house.subscribe("429-seconds")
    house.poll()
    house.subscribe("growing")

    told = house.poll(["growing"])

    assert len(told["growing"].polled.new) == 1


# --- gone and moved (H19, H20, H21) ---


def test_a_feed_that_is_gone_is_not_asked_again_and_says_so_once(house: Household) -> None:
    house.subscribe("ok")
    house.poll()
    items = house.store.counts().items
    house.feeds["ok"] = replace(house.feeds["ok"], url=house.server.url("410", f"key={house.key}gone"))
    house.store.sync_feeds(list(house.feeds.values()), house.now)

    house.live(60 * DAY)

    assert house.asked("gone") == 1
    assert house.store.counts().items == items > 0
    notice = house.state("ok").notice or ""
    assert notice.startswith("is gone (HTTP 410)")


@pytest.mark.parametrize("fault", ["404", "403", "500"])
def test_other_refusals_back_off_to_a_day_and_never_end(house: Household, fault: str) -> None:
    house.subscribe(fault)

    times = house.live(14 * DAY)

    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[:6] == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, DAY]
    assert set(waits[6:]) == {DAY}
    assert house.state(fault).notice is None


@pytest.mark.parametrize("fault", ["301-permanent", "308-permanent"])
def test_a_move_is_told_after_a_week_of_the_same_target(house: Household, fault: str) -> None:
    house.subscribe(fault)
    url = house.feeds[fault].url

    house.live(6 * DAY)
    early = house.state(fault)
    house.live(2 * DAY)
    late = house.state(fault)

    target = house.server.url("ok")
    assert (early.notice, early.moved_to, early.moved_since) == (None, target, START)
    assert late.notice == f"has moved to {target}; change url: in config.yaml"
    assert late.url == url
    assert house.store.counts().items == 3


def test_a_target_that_comes_and_goes_is_never_told(house: Household) -> None:
    house.subscribe("301-flap", adaptive=False, interval=DAY)

    house.live(21 * DAY)

    assert house.state("301-flap").notice is None
    assert house.store.counts().items == 3


@pytest.mark.parametrize("fault", ["302-temporary", "307-temporary", "301-to-html"])
def test_what_is_temporary_or_no_feed_is_no_move(house: Household, fault: str) -> None:
    house.subscribe(fault)

    house.live(10 * DAY)

    state = house.state(fault)
    assert (state.moved_to, state.notice) == (None, None)


def test_a_portal_before_every_page_changes_nothing_that_we_know(house: Household) -> None:
    """Like the Wi-Fi of a hotel: every feed leads to one page, for an hour."""
    house.subscribe("301-permanent", "growing")
    house.poll()
    before = {state.feed_id: state for state in house.store.states()}
    own = dict(house.feeds)
    house.now += DAY
    portal = house.server.url("301-to-html")
    house.feeds |= {name: replace(feed, url=portal) for name, feed in own.items()}
    told = house.poll()

    house.feeds |= own
    house.now += DAY
    after = house.poll()

    assert all("not a feed" in (told[name].polled.state.last_error or "") for name in own)
    for name, report in told.items():
        kept = report.polled.state
        fields = ("url", "validators", "body_hash", "moved_to", "moved_since", "rhythm", "notice")
        assert [getattr(kept, each) for each in fields] == [getattr(before[name], each) for each in fields]
    assert all(report.polled.state.last_error is None for report in after.values())


# --- validators (H23, H24) and our own network (P10) ---


def test_a_stuck_etag_hides_new_items_for_a_week_at_most(house: Household) -> None:
    house.subscribe("etag-stuck")
    house.poll()
    before = house.store.counts().items

    house.live(7 * DAY + 8 * HOUR)

    assert house.store.counts().items > before


def test_a_flaky_publisher_recovers_and_brings_each_item_once(house: Household) -> None:
    house.subscribe("flaky", query="n=3")

    house.live(2 * DAY)

    state = house.state("flaky")
    assert (state.last_error, state.failures, state.failing_since) == (None, 0, None)
    assert house.store.counts().items == 3


def test_no_cookie_of_one_poll_is_sent_with_the_next(house: Household) -> None:
    house.subscribe("cookie-flood", adaptive=False)

    house.live(2 * HOUR)

    seen = house.server.requests(f"key={house.key}cookie-flood")
    assert len(seen) == 5
    assert not any("cookie" in headers for headers in seen)


def no_name_server(*_: Any, **__: Any) -> list[Any]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def name_server(host: str, port: int, **_: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_without_a_network_we_try_gently_say_nothing_of_publishers_and_recover(house: Household) -> None:
    house.subscribe("ok", "growing")
    for name, feed in list(house.feeds.items()):
        house.feeds[name] = replace(feed, url=feed.url.replace("127.0.0.1", f"{name}.example"))
    house.store.sync_feeds(list(house.feeds.values()), house.now)

    house.look_up = no_name_server
    times = house.live(6 * HOUR)
    away = house.store.states()
    house.look_up = name_server
    house.live(HOUR + MINUTE)

    waits = [later - earlier for earlier, later in pairwise(times)]
    assert [wait // MINUTE for wait in waits[:6]] == [5, 5, 10, 20, 40, 60]
    assert {state.last_error for state in away} == {"DNS: the name server does not answer"}
    assert {state.failures for state in away} == {0}
    assert [(state.last_error, state.failing_since) for state in house.store.states()] == [(None, None)] * 2


def test_a_feed_that_is_gone_stays_gone_while_we_have_no_network(house: Household) -> None:
    house.subscribe("410")
    house.poll()
    house.feeds["410"] = replace(house.feeds["410"], url="http://gone.example/")
    house.look_up = no_name_server

    house.poll(["410"])

    assert house.state("410").gone


# --- hosts that cannot be (P14) ---


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("a" * 64 + ".example", id="a label of 64 characters"),
        pytest.param("a." * 130 + "example", id="a name of 267 characters"),
        pytest.param("xn--99999999.example", id="bad punycode"),
        pytest.param("\u200d.example", id="nothing to be seen"),
        pytest.param("bücher." + "ü" * 63 + ".example", id="too long once it is encoded"),
        pytest.param("日本語.example", id="an international name without an address"),
    ],
)
def test_a_host_that_cannot_be_is_one_clear_line_and_its_state_is_kept(house: Household, host: str) -> None:
    house.look_up = lambda *_, **__: []
    house.subscribe("ok")
    house.feeds["ok"] = replace(house.feeds["ok"], url=f"http://{host}/feed")
    house.store.sync_feeds(list(house.feeds.values()), house.now)

    house.poll()

    state = house.state("ok")
    assert state.last_error is not None
    assert state.last_error.isprintable()
    assert (state.failures, state.last_poll, state.next_poll) == (1, START, START + HOUR)


# --- framing that is broken (H10 to H13) ---


@pytest.mark.parametrize("group", ["framing"])
def test_broken_framing_is_an_error_that_backs_off_and_never_another_feeds_body(
    house: Household, group: str
) -> None:
    faults = house.server.names(group)
    house.subscribe(*faults, deadline=timedelta(seconds=2))

    house.poll()

    failed = [state for state in house.store.states() if state.last_error]
    assert len(failed) >= 20
    assert all(state.next_poll == START + HOUR and state.failures == 1 for state in failed)
    assert all((state.last_error or "").isprintable() for state in failed)
    kept = [house.store.item(number) for number in range(1, house.store.counts().items + 1)]
    assert not any(each and "POISON" in each.item.title for each in kept)
