"""A match carries whose word it is, and the figures of its own sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from written import entity, feed, item, matches, rule, ruleset

from tracker.model import Claim, Field, FigureKind, Tier

PRICES = ruleset("cut* and price*")
降价 = ruleset("降价")


def claim(title: str, summary: str = "", rules=PRICES, **source: object) -> Claim:
    (match,) = matches(rules, item(title, summary), feed(**source))
    return match.claim


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        pytest.param(
            "Acme cuts prices", "Sources say more will follow.", Claim.REPORTED, id="not the lead's"
        ),
        pytest.param("Acme reportedly cuts prices", "Acme announced it.", Claim.RUMOUR, id="the title's own"),
        pytest.param("Acme cuts prices! Birch reportedly sells", "", Claim.REPORTED, id="another sentence"),
        pytest.param("News", "Birch denies it sells. Acme cuts prices.", Claim.REPORTED, id="of another"),
        pytest.param("News", "Birch sells. Acme denies it cuts prices.", Claim.DENIED, id="the lead's own"),
        pytest.param(
            "Acme cuts prices? Acme says that is not true", "", Claim.DENIED, id="asked and answered"
        ),
        pytest.param("Will Acme deny it cuts prices?", "", Claim.REPORTED, id="only asked"),
    ],
)
def test_a_claim_is_decided_on_its_own_sentence(title: str, summary: str, expected: Claim):
    assert claim(title, summary) is expected


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        pytest.param("甲方降价一半", "据传乙方跟进。", Claim.REPORTED, id="导语里的传闻不算"),
        pytest.param("甲方降价？甲方回应：不实", "", Claim.DENIED, id="问而后答"),
        pytest.param("快讯", "乙方否认裁员。甲方宣布降价。", Claim.OFFICIAL, id="本句"),
    ],
)
def test_the_same_in_chinese(title: str, summary: str, expected: Claim):
    assert claim(title, summary, 降价) is expected


def test_the_partys_own_newsroom_is_official_even_where_it_speaks_of_talks():
    assert claim("Acme in talks to cut prices", tier=Tier.OFFICIAL) is Claim.OFFICIAL
    assert claim("Acme in talks to cut prices", tier=Tier.WIRE) is Claim.RUMOUR


def test_the_strongest_rule_decides_where_the_claim_stands():
    rules = ruleset(rule("lead:halve*", id="b", score=5), rule("title:offers", id="a", score=1))

    assert claim("Acme reportedly offers more", "It halves its prices.", rules) is Claim.REPORTED


def test_the_first_hit_of_the_lead_decides_whatever_the_order_of_the_clauses():
    rules = ruleset("price* and cut*")

    assert claim("News", "Acme cuts staff. It denies that prices change.", rules) is Claim.REPORTED


def test_a_name_in_the_title_leaves_it_to_the_words_in_the_lead():
    rules = ruleset("<acme> and cut*", entities=[entity("acme", "Acme")])

    assert claim("Acme in May", "Birch is in talks. Acme denies that it cuts prices.", rules) is Claim.DENIED
    assert claim("Acme denies it sells", "It cuts prices.", rules) is Claim.REPORTED
    assert claim("Acme denies cuts", "Acme opens.", rules) is Claim.DENIED


def test_a_match_without_words_in_a_text_is_told_by_its_title():
    assert claim("Acme reportedly sells", rules=ruleset("feed:labs"), name="Labs") is Claim.RUMOUR


def figures(title: str, summary: str = "", content: str = "", rules=PRICES) -> list[tuple[str, str]]:
    (match,) = matches(rules, item(title, summary, content))
    return [(figure.field.value, figure.text) for figure in match.figures]


def test_the_figures_of_the_sentences_that_hold_hits_are_carried_in_reading_order():
    title = "Acme cuts the price to $2 from $4"
    summary = "It has 900 employees. The price cut is 50%, it says. Shares rose 3%."

    assert figures(title, summary) == [("title", "$2"), ("title", "$4"), ("lead", "50%")]


def test_figures_of_chinese_sentences_are_carried():
    assert figures("甲方降价至3元", "公司有九百名员工。此次降价40%。", rules=降价) == [
        ("title", "3元"),
        ("lead", "40%"),
    ]


def test_a_figure_stands_where_it_says():
    (match,) = matches(PRICES, item("News", "First. Then 第一 Acme cuts its price by 40%. Last."))

    (figure,) = match.figures
    assert (
        "First. Then 第一 Acme cuts its price by 40%. Last."[figure.start : figure.end]
        == figure.text
        == "40%"
    )
    assert (figure.field, figure.kind, figure.value) == (Field.LEAD, FigureKind.PERCENT, -40)


def test_a_text_that_is_both_lead_and_content_gives_its_figures_once():
    rules = ruleset("any:cut*")

    assert figures("News", content="Acme cuts by 40%.", rules=rules) == [("lead", "40%")]


def test_no_more_than_eight_figures_are_carried():
    assert len(figures("Acme cuts prices: " + ", ".join(f"${n}" for n in range(2, 22)))) == 8


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        pytest.param(datetime(2025, 2, 20, tzinfo=UTC), date(2025, 3, 4), id="the publisher's date"),
        pytest.param(None, date(2027, 3, 4), id="else the day it was first seen"),
    ],
)
def test_a_date_without_a_year_is_near_the_day_of_the_item(published: datetime | None, expected: date):
    thing = replace(item("Acme cuts prices on March 4"), published=published)

    (match,) = matches(PRICES, thing)

    assert [figure.day for figure in match.figures] == [expected]


def test_a_number_too_large_for_any_database_is_left_out():
    huge = "9" * 400

    assert figures(f"Acme cuts the price from ${huge} to ${huge}") == []


def test_a_megabyte_without_a_full_stop_is_told_by_what_stands_around_its_words():
    text = "cut price reportedly " * 50_000

    (match,) = matches(ruleset("content:(cut and price)"), item("News", content=text))

    assert match.claim is Claim.RUMOUR
