"""Well-formed RSS, RDF and Atom → Document: one walk over the tree of a strict parser.

The parser resolves no entity, loads no DTD, opens no file or connection and keeps its limits on depth and
size. How elements are named is in `xmlnames`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urljoin

from lxml import etree

from tracker.errors import ParseError
from tracker.poll.entry import NOTHING, Document, Entry, Kind, Link, Marked
from tracker.poll.freshness import period
from tracker.poll.xmlnames import Element, Fields, Names, Roles, best_first

_XML = "{http://www.w3.org/XML/1998/namespace}"
_BASE = f"{_XML}base"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_TITLES = ("title", "atom:title", "dc:title", "media:title", "itunes:title")
_REGISTRY = "http://www.iana.org/assignments/relation/"  # the long way to write a rel (RFC 4287, 4.2.7.2)
_OTHERS = {
    "html": "HTML page",
    "opml": "OPML outline",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "error": "XML error message",
} | dict.fromkeys(("head", "body", "div", "p", "meta", "script", "center", "h1"), "HTML page")

_TEXT, _HTML = Kind.TEXT, Kind.HTML  # to look up a member of an enum takes time

Said = tuple[Element, str | None]
"""An element that says something, and its text; None when it has elements inside."""


def read(data: bytes) -> Document:
    """Read a feed document.

    data: UTF-8, whatever its XML declaration says.
    Raises etree.XMLSyntaxError if it is not well-formed, ParseError if it is no feed.
    """
    root = parsed(data)
    if root.getroottree().docinfo.internalDTD is not None:
        raise ParseError("refused: the document type cannot be taken out")
    names = Names(root)
    match names.local(root):
        case "rss" | "rdf":
            return _rss(root, names)
        case "feed":
            return _atom(root, names)
        case other:
            raise ParseError(f"not a feed: {_OTHERS.get(other, f'XML document <{other[:40]}>')}")


def parsed(data: bytes) -> Element:
    """The root of a document of any kind. Raises etree.XMLSyntaxError if it is not well-formed."""
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    return etree.fromstring(data, parser)


def _rss(root: Element, names: Names) -> Document:
    outer = names.fields(root)
    channels = [(channel, names.fields(channel)) for channel in outer.get("channel", ())]
    top = channels[0][1] if channels else outer
    entries = [
        _entry(item, names, base)
        for parent, fields in (*channels, (root, outer))
        if "item" in fields and (base := _base(parent)) is not None
        for item in fields["item"]
    ]
    if not (channels or entries) and names.local(root) == "rdf":
        raise ParseError("not a feed: RDF document")
    if not entries:
        loose = [element for element in root.iter() if names.of(element) in ("item", "entry", "atom:entry")]
        entries = [_entry(element, names, _base(element.getparent())) for element in loose]
    link = next((text for element in top.get("link", ()) if (text := _text(element))), "")
    language = _first((*top.get("language", ()), *top.get("dc:language", ())))
    return Document(
        version=_rss_version(root, names),
        entries=tuple(entries),
        title=_marked(_first(element for name in _TITLES for element in top.get(name, ())), names, Kind.TEXT),
        link=link,
        lang=(_text(language[0]) if language else "") or root.get(f"{_XML}lang") or "",
        period=_period(top),
        warnings=() if channels else ("no channel",),
    )


def _period(top: Fields) -> timedelta | None:
    names = ("ttl", "sy:updateperiod", "sy:updatefrequency")
    if not any(name in top for name in names):
        return None
    return period(*(_text(top[name][0]) if name in top else "" for name in names))


def _rss_version(root: Element, names: Names) -> str:
    if names.local(root) == "rdf":
        return "rss10" if any("purl.org/rss/1.0/" in str(uri) for uri in root.nsmap.values()) else "rss090"
    digits = "".join(character for character in root.get("version") or "" if character in "0123456789")
    return {"20": "rss20", "200": "rss20", "091": "rss091", "092": "rss092"}.get(digits, "rss")


def _atom(root: Element, names: Names) -> Document:
    top = {name.removeprefix("atom:"): found for name, found in names.fields(root).items()}
    entries = top.get("entry", [])
    if not entries and "}" in (name := str(root.tag).lower()) and "atom" not in name:
        raise ParseError("not a feed: XML document <feed> of another kind")
    author, base = _author(_first(top.get("author", ())), names), _base(root)
    links = _links((*top.get("link", ()), *top.get("xhtml:a", ())))
    return Document(
        version="atom03" if "purl.org/atom/ns#" in str(root.tag) else "atom10",
        entries=tuple(_entry(entry, names, base, author) for entry in entries),
        title=_marked(_first(element for name in _TITLES for element in top.get(name, ())), names, Kind.TEXT),
        link=next((link.href for link in links if link.rel == "alternate"), ""),
        lang=root.get(f"{_XML}lang") or "",
        period=_period(top),
    )


def _entry(item: Element, names: Names, base: str, author: str = "") -> Entry:
    """base: of what is around it. author: of the feed, for an entry without its own (RFC 4287, 4.1.2)."""
    atom = names.of(item) != "item"
    usual = _TEXT if atom else _HTML
    roles = names.roles(item, atom=atom)
    if "group" in roles:
        _add_group(roles, names.roles(roles["group"][0][1], atom=atom))
    guid = _said_by(roles, "guid")
    inner = item.get(_BASE) if item.keys() else None
    return Entry(  # in the order of its fields: by name takes longer
        (_said(guid) if guid else item.get(_ABOUT)) or "",
        guid is not None and _is_permalink(guid[0]),
        _links(best_first(roles, "link")),
        _marked(_said_by(roles, "title"), names, _TEXT),
        _marked(_said_by(roles, "summary"), names, usual),
        _marked(_said_by(roles, "content"), names, usual) if "content" in roles else NOTHING,
        (_author(_said_by(roles, "author"), names) if "author" in roles else "") or author,
        tuple([_text(element) for element in best_first(roles, "date")]),
        _tags(roles) if "tag" in roles or "keywords" in roles else (),
        urljoin(base, inner) if inner else base,
    )


def _add_group(roles: Roles, group: Roles) -> None:
    """What only a media:group says; what the entry says itself comes first."""
    for role, found in group.items():
        own = roles.setdefault(role, [])
        ranks = {rank for rank, _ in own}
        own += [each for each in found if each[0] not in ranks]


def _said_by(roles: Roles, role: str) -> Said | None:
    """What the best element of a role says that says something."""
    found = roles.get(role)
    if not found:
        return None
    if len(found) == 1:  # as nearly always: the same as below, in less time
        element = found[0][1]
        if not len(element):
            text = (element.text or "").strip()
            return (element, text) if text else None
    return _first(best_first(roles, role))


def _first(elements: Iterable[Element]) -> Said | None:
    """The first element that says something."""
    for element in elements:
        if len(element):
            return element, None
        text = element.text
        if text and (text := text.strip()):
            return element, text
    return None


def _said(said: Said) -> str:
    return _text(said[0]) if said[1] is None else said[1]


def _text(element: Element) -> str:
    if len(element):
        return "".join(_strings(element)).strip()
    text = element.text
    return text.strip() if text else ""


def _strings(element: Element) -> Iterator[str]:
    return (str(text) for text in element.itertext())


def _marked(said: Said | None, names: Names, usual: Kind) -> Marked:
    """The text of an element; usual: what it is when no type says otherwise."""
    if said is None:
        return NOTHING
    element, text = said
    kind: Kind | None = usual
    if element.keys() and ((written := element.get("type", "")) + (mode := element.get("mode", ""))):
        kind = _kind(written, mode)
    if kind is None:
        return NOTHING
    return Marked(_as_html(element, names), Kind.HTML) if text is None else Marked(text, kind)


def _kind(written: str, mode: str) -> Kind | None:
    """RFC 4287, 3.1 and 4.1.3: what is neither text nor HTML is not for reading. Atom 0.3 has modes."""
    written = written.lower().strip()
    if mode == "base64":
        return None
    if "html" in written or (mode == "escaped" and "plain" not in written):
        return Kind.HTML
    return Kind.TEXT if written in ("", "plain", "xml") or written.startswith("text") else None


def _as_html(element: Element, names: Names) -> str:
    """Markup that was written as elements (xhtml), as the HTML that it is."""
    parts = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        inside = node is not element
        if event == "start":
            parts += [f"<{names.local(node)}>" if inside else "", html.escape(node.text or "", quote=False)]
        elif inside:
            parts += [f"</{names.local(node)}>", html.escape(node.tail or "", quote=False)]
    return "".join(parts)


def _links(elements: Iterable[Element]) -> tuple[Link, ...]:
    links = []
    for element in elements:
        # What passed through an HTML tool has "<link/>" with the address after it.
        href = _stripped(element.text) or _stripped(element.get("href")) or _stripped(element.tail)
        if href and element.keys():
            if base := element.get(_BASE):
                href = urljoin(base, href)
            rel = (element.get("rel") or "alternate").lower().removeprefix(_REGISTRY)
            links.append(Link(href, rel, element.get("type", "").lower()))
        elif href:
            links.append(Link(href))
    return tuple(links)


def _stripped(text: str | None) -> str:
    return text.strip() if text else ""


def _is_permalink(guid: Element) -> bool:
    """RSS: unless it says no. An Atom id that is an address is the page in practice, too."""
    if not guid.keys():
        return True
    return (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() != "false"


def _author(said: Said | None, names: Names) -> str:
    if said is None:
        return ""
    element, text = said
    if text is not None:
        return text
    return next((_text(child) for child in element if names.local(child) == "name"), "")


def _tags(roles: Roles) -> tuple[str, ...]:
    if "keywords" not in roles:
        return tuple([_tag(element) for element in best_first(roles, "tag")])
    keywords = [word for element in best_first(roles, "keywords") for word in _tag(element).split(",")]
    return (*map(_tag, best_first(roles, "tag")), *map(str.strip, keywords))


def _tag(element: Element) -> str:
    return (element.keys() and (element.get("label") or element.get("term"))) or _text(element)


def _base(element: Element | None) -> str:
    """Its xml:base, joined from the outside in."""
    base = ""
    if element is not None:
        for each in (*reversed([*element.iterancestors()]), element):
            base = urljoin(base, each.get(_BASE, ""))
    return base
