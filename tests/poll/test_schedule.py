"""When a feed is polled next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tracker.errors import FetchError
from tracker.model import FeedState, Validators
from tracker.poll.schedule import (
    after_failure,
    after_success,
    failures_after,
    needs_full_fetch,
)

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STATE = FeedState("f", "https://example.com/feed", next_poll=NOW)


@pytest.mark.parametrize(
    ("jitter", "wait"),
    [
        pytest.param(0.0, 27 * MINUTE, id="a tenth sooner"),
        pytest.param(0.5, 30 * MINUTE, id="the interval in the middle"),
        pytest.param(1.0, 33 * MINUTE, id="a tenth later"),
    ],
)
def test_after_a_success_one_interval_passes_give_or_take_a_tenth(jitter: float, wait: timedelta) -> None:
    assert after_success(30 * MINUTE, NOW, jitter) == NOW + wait


@pytest.mark.parametrize(
    ("interval", "failures", "jitter", "wait"),
    [
        pytest.param(30 * MINUTE, 1, 0.5, HOUR, id="the first failure doubles the interval"),
        pytest.param(30 * MINUTE, 2, 0.5, 2 * HOUR, id="each further failure doubles again"),
        pytest.param(30 * MINUTE, 2, 0.0, 1.8 * HOUR, id="give or take a tenth"),
        pytest.param(30 * MINUTE, 6, 0.5, DAY, id="a day is the ceiling"),
        pytest.param(30 * MINUTE, 9, 0.99, DAY, id="chance does not lift the ceiling"),
        pytest.param(30 * MINUTE, 10**6, 0.5, DAY, id="years of failures do not overflow"),
        pytest.param(30 * DAY, 3, 0.5, 30 * DAY, id="a longer interval is its own ceiling"),
    ],
)
def test_failures_back_off_but_never_for_ever(
    interval: timedelta, failures: int, jitter: float, wait: timedelta
) -> None:
    assert after_failure(interval, failures, None, NOW, jitter) == NOW + wait


@pytest.mark.parametrize(
    ("retry_at", "jitter", "wait"),
    [
        pytest.param(NOW + 2 * HOUR, 0.0, 2 * HOUR, id="not before the stated time"),
        pytest.param(NOW + 2 * HOUR, 1.0, 2 * HOUR + 3 * MINUTE, id="chance only adds"),
        pytest.param(NOW + 2 * MINUTE, 0.0, 30 * MINUTE, id="not before the interval either"),
        pytest.param(NOW - DAY, 0.0, 30 * MINUTE, id="a time in the past is no tight loop"),
        pytest.param(NOW + 400 * DAY, 1.0, 7 * DAY, id="a week at most"),
    ],
)
def test_a_publisher_that_states_a_time_is_obeyed(retry_at: datetime, jitter: float, wait: timedelta) -> None:
    assert after_failure(30 * MINUTE, 5, retry_at, NOW, jitter) == NOW + wait


def test_a_feed_that_asks_us_to_wait_is_not_counted_as_broken() -> None:
    state = replace(STATE, failures=3)

    assert failures_after(state, FetchError("HTTP 429", retry_at=NOW + HOUR)) == 3
    assert failures_after(state, FetchError("HTTP 429")) == 4


@pytest.mark.parametrize(
    ("full_at", "full"),
    [
        pytest.param(None, True, id="never fetched whole"),
        pytest.param(NOW - 7 * DAY, True, id="a week ago"),
        pytest.param(NOW - 7 * DAY + SECOND, False, id="less than a week ago"),
        pytest.param(NOW + DAY, True, id="in the future, by a wrong clock"),
    ],
)
def test_once_a_week_validators_are_left_out(full_at: datetime | None, full: bool) -> None:
    state = replace(STATE, full_at=full_at, validators=Validators('"a"', None))

    assert needs_full_fetch(state, NOW) is full


def test_after_two_failures_in_a_row_validators_are_left_out() -> None:
    asked_whole = replace(STATE, full_at=NOW - DAY)

    assert [needs_full_fetch(replace(asked_whole, failures=n), NOW) for n in range(4)] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "interval", [timedelta(minutes=5), timedelta(hours=6), timedelta(days=1), timedelta(days=7)]
)
def test_a_feed_may_fail_for_years(interval: timedelta) -> None:
    waits = [after_failure(interval, failures, None, NOW, 0.99) - NOW for failures in range(10_000)]

    assert max(waits) <= max(interval, timedelta(hours=24))
    assert waits[-1] == max(waits)
