"""Lists of feeds as OPML 2.0, read from any reader's export and written for any. Pure: bytes and values.

Reading is safe for any bytes: no DOCTYPE, so no entities and nothing that is fetched; the parser keeps no
tree, so depth costs nothing. What only Tracker knows of a feed stands in attributes of its own namespace,
which other readers pass over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from tracker.errors import TrackerError
from tracker.poll.encoding import to_utf8
from tracker.poll.markup import cut, line

LARGEST = 10_000_000
"""Bytes of a list: some 30,000 feeds."""

NAMESPACE = "urn:ai-signal-tracker:feed"

_LONGEST_NAME = 200
_LONGEST_TAG = 60
_MOST_TAGS = 20
_LONE_AMPERSAND = re.compile(rb"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
# Escapes, and what XML 1.0 has no place for at all.
_NEVER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class OpmlError(TrackerError):
    """Bytes that are no OPML."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed of a list. url: as written, unchecked. line: where it stands, 0 for one that was not read.

    site: the page that the feed belongs to. The other fields are a config's, as text; None when not said.
    """

    name: str
    url: str
    tags: tuple[str, ...] = ()
    site: str | None = None
    lang: str | None = None
    id: str | None = None
    tier: str | None = None
    panel: str | None = None
    carries: tuple[str, ...] | None = None
    interval: str | None = None
    line: int = 0


def read(data: bytes) -> tuple[Listed, ...]:
    """Every outline that has an address or says that it is a feed, in order; folders become tags.

    Raises OpmlError in one line when this is no OPML.
    """
    if len(data) > LARGEST:
        raise OpmlError(f"larger than {LARGEST:,} bytes")
    text = _NEVER.sub(b"", to_utf8(data, None).data)
    return _Reader().read(_LONE_AMPERSAND.sub(b"&amp;", text))


def write(feeds: Iterable[Listed], title: str, now: datetime) -> str:
    """An OPML 2.0 document. Each feed stands in the folder of its first tag; `category` names them all."""
    folders: dict[str, list[Listed]] = {}
    for feed in feeds:
        folders.setdefault(feed.tags[0] if feed.tags else "", []).append(feed)
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:tracker={quoteattr(NAMESPACE)}>',
        "  <head>",
        f"    <title>{_escaped(title)}</title>",
        f"    <dateCreated>{format_datetime(now)}</dateCreated>",
        "  </head>",
        "  <body>",
        *(row for folder, held in folders.items() for row in _folder(folder, held)),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(rows) + "\n"


def _folder(name: str, feeds: Iterable[Listed]) -> Iterator[str]:
    if not name:
        yield from (f"    {_outline(feed)}" for feed in feeds)
        return
    yield f"    <outline text={quoteattr(name)}>"
    yield from (f"      {_outline(feed)}" for feed in feeds)
    yield "    </outline>"


def _outline(feed: Listed) -> str:
    written = {
        "type": "rss",
        "text": feed.name,
        "title": feed.name,
        "xmlUrl": feed.url,
        "htmlUrl": feed.site,
        "language": feed.lang,
        "category": ",".join(feed.tags) or None,
        "tracker:id": feed.id,
        "tracker:tier": feed.tier,
        "tracker:panel": feed.panel,
        "tracker:carries": None if feed.carries is None else ",".join(feed.carries),
        "tracker:interval": feed.interval,
    }
    said = (f"{key}={quoteattr(value)}" for key, value in written.items() if value is not None)
    return f"<outline {' '.join(said)}/>"


def _escaped(text: str) -> str:
    return quoteattr(text)[1:-1].replace("&quot;", '"')


class _Reader:
    """Keeps the names of open folders, whether each open element is one, and the feeds so far."""

    def __init__(self) -> None:
        self._folders: list[str] = []
        self._open: list[bool] = []
        self._root: str | None = None
        self._found: list[Listed] = []
        # Namespaces are left to us: `tracker:` is the prefix that we write.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self, data: bytes) -> tuple[Listed, ...]:
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            raise OpmlError(f"not OPML: line {error.lineno}: {expat.ErrorString(error.code)}") from error
        return tuple(self._found)

    def _refuse(self, *_: object) -> None:
        raise OpmlError(f"line {self._parser.CurrentLineNumber}: a DOCTYPE, which no OPML needs")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._root is None:
            self._root = name.lower()
            if self._root != "opml":
                raise OpmlError(f"not OPML but <{line(name)[:40]}>")
        said = {key.lower(): value for key, value in attributes.items()}
        if name.lower() != "outline":
            self._open.append(False)
            return
        if "xmlurl" in said or said.get("type", "").lower() in ("rss", "atom"):
            self._found.append(replace(self._listed(said), line=self._parser.CurrentLineNumber))
        folder = _name(said)
        self._open.append(bool(folder))
        if folder:
            self._folders.append(folder)

    def _end(self, _: str) -> None:
        if self._open.pop():
            self._folders.pop()

    def _listed(self, said: dict[str, str]) -> Listed:
        def own(key: str) -> str | None:
            return line(said.get(f"tracker:{key}", "")) or None

        return Listed(
            name=_name(said),
            url=said.get("xmlurl", "").strip(),
            tags=_tags([*self._folders[:_MOST_TAGS], *_split(said.get("category", ""))]),
            site=said.get("htmlurl", "").strip() or None,
            lang=line(said.get("language", "")) or None,
            id=own("id"),
            tier=own("tier"),
            panel=own("panel"),
            carries=_split(said["tracker:carries"]) if "tracker:carries" in said else None,
            interval=own("interval"),
        )


def _name(said: dict[str, str]) -> str:
    return cut(line(said.get("text", "")) or line(said.get("title", "")), _LONGEST_NAME)


def _split(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line(part.strip("/ ")) for part in text.split(","))))


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    """Each once. A comma ends a category, so a folder's name has none."""
    clean = (cut(line(name.replace(",", " ")), _LONGEST_TAG) for name in names)
    return tuple(dict.fromkeys(filter(None, clean)))[:_MOST_TAGS]
