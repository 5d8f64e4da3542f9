"""Well-formed RSS, RDF and Atom → Document: one walk over the tree of a strict parser.

The parser resolves no entity, loads no DTD, opens no file or connection and keeps its limits on depth and
size. Elements are known by namespace; of an unknown namespace, by the prefix that the publisher chose.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

from lxml import etree

from tracker.errors import ParseError
from tracker.poll.entry import NOTHING, Document, Entry, Kind, Link, Marked

_PREFIXES = {
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_FAMILIAR = frozenset(("", "atom", "content", "dc", "dcterms", "media", "itunes", "xhtml", "rdf"))
_XML = "{http://www.w3.org/XML/1998/namespace}"
_BASE = f"{_XML}base"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

# First found, first used.
_TITLES = ("title", "atom:title", "dc:title", "media:title", "itunes:title")
_SUMMARIES = (
    "description",
    "summary",
    "atom:summary",
    "dc:description",
    "itunes:summary",
    "media:description",
)
_CONTENTS = ("content:encoded", "content", "atom:content", "xhtml:body", "body", "xhtml:div")
_AUTHORS = ("author", "dc:creator", "atom:author", "itunes:author", "creator")
_DATES = (
    "pubDate dc:date published issued dcterms:issued dcterms:created created atom:published date "
    "updated modified atom:updated dcterms:modified"
).lower().split()  # fmt: skip
_TAGS = ("category", "atom:category", "dc:subject", "subject", "keywords")
_REGISTRY = "http://www.iana.org/assignments/relation/"  # the long way to write a rel (RFC 4287, 4.2.7.2)
_OTHERS = {
    "html": "HTML page",
    "opml": "OPML outline",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
    "error": "XML error message",
} | dict.fromkeys(("head", "body", "div", "p", "meta", "script", "center", "h1"), "HTML page")

Element = etree._Element
Fields = dict[str, list[Element]]


def read(data: bytes) -> Document:
    """Read a feed document.

    data: UTF-8, whatever its XML declaration says.
    Raises etree.XMLSyntaxError if it is not well-formed, ParseError if it is no feed.
    """
    root = etree.fromstring(data, _parser())
    if root.getroottree().docinfo.internalDTD is not None:
        raise ParseError("refused: the document type cannot be taken out")
    names = _Names(root)
    match names.local(root):
        case "rss" | "rdf":
            return _rss(root, names)
        case "feed":
            return _atom(root, names)
        case other:
            raise ParseError(f"not a feed: {_OTHERS.get(other, f'XML document <{other[:40]}>')}")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


class _Names:
    """Names elements "local" or "prefix:local", in lower case; the feed's own namespace has no prefix."""

    def __init__(self, root: Element) -> None:
        self._known: dict[object, str] = {}
        self._home = str(root.tag).rpartition("}")[0]

    def of(self, element: Element) -> str:
        tag = element.tag
        name = self._known.get(tag)
        if name is None:
            # Only an entity that was not resolved has a tag that is no string.
            name = self._known[tag] = self._name(tag, element.prefix) if isinstance(tag, str) else "#"
        return name

    def local(self, element: Element) -> str:
        return self.of(element).rpartition(":")[2]

    def _name(self, tag: str, prefix: str | None) -> str:
        uri, _, local = tag.rpartition("}")
        known = _PREFIXES.get(uri[1:].lower().rstrip("/"))
        if known is None:
            known = (prefix or "").lower() if uri != self._home else ""
            known = known if known in _FAMILIAR else f"?{known}"
        return f"{known}:{local}".lower().removeprefix(":")


def _rss(root: Element, names: _Names) -> Document:
    channels = [child for child in root if names.of(child) == "channel"]
    top = _fields(channels[0] if channels else root, names)
    items = [child for parent in (*channels, root) for child in parent if names.of(child) == "item"]
    if not (channels or items) and names.local(root) == "rdf":
        raise ParseError("not a feed: RDF document")
    if not items:
        items = [element for element in root.iter() if names.of(element) in ("item", "entry", "atom:entry")]
    link = next((text for element in top.get("link", ()) if (text := _text(element).strip())), "")
    return Document(
        version=_rss_version(root, names),
        entries=tuple(_entry(item, names) for item in items),
        title=_marked(_first(top, _TITLES), names, Kind.TEXT),
        link=link,
        lang=_text(_first(top, ("language", "dc:language"))) or root.get(f"{_XML}lang") or "",
        warnings=() if channels else ("no channel",),
    )


def _rss_version(root: Element, names: _Names) -> str:
    if names.local(root) == "rdf":
        return "rss10" if any("purl.org/rss/1.0/" in str(uri) for uri in root.nsmap.values()) else "rss090"
    digits = "".join(character for character in root.get("version") or "" if character in "0123456789")
    return {"20": "rss20", "200": "rss20", "091": "rss091", "092": "rss092"}.get(digits, "rss")


