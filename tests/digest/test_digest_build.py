"""Matches become sections in the user's order, strongest first; nothing that matched is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker.digest.build import Heading, Matched, build_digest, what_is_new
from tracker.errors import Place
from tracker.model import Digest, Feed, FeedHealth, Field, Hit, Item, Match, ScorePart, Tier, Window
from tracker.rules.compile import compile_rules
from tracker.rules.match import match_item
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
HEADINGS = (Heading("pricing", "Pricing strategy", "Which way?"), Heading("talent", "Talent", "Who?"))


def matched(
    title: str,
    signal: str = "pricing",
    score: float = 3,
    *,
    minutes: int = 60,
    tier: Tier | None = None,
    feed: str = "Wire",
    summary: str = "",
    content: str = "",
    hits: tuple[Hit, ...] = (),
) -> Matched:
    seen = NOW - timedelta(minutes=minutes)
    item = Item(
        "wire", title, title, title, title, f"https://a.example/{title}", summary, content, "", None, seen
    )
    return Matched(item, Match(signal, ("rule",), (ScorePart("rule", score),), hits, "hash"), feed, tier)


def build(
    *found: Matched, health: tuple[FeedHealth, ...] = (), last: dict[str, datetime] | None = None
) -> Digest:
    return build_digest(
        number=1,
        window=Window(NOW - timedelta(days=1), NOW),
        zone="UTC",
        items=10,
        matched=found,
        headings=HEADINGS,
        health=health,
        last_matches=last or {},
    )


def titles(digest: Digest, signal: str = "pricing") -> list[str]:
    return [line.title for section in digest.sections if section.signal == signal for line in section.lines]


def test_sections_stand_in_the_order_of_the_headings():
    digest = build(matched("a", "talent"))

    assert [section.signal for section in digest.sections] == ["pricing", "talent"]


def test_lines_are_strongest_first_then_newest():
    digest = build(matched("weak", score=1), matched("old", minutes=90), matched("new", minutes=5))

    assert titles(digest) == ["new", "old", "weak"]


def test_equal_lines_stand_in_one_order_whatever_order_they_come_in():
    one, two = matched("same", feed="A"), matched("same", feed="B")

    assert build(one, two) == build(two, one)


def test_a_match_of_a_signal_that_left_the_config_is_still_shown():
    digest = build(matched("a", "forgotten"))

    assert digest.sections[-1].title == "forgotten"
    assert titles(digest, "forgotten") == ["a"]


def test_the_excerpt_comes_from_the_lead_and_its_marks_lie_on_the_hits():
    line = build(matched("t", summary="Now prices fall.", hits=(Hit(Field.LEAD, 4, 10, "prices", "price*"),)))

    (shown,) = line.sections[0].lines

    assert [shown.text[a:b] for a, b in shown.marks] == ["prices"]


def test_without_summary_the_lead_is_the_content():
    (shown,) = (
        build(matched("t", content="Prices.", hits=(Hit(Field.LEAD, 0, 6, "Prices", "p"),))).sections[0].lines
    )

    assert (shown.text, shown.marks) == ("Prices.", ((0, 6),))


def test_a_hit_in_the_content_alone_quotes_the_content():
    found = matched(
        "t", summary="Short.", content="Deep prices.", hits=(Hit(Field.CONTENT, 5, 11, "prices", "p"),)
    )

    (shown,) = build(found).sections[0].lines

    assert (shown.text, shown.marks) == ("Deep prices.", ((5, 11),))


def test_a_huge_title_is_shortened():
    (shown,) = build(matched("word " * 50_000)).sections[0].lines

    assert len(shown.title) < 320


def test_carriers_are_counted_from_the_health_of_the_feeds():
    seen = FeedHealth("a", "A", ("pricing",), True, NOW, None)
    failing = FeedHealth("b", "B", ("pricing", "talent"), False, None, "HTTP 503")

    pricing, talent = build(health=(seen, failing)).sections

    assert (pricing.carriers, pricing.carriers_seen) == (2, 1)
    assert (talent.carriers, talent.carriers_seen) == (1, 0)


def test_what_is_new_shows_official_before_score_and_each_signal_once_before_any_twice():
    digest = build(
        matched("strong", score=9),
        matched("second", score=8),
        matched("official", score=2, tier=Tier.OFFICIAL),
        matched("mover", "talent", score=1),
    )

    assert [line.title for line in what_is_new(digest, 3)] == ["official", "strong", "mover"]


def test_what_is_new_holds_at_most_five_lines():
    assert len(what_is_new(build(*(matched(str(number)) for number in range(9))))) == 5


def test_an_item_that_shows_two_signals_is_new_once():
    digest = build(matched("both"), matched("both", "talent", score=2), matched("other", "talent", score=1))

    assert [(line.title, line.signal) for line in what_is_new(digest)] == [
        ("both", "pricing"),
        ("other", "talent"),
    ]


def rule(identity: str, when: str) -> RuleSource:
    place = Place("config.yaml", 1, 1)
    return RuleSource(
        identity, "pricing", Written(when, "config.yaml", ((1, 1),)), None, 3, (), "user", place
    )


def matches_of(item: Item) -> tuple[Match, ...]:
    rules = (rule("cut", "(cut* or 降价) near/8 (price* or 价格)"), rule("deep", "content:discount*"))
    signal = SignalSource("pricing", "Pricing", "Which way?", rules, "user", Place("config.yaml", 1, 1))
    ruleset = compile_rules(Definitions((signal,), {}, {}, {}))
    return match_item(ruleset, item, Feed("wire", "Wire", "https://a.example/feed"))


@pytest.mark.parametrize(
    ("summary", "content", "marked"),
    [
        pytest.param("They ﬁnally cut all API prices.", "", ["cut", "prices"], id="in the summary"),
        pytest.param(
            "",
            "公司宣布降价，价格下调一半。",
            ["降价", "价格"],
            id="in the content of an item without summary",
        ),
        pytest.param("Short.", "x " * 900 + "A discount ends.", ["discount"], id="deep in the content"),
        pytest.param(
            "A discount ends.", " ", ["discount"], id="in the summary that stands in for the content"
        ),
    ],
)
def test_the_marks_lie_on_the_words_that_the_rules_hit(summary: str, content: str, marked: list[str]):
    item = Item("wire", "g", "g", "g", "Title", None, summary, content, "", None, NOW)
    found = [Matched(item, match, "Wire") for match in matches_of(item)]

    (line,) = build(*found).sections[0].lines

    assert [line.text[start:end] for start, end in line.marks] == marked
