"""In which encoding a body was written: decided here, before any parser sees it. Pure.

A byte order mark wins. Valid UTF-8 is UTF-8, whatever a label says: other encodings are not valid UTF-8 by
chance. Then the charset of HTTP, then the XML declaration, then detection. Only codecs of an allow-list are
ever used: Python's own (rot13, zlib, unicode_escape) and UTF-7 are not encodings of feeds.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# A label that sites use for less than what they send: decode with the superset (WHATWG Encoding, 4.2).
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
_ALIASES = {
    "x-gbk": "gb18030",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "x-euc-jp": "euc_jp",
    "big5-eten": "big5hkscs",
}
_MULTIBYTE = frozenset(
    (
        "gb18030",
        "big5hkscs",
        "cp932",
        "shift_jis_2004",
        "euc_jp",
        "euc_jis_2004",
        "iso2022_jp",
        "cp949",
        "johab",
    )
)
_SINGLE_BYTE = frozenset(
    [f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
    + [f"cp{n}" for n in (437, 850, 852, 855, 862, 866, 874, *range(1250, 1259))]
    + ["koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp037", "cp500"]
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<?xm" or "<rss" begins without a mark (XML 1.0, appendix F).
_SHAPES = (
    (re.compile(rb"<\x00\x00\x00[?!\w]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00<\x00\x00\x00[?!\w]"), "utf-32-be"),
    (re.compile(rb"<\x00[?!\w]\x00"), "utf-16-le"),
    (re.compile(rb"\x00<\x00[?!\w]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([^"'>]{0,60})["']""")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
_CHINESE = {"gb18030": "gb2312", "big5hkscs": "big5"}
"""Chinese encodings and the part of each that nearly all text is in; the likelier one first."""
_TAKEN_FOR = {"gb18030": "big5hkscs", "big5hkscs": "gb18030", "cp1252": "gb18030"}
"""What a label may stand on by mistake: the other Chinese encoding; a server's Western default on Chinese."""
_FEW = 4  # fewer multi-byte characters than these may fit an encoding by chance
_PLAUSIBLE = 0.7


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body as UTF-8 without byte order mark. encoding: what it was, by Python's name."""

    data: bytes
    encoding: str
    warnings: tuple[str, ...] = ()


def to_utf8(body: bytes, charset: str | None) -> Decoded:
    """Decide the encoding of a body and re-encode it as UTF-8.

    charset: the label of the HTTP header, or None. Unknown labels are passed over.
    Never raises: bytes that fit nothing become U+FFFD, with a warning.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], codec)
    for shape, codec in _SHAPES:
        if shape.match(body):
            return _decoded(body, codec)
    declared = _DECLARED.match(body)
    labels = (charset or "", declared[1].decode("ascii", "replace") if declared else "")
    return _from_labels(body, tuple(filter(None, map(known_codec, labels))))


def known_codec(label: str) -> str | None:
    """The codec for what this label stands for in practice; None for what is no encoding of a feed."""
    label = label.strip().strip("\"'").strip().lower()
    if not _LABEL.fullmatch(label):
        return None
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if name == "utf-8" or name in _MULTIBYTE or name in _SINGLE_BYTE else None


def _from_labels(body: bytes, codecs_named: tuple[str, ...]) -> Decoded:
    many = [codec for codec in codecs_named if codec in _MULTIBYTE]
    if _is_utf8(body, doubtful=bool(many)):
        return Decoded(body, "utf-8")
    # A single-byte codec cannot fail, so its label proves less than a multi-byte one that fits.
    single = [codec for codec in codecs_named if codec in _SINGLE_BYTE]
    for codec in (*many, *single):
        try:
            data = body.decode(codec).encode()
        except UnicodeError:
            continue
        other = _TAKEN_FOR.get(codec, "")
        if other and not _reads_as(body, codec) and _reads_as(body, other):
            return _decoded(body, other, f"labelled {codec}, but read as {other}")
        return Decoded(data, codec)
    return _detected(body, codecs_named)


def _is_utf8(body: bytes, *, doubtful: bool) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return not doubtful or sum(character > "\x7f" for character in text) >= _FEW


def _detected(body: bytes, codecs_named: tuple[str, ...]) -> Decoded:
    """No label fits. Mostly sound UTF-8 stays UTF-8; else Chinese if it reads as Chinese, else Western."""
    chinese = next((codec for codec in _CHINESE if _reads_as(body, codec)), "")
    first = codecs_named[0] if codecs_named else ""
    if first in _MULTIBYTE and not (chinese and first in _CHINESE):
        return _decoded(body, first)
    sound = sum(character > "\x7f" for character in body.decode("utf-8", "ignore"))
    if sound >= body.decode("utf-8", "replace").count("\ufffd"):
        return _decoded(body, "utf-8")
    if chinese:
        return _decoded(body, chinese, f"not UTF-8: read as {chinese}")
    if "utf-8" in codecs_named:
        return _decoded(body, "utf-8")
    return _decoded(body, "cp1252", "no encoding fits: read as cp1252")


def _reads_as(body: bytes, codec: str) -> bool:
    """True if nearly all of what lies beyond ASCII is in the common part of a Chinese encoding."""
    common = _CHINESE.get(codec)
    if common is None:
        return False
    try:
        beyond = "".join(character for character in body.decode(codec) if character > "\x7f")
    except UnicodeDecodeError:
        return False
    return len(beyond) >= _FEW and len(beyond.encode(common, "ignore")) / 2 >= _PLAUSIBLE * len(beyond)


def _decoded(body: bytes, codec: str, warning: str = "") -> Decoded:
    text = body.decode(codec, "replace")
    bad = text.count("\ufffd") if codec != "utf-8" or b"\xef\xbf\xbd" not in body else 0
    warnings = tuple(filter(None, (warning, f"encoding: {bad} places are not {codec}" if bad else "")))
    return Decoded(text.encode("utf-8", "replace"), codec, warnings)
