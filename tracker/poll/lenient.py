"""What no strict parser can read, read by feedparser → Document. Its dicts stay in this module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.errors import ParseError
from tracker.poll.entry import NOTHING, Document, Entry, Kind, Link, Marked
from tracker.poll.freshness import period

_PERIOD = ("ttl", "sy_updateperiod", "sy_updatefrequency")
_HTML = frozenset(("text/html", "application/xhtml+xml"))


def read(data: bytes) -> Document:
    """Read a feed document, however broken. data: UTF-8. Raises ParseError if it is no feed."""
    import feedparser  # most workers never need it, and it is a third of what they would hold

    try:
        found = feedparser.parse(
            data,
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except MemoryError:
        raise
    except Exception as error:
        raise ParseError(f"the feed cannot be read: {type(error).__name__}") from error
    if not found.version:
        raise ParseError("not a feed")
    head = found.feed
    return Document(
        version=found.version,
        entries=tuple(_entry(entry) for entry in found.entries),
        title=_marked(head.get("title_detail"), Kind.TEXT),
        link=_string(head.get("link")),
        lang=_string(head.get("language")),
        warnings=("malformed XML: read leniently",) if found.bozo else (),
        period=period(*(_string(head.get(name)) for name in _PERIOD)),
    )


def _entry(entry: dict[str, Any]) -> Entry:
    guid, link = _string(entry.get("id")), _string(entry.get("link"))
    links = [
        Link(_string(each.get("href")), each.get("rel", ""), each.get("type", ""))
        for each in entry.get("links", ())
    ]
    if link and link != guid and all(each.href != link for each in links):
        links.insert(0, Link(link))
    bodies = entry.get("content") or [None]
    return Entry(
        guid=guid,
        permalink=bool(entry.get("guidislink")),
        links=tuple(each for each in links if each.href),
        title=_marked(entry.get("title_detail"), Kind.TEXT),
        summary=_marked(entry.get("summary_detail"), Kind.HTML),
        content=_marked(bodies[0], Kind.HTML),
        author=_string(entry.get("author")),
        dates=tuple(_string(dict.get(entry, name)) for name in ("published", "created", "updated")),
        tags=tuple(_string(tag.get("label") or tag.get("term")) for tag in entry.get("tags", ())),
        base=_string((entry.get("title_detail") or {}).get("base")),
    )


def _marked(detail: Mapping[str, Any] | None, usual: Kind) -> Marked:
    if not detail:
        return NOTHING
    kind = usual if detail.get("type") in _HTML or not detail.get("type") else Kind.TEXT
    return Marked(_string(detail.get("value")), kind)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
