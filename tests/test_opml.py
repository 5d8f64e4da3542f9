"""Lists of feeds as OPML: anybody's is read, ours is read back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tracker.opml import LARGEST, Listed, OpmlError, read, write

FEEDS = (
    Listed("A & <B>", 'https://a.example/feed?x=1&y="2"', ("News", "AI labs"), "https://a.example/", "en"),
    Listed(
        "机器之心", "https://zh.example/rss", (), None, "zh", "jiqizhixin", "trade", "ai", ("pricing",), "2h"
    ),
    Listed("no carriers", "https://c.example/", ("News",), carries=()),
)


def opml(body: str) -> bytes:
    return f'<opml version="1.0"><body>{body}</body></opml>'.encode()


def told(data: bytes) -> str:
    with pytest.raises(OpmlError) as caught:
        read(data)
    return str(caught.value)


def test_what_is_written_is_read_back(now: datetime) -> None:
    text = write(FEEDS, "Tracker", now)

    listed = {feed.url: feed for feed in read(text.encode())}

    assert [_without_line(listed[feed.url]) for feed in FEEDS] == list(FEEDS)


def test_what_is_written_is_opml_2(now: datetime) -> None:
    root = ElementTree.fromstring(write(FEEDS, "T & T", now))

    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "T & T")
    assert root.findtext("head/dateCreated") == "Mon, 23 Nov 2026 07:00:00 +0000"
    assert [each.get("text") for each in root.findall("body/outline")] == ["News", "机器之心"]
    feeds = [each for each in root.iter("outline") if each.get("xmlUrl")]
    assert all(each.get("type") == "rss" and each.get("text") for each in feeds)


def test_folders_and_categories_become_tags() -> None:
    found = read(
        opml(
            '<outline text="News"><outline title="AI, labs"><outline text="a" xmlUrl="https://a.example/"'
            ' category="/Deep/Blue,News"/></outline></outline><outline text="b" xmlUrl="https://b.example/"/>'
        )
    )

    assert [(feed.name, feed.tags) for feed in found] == [("a", ("News", "AI labs", "Deep/Blue")), ("b", ())]


def test_attributes_are_found_in_any_case_and_a_bare_ampersand_is_forgiven() -> None:
    (feed,) = read(opml('<OUTLINE TEXT="Q & A &amp; more" XMLURL="https://a.example/?a=1&b=2" />'))

    assert (feed.name, feed.url) == ("Q & A & more", "https://a.example/?a=1&b=2")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_read(encoding: str) -> None:
    outline = '<outline text="机器之心每日新闻" xmlUrl="x"/>'
    text = f'<?xml version="1.0" encoding="{encoding}"?><opml><body>{outline}</body></opml>'

    assert read(text.encode(encoding))[0].name == "机器之心每日新闻"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(b"", "not OPML", id="nothing"),
        pytest.param(b"hello", "not OPML", id="no XML"),
        pytest.param(b"<rss/>", "not OPML but <rss>", id="a feed"),
        pytest.param(b"<opml><body>", "not OPML", id="cut off"),
        pytest.param(b" " * (LARGEST + 1), "larger than 10,000,000 bytes", id="too large"),
        pytest.param(
            b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><outline text="&x;"/></opml>',
            "DOCTYPE",
            id="an entity from a file",
        ),
    ],
)
def test_what_is_no_opml_is_refused_in_one_line(data: bytes, what: str) -> None:
    assert what in told(data)
    assert "\n" not in told(data)


def test_many_feeds_below_many_folders_take_linear_time() -> None:
    deep = 50_000
    feed = '<outline text="f" xmlUrl="https://f.example/"/>'

    found = read(
        opml("".join(f'<outline text="{n}">' for n in range(deep)) + feed * deep + "</outline>" * deep)
    )

    assert len(found) == deep
    assert len(found[0].tags) == 20


def test_the_cases_of_the_fault_list(shared: Path) -> None:
    cases = shared / "faults" / "cases" / "feeds"

    assert read((cases / "opml-deep.opml").read_bytes()) == ()
    assert [each.name for each in read((cases / "opml-xss.opml").read_bytes())] == [
        "<script>alert(1)</script>"
    ]
    assert len(read((cases / "opml-schemes.opml").read_bytes())) == 8


def _without_line(feed: Listed) -> Listed:
    return replace(feed, line=0)
