"""Polls end to end on misbehaving publishers: fetch, parse, decide and commit, time after time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from poller import HOUR, Faults, errors, new

from tracker.model import Feed


def test_a_growing_feed_brings_one_item_per_poll(poller: Faults) -> None:
    poller.subscribe("growing")

    assert new(poller.poll(4), "growing") == [1, 1, 1, 1]


@pytest.mark.parametrize("fault", ["etag-flap", "etag-ignored", "ok"])
def test_whatever_the_validators_do_the_same_items_are_not_new_again(poller: Faults, fault: str) -> None:
    poller.subscribe(fault)

    first, *later = new(poller.poll(4), fault)

    assert first > 0
    assert later == [0, 0, 0]


def test_a_stuck_etag_is_noticed_by_the_weekly_full_fetch(poller: Faults) -> None:
    poller.subscribe("etag-stuck")

    before = new(poller.poll(3), "etag-stuck")
    poller.now += timedelta(days=7)
    after = new(poller.poll(1), "etag-stuck")

    assert before[1:] == [0, 0]
    assert after[0] > 0


def test_validators_of_a_body_that_was_not_read_are_not_kept(poller: Faults) -> None:
    poller.subscribe("200-then-error-keeps-validators")

    rounds = poller.poll(3)

    assert poller.items() == 3
    assert errors(rounds, "200-then-error-keeps-validators")[-1] is None


def test_a_feed_that_changes_all_its_guids_repeats_nothing_in_ten_polls(poller: Faults) -> None:
    poller.subscribe("guid-churn")

    rounds = poller.poll(10)

    assert new(rounds, "guid-churn") == [10] + [0] * 9
    assert poller.items() == 10


def test_items_that_leave_and_come_back_are_not_new(poller: Faults) -> None:
    poller.subscribe("vanish-return")

    rounds = poller.poll(6)

    titles = [found.item.title for each in rounds for found in each["vanish-return"].polled.new]
    assert len(titles) == len(set(titles)) == poller.items()


def test_a_feed_without_items_loses_none_that_we_have(poller: Faults) -> None:
    poller.subscribe("ok")
    poller.poll(1)
    poller.feeds["ok"] = Feed("ok", "ok", poller.server.url("empty-channel"), interval=HOUR)
    poller.store.sync_feeds(list(poller.feeds.values()), poller.now)
    before = poller.items()

    (last,) = poller.poll(1)

    assert last["ok"].polled.state.last_error is None
    assert poller.items() == before > 0


def test_a_parked_domain_is_an_error_and_old_items_stay(poller: Faults) -> None:
    poller.subscribe("301-to-html", "301-flap")

    rounds = poller.poll(4)

    assert all(error and "not a feed" in error for error in errors(rounds, "301-to-html"))
    assert sum(new(rounds, "301-flap")) == poller.items()


def test_a_flaky_publisher_recovers_by_itself(poller: Faults) -> None:
    poller.subscribe("flaky?n=2")

    rounds = poller.poll(3)

    assert errors(rounds, "flaky?n=2") == ["HTTP 503", "HTTP 503", None]
    assert rounds[-1]["flaky?n=2"].polled.state.failures == 0
    assert poller.items() == new(rounds, "flaky?n=2")[-1] > 0


@pytest.mark.parametrize("fault", ["gzip-truncated", "gzip-corrupt", "cl-too-long", "reset-mid-body", "204"])
def test_a_body_that_is_not_whole_stores_nothing(poller: Faults, fault: str) -> None:
    poller.subscribe(fault)

    (only,) = poller.poll(1)

    state = only[fault].polled.state
    assert state.last_error
    assert (state.body_hash, state.validators.etag, state.validators.last_modified) == (None, None, None)
    assert poller.items() == 0


def test_hanging_publishers_keep_nobody_else_waiting(poller: Faults) -> None:
    hanging = [name for name in poller.server.names("slow") if name.startswith("hang-")]
    assert hanging
    poller.subscribe(*hanging, "slow-body", deadline=2)
    poller.subscribe("ok", "growing")

    (only,) = poller.poll(1)

    assert all("not finished within 2 seconds" in (errors([only], fault)[0] or "") for fault in hanging)
    assert [errors([only], fault) for fault in ("ok", "growing")] == [[None], [None]]


def test_every_fault_ends_as_items_or_as_one_clear_line(poller: Faults) -> None:
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
