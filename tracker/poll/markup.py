"""Markup to text, once and for all: feed HTML ends here and is never rendered. Pure, linear in the input.

Tags go; what a browser would not show (scripts, styles, comments, page titles) goes with them; blocks and
line breaks become newlines, cells a space; entities are decoded exactly once; white space is folded.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from tracker.poll.entry import Kind, Marked

# Attributes up to ">" or the end of the text. Quotes count only after "=", as in HTML 13.2.5. Nearly all are
# double ones right after it: they are tried first.
_VALUE = r"""=(?:"[^"]*+(?:"|\Z)|\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))?+)"""
_ATTRIBUTES = rf"[^>=]*+(?:{_VALUE}[^>=]*+)*+"
_UNSHOWN = "script|style|title|template|iframe|noembed|noframes"
_NAME = r"[a-zA-Z][a-zA-Z0-9]*+"
_HIDDEN = r"!--(?:-?>|.*?(?:--!?>|\Z))|(?:[!?]|/(?![a-zA-Z]))[^>]*+(?:>|\Z)"
# Every alternative succeeds once begun (an open one runs to the end), so the scan is linear.
_TOKEN = re.compile(rf"<(?:/?({_NAME})(?:>|{_ATTRIBUTES}(?:>|\Z))|{_HIDDEN})", re.DOTALL)
# What a browser does not show, up to its end tag. Looked for only where one of these elements is.
_UNSEEN = re.compile(
    rf"<(?:({_UNSHOWN})(?=[\s/>]){_ATTRIBUTES}"
    rf"(?:>.*?(?:</\1(?=[\s/>]|\Z){_ATTRIBUTES}(?:>|\Z)|\Z)|\Z)|/?{_NAME}{_ATTRIBUTES}(?:>|\Z)|{_HIDDEN})",
    re.IGNORECASE | re.DOTALL,
)
_BREAK, _SKIP = "\x02", "\x03"  # our own marks: taken out of what comes from outside
_BLOCKS = (
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "head", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol",
    "optgroup", "option", "p", "plaintext", "pre", "section", "select", "summary", "table", "tbody", "tfoot",
    "thead", "tr", "ul", "xmp",
)  # fmt: skip
_QUIET = ("a", "abbr", "b", "code", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u")


class _Spaces(dict[str | None, str]):
    """What stands for a tag: nothing, a space, a break, or the sign that its content is not shown."""

    def __missing__(self, name: str | None) -> str:
        return self.get(name.lower(), "") if name else ""


_SPACES = _Spaces(
    dict.fromkeys(_QUIET, "")
    | dict.fromkeys(_BLOCKS, f" {_BREAK} ")
    | dict.fromkeys(("td", "th", "img"), " ")
)
_SPACES |= dict.fromkeys(_UNSHOWN.split("|"), _SKIP)
# C0 without tab and newlines, DEL, C1, lone surrogates, non-characters: no use to database or terminal.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Bytes of UTF-8 that a publisher read as Latin-1; C1 characters give it away, nobody writes them.
_C1 = re.compile("[\x80-\x9f]")
_MISREAD = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ZERO_RUN = re.compile(r"&#([xX]?)0{6,}+(?=[0-9a-fA-F])")
# What may be an entity, as html.unescape has it.
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_HUGE_NUMBER = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")

# Elements that publishers put into titles. Others in angle brackets ("List<String>") are meant so.
_INLINE = (
    "a", "abbr", "acronym", "b", "big", "blockquote", "br", "center", "cite", "code", "del", "div", "em",
    "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark",
    "nobr", "ol", "p", "pre", "q", "s", "samp", "script", "small", "span", "strike", "strong", "style", "sub",
    "sup", "tt", "u", "ul", "var", "wbr",
)  # fmt: skip
_TITLE_TAG = re.compile(rf"<(/?)({'|'.join(_INLINE)})(?=[\s/>])([^<>]*+)>", re.IGNORECASE)
_TITLE_UNSEEN = re.compile(r"<(script|style)(?=[\s>])[^>]*+>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TITLE_LONGEST = 5_000  # beyond, looking for pairs could take quadratic time
_STANDS_ALONE = frozenset(("br", "hr", "img", "p", "li", "wbr"))

_HTML = Kind.HTML  # to look up a member of an enum takes time
_WORDS = 120
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def html_text(markup: str) -> str:
    """What a reader sees of an HTML fragment; blocks on lines of their own."""
    if _BREAK in markup or _SKIP in markup:
        markup = markup.replace(_BREAK, "").replace(_SKIP, "")
    if "<" in markup:
        markup = _without_tags(markup)
    return _folded(unescaped(markup), _BREAK)


def plain_text(text: str) -> str:
    """Plain text, line by line; markup that a publisher escaped into it goes, a "<" that is meant stays."""
    return _folded(_without_title_tags(text), "\n")


def text_of(marked: Marked) -> str:
    """The text of a summary or content."""
    return html_text(marked.value) if marked.kind is _HTML else plain_text(marked.value)


def title_of(marked: Marked) -> str:
    """A title: one line."""
    text = marked.value
    if "<" in text or "&" in text:
        text = html_text(text) if marked.kind is Kind.HTML else _without_title_tags(text)
    return line(text)


def plain_line(text: str) -> str:
    """One line of plain text; markup that a publisher escaped into it goes."""
    return line(_without_title_tags(text) if "<" in text or "&" in text else text)


def line(text: str) -> str:
    """One line without control characters, white space folded."""
    folded = " ".join(text.split())
    if folded.isprintable():
        return folded
    return " ".join(_CONTROL.sub("", _mended(folded)).split())


def unescaped(text: str) -> str:
    """Entities decoded exactly once, in bounded time for numbers of any length."""
    if "&" not in text:
        return text
    if "&#" in text:
        text = _HUGE_NUMBER.sub("\ufffd", _ZERO_RUN.sub(r"&#\g<1>0", text))
    return _REFERENCE.sub(lambda found: _character(found[0]), text)


@lru_cache(maxsize=512)  # nearly all are one of a few
def _character(reference: str) -> str:
    return html.unescape(reference)


def first_words(text: str) -> str:
    """The beginning of a text, to stand for a title that is missing."""
    head = text.split("\n", 1)[0]
    if len(head) <= _WORDS:
        return head
    cut_at = head.rfind(" ", _WORDS // 2, _WORDS)
    return (head[:cut_at] if cut_at > 0 else cut(head, _WORDS)) + "…"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, never ending inside a combined character (an accent, a joined emoji)."""
    if len(text) <= limit:
        return text
    end = limit
    while end > max(0, limit - 64) and (_continues(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip()


def _continues(character: str) -> bool:
    return (
        character in _JOINERS
        or bool(unicodedata.combining(character))
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def _without_title_tags(text: str) -> str:
    if "<" in text:
        text = _TITLE_UNSEEN.sub("", text) if len(text) <= _TITLE_LONGEST else text
        tags = [(slash, name.lower(), rest) for slash, name, rest in _TITLE_TAG.findall(text)]
        closed = {name for slash, name, _ in tags if slash}
        opened = {name for slash, name, _ in tags if not slash}
        meant = _STANDS_ALONE | (closed & opened) | {name for _, name, rest in tags if "=" in rest}
        text = _TITLE_TAG.sub(lambda tag: _in_title(tag, meant), text)
    return unescaped(text)


def _without_tags(markup: str) -> str:
    if "<![CDATA[" in markup:  # written twice: once for XML, once more inside
        markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    parts = _TOKEN.split(markup)
    parts[1::2] = map(_SPACES.__getitem__, parts[1::2])
    text = "".join(parts)
    if _SKIP not in text:
        return text
    markup = _UNSEEN.sub(lambda found: "" if found[1] else found[0], markup)
    return _TOKEN.sub(lambda tag: _SPACES[tag[1]].strip(_SKIP), markup)


def _mended(text: str) -> str:
    """UTF-8 read as Latin-1 is read again; other C1 characters are what Windows means by them."""
    if not _C1.search(text):
        return text
    text = _MISREAD.sub(lambda run: run[0].encode("latin-1").decode("utf-8", "replace"), text)
    return _C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), text)


def _in_title(tag: re.Match[str], meant: frozenset[str]) -> str:
    name = tag[2].lower()
    return tag[0] if name not in meant else " " if _SPACES[name] else ""


def _folded(text: str, separator: str) -> str:
    # The space is the only white space that is printable, so most lines need no folding.
    if separator != "\n":
        text = text.replace("\n", " ")
    if separator not in text:
        text = text.strip()
        return text if text.isprintable() and "  " not in text else line(text)
    lines = [
        one if one.isprintable() and "  " not in one else line(one)
        for one in map(str.strip, text.split(separator))
        if one
    ]
    return "\n".join(filter(None, lines))
