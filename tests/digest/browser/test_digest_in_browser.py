"""The page as a reader's browser shows it: on a phone, a desk, paper; by day and night; and under attack."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tracker.digest.render import render_edition, render_index
from tracker.model import Digest, Edition, Line

Open = Callable[..., Any]

# Every text on the page with too little contrast against what lies behind it (WCAG 2.2, 1.4.3: 4.5 to 1).
PALE = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colour => { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = colour => [...rgb(colour)].slice(0, 3).map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = element => { for (; element; element = element.parentElement) {
    const colour = getComputedStyle(element).backgroundColor; if (colour !== 'rgba(0, 0, 0, 0)') return colour; } return 'white'; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), pale = [];
  document.querySelectorAll('details').forEach(each => each.open = true);
  while (walker.nextNode()) {
    const text = walker.currentNode; if (!text.data.trim()) continue;
    const [a, b] = [light(getComputedStyle(text.parentElement).color), light(behind(text.parentElement))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) pale.push([text.data.trim().slice(0, 30), ratio]);
  }
  return pale;
})()
"""  # noqa: E501 (JavaScript)
HOOKED = "window.alert = window.confirm = window.prompt = () => { window.attacked = true }"


@pytest.fixture
def show(browser: Any, templates: Path, tmp_path: Path, edition_of: Callable[[Digest], Edition]) -> Open:
    """Open a digest in the browser; returns the browser."""

    def show(digest: Digest, **view: Any) -> Any:
        page = tmp_path / "page.html"
        page.write_text(render_edition(edition_of(digest), templates), encoding="utf-8")
        browser.open(page, **view)
        return browser

    return show


def with_lines(digest: Digest, change: Callable[[Line], Line]) -> Digest:
    sections = tuple(replace(s, lines=tuple(map(change, s.lines))) for s in digest.sections)
    return replace(digest, sections=sections)


def test_opening_a_page_asks_for_nothing_and_breaks_no_rule_of_its_policy(
    show: Open, digest: Digest, wire: Any, tmp_path: Path
):
    tab = show(digest)

    assert [url for url in tab.requests if not url.endswith("page.html")] == []
    assert wire.asked_by(tmp_path / "page.html") == []
    assert tab.console == []
    assert tab.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "22px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast_by_day_and_by_night(
    scheme: str, show: Open, digest: Digest, edition: Edition, templates: Path, tmp_path: Path
):
    tab = show(replace(digest, config_notice="config.yaml could not be loaded"), scheme=scheme)

    assert tab.evaluate(PALE) == []

    (tmp_path / "index.html").write_text(render_index([edition], templates), encoding="utf-8")
    tab.open(tmp_path / "index.html", scheme=scheme)
    assert tab.evaluate(PALE) == []


def test_night_differs_from_day(show: Open, digest: Digest):
    day = show(digest, scheme="light").evaluate("getComputedStyle(document.body).backgroundColor")

    assert show(digest, scheme="dark").evaluate("getComputedStyle(document.body).backgroundColor") != day


def test_a_phone_shows_date_trust_changes_and_signals_without_scrolling(show: Open, digest: Digest):
    tab = show(digest, width=360, height=800)

    ends = tab.evaluate(
        "['h1', '.trust', '.news li:nth-child(5)', '.strip'].map("
        "each => document.querySelector(each).getBoundingClientRect().bottom)"
    )

    assert ends == sorted(ends)
    assert ends[-1] < 800


@pytest.mark.parametrize("width", [320, 360, 768, 1200, 2400])
def test_nothing_is_wider_than_the_screen(width: int, show: Open, digest: Digest):
    long = with_lines(
        digest, lambda line: replace(line, title="W" * 290, text="https://" + "m" * 290, feed="F" * 200)
    )

    tab = show(long, width=width, height=800)

    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_stacked_accents_stay_in_their_own_row(show: Open, digest: Digest):
    selectors = ("h1", ".caption", ".strip", "#s1 h2", "#s2 h2", "#seen h2")

    def decorated(marks: str) -> list[bytes]:
        def decorate(line: Line) -> Line:
            return replace(line, title=f"A{marks} b", text=f"C{marks} d", feed=f"E{marks} f", marks=())

        tab = show(with_lines(digest, decorate))
        return [tab.picture(selector) for selector in selectors]

    assert decorated("\u0301" * 200) == decorated("\u0301")


