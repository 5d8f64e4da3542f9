"""What the log says of the polls: each trouble once, many alike in one line, no network in one line."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tracker.daemon.chronicle import Chronicle, span
from tracker.model import Feed, FeedState, Polled
from tracker.poll.poll import Report

HOUR = timedelta(hours=1)


def report(
    feed: str,
    now: datetime,
    error: str | None = None,
    *,
    offline: bool = False,
    warnings: tuple[str, ...] = (),
) -> Report:
    url = f"https://{feed}.example/"
    state = FeedState(feed, url, next_poll=now + HOUR, last_error=error)
    return Report(Feed(feed, feed, url), Polled(state, listed=1, warnings=warnings), True, offline)


def told(chronicle: Chronicle, now: datetime, *reports: Report) -> list[str]:
    """The lines of one round of polls."""
    lines = [line for each in reports for line in chronicle.hear(each, now)]
    return lines + chronicle.gather(now, over=True)


def test_a_trouble_is_told_when_it_begins_and_when_it_ends_and_not_between(now: datetime) -> None:
    chronicle = Chronicle()

    begun = told(chronicle, now, report("a", now, "HTTP 500"))
    between = [told(chronicle, now + n * HOUR, report("a", now + n * HOUR, "HTTP 500")) for n in (1, 2)]
    ended = told(chronicle, now + 3 * HOUR, report("a", now))

    assert begun == ["a: HTTP 500; next try Mon 23 Nov 08:00 UTC"]
    assert between == [[], []]
    assert ended == ["a: seen again after 3 h"]


def test_a_trouble_that_changes_is_told_but_not_at_every_poll(now: datetime) -> None:
    chronicle = Chronicle()
    minutes = [now + timedelta(minutes=n) for n in range(0, 120, 5)]

    lines = [
        line
        for n, at in enumerate(minutes)
        for line in told(chronicle, at, report("a", at, f"HTTP {500 + n}"))
    ]

    assert len(lines) == 2


def test_what_failed_before_a_restart_is_not_told_again(now: datetime) -> None:
    failing = FeedState("a", "https://a.example/", now, last_error="HTTP 500", failing_since=now - 5 * HOUR)
    chronicle = Chronicle.after([failing], now)

    assert told(chronicle, now, report("a", now, "HTTP 500")) == []
    assert told(chronicle, now, report("a", now)) == ["a: seen again after 5 h"]


def test_the_same_trouble_of_many_feeds_is_one_line(now: datetime) -> None:
    chronicle = Chronicle()
    feeds = [f"f{n}" for n in range(7)]

    begun = told(chronicle, now, *(report(feed, now, "not a feed: a page") for feed in feeds))
    ended = told(chronicle, now, *(report(feed, now) for feed in feeds))

    assert begun == ["7 feeds: not a feed: a page (f0, f1, f2, f3, f4 and 2 more)"]
    assert ended == ["7 feeds are seen again (f0, f1, f2, f3, f4 and 2 more)"]


def test_without_network_there_is_one_line_and_one_when_it_is_back(now: datetime) -> None:
    chronicle = Chronicle()
    feeds = [f"f{n}" for n in range(9)]
    error = "DNS: no answer"

    gone = told(chronicle, now, *(report(feed, now, error, offline=True) for feed in feeds))
    still = told(chronicle, now + HOUR, *(report(feed, now, error, offline=True) for feed in feeds))
    waiting = chronicle.back()
    back = told(chronicle, now + 2 * HOUR, report("f0", now))

    assert gone == ["no network: DNS: no answer; feeds are asked again when it is back"]
    assert (still, waiting) == ([], [])
    assert back == ["the network is back after 2 h"]
    assert chronicle.back() == feeds
    assert chronicle.back() == []


def test_a_single_feed_is_enough_to_tell_that_the_network_is_gone(now: datetime) -> None:
    chronicle = Chronicle()

    assert told(chronicle, now, report("a", now, "DNS: no answer", offline=True)) == [
        "no network: DNS: no answer; feeds are asked again when it is back"
    ]


def test_one_feed_without_an_answer_among_others_that_have_one_is_its_own_trouble(now: datetime) -> None:
    chronicle = Chronicle()

    lines = told(chronicle, now, report("a", now, "DNS: no answer", offline=True), report("b", now))

    assert lines == ["a: DNS: no answer; next try Mon 23 Nov 08:00 UTC"]


def test_an_oddity_is_told_once(now: datetime) -> None:
    chronicle = Chronicle()
    odd = report("a", now, warnings=("malformed XML: repaired",))

    assert told(chronicle, now, odd) == ["a: malformed XML: repaired"]
    assert told(chronicle, now, odd) == []


def test_lines_about_feeds_wait_a_little_for_more_of_their_kind(now: datetime) -> None:
    chronicle = Chronicle()
    chronicle.hear(report("a", now, "HTTP 500"), now)

    early = chronicle.gather(now + timedelta(seconds=1), over=False)
    late = chronicle.gather(now + timedelta(seconds=20), over=False)

    assert (early, len(late)) == ([], 1)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        pytest.param(timedelta(seconds=40), "40 s", id="seconds"),
        pytest.param(timedelta(minutes=59, seconds=59), "59 min", id="minutes"),
        pytest.param(timedelta(hours=47), "47 h", id="hours"),
        pytest.param(timedelta(hours=48), "2 days", id="days"),
        pytest.param(timedelta(seconds=-5), "0 s", id="a clock that went back"),
    ],
)
def test_a_span_is_told_in_one_unit(length: timedelta, text: str) -> None:
    assert span(length) == text
