"""JSON Feed 1.0 and 1.1 → Document. Wrong types are passed over where one item suffers, else an error."""

from __future__ import annotations

import json
from typing import Any

from tracker.errors import ParseError
from tracker.poll.entry import NOTHING, Document, Entry, Kind, Link, Marked

Object = dict[str, Any]


def read(data: bytes) -> Document:
    """Read a feed document. data: UTF-8. Raises ParseError if it is none."""
    try:
        # Numbers stay as written: an id must not be rounded, and one of 5,000 digits is no reason to fail.
        top = json.loads(data, parse_int=str, parse_float=str)
    except RecursionError:
        raise ParseError("not a feed: JSON nested too deep") from None
    except ValueError as error:
        raise ParseError(f"not a feed: broken JSON ({str(error)[:80]})") from None
    if not isinstance(top, dict) or "jsonfeed.org/version/1" not in _text(top, "version"):
        raise ParseError("not a feed: JSON without a JSON Feed version")
    listed = top.get("items")
    if not isinstance(listed, list):
        raise ParseError("not a feed: JSON Feed whose items are not a list")
    objects = [each for each in listed if isinstance(each, dict)]
    odd = len(listed) - len(objects)
    return Document(
        version="json11" if _text(top, "version").endswith("1.1") else "json1",
        entries=tuple(_entry(each, _author(top)) for each in objects),
        title=Marked(_text(top, "title"), Kind.TEXT),
        link=_text(top, "home_page_url"),
        lang=_text(top, "language"),
        warnings=(f"{odd} items are not JSON objects",) if odd else (),
    )


def _entry(item: Object, feed_author: str) -> Entry:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    content = Marked(html, Kind.HTML) if html else Marked(text, Kind.TEXT) if text else NOTHING
    links = (Link(_text(item, "url")), Link(_text(item, "external_url"), "related"))
    return Entry(
        guid=_text(item, "id"),
        permalink=True,
        links=tuple(link for link in links if link.href),
        title=Marked(_text(item, "title"), Kind.TEXT),
        summary=Marked(_text(item, "summary"), Kind.TEXT),
        content=content,
        author=_author(item) or feed_author,
        dates=(_text(item, "date_published"), _text(item, "date_modified")),
        tags=tuple(tag for tag in item.get("tags") or () if isinstance(tag, str))
        if _has_list(item, "tags")
        else (),
    )


def _text(of: Object, name: str) -> str:
    """A string or a number, as JSON Feed 1.1 asks of ids; "" for what is neither."""
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _author(of: Object) -> str:
    listed = of["authors"] if _has_list(of, "authors") else [of.get("author")]
    return ", ".join(filter(None, (_text(each, "name") for each in listed if isinstance(each, dict))))


def _has_list(of: Object, name: str) -> bool:
    return isinstance(of.get(name), list)