def test_right_to_left_text_does_not_turn_what_stands_around_it(show: Open, digest: Digest):
    tab = show(
        with_lines(
            digest, lambda line: replace(line, feed="\u202eאבג", title="שלום \u202e(official)", marks=())
        )
    )

    lefts = tab.evaluate(
        "(r => [...r.querySelector('.meta').querySelectorAll('time, .from bdi')].map("
        "each => each.getBoundingClientRect().left))(document.querySelector('.row'))"
    )

    time_left, feed_left, host_left = lefts
    assert feed_left < host_left
    assert time_left > feed_left


def test_paper_shows_where_links_lead_and_hides_the_strip(show: Open, digest: Digest):
    tab = show(digest)
    pdf = tab.paper()
    tab.call("Emulation.setEmulatedMedia", media="print")

    after = tab.evaluate("getComputedStyle(document.querySelector('.row a'), '::after').content")
    strip = tab.evaluate("getComputedStyle(document.querySelector('.strip')).display")
    tab.call("Emulation.setEmulatedMedia", media="")

    assert pdf.startswith(b"%PDF")
    assert "https://www.news.example/" in after
    assert strip == "none"


def test_ten_thousand_matches_open_within_two_seconds(show: Open, digest: Digest):
    line = digest.sections[0].lines[0]
    lines = tuple(replace(line, title=f"Prices fall again, part {n}") for n in range(10_000))
    crowded = replace(digest, sections=(replace(digest.sections[0], lines=lines), *digest.sections[1:]))

    tab = show(crowded)

    assert tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 2000
    started = time.monotonic()
    tab.evaluate("(document.querySelector('.short').open = true, document.body.offsetHeight)")
    assert time.monotonic() - started < 4


@pytest.mark.parametrize("csp", [True, False], ids=["with the policy", "without the policy"])
def test_no_vector_runs_or_asks_for_anything(
    csp: bool,
    browser: Any,
    digest: Digest,
    edition_of: Any,
    templates: Path,
    tmp_path: Path,
    shared: Path,
    wire: Any,
):
    """All vectors on one page, in every place; what holds without the policy does not lean on it."""
    source = (shared / "faults/cases/xss/vectors.jsonl").read_text(encoding="utf-8")
    vectors = [json.loads(line)["html"] for line in source.splitlines()]
    line = digest.sections[0].lines[0]
    lines = [
        replace(line, title=v, text=v, feed=v, link=f"https://a.example/?{v}", lang=v, marks=((0, 3),))
        for v in vectors
    ]
    links = [replace(line, link=v) for v in vectors]
    feeds = tuple(replace(digest.health[0], name=v, last_error=v, seen=False) for v in vectors)
    every = lines + links
    sections = tuple(
        replace(digest.sections[0], signal=f"s{n}", title=every[n].title, lines=tuple(every[n : n + 20]))
        for n in range(0, len(every), 20)
    )
    page = tmp_path / "hostile.html"
    hostile = replace(digest, sections=sections, health=feeds)
    page.write_text(render_edition(edition_of(hostile), templates), encoding="utf-8")

    hook = browser.call("Page.addScriptToEvaluateOnNewDocument", source=HOOKED)["identifier"]
    browser.open(page, csp=csp)
    browser.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    browser.call("Page.removeScriptToEvaluateOnNewDocument", identifier=hook)

    assert browser.evaluate("window.attacked") is None
    assert browser.dialogs == []
    assert [url for url in browser.requests if not url.endswith("hostile.html")] == []
    assert wire.asked_by(page) == []
    assert browser.evaluate("document.querySelectorAll('script, img, iframe, svg, form').length") == 0
    schemes = browser.evaluate("[...new Set([...document.links].map(link => link.protocol))].sort()")
    assert set(schemes) <= {"file:", "http:", "https:"}
