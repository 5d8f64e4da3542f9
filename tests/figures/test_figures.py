"""Recognising figures: what is asked for, where they stand, and texts that hold none."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.figures import may_hold, recognise
from tracker.model import Field, Figure, FigureKind

ON = date(2026, 6, 20)
_PIECES = (
    "1", "2,500", "3.5", "$", "€", "¥", " ", "%", "k", "M", "bn", "million", "per", "month", "/", "-", "from",
    "to", "→", "half", "a third",
    "一", "百", "万", "亿", "分之", "折", "元", "美元", "月", "日", "年", "第", "季度", "从", "降至",
    "tokens", "每百万", "输入", "users", "员工",
    "May", "2026", "Q3", "１", "％", "ﬁ", "㎏", "½", "…", "\u200b", "\ud800", "İ", "e\u0301", "\n", ".", ",",
    "，", "x",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "quote", "value", "unit"),
    [
        pytest.param("售价＄１００起", "＄１００", 100.0, "USD", id="full-width money"),
        pytest.param("便宜５０％ 以上", "５０％", -50.0, "% change", id="a full-width percentage"),
        pytest.param("ﬁve: ﬁrst ５ ＧＷ", "５ ＧＷ", 5.0, "GW", id="behind a ligature"),
        pytest.param("㎏…$3 million", "$3 million", 3e6, "USD", id="behind signs that grow when folded"),
        pytest.param(
            "a  \u200b $5\u200bbn   deal", "$5\u200bbn", 5e9, "USD", id="zero-width characters inside"
        ),
        pytest.param(
            "共１，５００名員工", "１，５００名員工", 1500.0, "employee", id="traditional characters"
        ),
        pytest.param("十二億美元", "十二億美元", 1.2e9, "USD", id="a traditional numeral"),
        pytest.param("\ud800 40% of firms \ud800", "40%", 40.0, "%", id="between lone surrogates"),
        pytest.param("pays \n\n $20\n per month", "$20\n per month", 20.0, "USD", id="over a line break"),
    ],
)
def test_a_figure_quotes_the_text_as_it_was_written(text, quote, value, unit):
    (figure,) = recognise(text, Field.LEAD, ON)

    assert (figure.text, figure.value, figure.unit) == (quote, value, unit)
    assert text[figure.start : figure.end] == quote
    assert figure.field is Field.LEAD


@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=30).map("".join)))
def test_any_text_is_read_and_every_figure_quotes_it(text):
    figures = recognise(text, Field.CONTENT, ON)

    assert all(figure.text == text[figure.start : figure.end] != "" for figure in figures)
    assert all(0 <= figure.confidence <= 1 for figure in figures)
    assert all(before.end <= after.start for before, after in pairwise(figures))


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_a_text_that_may_hold_no_figure_holds_none(text):
    assert may_hold(text) or recognise(text, Field.CONTENT, ON) == ()


@pytest.mark.parametrize("text", ["", "OpenAI ships a model", "发布新模型", "Why us?", "，。！"])
def test_a_text_without_a_number_or_a_word_for_one_need_not_be_read(text):
    assert not may_hold(text)


@pytest.mark.parametrize(
    "text", ["12", "half of it", "TWO MILLION", "腰斩", "三成", "５", "June", "a dozen", "翻倍"]
)
def test_a_text_with_a_number_or_a_word_for_one_is_to_be_read(text):
    assert may_hold(text)


def test_only_the_kinds_that_are_asked_for_are_given():
    text = "On 6 May 2026 it cut prices by 20% to $3 for 40,000 users"

    kinds = frozenset({FigureKind.MONEY, FigureKind.DATE})

    assert [figure.text for figure in recognise(text, Field.TITLE, ON, kinds)] == ["6 May 2026", "$3"]


def test_a_figure_says_everything_that_the_text_says_about_it():
    text = "now about $2 per 1M output tokens, down from $8"

    first, _ = recognise(text, Field.TITLE)

    assert first == Figure(
        Field.TITLE, 10, 33, "$2 per 1M output tokens", FigureKind.MONEY, 2.0, "USD",
        "1M output tokens", "about", 8.0, 1.0,
    )  # fmt: skip


def test_a_date_without_a_year_is_left_out_where_the_day_of_writing_is_unknown():
    assert recognise("due on 6 May", Field.TITLE) == ()
    assert recognise("due on 6 May 2027", Field.TITLE) != ()


@pytest.mark.parametrize(
    ("text", "on", "expected"),
    [
        pytest.param("on 30 December", date(2026, 1, 5), date(2025, 12, 30), id="just gone"),
        pytest.param("on 3 January", date(2026, 12, 20), date(2027, 1, 3), id="soon"),
        pytest.param("12月30日", date(2026, 1, 5), date(2025, 12, 30), id="just gone, in Chinese"),
        pytest.param("last December", date(2026, 11, 1), date(2025, 12, 1), id="last is never to come"),
        pytest.param("in Q4", date(2026, 1, 20), date(2025, 10, 1), id="the quarter that is reported"),
        pytest.param("去年12月", date(2026, 11, 1), date(2025, 12, 1), id="the year in words"),
        pytest.param("29 February", date(2027, 3, 1), date(2028, 2, 29), id="a day that few years have"),
        pytest.param("1月1日", date(1, 1, 1), date(1, 1, 1), id="the first year there is"),
        pytest.param("31 December", date(9999, 12, 31), date(9999, 12, 31), id="the last year there is"),
    ],
)
def test_a_missing_year_is_the_nearest(text, on, expected):
    (figure,) = recognise(text, Field.TITLE, on)

    assert figure.day == expected


@pytest.mark.parametrize("text", ["31 February 2026", "2月30日", "2026-02-31 at noon", "30/30/2026"])
def test_a_day_that_no_year_has_is_no_date(text):
    assert [figure for figure in recognise(text, Field.TITLE, ON) if figure.unit == "day"] == []


def test_of_a_table_the_first_numbers_are_read():
    figures = recognise("5% " * 2000, Field.CONTENT, ON)

    assert len(figures) == 500
