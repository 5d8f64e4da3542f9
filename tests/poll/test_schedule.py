"""When a feed is polled next, and who else waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import FetchError
from tracker.model import Feed, FeedState, Pause, Scope, Validators
from tracker.pace import FASTEST, LONGEST_WAIT, latest, soonest, wait_for
from tracker.poll.schedule import (
    after_failure,
    after_success,
    failures_after,
    needs_full_fetch,
    pause_of,
)

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STATE = FeedState("f", "https://example.com/feed", next_poll=NOW)
FEED = Feed("f", "F", "https://example.com/feed", interval=30 * MINUTE)


def seconds(span: timedelta) -> int:
    return int(span.total_seconds())


# --- after a success ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jitter", "wait"),
    [
        pytest.param(0.0, 27 * MINUTE, id="a tenth sooner"),
        pytest.param(0.5, 30 * MINUTE, id="the interval in the middle"),
        pytest.param(1.0, 33 * MINUTE, id="a tenth later"),
    ],
)
def test_of_a_feed_that_we_know_nothing_about_one_interval_passes(jitter: float, wait: timedelta) -> None:
    assert after_success(FEED, STATE, NOW, jitter) == NOW + wait


@pytest.mark.parametrize(
    ("rhythm", "silence", "advertised", "wait"),
    [
        pytest.param(12 * HOUR, None, None, 30 * MINUTE, id="two items a day: the interval"),
        pytest.param(DAY, None, None, HOUR, id="one item a day: hourly"),
        pytest.param(HOUR, HOUR, None, 15 * MINUTE, id="a busy feed: twice as often, not more"),
        pytest.param(7 * DAY, None, None, 6 * HOUR, id="a weekly one: twelve intervals at most"),
        pytest.param(HOUR, 36 * HOUR, None, 90 * MINUTE, id="silence counts like a rhythm"),
        pytest.param(HOUR, 400 * DAY, None, 6 * HOUR, id="years of silence"),
        pytest.param(None, 400 * DAY, None, 6 * HOUR, id="silence without a rhythm"),
        pytest.param(None, 2 * HOUR, None, 30 * MINUTE, id="a short silence without a rhythm says nothing"),
        pytest.param(None, -3650 * DAY, None, 30 * MINUTE, id="news from the future, by a wrong clock"),
        pytest.param(HOUR, None, HOUR, HOUR, id="a publisher's period makes us wait"),
        pytest.param(HOUR, None, DAY, 2 * HOUR, id="up to four intervals"),
        pytest.param(7 * DAY, None, HOUR, 6 * HOUR, id="a short period does not hurry us"),
        pytest.param(HOUR, None, 5 * MINUTE, 15 * MINUTE, id="a period below our wait changes nothing"),
    ],
)
def test_the_rhythm_and_the_publisher_move_the_wait_within_bounds(
    rhythm: timedelta | None, silence: timedelta | None, advertised: timedelta | None, wait: timedelta
) -> None:
    state = replace(
        STATE,
        rhythm=seconds(rhythm) if rhythm else None,
        last_new=NOW - silence if silence else None,
        advertised=seconds(advertised) if advertised else None,
    )

    assert after_success(FEED, state, NOW, 0.5) == NOW + wait
    assert after_success(replace(FEED, adaptive=False), state, NOW, 0.5) == NOW + 30 * MINUTE


@pytest.mark.parametrize(
    ("interval", "adaptive", "bounds"),
    [
        pytest.param(5 * MINUTE, True, (5 * MINUTE, HOUR), id="the shortest is not made shorter"),
        pytest.param(30 * MINUTE, True, (15 * MINUTE, 6 * HOUR), id="half to twelve times"),
        pytest.param(6 * HOUR, True, (3 * HOUR, DAY), id="a day is enough"),
        pytest.param(7 * DAY, True, (3.5 * DAY, 7 * DAY), id="a longer interval is its own bound"),
        pytest.param(30 * MINUTE, False, (30 * MINUTE, 30 * MINUTE), id="set for the feed: just that"),
    ],
)
def test_the_interval_bounds_the_wait(
    interval: timedelta, adaptive: bool, bounds: tuple[timedelta, timedelta]
) -> None:
    feed = replace(FEED, interval=interval, adaptive=adaptive)

    assert (soonest(feed), latest(feed)) == bounds


def test_a_feed_that_falls_silent_is_asked_ever_more_seldom_step_by_step() -> None:
    now, waits = NOW, [timedelta(0)]
    state = replace(STATE, rhythm=seconds(HOUR), last_new=NOW)

    while waits[-1] < latest(FEED):
        now = after_success(FEED, state, now, 0.5)
        waits.append(wait_for(FEED, state, now))

    assert waits == sorted(waits)
    assert max(later / earlier for earlier, later in pairwise(waits[1:])) < 1.05
    assert 6 * DAY <= now - NOW <= 7 * DAY


# --- after a failure ---------------------------------------------------------------------------------------


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
    feed, before = replace(FEED, interval=interval), replace(STATE, failures=failures - 1)

    assert after_failure(feed, before, FetchError("HTTP 500"), NOW, jitter) == NOW + wait


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
    error = FetchError("HTTP 429", retry_at=retry_at)

    assert after_failure(FEED, replace(STATE, failures=4), error, NOW, jitter) == NOW + wait


@pytest.mark.parametrize(
    ("failing_for", "wait"),
    [
        pytest.param(None, HOUR, id="at first two intervals"),
        pytest.param(HOUR, HOUR, id="as much again as it has had"),
        pytest.param(5 * HOUR, 5 * HOUR, id="which doubles"),
        pytest.param(90 * DAY, DAY, id="a day at most"),
        pytest.param(-DAY, HOUR, id="since tomorrow, by a wrong clock"),
    ],
)
def test_a_publisher_that_wants_time_and_names_none_is_given_ever_more(
    failing_for: timedelta | None, wait: timedelta
) -> None:
    state = replace(STATE, failing_since=NOW - failing_for if failing_for else None)

    assert after_failure(FEED, state, FetchError("HTTP 429", busy=True), NOW, 0.5) == NOW + wait


@pytest.mark.parametrize(
    ("interval", "failing_for", "wait"),
    [
        pytest.param(30 * MINUTE, None, 5 * MINUTE, id="at first after five minutes"),
        pytest.param(30 * MINUTE, 20 * MINUTE, 20 * MINUTE, id="then doubling"),
        pytest.param(30 * MINUTE, 10 * DAY, HOUR, id="an hour at most"),
        pytest.param(2 * DAY, 10 * DAY, 2 * DAY, id="or the interval where that is longer"),
    ],
)
def test_without_a_network_we_try_gently(
    interval: timedelta, failing_for: timedelta | None, wait: timedelta
) -> None:
    feed = replace(FEED, interval=interval)
    state = replace(STATE, failures=9, failing_since=NOW - failing_for if failing_for else None)

    assert after_failure(feed, state, FetchError("no network", offline=True), NOW, 0.5) == NOW + wait


@pytest.mark.parametrize(
    ("error", "failures"),
    [
        pytest.param(FetchError("HTTP 429", retry_at=NOW + HOUR), 3, id="asks us to wait"),
        pytest.param(FetchError("HTTP 503", busy=True), 3, id="is busy"),
        pytest.param(FetchError("no network", offline=True), 3, id="was not reached for lack of a network"),
        pytest.param(FetchError("HTTP 404"), 4, id="is broken"),
    ],
)
def test_only_a_feed_that_is_broken_counts_as_such(error: FetchError, failures: int) -> None:
    assert failures_after(replace(STATE, failures=3), error) == failures


@pytest.mark.parametrize(
    "interval", [timedelta(minutes=5), timedelta(hours=6), timedelta(days=1), timedelta(days=7)]
)
def test_a_feed_may_fail_for_years(interval: timedelta) -> None:
    feed, error = replace(FEED, interval=interval), FetchError("HTTP 500")
    waits = [
        after_failure(feed, replace(STATE, failures=failures), error, NOW, 0.99) - NOW
        for failures in range(10_000)
    ]

    assert max(waits) <= max(interval, timedelta(hours=24))
    assert waits[-1] == max(waits)


# --- for all states ----------------------------------------------------------------------------------------

TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
FEEDS = st.builds(
    Feed,
    interval=st.timedeltas(FASTEST, LONGEST_WAIT),
    adaptive=st.booleans(),
    retry_after=st.sampled_from((None, Scope.FEED, Scope.HOST)),
)
STATES = st.builds(
    FeedState,
    next_poll=TIMES,
    failures=st.integers(0, 10**6),
    rhythm=st.none() | st.integers(1, 2**31 - 1),
    advertised=st.none() | st.integers(1, 2**31 - 1),
    last_new=st.none() | TIMES,
    failing_since=st.none() | TIMES,
)
ERRORS = st.builds(
    FetchError,
    st.just("x"),
    retry_at=st.none() | TIMES,
    busy=st.booleans(),
    offline=st.booleans(),
    host_wide=st.booleans(),
    host=st.sampled_from((None, "example.com")),
)


@given(FEEDS, STATES, ERRORS, TIMES, st.floats(0, 1, exclude_max=True))
def test_the_next_poll_is_never_sooner_than_five_minutes_nor_later_than_a_week(
    feed: Feed, state: FeedState, error: FetchError, now: datetime, jitter: float
) -> None:
    after = [after_success(feed, state, now, jitter), after_failure(feed, state, error, now, jitter)]
    pause = pause_of(feed, error, now)

    assert all(FASTEST <= moment - now <= LONGEST_WAIT for moment in after)
    assert error.retry_at is None or after[1] >= min(error.retry_at, now + LONGEST_WAIT)
    assert pause is None or FASTEST <= pause.until - now <= DAY


# --- who else waits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configured", "host_wide", "host", "wait", "until"),
    [
        pytest.param(None, True, "example.com", HOUR, HOUR, id="the host by itself for 429"),
        pytest.param(None, False, "example.com", HOUR, None, id="the feed alone for anything else"),
        pytest.param(Scope.FEED, True, "example.com", HOUR, None, id="the feed alone, as the config says"),
        pytest.param(Scope.HOST, False, "example.com", HOUR, HOUR, id="the host, as the config says"),
        pytest.param(None, True, "example.com", 10 * DAY, DAY, id="a host waits a day at most"),
        pytest.param(None, True, "example.com", SECOND, 5 * MINUTE, id="and five minutes at least"),
        pytest.param(None, True, "example.com", -HOUR, None, id="a time in the past silences nobody"),
        pytest.param(None, True, "example.com", None, None, id="nor does none"),
        pytest.param(None, True, None, HOUR, None, id="nor an answer of nobody"),
    ],
)
def test_a_wish_for_time_is_the_hosts_or_the_feeds(
    configured: Scope | None,
    host_wide: bool,
    host: str | None,
    wait: timedelta | None,
    until: timedelta | None,
) -> None:
    retry_at = NOW + wait if wait else None
    error = FetchError("HTTP 429", retry_at=retry_at, host_wide=host_wide, host=host)

    pause = pause_of(replace(FEED, retry_after=configured), error, NOW)

    assert pause == (Pause("example.com", NOW + until, "f: HTTP 429") if until else None)


# --- asking for the whole document -------------------------------------------------------------------------


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
