"""The sentences about trust and silence, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.digest import words
from tracker.model import Digest, FeedHealth, ScorePart, Section, Window

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = datetime(2026, 11, 21, 13, 10, tzinfo=UTC)
FTC = FeedHealth("ftc", "FTC", ("regulation",), False, SATURDAY, "HTTP 503", SATURDAY)


def healthy(name: str, *carries: str) -> FeedHealth:
    return FeedHealth(name, name, carries, True, NOW, None)


def digest(*health: FeedHealth, last: datetime | None = None) -> Digest:
    sections = []
    for signal in ("pricing", "regulation"):
        carriers = [feed for feed in health if signal in feed.carries]
        seen = sum(feed.seen for feed in carriers)
        sections.append(Section(signal, signal.capitalize(), "", (), len(carriers), seen, last))
    return Digest(1, Window(NOW - timedelta(days=1), NOW), "Europe/Berlin", 0, tuple(sections), health)


def trust(*health: FeedHealth) -> list[str]:
    return [str(fact) for fact in words.trust(digest(*health), BERLIN)]


def silent(given: Digest) -> str:
    section = given.sections[1]
    gap = words.gap(section, given, BERLIN, frozenset())
    return "; ".join(filter(None, [str(gap) if gap else "", words.silence(section, NOW)]))


@pytest.mark.parametrize(
    ("health", "line"),
    [
        pytest.param((), ["no feeds watched"], id="nothing is watched"),
        pytest.param((healthy("a", "pricing"),), ["1 of 1 feed seen"], id="everything was seen"),
        pytest.param(
            (FTC, healthy("a", "regulation")),
            ["1 of 2 feeds seen", "regulation half blind: FTC HTTP 503 since Sat 14:10"],
            id="one carrier of two fails",
        ),
        pytest.param(
            (FTC, healthy("a", "pricing")),
            ["1 of 2 feeds seen", "regulation blind: FTC HTTP 503 since Sat 14:10"],
            id="the only carrier fails",
        ),
        pytest.param(
            (FTC, replace(FTC, feed_id="x", name="SEC"), healthy("a", "regulation")),
            ["1 of 3 feeds seen", "regulation half blind: FTC HTTP 503 since Sat 14:10 and 1 more feed"],
            id="the first trouble stands for the others",
        ),
        pytest.param(
            (replace(FTC, name="Blog", carries=("regulation", "other")), FTC, healthy("a", "regulation")),
            ["1 of 3 feeds seen", "regulation half blind: FTC HTTP 503 since Sat 14:10 and 1 more feed"],
            id="the feed that is about this signal is named before one about everything",
        ),
        pytest.param(
            (replace(FTC, carries=("regulation", "pricing")),),
            ["0 of 1 feed seen", "pricing, regulation blind: FTC HTTP 503 since Sat 14:10"],
            id="signals that share a trouble are told together",
        ),
        pytest.param(
            (replace(FTC, carries=()), healthy("a", "regulation")),
            ["1 of 2 feeds seen", "no signal affected by FTC"],
            id="a feed that carries nothing blinds nothing",
        ),
        pytest.param(
            (replace(FTC, last_error="not a feed: HTML page"), healthy("a", "regulation")),
            ["1 of 2 feeds seen", "regulation half blind: FTC (not a feed: HTML page) since Sat 14:10"],
            id="an error that is a sentence stands in parentheses",
        ),
        pytest.param(
            (replace(FTC, failing_since=NOW - timedelta(days=30)), healthy("a", "regulation")),
            ["1 of 2 feeds seen", "regulation half blind: FTC HTTP 503 since 24 Oct"],
            id="an old trouble has a date instead of a weekday",
        ),
        pytest.param(
            (replace(FTC, last_error=None, last_success=None, failing_since=None),),
            ["0 of 1 feed seen", "regulation blind: FTC (not polled yet)"],
            id="a feed that was never polled is not called healthy",
        ),
    ],
)
def test_the_trust_line_says(health: tuple[FeedHealth, ...], line: list[str]):
    assert trust(*health) == line


def test_a_long_error_does_not_fill_the_trust_line():
    assert all(len(fact) < 160 for fact in trust(replace(FTC, last_error="x" * 5000)))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        pytest.param(
            digest(
                *(healthy(str(n), "regulation") for n in range(5)), last=NOW - timedelta(days=12, hours=1)
            ),
            "nothing new; 5 feeds watched, all healthy; last match 12 days ago",
            id="nothing happened",
        ),
        pytest.param(
            digest(FTC),
            "could not be seen: FTC HTTP 503 since Sat 14:10; no match so far",
            id="nobody could have told us",
        ),
        pytest.param(
            digest(FTC, healthy("a", "regulation")),
            "half blind: 1 of 2 feeds seen, not FTC HTTP 503 since Sat 14:10;"
            " nothing new in what was seen; no match so far",
            id="some could have told us",
        ),
        pytest.param(
            digest(healthy("a")),
            "nothing new; no feed is marked to carry it; no match so far",
            id="no feed carries it",
        ),
        pytest.param(
            digest(healthy("a", "regulation")),
            "nothing new; 1 feed watched, healthy; no match so far",
            id="one feed",
        ),
    ],
)
def test_silence_is_explained(given: Digest, sentence: str):
    assert silent(given) == sentence


def test_a_trouble_that_many_signals_share_is_told_once():
    signals = ("a", "b", "c", "d")
    feeds = (healthy("seen", *signals), replace(FTC, carries=signals))
    sections = tuple(Section(signal, signal, "", (), 2, 1) for signal in signals)
    given = replace(digest(*feeds), sections=sections)
    together = words.told_together(given)

    line = [str(fact) for fact in words.trust(given, BERLIN)]

    assert line == ["1 of 2 feeds seen", "4 signals half blind: FTC HTTP 503 since Sat 14:10"]
    assert together == frozenset(signals)
    assert words.gap(sections[0], given, BERLIN, together) == words.Fact("1 of 2 feeds seen")


def test_more_troubles_than_the_trust_line_holds_are_counted():
    signals = tuple("abcde")
    feeds = tuple(replace(FTC, feed_id=signal, name=signal.upper(), carries=(signal,)) for signal in signals)
    given = replace(digest(*feeds), sections=tuple(Section(s, s, "", (), 1, 0) for s in signals))

    assert str(words.trust(given, BERLIN)[-1]) == "2 more signals blind or half blind"


def test_an_empty_day_says_when_something_last_changed():
    given = digest(healthy("a", "pricing"), last=NOW - timedelta(days=3))

    assert words.empty(given, BERLIN) == (
        "Nothing new. 1 of 1 feed seen. Last change: Pricing, 20 Nov 07:00, 3 days ago."
    )


def test_an_empty_day_with_failing_feeds_does_not_claim_that_nothing_happened():
    assert words.empty(digest(FTC), BERLIN) == (
        "Nothing new in what could be seen. 0 of 1 feed seen. No match so far."
    )


def test_a_score_is_a_sum_that_can_be_read():
    parts = (ScorePart("price-cut", 3), ScorePart("title", 2.5), ScorePart("hedged", -1))

    assert words.score(parts) == "price-cut 3 + title 2.5 + hedged −1 = 4.5"
    assert words.score(parts[:1]) == "price-cut 3"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=-5), "0 minutes ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=47), "47 hours ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_an_age_has_one_unit(ago: timedelta, text: str):
    assert words.age(NOW - ago, NOW) == text


def test_times_are_told_in_the_readers_zone_and_do_not_depend_on_the_locale():
    assert words.date(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), BERLIN) == "Mon 23 Nov 2026"
    assert words.moment(datetime(2025, 12, 31, 23, 30, tzinfo=UTC), BERLIN, NOW) == "1 Jan 00:30"
    assert words.moment(datetime(2025, 6, 1, 10, 0, tzinfo=UTC), BERLIN, NOW) == "1 Jun 2025 12:00"
