"""Marks, pauses of hosts, and feeds that are tried again when the network is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tracker.model import Pause, Polled

HOUR = timedelta(hours=1)


def test_a_mark_says_what_was_put_last(store, now):
    assert store.mark("edition-hour") is None
    store.put_mark("edition-hour", "one", now)

    store.put_mark("edition-hour", "two", now - HOUR)

    assert store.mark("edition-hour") == "two"
    assert store.mark("another") is None


def test_a_poll_lets_its_host_rest_and_no_feed_of_it_is_due(store, feeds, now):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    pause = Pause("acme.example", now + 2 * HOUR, "HTTP 429")

    store.commit(Polled(replace(state, next_poll=now), pause=pause), "config-1", now)

    assert store.pauses(now) == [pause]
    assert [state.feed_id for state in store.lease(now, now + HOUR, 9)] == ["wire"]
    assert store.pauses(now + 2 * HOUR) == []
    assert [state.feed_id for state in store.lease(now + 2 * HOUR, now + 3 * HOUR, 1)] == ["acme-blog"]


def test_polls_that_brought_nothing_let_their_hosts_rest_too_unless_the_lease_was_lost(store, feeds, now):
    store.sync_feeds(feeds, now)
    first, second = store.lease(now, now + HOUR, 2)
    kept, lost = Pause("acme.example", now + HOUR, "429"), Pause("wire.example", now + HOUR, "429")

    store.commit_unchanged(
        [Polled(first, pause=kept), Polled(replace(second, lease_token="another"), pause=lost)]
    )

    assert store.pauses(now) == [kept]


def test_a_poll_that_lost_its_lease_lets_no_host_rest(store, feeds, now):
    store.sync_feeds(feeds, now)
    (state,) = store.lease(now, now + HOUR, 1)
    lost = replace(state, lease_token="another")

    store.commit(Polled(lost, pause=Pause("acme.example", now + HOUR, "429")), "config-1", now)

    assert store.pauses(now) == []


def test_a_pause_is_made_longer_and_never_shorter(store, feeds, now):
    def ask(hours):
        (state,) = store.lease(now, now + HOUR, 1, ["acme-blog"])
        pause = Pause("acme.example", now + hours * HOUR, f"{hours} h")
        store.commit(Polled(replace(state, next_poll=now), pause=pause), "config-1", now)

    store.sync_feeds(feeds, now)
    ask(2)
    ask(1)
    assert [pause.reason for pause in store.pauses(now)] == ["2 h"]

    ask(3)

    assert [pause.reason for pause in store.pauses(now)] == ["3 h"]


def test_a_pause_that_a_wrong_clock_set_neither_holds_nor_stays(store, feeds, now):
    def ask(until):
        (state,) = store.lease(now, now + HOUR, 1, ["acme-blog"])
        pause = Pause("acme.example", until, "429")
        store.commit(Polled(replace(state, next_poll=now), pause=pause), "config-1", now)

    store.sync_feeds(feeds, now)
    ask(now + timedelta(days=9000))
    assert store.pauses(now) == []
    assert store.count_due(now) == 2

    ask(now + HOUR)

    assert [pause.until for pause in store.pauses(now)] == [now + HOUR]


def test_feeds_that_fail_are_due_when_the_network_is_back(store, feeds, now):
    store.sync_feeds(feeds, now)
    for state in store.lease(now, now + HOUR, 2):
        failures = 3 if state.feed_id == "wire" else 0
        asked = replace(state, last_poll=now, next_poll=now + HOUR, failures=failures, last_error="HTTP 503")
        store.commit(Polled(asked), "config-1", now)

    store.retry_soon(["acme-blog", "wire", "unknown"], now)

    assert {state.feed_id: state.next_poll for state in store.states()} == {
        "acme-blog": now + HOUR,
        "wire": now,
    }


def test_a_feed_that_is_gone_or_not_named_is_not_tried_again(store, feeds, now):
    store.sync_feeds(feeds, now)
    for state in store.lease(now, now + HOUR, 2):
        gone = state.feed_id == "wire"
        store.commit(Polled(replace(state, next_poll=now + HOUR, failures=1, gone=gone)), "config-1", now)

    store.retry_soon(["wire"], now)

    assert [state.next_poll for state in store.states()] == [now + HOUR, now + HOUR]
