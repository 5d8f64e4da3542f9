"""What publishers get wrong in XML, put right so that a strict parser can read it. Pure, linear.

Only what has one sensible reading is repaired, and every repair is told: names that are HTML's ("&nbsp;"), a
bare "&", control characters, a prefix without declaration, a document type (never needed, and the home of
entity attacks), what stands before or after the feed, and a document that was cut off: its whole items stay.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from tracker.errors import ParseError

# Both succeed once begun (an open one runs to the end), so that scans are linear.
_CDATA = r"<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+(?:\]\]>|\Z)"
_COMMENT = r"<!--.*?(?:-->|\Z)"
_SPACE_AND_DECLARATIONS = r"(?:\s+|<\?.*?\?>|<!--.*?-->)*+"
_QUOTED = r"\"[^\"]*+\"|'[^']*+'"
_DOCTYPE = re.compile(
    rf"(?P<before>{_SPACE_AND_DECLARATIONS})<!DOCTYPE(?:[^\[>\"']++|{_QUOTED})*+"
    rf"(?:\[(?P<subset>(?:[^\]\"'<]++|{_COMMENT}|{_QUOTED}|<(?!!--))*+)\]\s*)?>",
    re.DOTALL | re.IGNORECASE,
)
_ENTITY = re.compile(r"<!ENTITY\s+(?:%\s+)?([^\s\"'<>]{1,100})")
_FIRST_TAG = re.compile(rf"{_SPACE_AND_DECLARATIONS}<([A-Za-z][\w:.-]*)", re.DOTALL)
_ROOT = re.compile(r"<(rss|rdf:rdf|feed|[a-z]\w*:feed)(?=[\s>])", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*>")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# CDATA and comments are passed over whole: in them "&" is itself. XML's own five names are right already.
_REFERENCE = re.compile(
    rf"{_CDATA}|{_COMMENT}|&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]+|#x[0-9a-fA-F]+|[A-Za-z][\w.-]*);)?",
    re.DOTALL,
)
_PREFIX = re.compile(r"[<\s/]([A-Za-z][\w.-]*):[A-Za-z]")
_DECLARED_PREFIX = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_ROOT_TAG_NAME = re.compile(r"<[A-Za-z][\w:.-]*")
# The first end outside CDATA and comments: what follows is not this feed.
_ROOT_END = re.compile(
    rf"{_CDATA}|{_COMMENT}|</(rss|rdf:rdf|(?:[a-z]\w*:)?feed)\s*>", re.IGNORECASE | re.DOTALL
)
# HTML written into an element of plain text as if it were XML. Tags that are not tidy, or escaped HTML beside
# them, have more than one reading: then nothing is wrapped.
_TIDY = (
    r"(?:[a-zA-Z][\w:-]*+(?:\s++[\w:-]++(?:\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'))?+)*+\s*+(?:/\s*+)?+>|/[^<>\"']*+>"
    r"|!--(?:[^<>-]|-(?!-))*+-->|(?=[^a-zA-Z/!?]))"
)
_ENTRY_TAG = r"/?(?:item|entry|description|content:encoded)[\s/>]"
_TEXT = r"(?:[^<&]|&(?!lt;[a-zA-Z/!]))*+"
_BODY = re.compile(
    r"(?P<open><(?P<name>description|content:encoded)\s*+>)"
    rf"(?P<html>{_TEXT}(?:<(?!{_ENTRY_TAG}){_TIDY}{_TEXT})++)(?=</(?P=name)\s*+>)"
)
_STRAY = re.compile(rf"{_CDATA}|{_COMMENT}|<(?=[\s\d=<])", re.DOTALL)
_ENTRY = re.compile(rf"{_CDATA}|{_COMMENT}|<((?:[a-z]\w*:)?(?:item|entry))[\s>]", re.IGNORECASE | re.DOTALL)
_ITEM = re.compile(r"(<item[\s>].*?(?:</item\s*>|\Z))", re.IGNORECASE | re.DOTALL)
_ROOT_TAG = re.compile(r"<([A-Za-z][\w:.-]*)[^<>]*>")
_ITEM_END = re.compile(r"</(?:[a-z]\w*:)?(?:item|entry)\s*>", re.IGNORECASE)
_HEAD = 8_192

PAGE = "HTML page"
_PAGE_TAGS = frozenset(
    ("html", "head", "body", "title", "meta", "link", "script", "style", "div", "p", "h1", "center")
)


@dataclass(frozen=True, slots=True)
class Repaired:
    """A document to be read once more. whole is False when the end was missing: there may be more items."""

    text: str
    warnings: tuple[str, ...] = ()
    whole: bool = True


def without_doctype(text: str) -> Repaired:
    """The document without its document type and without the entities that it declares."""
    found = _DOCTYPE.match(text)
    if not found:
        return Repaired(text)
    declared = frozenset(_ENTITY.findall(found["subset"] or ""))
    text = found["before"] + text[found.end() :]
    if not declared:
        return Repaired(text)
    # An undeclared reference is repaired as text; one that the document type declared is dropped here.
    text = _REFERENCE.sub(lambda each: "" if each[1] in declared else each[0], text)
    return Repaired(text, ("entities of the document type are not read",))


def repaired(text: str) -> Repaired:
    """The document with everything put right that has one sensible reading.

    Raises ParseError if it is no feed, or cut off before its first item ended.
    """
    text, warnings = _from_root(text)
    if _ILLEGAL.search(text):
        text, warnings = _ILLEGAL.sub("", text), [*warnings, "control characters taken out"]
    text, whole = _to_end(text)
    if not whole:
        warnings.append("cut off: only whole items are read")
    text = _DECLARATION.sub("", text, count=1)
    text = _with_prefixes(_REFERENCE.sub(_reference, text))
    return Repaired(text, tuple(warnings), whole)


def with_bodies_wrapped(text: str) -> tuple[str, int]:
    """A repaired document that still is not well-formed, with the HTML of its descriptions as one text each.

    HTML need not be well-formed, and what is around it mostly is. A "<" that begins no tag is itself.
    Returns also how many entries begin: if fewer are found, some stand inside others.
    """
    text = _BODY.sub(
        lambda found: f"{found['open']}<![CDATA[{found['html'].replace(']]>', ']]&gt;')}]]>", text
    )
    text = _STRAY.sub(lambda found: "&lt;" if found[0] == "<" else found[0], text)
    return text, sum(bool(found[1]) for found in _ENTRY.finditer(text))


def items_apart(text: str) -> tuple[list[str], list[str]]:
    """The items of an RSS document in its order, each a document of its own; and all of it in parts.

    The odd ones of the parts are the items as written. No items when they would be many times the document.
    """
    parts = _ITEM.split(text)
    root = _ROOT_TAG.match(text)
    items = parts[1::2]
    if not root or len(root[0]) * len(items) > 10 * len(text):
        return [], [text]
    return [f"{root[0]}{item}</{root[1]}>" for item in items], parts


def _from_root(text: str) -> tuple[str, list[str]]:
    """The document from its root element on."""
    text = text.lstrip("\ufeff \t\r\n")
    first = _FIRST_TAG.match(text)
    if first and _ROOT.match(text, first.start(1) - 1):
        return text[first.start(1) - 1 :], []
    if first and first[1].lower() in ("html", "head", "body"):
        raise ParseError(f"not a feed: {PAGE}")
    found = _ROOT.search(text, 0, _HEAD)
    if not found:
        raise ParseError(f"not a feed: {_what(text, first[1] if first else '')}")
    return text[found.start() :], ["text before the feed is left out"]


def _what(text: str, first: str) -> str:
    if not text:
        return "empty body"
    if "<html" in text[:_HEAD].lower() or first.lower() in _PAGE_TAGS:
        return PAGE
    if first:
        return f"broken XML document <{first[:40]}>"
    odd = sum(not (character.isprintable() or character.isspace()) for character in text[:_HEAD])
    return "binary data" if odd * 20 > len(text[:_HEAD]) else "plain text"


def _to_end(text: str) -> tuple[str, bool]:
    """The document up to the end of its root, or up to the last item that is whole."""
    name = _ROOT_TAG_NAME.match(text)
    end = f"</{name[0][1:]}" if name else ""
    body = text
    for begin, close in (("<![CDATA[", "]]>"), ("<!--", "-->")):
        if body.rfind(begin) > body.rfind(close):
            body = body[: body.rfind(begin)]
    at = next((found.start() for found in _ROOT_END.finditer(text) if found[1]), -1)
    if body is text and at >= 0:
        return f"{text[:at]}{end}>", True
    ends = [found.end() for found in _ITEM_END.finditer(body)]
    if not ends:
        raise ParseError("cut off before the end of its first item")
    body = body[: ends[-1]]
    channel = "</channel>" if re.search(r"<channel[\s>]", body) and "</channel" not in body else ""
    return f"{body}{channel}{end}>", False


def _reference(found: re.Match[str]) -> str:
    name = found[1]
    if not found[0].startswith("&"):
        return found[0]
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        return found[0] if _is_character(name) else "\ufffd"
    character = html.unescape(f"&{name};")
    return character if not character.startswith("&") else f"&amp;{name};"


def _is_character(reference: str) -> bool:
    digits = reference[2:] if reference[1] == "x" else reference[1:]
    if len(digits.lstrip("0")) > 7:
        return False
    number = int(digits.lstrip("0") or "0", 16 if reference[1] == "x" else 10)
    return (
        number in (9, 10, 13)
        or 32 <= number < 0xD800
        or 0xE000 <= number < 0xFFFE
        or 0x10000 <= number <= 0x10FFFF
    )


def _with_prefixes(text: str) -> str:
    missing = sorted(set(_PREFIX.findall(text)) - set(_DECLARED_PREFIX.findall(text)) - {"xml", "xmlns"})
    root = _ROOT_TAG_NAME.match(text)
    if not missing or not root:
        return text
    prefixes = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in missing[:100])
    return f"{text[: root.end()]}{prefixes}{text[root.end() :]}"