def _atom(root: Element, names: _Names) -> Document:
    top = {name.removeprefix("atom:"): found for name, found in _fields(root, names).items()}
    links, entries = _links(top), top.get("entry", [])
    if not entries and "}" in (name := str(root.tag).lower()) and "atom" not in name:
        raise ParseError("not a feed: XML document <feed> of another kind")
    author = _author(_first(top, ("author",)), names)
    return Document(
        version="atom03" if "purl.org/atom/ns#" in str(root.tag) else "atom10",
        entries=tuple(_entry(entry, names, author) for entry in entries),
        title=_marked(_first(top, _TITLES), names, Kind.TEXT),
        link=next((link.href for link in links if link.rel == "alternate"), ""),
        lang=root.get(f"{_XML}lang") or "",
    )


def _entry(item: Element, names: _Names, author: str = "") -> Entry:
    """author: of the whole feed, for an entry without its own (RFC 4287, 4.1.2)."""
    fields, usual = _fields(item, names), Kind.HTML
    if names.of(item) != "item":
        fields, usual = {name.removeprefix("atom:"): found for name, found in fields.items()}, Kind.TEXT
    if "media:group" in fields:
        for name, found in _fields(fields["media:group"][0], names).items():
            fields.setdefault(name, found)
    guid = _first(fields, ("guid", "id", "atom:id"))
    return Entry(
        guid=_text(guid) or item.get(_ABOUT) or "",
        permalink=guid is not None and _is_permalink(guid),
        links=_links(fields),
        title=_marked(_first(fields, _TITLES), names, Kind.TEXT),
        summary=_marked(_first(fields, _SUMMARIES), names, usual),
        content=_marked(_first(fields, _CONTENTS), names, usual),
        author=_author(_first(fields, _AUTHORS), names) or author,
        dates=tuple(_text(element) for name in _DATES for element in fields.get(name, ())),
        tags=tuple(_tags(fields, _TAGS)) + tuple(_keywords(fields)),
        base=_base(item),
    )


def _fields(parent: Element, names: _Names) -> Fields:
    fields: Fields = {}
    for child in parent:
        name = names.of(child)
        if name in fields:
            fields[name].append(child)
        else:
            fields[name] = [child]
    return fields


def _first(fields: Fields, wanted: Sequence[str]) -> Element | None:
    """The first element of the wanted names that says something."""
    for name in wanted:
        for element in fields.get(name, ()):
            if len(element) or (element.text and not element.text.isspace()):
                return element
    return None


def _text(element: Element | None) -> str:
    if element is None:
        return ""
    return "".join(_strings(element)).strip() if len(element) else _stripped(element.text)


def _strings(element: Element) -> Iterator[str]:
    return (str(text) for text in element.itertext())


def _marked(element: Element | None, names: _Names, usual: Kind) -> Marked:
    """The text of an element; usual: what it is when no type says otherwise."""
    if element is None:
        return NOTHING
    written, mode = element.get("type"), element.get("mode")
    kind = _kind(written or "", mode or "") if written or mode else usual
    if kind is None:
        return NOTHING
    if len(element):
        return Marked(_as_html(element, names), Kind.HTML)
    return Marked(_stripped(element.text), kind)


def _kind(written: str, mode: str) -> Kind | None:
    """RFC 4287, 3.1 and 4.1.3: what is neither text nor HTML is not for reading. Atom 0.3 has modes."""
    written = written.lower().strip()
    if mode == "base64":
        return None
    if "html" in written or (mode == "escaped" and "plain" not in written):
        return Kind.HTML
    return Kind.TEXT if written in ("", "plain", "xml") or written.startswith("text") else None


def _as_html(element: Element, names: _Names) -> str:
    """Markup that was written as elements (xhtml), as the HTML that it is."""
    parts = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        inside = node is not element
        if event == "start":
            parts += [f"<{names.local(node)}>" if inside else "", html.escape(node.text or "", quote=False)]
        elif inside:
            parts += [f"</{names.local(node)}>", html.escape(node.tail or "", quote=False)]
    return "".join(parts)


def _links(fields: Fields) -> tuple[Link, ...]:
    links = []
    for element in (*fields.get("link", ()), *fields.get("atom:link", ()), *fields.get("xhtml:a", ())):
        # What passed through an HTML tool has "<link/>" with the address after it.
        href = next(filter(None, map(_stripped, (element.text, element.get("href"), element.tail))), "")
        if href:
            rel = (element.get("rel") or "alternate").lower().removeprefix(_REGISTRY)
            links.append(Link(urljoin(element.get(_BASE, ""), href), rel, element.get("type", "").lower()))
    return tuple(links)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _is_permalink(guid: Element) -> bool:
    """RSS: unless it says no. An Atom id that is an address is the page in practice, too."""
    return (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() != "false"


def _author(element: Element | None, names: _Names) -> str:
    if element is None or not len(element):
        return _text(element)
    return next((_text(child) for child in element if names.local(child) == "name"), "")


def _tags(fields: Fields, wanted: Sequence[str]) -> Iterator[str]:
    for name in wanted:
        for element in fields.get(name, ()):
            yield element.get("label") or element.get("term") or _text(element)


def _keywords(fields: Fields) -> Iterator[str]:
    for words in _tags(fields, ("itunes:keywords", "media:keywords")):
        yield from (word.strip() for word in words.split(","))


def _base(item: Element) -> str:
    """Its xml:base, joined from the outside in."""
    base = ""
    for element in (*reversed([*item.iterancestors()]), item):
        base = urljoin(base, element.get(_BASE, ""))
    return base
