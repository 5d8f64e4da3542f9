"""What a reader sees of markup, as text: decided once, in time linear in the input, never markup again."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tracker.poll.entry import Kind, Marked
from tracker.poll.markup import cut, first_words, html_text, line, plain_text, text_of, title_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param(
            "a <b>bold</b>, <a href='x'>linked</a> word", "a bold, linked word", id="inline tags go"
        ),
        pytest.param("<p>one</p><p>two</p>three<br>four", "one\ntwo\nthree\nfour", id="blocks are lines"),
        pytest.param("<UL><LI>a<Li>b</UL>", "a\nb", id="in any case"),
        pytest.param("<tr><td>a</td><td>b</td></tr>", "a b", id="cells are words"),
        pytest.param("a\n  b\t c\u3000d&nbsp;e", "a b c d e", id="white space is folded"),
        pytest.param(
            "&lt;b&gt; &amp;amp; &#20013;&#x6587; &copy &hellip;", "<b> &amp; 中文 © …", id="decoded once"
        ),
        pytest.param(
            "&#55296;&#x110000;&#99999999999999999999;", "\ufffd\ufffd\ufffd", id="impossible characters"
        ),
        pytest.param(f"&#{'0' * 5_000}65;&#{'9' * 5_000};", "A\ufffd", id="numbers of any length"),
        pytest.param("a<script>if (x < 1) y()</script>b<style>p{}</style>c", "abc", id="scripts and styles"),
        pytest.param("a<SCRIPT type='x'>1</script >b", "ab", id="scripts in capitals"),
        pytest.param("a<script>never closed", "a", id="a script that is never closed"),
        pytest.param("<head><title>page</title></head><body>text", "text", id="the head of a page"),
        pytest.param("a<!-- <p>hidden</p> -->b<!--x--!>c<!-->d", "abcd", id="comments"),
        pytest.param("a<!doctype html>b<?php echo 1 ?>c</ 3>d", "abcd", id="declarations and bogus comments"),
        pytest.param('<img alt="a > b" src=x>after', "after", id="an attribute with >"),
        pytest.param('<img """>shown', "shown", id="stray quotes in a tag are no attribute value"),
        pytest.param("1 < 2 and <3", "1 < 2 and <3", id="a < that begins no tag"),
        pytest.param("cut in <a href='x", "cut in", id="a tag that was cut off"),
        pytest.param("<![CDATA[<p>twice</p>]]>", "twice", id="CDATA within CDATA"),
        pytest.param("a\x00b\x02c\x03d", "abcd", id="control characters"),
        pytest.param("plain", "plain", id="no markup at all"),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert html_text(markup) == text


@pytest.mark.parametrize(
    ("written", "title"),
    [
        pytest.param("a < b and c > d", "a < b and c > d", id="comparison signs stay"),
        pytest.param("List<String> in Java", "List<String> in Java", id="a generic type stays"),
        pytest.param(
            "How <script> tags work", "How <script> tags work", id="a tag that is talked about stays"
        ),
        pytest.param("The <b> element", "The <b> element", id="a lone tag stays"),
        pytest.param("<b>bold</b> title", "bold title", id="a pair of tags goes"),
        pytest.param("one<br/>two<img src=x>", "one two", id="tags without end go"),
        pytest.param("<a href='x'>cut", "cut", id="a tag with attributes goes"),
        pytest.param("a<script>b()</script>c", "ac", id="a script goes with its content"),
        pytest.param("R&amp;D &lt;b&gt;", "R&D <b>", id="entities are decoded once"),
        pytest.param("Tom & Jerry", "Tom & Jerry", id="a plain ampersand stays"),
        pytest.param("two\n  lines\u2028here", "two lines here", id="one line"),
        pytest.param("{{ 7*7 }} {% x %} %s", "{{ 7*7 }} {% x %} %s", id="templates are text"),
    ],
)
def test_a_plain_title_loses_only_what_is_markup(written: str, title: str) -> None:
    assert title_of(Marked(written, Kind.TEXT)) == title


def test_a_title_in_html_is_read_as_html() -> None:
    assert title_of(Marked("<p>List<String></p> &lt;b&gt;", Kind.HTML)) == "List <b>"


def test_plain_content_keeps_its_lines() -> None:
    assert plain_text("one\n\n  two  <x>\n") == "one\ntwo <x>"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<div>" * 100_000 + "x", id="100,000 nested elements"),
        pytest.param("<a " + "b=1 " * 100_000 + ">x", id="100,000 attributes"),
        pytest.param('<a b="' * 50_000, id="open quotes"),
        pytest.param("<!--" * 100_000, id="open comments"),
        pytest.param("<script>" * 60_000, id="open scripts"),
        pytest.param("</script" * 60_000, id="open end tags"),
        pytest.param("<b " * 100_000, id="open tags"),
        pytest.param("<" * 400_000, id="only brackets"),
        pytest.param("&" * 400_000, id="only ampersands"),
        pytest.param("&#0" * 100_000, id="numbers without end"),
        pytest.param("= " * 200_000 + "<a" + "= " * 200_000, id="only equals signs"),
        pytest.param("\u0301" * 400_000, id="only accents"),
    ],
)
def test_hostile_markup_is_read_in_linear_time(markup: str, kind: Kind) -> None:
    started = time.process_time()

    text_of(Marked(markup, kind))
    title_of(Marked(markup, kind))

    assert time.process_time() - started < 2


def test_every_published_attack_becomes_the_words_that_a_browser_shows(shared: Path) -> None:
    lines = (shared / "faults/cases/xss/vectors.jsonl").read_text(encoding="utf-8").splitlines()
    vectors = {vector["id"]: vector["html"] for vector in map(json.loads, lines)}

    started = time.process_time()
    found = {name: html_text(f"<p>before</p>{vector}") for name, vector in vectors.items()}

    assert len(vectors) > 100
    assert time.process_time() - started < 2
    assert {name for name, text in found.items() if not text.startswith("before")} == set()
    # Shown as text by a browser, too: UTF-7 that is not decoded, an attribute outside a tag.
    shown = {"script-utf7", "meta-charset", "attr-event-break"}
    assert {name for name, text in found.items() if "alert" in text} == shown
    linked = {
        name for name, vector in vectors.items() if vector.startswith("<a ") and vector.endswith(">x</a>")
    }
    assert {found[name] for name in linked} == {"before\nx"}
    assert found["jinja"] == f"before\n{vectors['jinja']}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Short text.\nMore.", "Short text.", id="a short first line"),
        pytest.param("word " * 60, "word " * 23 + "word…", id="cut between words"),
        pytest.param("字" * 200, "字" * 120 + "…", id="Chinese has no spaces"),
    ],
)
def test_the_first_words_stand_for_a_missing_title(text: str, words: str) -> None:
    assert first_words(text) == words


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("abc", 3, "abc", id="what fits stays"),
        pytest.param("ae\u0301x", 2, "a", id="not between a letter and its accent"),
        pytest.param("a👍🏽b", 2, "a", id="not between a hand and its colour"),
        pytest.param("a👩\u200d👧", 3, "a", id="not within a joined emoji"),
        pytest.param("ab  c", 3, "ab", id="no space at the end"),
    ],
)
def test_text_is_cut_where_a_character_ends(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


def test_a_line_is_one_line() -> None:
    assert line("a\r\nBcc: b\x1b[31m\x85c\ud800") == "a Bcc: b[31m c"
