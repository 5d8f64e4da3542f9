"""How often a feed has something new, what its publisher wants, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tracker.model import Feed, FeedState, Terms, Validators
from tracker.poll.freshness import holds, period, validators
from tracker.poll.notice import moved, notice_of
from tracker.poll.rhythm import advertised_after, rhythm_after, rhythm_of

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = Feed("f", "F", "https://example.com/feed", interval=30 * MINUTE)
STATE = FeedState("f", "https://example.com/feed", next_poll=NOW)


@pytest.mark.parametrize(
    ("ages", "rhythm"),
    [
        pytest.param([], None, id="no dates"),
        pytest.param([-DAY], None, id="only a date to come"),
        pytest.param([n * DAY for n in range(1, 11)], DAY, id="one a day"),
        pytest.param([n * 6 * HOUR for n in range(1, 9)], 6 * HOUR, id="four a day"),
        pytest.param([DAY - n * MINUTE for n in range(30)], DAY, id="a burst counts once"),
        pytest.param([HOUR, 2000 * DAY], HOUR, id="an old item that is pinned says nothing"),
        pytest.param([200 * DAY, 300 * DAY], 30 * DAY, id="all old: the longest that counts"),
        pytest.param([MINUTE], HOUR, id="only a minute ago: nothing is known yet, so often"),
        pytest.param([2 * DAY, 20 * DAY], 10 * DAY, id="what has passed since the last counts, too"),
    ],
)
def test_the_first_rhythm_is_read_from_the_dates(ages: Sequence[timedelta], rhythm: timedelta | None) -> None:
    found = rhythm_of([NOW - age for age in ages], NOW)

    if rhythm is None:
        assert found is None
    else:
        assert found is not None
        assert abs(timedelta(seconds=found) - rhythm) <= rhythm / 10


def test_new_items_pull_the_rhythm_to_their_own_within_some_five_of_them() -> None:
    state, now = replace(STATE, rhythm=int(DAY.total_seconds()), last_new=NOW), NOW
    for _ in range(5):
        now += HOUR
        state = replace(state, rhythm=rhythm_after(FEED, state, now), last_new=now)

    assert HOUR < timedelta(seconds=state.rhythm or 0) < 5 * HOUR


@pytest.mark.parametrize(
    ("last_new", "at_most"),
    [(NOW, HOUR), (NOW + DAY, HOUR), (NOW - 4000 * DAY, 30 * DAY), (None, DAY)],
)
def test_no_pause_makes_a_rhythm_that_is_none(last_new: datetime | None, at_most: timedelta) -> None:
    state = replace(STATE, rhythm=3600, last_new=last_new)

    assert 1 <= rhythm_after(FEED, state, NOW) <= at_most.total_seconds()


@pytest.mark.parametrize(
    ("terms", "before", "changed", "seconds"),
    [
        pytest.param(Terms(), None, True, None, id="nobody says anything"),
        pytest.param(Terms(holds=HOUR, period=DAY), None, True, 86_400, id="the longer of both"),
        pytest.param(Terms(holds=10**4 * DAY), None, True, 604_800, id="a week at most"),
        pytest.param(Terms(holds=HOUR), 86_400, False, 86_400, id="an unchanged document's period holds on"),
        pytest.param(Terms(holds=HOUR), 86_400, True, 3_600, id="a new one says anew"),
        pytest.param(Terms(), 86_400, True, None, id="or says nothing any more"),
    ],
)
def test_what_the_publisher_says_is_remembered(
    terms: Terms, before: int | None, changed: bool, seconds: int | None
) -> None:
    assert advertised_after(replace(STATE, advertised=before), terms, changed) == seconds


@pytest.mark.parametrize(
    ("headers", "cache_control", "left"),
    [
        pytest.param({}, [], None, id="nothing"),
        pytest.param({}, ["max-age=600"], 10 * MINUTE, id="max-age"),
        pytest.param({}, ["public, Max-Age=600, must-revalidate"], 10 * MINUTE, id="among others"),
        pytest.param({}, ['max-age="600"'], 10 * MINUTE, id="in quotes"),
        pytest.param({}, ["public", "max-age=600"], 10 * MINUTE, id="on a second line"),
        pytest.param({}, ["max-age=600, max-age=60"], MINUTE, id="twice: the shorter"),
        pytest.param({}, ["s-maxage=600"], None, id="for shared caches only"),
        pytest.param({}, ["no-cache, max-age=600"], None, id="not without asking"),
        pytest.param({}, ["no-store"], None, id="not at all"),
        pytest.param({}, ["max-age=0"], None, id="zero"),
        pytest.param({}, ["max-age=-1"], None, id="negative"),
        pytest.param({}, ["max-age=soon"], None, id="words"),
        pytest.param({}, ["max-age=1.5"], None, id="a fraction"),
        pytest.param({}, ["max-age"], None, id="without a number"),
        pytest.param({}, [',;="\x00, ,,='], None, id="garbage"),
        pytest.param({"Age": "500"}, ["max-age=600"], 100 * timedelta(seconds=1), id="less its age"),
        pytest.param({"Age": "600"}, ["max-age=600"], None, id="used up on the way"),
        pytest.param({"Age": "-5"}, ["max-age=600"], 10 * MINUTE, id="a wrong age is none"),
        pytest.param({"Expires": "Mon, 23 Nov 2026 08:00:00 GMT"}, [], HOUR, id="Expires"),
        pytest.param(
            {"Expires": "Mon, 23 Nov 2020 08:00:00 GMT", "Date": "Mon, 23 Nov 2020 07:50:00 GMT"},
            [],
            10 * MINUTE,
            id="Expires by the publisher's own clock",
        ),
        pytest.param({"Expires": "Mon, 23 Nov 2026 08:00:00 GMT"}, ["max-age=60"], MINUTE, id="max-age wins"),
        pytest.param({"Expires": "0"}, [], None, id="Expires that is no date"),
        pytest.param({"Expires": "Mon, 23 Nov 2026 06:00:00 GMT"}, [], None, id="expired"),
    ],
)
def test_how_long_an_answer_holds(
    headers: dict[str, str], cache_control: list[str], left: timedelta | None
) -> None:
    assert holds(headers, cache_control, NOW) == left


@pytest.mark.parametrize("digits", [10, 20, 30, 31, 5000])
def test_a_huge_lifetime_does_not_overflow(digits: int) -> None:
    found = holds({"Age": "9" * digits}, ["max-age=" + "9" * digits, "private"], NOW)

    assert found is None or found > timedelta(0)


@pytest.mark.parametrize(
    ("ttl", "updated", "frequency", "found"),
    [
        pytest.param("", "", "", None, id="nothing"),
        pytest.param(" 60 ", "", "", HOUR, id="ttl"),
        pytest.param("0", "", "", None, id="ttl-odd: zero"),
        pytest.param("-1", "", "", None, id="ttl-odd: negative"),
        pytest.param("abc", "", "", None, id="ttl-odd: words"),
        pytest.param("99999999", "", "", 99_999_999 * MINUTE, id="ttl-odd: huge"),
        pytest.param("", "daily", "2", 12 * HOUR, id="twice a day"),
        pytest.param("", " Hourly", "", HOUR, id="once when no frequency is said"),
        pytest.param("", "hourly", "0", HOUR, id="a frequency of zero"),
        pytest.param("", "fortnightly", "1", None, id="no such period"),
        pytest.param("60", "daily", "1", DAY, id="both: the longer"),
    ],
)
def test_how_often_a_document_says_that_it_changes(
    ttl: str, updated: str, frequency: str, found: timedelta | None
) -> None:
    assert period(ttl, updated, frequency) == found


def test_a_star_is_no_etag() -> None:
    assert validators({"ETag": "*", "Last-Modified": "Mon"}) == Validators(None, "Mon")


@pytest.mark.parametrize(
    ("before", "since", "to", "known"),
    [
        pytest.param(None, None, None, (None, None), id="at its URL"),
        pytest.param(None, None, "a", ("a", NOW), id="moved now"),
        pytest.param("a", NOW - DAY, "a", ("a", NOW - DAY), id="still there"),
        pytest.param("a", NOW - DAY, "b", ("b", NOW), id="elsewhere: the clock starts again"),
        pytest.param("a", NOW - DAY, None, (None, None), id="back"),
        pytest.param("a", NOW + DAY, "a", ("a", NOW), id="since tomorrow, by a wrong clock"),
        pytest.param(None, None, STATE.url, (None, None), id="sent around and back to its URL"),
    ],
)
def test_where_a_feed_has_moved_is_remembered_with_its_time(
    before: str | None,
    since: datetime | None,
    to: str | None,
    known: tuple[str | None, datetime | None],
) -> None:
    assert moved(replace(STATE, moved_to=before, moved_since=since), to, NOW) == known


MOVED = replace(STATE, moved_to="https://new.example/feed", moved_since=NOW - 7 * DAY, last_success=NOW)


@pytest.mark.parametrize(
    ("feed", "state", "start"),
    [
        pytest.param(FEED, STATE, None, id="nothing to say"),
        pytest.param(
            FEED, MOVED, "has moved to https://new.example/feed; change url:", id="moved a week ago"
        ),
        pytest.param(
            FEED, replace(MOVED, last_success=NOW - MINUTE), None, id="not quite a week: the last poll failed"
        ),
        pytest.param(FEED, replace(STATE, gone=True), "is gone (HTTP 410)", id="gone"),
        pytest.param(
            FEED, replace(STATE, churned=NOW - DAY, last_success=NOW), "changes its ids", id="new ids"
        ),
        pytest.param(
            FEED, replace(STATE, churned=NOW - 8 * DAY, last_success=NOW), None, id="new ids, long ago"
        ),
        pytest.param(replace(FEED, unverified=True), STATE, "anyone could answer for it", id="unverified"),
        pytest.param(
            replace(FEED, unverified=True), MOVED, "has moved to https://new.example/feed;", id="two things"
        ),
    ],
)
def test_what_there_is_to_know_of_a_feed_is_one_line(feed: Feed, state: FeedState, start: str | None) -> None:
    notice = notice_of(feed, state)

    assert notice is start if start is None else (notice or "").startswith(start)
    assert notice is None or notice.isprintable()
