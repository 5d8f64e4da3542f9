"""Editions at set hours of the user's wall clock: once each, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracker.config.values import Day, DigestSettings
from tracker.daemon.hours import due_edition, next_edition

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(*hours: str, zone: str = "UTC", days: tuple[Day, ...] = tuple(Day)) -> DigestSettings:
    return DigestSettings(tuple(time.fromisoformat(hour) for hour in hours), days, zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def over_a_day(asked: DigestSettings, start: datetime, hours: int = 24) -> list[datetime]:
    """The editions that a daemon makes which asks every ten minutes, in UTC."""
    made: list[datetime] = []
    last: datetime | None = start
    for tick in range(hours * 6 + 1):
        due = due_edition(asked, last, start + timedelta(minutes=10 * tick))
        if due is not None:
            made.append(due)
            last = due
    return made


# --- on a common day


def test_the_hour_is_due_when_it_comes_and_not_before() -> None:
    asked, last = at("07:00", zone="Europe/Berlin"), utc("2026-11-22T06:00")

    assert due_edition(asked, last, utc("2026-11-23T05:59:59")) is None
    assert due_edition(asked, last, utc("2026-11-23T06:00")) == utc("2026-11-23T06:00")


def test_an_hour_that_is_done_is_not_due_again() -> None:
    asked, done = at("07:00"), utc("2026-11-23T07:00")

    assert due_edition(asked, done, utc("2026-11-23T07:00")) is None
    assert due_edition(asked, done, utc("2026-11-24T06:59")) is None


def test_an_edition_that_was_made_late_counts_for_its_hour() -> None:
    assert due_edition(at("07:00"), utc("2026-11-23T07:00"), utc("2026-11-23T09:30")) is None


def test_several_hours_a_day_are_several_editions() -> None:
    made = over_a_day(at("07:00", "12:30", "19:00"), utc("2026-11-23T00:00"))

    assert [f"{each:%H:%M}" for each in made] == ["07:00", "12:30", "19:00"]


def test_without_hours_nothing_is_ever_due() -> None:
    assert due_edition(at(), None, MONDAY) is None
    assert next_edition(at(), MONDAY) is None


def test_only_the_chosen_days_have_an_edition() -> None:
    asked = at("07:00", days=(Day.TUE, Day.FRI))

    made = over_a_day(asked, MONDAY, hours=24 * 7)

    assert [f"{each:%a}" for each in made] == ["Tue", "Fri"]


def test_the_day_is_that_of_the_zone() -> None:
    asked = at("07:00", zone="Asia/Shanghai", days=(Day.MON,))

    assert due_edition(asked, utc("2026-11-20T00:00"), utc("2026-11-22T23:00")) == utc("2026-11-22T23:00")


def test_who_never_had_an_edition_gets_the_latest_hour() -> None:
    assert due_edition(at("07:00"), None, utc("2026-11-23T06:00")) == utc("2026-11-22T07:00")


# --- sleep, wrong clocks, edits


def test_after_a_sleep_of_days_one_edition_catches_up() -> None:
    asked, last, awake = at("07:00", "19:00"), utc("2026-11-18T07:00"), utc("2026-11-23T10:00")

    due = due_edition(asked, last, awake)

    assert due == utc("2026-11-23T07:00")
    assert due_edition(asked, due, awake) is None


def test_a_weekly_hour_is_caught_up_days_later() -> None:
    asked = at("07:00", days=(Day.MON,))

    assert due_edition(asked, utc("2026-11-16T07:00"), utc("2026-11-29T23:59")) == utc("2026-11-23T07:00")


def test_a_clock_that_goes_back_makes_nothing_due_again() -> None:
    asked, done = at("07:00"), utc("2026-11-23T07:00")

    assert due_edition(asked, done, utc("2026-11-22T08:00")) is None
    assert due_edition(asked, done, utc("2026-11-23T06:59")) is None
    assert due_edition(asked, done, utc("2026-11-23T07:01")) is None
    assert due_edition(asked, done, utc("2026-11-24T07:00")) == utc("2026-11-24T07:00")


def test_an_hour_that_a_wrong_clock_wrote_years_ahead_does_not_end_all_editions() -> None:
    assert due_edition(at("07:00"), utc("2036-01-01T07:00"), MONDAY) == utc("2026-11-22T07:00")


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        pytest.param("America/New_York", None, id="west: the day's hour was done"),
        pytest.param("Asia/Shanghai", None, id="east: this hour passed before the one that is done"),
    ],
)
def test_moving_to_another_zone_makes_no_hour_due_twice(zone: str, due: datetime | None) -> None:
    done = utc("2026-11-23T06:00")  # 07:00 in Berlin

    assert due_edition(at("07:00", zone=zone), done, utc("2026-11-23T06:01")) == due


def test_the_next_edition_after_moving_is_at_the_new_zones_hour() -> None:
    done = utc("2026-11-23T06:00")
    asked = at("07:00", zone="America/New_York")

    assert due_edition(asked, done, utc("2026-11-23T12:00")) == utc("2026-11-23T12:00")


# --- daylight saving: days of 23, 23.5, 24.5 and 25 hours


@pytest.mark.parametrize(
    ("zone", "day", "hour", "instants"),
    [
        pytest.param("Europe/Berlin", "2026-03-29", "02:30", ["01:00"], id="skipped: after the gap"),
        pytest.param("Europe/Berlin", "2026-03-29", "01:59", ["00:59"], id="just before the gap"),
        pytest.param("Europe/Berlin", "2026-03-29", "03:00", ["01:00"], id="just after the gap"),
        pytest.param("Europe/Berlin", "2026-03-29", "07:00", ["05:00"], id="later that day"),
        pytest.param("Europe/Berlin", "2026-10-25", "02:30", ["00:30"], id="twice there: the first"),
        pytest.param("Europe/Berlin", "2026-10-25", "03:00", ["02:00"], id="after the second"),
        pytest.param("America/New_York", "2026-03-08", "02:00", ["07:00"], id="New York, spring"),
        pytest.param("America/New_York", "2026-11-01", "01:30", ["05:30"], id="New York, autumn"),
        pytest.param("Asia/Shanghai", "2026-03-29", "02:30", ["18:30"], id="Shanghai has none of it"),
        pytest.param("Australia/Lord_Howe", "2026-10-04", "02:15", ["15:30"], id="a gap of half an hour"),
        pytest.param("Australia/Lord_Howe", "2026-04-05", "01:45", ["14:45"], id="half an hour twice"),
    ],
)
def test_a_day_with_a_change_of_the_clock_has_one_edition(
    zone: str, day: str, hour: str, instants: list[str]
) -> None:
    midnight = datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone)).astimezone(UTC)

    made = over_a_day(at(hour, zone=zone), midnight, hours=23)

    assert [f"{each:%H:%M}" for each in made] == instants


def test_two_hours_in_one_gap_are_one_edition() -> None:
    made = over_a_day(at("02:10", "02:50", zone="Europe/Berlin"), utc("2026-03-28T23:00"), hours=23)

    assert made == [utc("2026-03-29T01:00")]


def test_a_day_that_a_zone_skipped_has_its_edition_at_the_start_of_the_next() -> None:
    asked = at("07:00", zone="Pacific/Apia", days=(Day.FRI,))  # Samoa had no 30 December 2011, a Friday

    assert due_edition(asked, utc("2011-12-28T00:00"), utc("2011-12-30T10:00")) == utc("2011-12-30T10:00")


# --- whatever happens

some_settings = st.builds(
    lambda hours, days, zone: DigestSettings(tuple(sorted(hours)), tuple(sorted(days)), zone),
    st.sets(st.builds(time, st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=4),
    st.sets(st.sampled_from(Day), min_size=1),
    st.sampled_from(ZONES),
)
some_time = st.integers(0, 4 * 365 * 24 * 60).map(
    lambda minutes: utc("2024-01-01T00:00") + timedelta(minutes=minutes)
)


@given(some_settings, some_time)
def test_the_next_edition_is_ahead_and_due_when_it_comes(asked: DigestSettings, moment: datetime) -> None:
    ahead = next_edition(asked, moment)

    assert ahead is not None
    assert moment < ahead <= moment + timedelta(days=8)
    assert due_edition(asked, moment, ahead) == ahead
    assert due_edition(asked, moment, ahead - timedelta(seconds=1)) is None


@given(some_settings, some_time, st.lists(st.integers(-3_000, 9_000), max_size=40))
def test_no_hour_is_ever_due_twice_however_the_clock_jumps(
    asked: DigestSettings, moment: datetime, jumps: list[int]
) -> None:
    made: list[datetime] = []
    last: datetime | None = moment
    for jump in jumps:
        moment += timedelta(minutes=jump)
        assume(last is None or last - moment < timedelta(days=14))
        due = due_edition(asked, last, moment)
        if due is not None:
            made.append(due)
            last = due

    assert made == sorted(set(made))
    assert all(next_edition(asked, each - timedelta(seconds=1)) == each for each in made)


@settings(max_examples=25)
@given(some_settings, some_time)
def test_an_hour_on_the_wall_is_kept_wherever_the_wall_shows_it(
    asked: DigestSettings, moment: datetime
) -> None:
    zone = ZoneInfo(asked.zone)
    for _ in range(10):
        ahead = next_edition(asked, moment)
        assert ahead is not None
        moment = ahead
        shown = ahead.astimezone(zone)
        before = (ahead - timedelta(minutes=1)).astimezone(zone)
        gap = shown.utcoffset() != before.utcoffset()
        assert gap or (shown.time().replace(tzinfo=None) in asked.at and Day(shown.weekday()) in asked.days)
