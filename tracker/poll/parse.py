"""A body that was fetched → the items that it lists. Runs in a worker process that may be killed.

One way in three steps: decide the encoding (`encoding`); read the document as written (`xmlfeed`; when it is
not well-formed, `repair` and again; when that fails, `lenient` for the items that are malformed, or for all;
JSON by `jsonfeed`); make items (`items`). A
body is a feed only if a feed format was recognised: a page without entries is an error, an empty feed is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from tracker.errors import ParseError
from tracker.model import Snapshot, Terms, Validators
from tracker.poll import jsonfeed, lenient, xmlfeed
from tracker.poll.encoding import to_utf8
from tracker.poll.entry import Document, Entry
from tracker.poll.items import Origin, items_of
from tracker.poll.markup import line, title_of
from tracker.poll.repair import items_apart, repaired, with_bodies_wrapped, without_doctype

# What may stand before the root element, a document type excepted.
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+<[^!?]", re.DOTALL)
_NO_MEMORY = 2  # XML_ERR_NO_MEMORY of libxml2
_LIMIT_WORDS = ("XML_PARSE_HUGE", "too big", "Excessive depth", "too long", "limit")

_UNSAID = Terms()


@dataclass(frozen=True, slots=True)
class ParseJob:
    """All that parsing needs.

    lang: as the config says, which wins over what the document says.
    body_hash: as the caller computed it; handed back with the items of a document that was whole.
    terms: of the answer; handed back with what the document itself says.
    """

    feed_id: str
    body: bytes
    url: str
    content_type: str | None
    charset: str | None
    lang: str | None
    validators: Validators
    now: datetime
    body_hash: str = ""
    terms: Terms = _UNSAID


def parse_document(job: ParseJob) -> Snapshot:
    """Read what a feed lists now.

    Raises ParseError if the body is no feed, or a feed of which no item is whole. Of a feed that was cut off,
    the whole items are returned without validators or body hash, so that the rest is asked for again.
    """
    decoded = to_utf8(job.body, job.charset)
    document, whole = _read(decoded.data)
    items, oddities = items_of(document, Origin(job.feed_id, job.url, job.lang, job.now))
    return Snapshot(
        items=items,
        validators=job.validators if whole else Validators(),
        body_hash=job.body_hash if whole else "",
        version=document.version,
        title=title_of(document.title)[:200],
        warnings=tuple(line(each) for each in (*decoded.warnings, *document.warnings, *oddities)),
        terms=replace(job.terms, period=document.period),
    )


def _read(data: bytes) -> tuple[Document, bool]:
    """The document, and whether its end was there."""
    if (start := data[:1_000].strip())[:1] in (b"{", b"[") or start in (b"null", b"true", b"false"):
        return jsonfeed.read(data), True
    if _PROLOG.match(data):
        try:
            return xmlfeed.read(data), True
        except etree.XMLSyntaxError as error:
            _refuse_oversize(error)
    return _read_repaired(data.decode("utf-8", "replace"))


def _read_repaired(text: str) -> tuple[Document, bool]:
    plain = without_doctype(text)
    try:
        return _with(xmlfeed.read(plain.text.encode()), plain.warnings), True
    except etree.XMLSyntaxError as error:
        _refuse_oversize(error)
    better = repaired(plain.text)
    warnings = (*plain.warnings, *better.warnings)
    data = better.text.encode("utf-8", "replace")
    try:
        document = xmlfeed.read(data)
        warnings = warnings or ("malformed XML: repaired",)
    except etree.XMLSyntaxError as error:
        _refuse_oversize(error)
        warnings = (*warnings, line(f"malformed XML: {error.msg}"))
        document = _read_wrapped(better.text) or _read_partly(better.text) or lenient.read(data)
    if not better.whole and not document.entries:
        raise ParseError("cut off before the end of its first item")
    return _with(document, warnings), better.whole


def _read_wrapped(text: str) -> Document | None:
    """A document that is malformed in the HTML of its descriptions only; None if it is so elsewhere."""
    wrapped, entries = with_bodies_wrapped(text)
    try:
        document = xmlfeed.read(wrapped.encode("utf-8", "replace"))
    except etree.XMLSyntaxError as error:
        _refuse_oversize(error)
        return None
    return document if len(document.entries) == entries else None


def _read_partly(text: str) -> Document | None:
    """A document that is malformed within some of its items: only they are read leniently, which is slow.

    None if it is malformed elsewhere, or if it is in doubt which entry is which item.
    """
    items, parts = items_apart(text)
    bad = {at for at, item in enumerate(items) if not _is_well_formed(with_bodies_wrapped(item)[0])}
    if not bad or len(bad) == len(items):
        return None
    holed = ["<item></item>" if at % 2 and at // 2 in bad else part for at, part in enumerate(parts)]
    strict = _read_wrapped("".join(holed))
    if strict is None or {at for at, entry in enumerate(strict.entries) if _says_nothing(entry)} != bad:
        return None
    rest = [part for at, part in enumerate(parts) if not at % 2 or at // 2 in bad]
    read = lenient.read("".join(rest).encode("utf-8", "replace"))
    if len(read.entries) != len(bad) or len(strict.entries) != len(items):
        return None
    late = iter(read.entries)
    return replace(
        read, entries=tuple(next(late) if at in bad else entry for at, entry in enumerate(strict.entries))
    )


def _says_nothing(entry: Entry) -> bool:
    return entry == Entry(base=entry.base)


def _is_well_formed(text: str) -> bool:
    try:
        xmlfeed.parsed(text.encode("utf-8", "replace"))
    except etree.XMLSyntaxError as error:
        _refuse_oversize(error)
        return False
    return True


def _with(document: Document, warnings: tuple[str, ...]) -> Document:
    return replace(document, warnings=(*warnings, *document.warnings))


def _refuse_oversize(error: etree.XMLSyntaxError) -> None:
    """The strict parser's limits are ours: what exceeds them is not handed to a slower parser."""
    message = error.msg or ""
    if error.code == _NO_MEMORY:
        raise MemoryError from error
    if any(word in message for word in _LIMIT_WORDS):
        raise ParseError(line(f"refused: {message.replace(', use XML_PARSE_HUGE option', '')}")) from error
