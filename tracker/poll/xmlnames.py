"""What a feed's elements are called, and which of an entry's fields each may fill.

Elements are known by namespace; of an unknown namespace, by the prefix that the publisher chose. A tag is
looked at once per document, whatever the number of entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from lxml import etree

_PREFIXES = {
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_FAMILIAR = frozenset(("", "atom", "content", "dc", "dcterms", "media", "itunes", "xhtml", "rdf"))

# First found, first used.
_ROLES = {
    "guid": ("guid", "id", "atom:id"),
    "link": ("link", "atom:link", "xhtml:a"),
    "title": ("title", "atom:title", "dc:title", "media:title", "itunes:title"),
    "summary": (
        "description",
        "summary",
        "atom:summary",
        "dc:description",
        "itunes:summary",
        "media:description",
    ),
    "content": ("content:encoded", "content", "atom:content", "xhtml:body", "body", "xhtml:div"),
    "author": ("author", "dc:creator", "atom:author", "itunes:author", "creator"),
    "date": (
        "pubdate",
        "dc:date",
        "published",
        "issued",
        "dcterms:issued",
        "dcterms:created",
        "created",
        "atom:published",
        "date",
        "updated",
        "modified",
        "atom:updated",
        "dcterms:modified",
    ),
    "tag": ("category", "atom:category", "dc:subject", "subject", "keywords"),
    "keywords": ("itunes:keywords", "media:keywords"),
    "group": ("media:group",),
}
Place = tuple[str, int]
_PLACES = {name: (role, rank) for role, names in _ROLES.items() for rank, name in enumerate(names)}
_NOWHERE: Place = ("", 0)

Element = etree._Element
Fields = dict[str, list[Element]]
Roles = dict[str, list[tuple[int, Element]]]


class Names:
    """Names elements "local" or "prefix:local", in lower case; the feed's own namespace has no prefix."""

    def __init__(self, root: Element) -> None:
        self._known: dict[object, str] = {}
        self._places: dict[bool, dict[object, Place]] = {False: {}, True: {}}
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

    def fields(self, parent: Element) -> Fields:
        """The children of an element, by name."""
        fields: Fields = {}
        for child in parent:
            fields.setdefault(self.of(child), []).append(child)
        return fields

    def roles(self, parent: Element, *, atom: bool) -> Roles:
        """The children of an entry that are read, by what they say, each with its rank: 0 before 1.

        atom: the entry is Atom's own, whose names need no prefix.
        """
        places, roles = self._places[atom], Roles()
        for child in parent:
            role, rank = places.get(child.tag) or self._place(child, atom)
            if role in roles:
                roles[role].append((rank, child))
            elif role:
                roles[role] = [(rank, child)]
        return roles

    def _place(self, element: Element, atom: bool) -> Place:
        name = self.of(element)
        place = _PLACES.get(name.removeprefix("atom:") if atom else name, _NOWHERE)
        self._places[atom][element.tag] = place
        return place

    def _name(self, tag: str, prefix: str | None) -> str:
        uri, _, local = tag.rpartition("}")
        known = _PREFIXES.get(uri[1:].lower().rstrip("/"))
        if known is None:
            known = (prefix or "").lower() if uri != self._home else ""
            known = known if known in _FAMILIAR else f"?{known}"
        return f"{known}:{local}".lower().removeprefix(":")


def best_first(roles: Roles, role: str) -> Sequence[Element]:
    """The elements of a role, by rank, in the document's order within a rank."""
    found = roles.get(role)
    if not found:
        return ()
    if len(found) == 1:
        return (found[0][1],)
    return [element for _, element in sorted(found, key=itemgetter(0))]
