"""Figures on the page: the publisher's words, and apart from them what they come to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracker.digest.quoted import Quoted, change, quoted
from tracker.model import Field, Figure, FigureKind

OLD = Figure(Field.LEAD, 30, 35, "$1.74", FigureKind.MONEY, 1.74, "USD", "1M input tokens")
NEW = Figure(Field.LEAD, 39, 45, "$0.435", FigureKind.MONEY, 0.435, "USD", "1M input tokens", was=1.74)
SEATS = Figure(Field.TITLE, 5, 18, "220,000 seats", FigureKind.COUNT, 220_000, "seat", bound="at least")


def percent(text: str, value: float, unit: str = "% change", was: float | None = None) -> Figure:
    return Figure(Field.TITLE, 0, len(text), text, FigureKind.PERCENT, value, unit, was=was)


def test_what_a_price_was_and_is_are_one_quotation_with_the_change_beside_it():
    assert quoted((OLD, NEW)) == (
        Quoted("$0.435", "lead", before="$1.74", per="1M input tokens", change="−75 %"),
    )


def test_the_price_before_may_stand_behind():
    behind = replace(OLD, start=60, end=65)

    assert [(each.before, each.text) for each in quoted((NEW, behind))] == [("$1.74", "$0.435")]


def test_of_two_prices_each_finds_its_own_before():
    out_old = replace(OLD, text="$3.48", value=3.48, per="1M output tokens")
    out_new = replace(NEW, text="$0.87", value=0.87, was=3.48, per="1M output tokens")

    told = quoted((OLD, out_old, NEW, out_new))

    assert [(each.before, each.text) for each in told] == [("$1.74", "$0.435"), ("$3.48", "$0.87")]


def test_a_hedge_is_told_so_that_a_quotation_does_not_say_more_than_the_publisher():
    assert quoted((SEATS,)) == (Quoted("220,000 seats", "title", bound="at least"),)


def test_what_the_words_say_themselves_is_not_said_again():
    (told,) = quoted((replace(OLD, text="$1.74 per 1M tokens"),))

    assert told.per == ""


def test_a_figure_is_quoted_once_however_often_it_stands_there():
    again = replace(SEATS, field=Field.LEAD, start=90, end=103)

    assert [each.place for each in quoted((SEATS, again))] == ["title"]


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        pytest.param(NEW, "−75 %", id="a price falls"),
        pytest.param(replace(SEATS, was=100_000), "+120 %", id="a count grows"),
        pytest.param(replace(SEATS, was=0.0), "", id="nothing grows from nothing"),
        pytest.param(replace(SEATS, was=220_000), "", id="no change"),
        pytest.param(replace(NEW, was=0.4351), "−0.02 %", id="a small change keeps a digit"),
        pytest.param(percent("30%", 30, "%", was=20.5), "+10 points", id="shares differ by points"),
        pytest.param(percent("halves", -50), "−50 %", id="a word that means a change"),
        pytest.param(percent("2.5折", -75), "−75 %", id="折"),
        pytest.param(percent("40%", -40), "", id="a change that names its number"),
        pytest.param(percent("40%", 40, "%"), "", id="a share"),
        pytest.param(
            Figure(Field.TITLE, 0, 3, "May", FigureKind.DATE, 740_000.0, "month"),
            "",
            id="a date does not move",
        ),
    ],
)
def test_a_change_is_told_as_a_reader_would_work_it_out(figure: Figure, expected: str):
    assert change(figure) == expected
