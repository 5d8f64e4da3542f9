"""Damaged documents are feeds or parse errors, within bounds; no exception leaves the feed's boundary."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.errors import ParseError
from tracker.model import Item, Validators
from tracker.poll.items import AUTHOR, CONTENT, GUID, SUMMARY, TAG, TITLE
from tracker.poll.markup import html_text, line
from tracker.poll.parse import ParseJob, parse_document
from tracker.poll.repair import repaired, without_doctype

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAMAGE = (
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"\x00",
    b"\xff\xfe",
    b"'",
    b'"',
    b"</item>",
)


def outcome(body: bytes, charset: str | None = None) -> tuple[Item, ...] | ParseError:
    job = ParseJob("f", body, "https://feeds.example/", None, charset, None, Validators(), NOW)
    try:
        return parse_document(job).items
    except ParseError as error:
        return error


def assert_storable(item: Item) -> None:
    texts = (item.guid, item.title, item.link or "", item.summary, item.content, item.author, *item.tags)
    for text in texts:
        text.encode()  # no lone surrogate
        assert not [c for c in text if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f"]
    assert "\n" not in item.title + item.guid + item.author
    assert item.link is None or item.link.startswith(("http://", "https://"))
    limits = (GUID, TITLE, 4_000, SUMMARY, CONTENT, AUTHOR)
    assert all(len(text) <= limit for text, limit in zip(texts, limits, strict=False))
    assert all(len(tag) <= TAG for tag in item.tags)


def damaged(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body) + 1)
        to = min(len(body), at + chance.choice((0, 1, 1, 40)))
        body = body[:at] + chance.choice((*DAMAGE, bytes([chance.randrange(256)]), b"")) + body[to:]
    return body


def test_damaged_cases_are_items_that_can_be_stored_or_parse_errors(shared: Path) -> None:
    folder = shared / "faults/cases"
    seeds = [
        f
        for name in ("feeds", "xml", "enc")
        for f in sorted((folder / name).iterdir())
        if f.stat().st_size < 9_000
    ]
    chance = random.Random(7)

    slowest = 0.0
    for _ in range(2_000):
        started = time.process_time()
        found = outcome(
            damaged(chance.choice(seeds).read_bytes(), chance), chance.choice((None, "gbk", "latin1"))
        )
        slowest = max(slowest, time.process_time() - started)
        if not isinstance(found, ParseError):
            for item in found:
                assert_storable(item)

    assert slowest < 2


@pytest.mark.parametrize(
    "unit",
    [
        "<![CDATA[",
        "<!--",
        "]]",
        "<!DOCTYPE [",
        "<!DOCTYPE rss [<!--",
        "<!ENTITY a '",
        "&#x",
        "&a",
        "<a:b ",
        "</item",
        "<rss ",
    ],
)
@pytest.mark.parametrize("start", ["", "<rss><item></item>", "<!DOCTYPE rss [", "<?xml ?>"])
def test_hostile_damage_is_repaired_or_refused_in_linear_time(start: str, unit: str) -> None:
    text = start + unit * 50_000

    started = time.process_time()
    with suppress(ParseError):
        repaired(without_doctype(text).text)

    assert time.process_time() - started < 2


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_a_feed_or_a_parse_error(body: bytes) -> None:
    assert isinstance(outcome(body), tuple | ParseError)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_in_any_field_can_be_stored(title: str, text: str) -> None:
    escaped = [
        "".join(f"&#{ord(c)};" if c in "<>&" else c for c in value if not "\ud800" <= c <= "\udfff")
        for value in (title, text)
    ]
    body = "<rss version='2.0'><channel><item><title>{0}</title><guid>{0}</guid><link>http://a.example/{1}</link>"
    body = (body + "<description>{1}</description><category>{1}</category></item></channel></rss>").format(
        *escaped
    )

    found = outcome(body.encode())

    assert isinstance(found, tuple)
    for item in found:
        assert_storable(item)


@given(st.text(max_size=80))
def test_text_of_html_has_no_loose_space_and_is_one_line_when_asked(markup: str) -> None:
    text = html_text(markup)

    assert text == text.strip()
    assert "  " not in text
    assert "\n" not in line(text)
