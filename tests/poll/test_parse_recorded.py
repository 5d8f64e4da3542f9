"""Our walk over real well-formed feeds finds the items that feedparser finds; exceptions have reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from tracker.errors import ParseError
from tracker.model import Item
from tracker.poll import lenient, xmlfeed
from tracker.poll.encoding import to_utf8
from tracker.poll.entry import Document
from tracker.poll.items import Origin, items_of

ORIGIN = Origin("f", "https://feeds.example/f.xml", None, datetime(2026, 11, 23, 7, 0, tzinfo=UTC))

# Where the two differ, we are right: file → what feedparser does.
REASONS = {
    "0346e81559b251eb": "mends a title that is about misread text",
    "08f1ee71883dbcde": "lets media:description (of a picture) replace the description",
    "14333881097406c7": "lets media:description (of a picture) replace the description",
    "78f77fae2e1ffc14": "takes media:description (of a picture) for the description",
    "data_feeds_cache_blog_google_technology_ai_rss_.xml": "reads into elements that it does not know",
    "rss_nature_rss.xml": "keeps the description twice where itunes:summary repeats it",
    **dict.fromkeys(
        (
            "rss_dev_daviducolo.xml",
            "rss_feedle_indiehackers.xml",
            "rss_feedle_webhook.xml",
            "rss_indiehackers_Product_Automation_NoCode.xml",
            "rss_indiehackers_newest.xml",
            "rss_mckinsey_iw_rss.xml",
            "rss_mckinsey_rss.xml",
            "rcy1314__producthunt_today/000.xml",
        ),
        "does not find the address behind an empty <link/>",
    ),
}
COMPARED = ("guid", "link", "title", "summary", "content", "published", "lang")


def recorded(shared: Path) -> Iterator[Path]:
    """Every feed, and of each history the first and last version: versions between repeat their items."""
    yield from sorted(path for path in (shared / "data/feeds").rglob("*") if path.is_file())
    for folder in sorted((shared / "data/feed_history").iterdir()):
        versions = sorted(folder.iterdir())
        yield from (versions[0], versions[-1])


def listed(document: Document) -> list[tuple[str, ...]]:
    items, _ = items_of(replace(document, warnings=()), ORIGIN)
    # Lines of plain text are ours alone: feedparser takes all text for HTML.
    return [tuple(" ".join(str(getattr(item, name)).split()) for name in COMPARED) for item in items]


def test_well_formed_feeds_give_the_items_that_feedparser_finds(shared: Path) -> None:
    differing, count = {}, 0
    for path in recorded(shared):
        data = to_utf8(path.read_bytes(), None).data
        try:
            ours = listed(xmlfeed.read(data))
        except (etree.XMLSyntaxError, ParseError):
            continue
        theirs = listed(lenient.read(data))
        count += len(ours)
        if ours != theirs:
            name = f"{path.parent.name}/{path.name}" if "feed_history" in path.parts else path.name
            differing[name] = [pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]][:1]

    assert count > 15_000
    assert {name: pairs for name, pairs in differing.items() if name not in REASONS} == {}
    assert set(REASONS) == set(differing)


def test_item_fields_that_are_compared_exist() -> None:
    assert set(COMPARED) <= set(Item.__slots__)
