"""Finds the feeds that a web page names, and guesses where others are. Pure; linear in the page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.errors import FetchError
from tracker.poll.encoding import to_utf8
from tracker.poll.markup import line
from tracker.poll.url import Target, read_location, read_url

USUAL_PATHS = ("/feed", "/rss", "/feed.xml", "/atom.xml", "/index.xml")
"""Where feeds are that a page does not name, most usual first."""

MOST = 50
_READ = 2_000_000  # links to feeds stand in a page's head
_TYPES = frozenset(
    (
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *("application/rss", "application/atom", "application/xml", "text/xml", "text/rss+xml"),
    )
)
_ATTRIBUTES = r"""(?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+"""
# A link inside of a comment, a script or a template is none. What is left open runs to the end.
_TAG = re.compile(
    r"<!--.*?(?:--!?>|\Z)"
    r"|<(script|style|template|textarea|title)(?=[\s/>])[^>]*+(?:>.*?(?:</\1(?=[\s/>])|\Z)|\Z)"
    rf"|<(link|base)(?=[\s/])({_ATTRIBUTES})(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]++)(?:\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?|([^\s>]++)))?""")
_PAGE = re.compile(
    rb"\s*+(?:(?:(?><!--.*?-->)|<\?xml[^>]*+>)\s*+)*+<(?:!doctype\s+html|html|head|body)[\s>]", re.I | re.S
)
_COMMENTS = re.compile(r"comment|评论|留言", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A feed that a page names. title: as the page calls it, or empty."""

    url: str
    title: str = ""


def is_page(body: bytes, content_type: str | None) -> bool:
    """Is a body that is no feed a web page, so that it may name one?"""
    return content_type in ("text/html", "application/xhtml+xml") or _PAGE.match(body[:10_000]) is not None


def feeds_named(body: bytes, url: str, charset: str | None = None) -> tuple[Named, ...]:
    """The feeds that a page links to as its alternates, each once; feeds of comments last.

    url: where the page came from. Links that no poll could follow are left out.
    """
    base = read_url(url)
    found: dict[Target, Named] = {}
    for name, attributes in _tags(to_utf8(body[:_READ], charset).data.decode("utf-8", "replace")):
        target = _leads_to(base, attributes.get("href", ""))
        if target is None:
            continue
        if name == "base":
            base = target
        elif _is_alternate(attributes) and len(found) < MOST:
            found.setdefault(target, Named(str(target), line(attributes.get("title", ""))[:200]))
    return tuple(sorted(found.values(), key=_is_about_comments))


def usual_places(url: str) -> tuple[str, ...]:
    """Where the origin of a page may have a feed that the page does not name."""
    page = read_url(url)
    return tuple(str(read_location(page, path)) for path in USUAL_PATHS)


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every link and base of a page with its attributes, of which the first of a name counts."""
    for tag in _TAG.finditer(text):
        if tag[2]:
            attributes: dict[str, str] = {}
            for name, *values in _ATTRIBUTE.findall(tag[3]):
                attributes.setdefault(name.lower(), html.unescape("".join(values)).strip())
            yield tag[2].lower(), attributes


def _leads_to(base: Target, href: str) -> Target | None:
    try:
        return read_location(base, href)
    except (FetchError, ValueError):  # ValueError: urljoin on brackets that are no address
        return None


def _is_alternate(attributes: dict[str, str]) -> bool:
    relations = attributes.get("rel", "").lower().split()
    kind = attributes.get("type", "").partition(";")[0].strip().lower()
    return (
        kind in _TYPES and ("alternate" in relations or "feed" in relations) and "stylesheet" not in relations
    )


def _is_about_comments(named: Named) -> bool:
    return _COMMENTS.search(named.title) is not None or "/comments" in named.url
