"""A feed's entries as written, the same shape for RSS, Atom, RDF and JSON Feed. Pure values.

Readers (`xmlfeed`, `lenient`, `jsonfeed`) make them; `items` turns them into what we keep.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """HTML is markup by its format's rules; TEXT is plain, though publishers escape markup into it, too."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text as the publisher wrote it, with what it is."""

    value: str
    kind: Kind = Kind.HTML


NOTHING = Marked("", Kind.TEXT)


@dataclass(frozen=True, slots=True)
class Link:
    """A reference of an entry; rel as in Atom, "alternate" for the plain link of RSS."""

    href: str
    rel: str = "alternate"
    type: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. base: its xml:base, joined from the outside in. dates: as written, best first."""

    guid: str = ""
    permalink: bool = False
    links: tuple[Link, ...] = ()
    title: Marked = NOTHING
    summary: Marked = NOTHING
    content: Marked = NOTHING
    author: str = ""
    dates: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed document. link: its home page as written. lang: as written ("zh-CN"), or ""."""

    version: str
    entries: tuple[Entry, ...]
    title: Marked = NOTHING
    link: str = ""
    lang: str = ""
    warnings: tuple[str, ...] = ()
