"""Which of a publisher's links may be clicked, and which host they lead to. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\<>\"`{}|^]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|[0-9a-f:.]+")
_LONGEST = 2000
# Scripts that are written together in honest names; anything else mixed may imitate another name.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


@dataclass(frozen=True, slots=True)
class Link:
    """href is absolute http or https without userinfo; host is what a reader should see of it."""

    href: str
    host: str


def safe_link(url: str | None) -> Link | None:
    """Return None for every link that is not plainly http or https to a named host."""
    if not url or len(url) > _LONGEST or _UNSAFE.search(url.strip()):
        return None
    try:
        parts = urlsplit(url.strip())
        host, port = _ascii_host(parts), parts.port
    except ValueError:  # UnicodeError of the IDNA codec is one, too
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    authority = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    href = urlunsplit((parts.scheme, authority, parts.path, parts.query, parts.fragment))
    return Link(href, shown_host(host))


def shown_host(host: str) -> str:
    """Write an ASCII host as people know it; punycode stays beside it where letters may imitate others."""
    bare = host.removeprefix("www.")
    try:
        readable = idna.decode(bare)
    except ValueError:
        return bare
    if readable == bare:
        return bare
    scripts = {_script(char) for char in readable if char.isalpha()}
    honest = len(scripts) == 1 or any(scripts <= together for together in _TOGETHER)
    return readable if honest else f"{readable} ({bare})"


def _ascii_host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").lower()
    if not host.isascii():
        host = _as_browsers_do(host)
    return host if _HOST.fullmatch(host) else None


def _as_browsers_do(host: str) -> str:
    """A host name in ASCII by UTS 46, where straße.de is not strasse.de. Raises UnicodeError."""
    mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
    if "\u200c" in mapped or "\u200d" in mapped:
        raise UnicodeError("joiners are right in few places, and readers do not see them")
    labels = mapped.split(".")
    return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)


def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0]
