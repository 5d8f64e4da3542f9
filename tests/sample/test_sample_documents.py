"""The sample's files: they load strictly, and their documents are real, growing feeds of example hosts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest

from tracker.errors import ConfigError
from tracker.sample import Document, Refusal, Sample, SampleFeed, load_sample

RESERVED = re.compile(r"(^|\.)example\.(com|net|org)$")  # RFC 2606: nobody owns them


@dataclass(frozen=True)
class Entry:
    guid: str
    link: str
    title: str


def entries(document: Document) -> list[Entry]:
    if document.content_type == "application/feed+json":
        items: list[dict[str, str]] = json.loads(document.body)["items"]
        return [Entry(item["id"], item["url"], item["title"]) for item in items]
    parsed = feedparser.parse(document.body)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [Entry(entry.id, entry.link, entry.title) for entry in parsed.entries]


def documents(feed: SampleFeed) -> list[Document]:
    return [answer for answer in feed.answers if isinstance(answer, Document)]


def feed(sample: Sample, feed_id: str) -> SampleFeed:
    return next(feed for feed in sample.feeds if feed.id == feed_id)


def test_ten_feeds_tell_three_days(sample: Sample) -> None:
    assert len(sample.feeds) == 10
    assert [day.isoformat() for day in sample.days] == [
        "2026-11-19T07:00:00+00:00",
        "2026-11-20T07:00:00+00:00",
        "2026-11-21T07:00:00+00:00",
    ]


def test_every_document_is_a_feed_that_says_that_it_is_a_sample(sample: Sample) -> None:
    for each in sample.feeds:
        for document in documents(each):
            assert entries(document), each.id
            assert "sample" in each.name
            assert each.name.split("'")[0] in document.body.decode(
                "gb18030" if each.id == "zh-tech" else "utf-8"
            )


def test_four_kinds_of_document_occur(sample: Sample) -> None:
    versions = {
        feedparser.parse(document.body).version
        for each in sample.feeds
        for document in documents(each)
        if document.content_type == "application/xml"
    }

    assert versions == {"rss20", "atom10"}
    assert json.loads(documents(feed(sample, "links-and-notes"))[0].body)["version"].endswith("/1.1")
    assert b'encoding="GB18030"' in documents(feed(sample, "zh-tech"))[0].body


def test_the_sample_has_sixty_to_ninety_items(sample: Sample) -> None:
    items = {(each.id, entry.title) for each in sample.feeds for entry in entries(documents(each)[-1])}

    assert 60 <= len(items) <= 90


def test_a_document_lists_the_newest_first_and_keeps_what_the_day_before_listed(sample: Sample) -> None:
    for each in sample.feeds:
        listed = [[entry.title for entry in entries(document)] for document in documents(each)]
        for before, after in pairwise(listed):
            assert after[-len(before) :] == before, each.id


def test_one_feed_changes_every_guid_every_day_while_links_and_titles_stay(sample: Sample) -> None:
    first, second, _ = (entries(document) for document in documents(feed(sample, "model-desk")))

    assert not {entry.guid for entry in first} & {entry.guid for entry in second}
    assert {(entry.link, entry.title) for entry in first} < {(entry.link, entry.title) for entry in second}


def test_the_other_feeds_keep_their_guids(sample: Sample) -> None:
    for each in sample.feeds:
        if each.id != "model-desk":
            guids = [{entry.guid for entry in entries(document)} for document in documents(each)]
            assert all(before <= after for before, after in pairwise(guids)), each.id


def test_one_feed_fails_on_the_second_day_only(sample: Sample) -> None:
    refusals = [
        (each.id, day)
        for each in sample.feeds
        for day, answer in enumerate(each.answers, 1)
        if isinstance(answer, Refusal)
    ]

    assert refusals == [("regulators", 2)]


def test_one_feed_is_silent_throughout(sample: Sample) -> None:
    assert len(set(feed(sample, "standards-bulletin").answers)) == 1


def test_every_address_belongs_to_nobody(sample: Sample) -> None:
    for each in sample.feeds:
        for document in documents(each):
            for address in re.findall(rb"https?://[^\s\"'<&]+", document.body):
                host = urlsplit(address.decode("ascii")).hostname or ""
                assert RESERVED.search(host) or host in NAMESPACES, address


NAMESPACES = {"purl.org", "www.w3.org", "jsonfeed.org"}

SMALL: dict[str, Any] = {
    "days": ["2026-11-19T07:00:00Z"],
    "feeds": [{"id": "one", "name": "One", "lang": "en", "panel": "ai", "days": ["day1.xml"]}],
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"days": ["2026-11-19T07:00:00"]}, "days.0", id="a day without a zone"),
        pytest.param({"days": []}, "days", id="no day"),
        pytest.param({"dayz": []}, "dayz", id="an unknown key"),
        pytest.param({"feeds": [{**SMALL["feeds"][0], "tier": "gold"}]}, "tier", id="an unknown tier"),
        pytest.param(
            {"feeds": [{**SMALL["feeds"][0], "days": []}]}, "0 answers for 1 days", id="a day missing"
        ),
        pytest.param(
            {"feeds": [{**SMALL["feeds"][0], "days": ["day9.xml"]}]}, "day9.xml", id="no such document"
        ),
        pytest.param(
            {"feeds": [{**SMALL["feeds"][0], "days": ["day1.txt"]}]}, "day1.txt", id="an odd suffix"
        ),
    ],
)
def test_a_wrong_sample_is_refused_with_what_is_wrong(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "day1.xml").write_text("<rss/>")
    (tmp_path / "sample.yaml").write_text(json.dumps(SMALL | change))

    with pytest.raises(ConfigError, match=re.escape(said)):
        load_sample(tmp_path)
