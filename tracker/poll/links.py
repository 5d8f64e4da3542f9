"""An entry's references made absolute and safe to print: http and https only, no credentials. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

LONGEST = 4_000  # a longer link is dropped, not cut: a cut link is a wrong one
_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?:/[\w!#$%&'()*+,./:;=?@~-]*)?", re.ASCII)
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSAFE = re.compile(r"[^\w!#$%&'()*+,./:;=?@\[\]~-]", re.ASCII)
_NO_HOST = re.compile(r"[\s\"'<>\\^`{|}%]")
_TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|yclid|msclkid|igshid|spm|_hsenc|_hsmi|ref_src|at_medium|at_campaign)(?:=.*)?",
    re.ASCII | re.DOTALL,
)


def web_link(written: str, bases: Iterable[str] = ()) -> str | None:
    """The absolute http or https address that a reference means; None if it is none.

    bases: what a relative reference is resolved against, first usable one first.
    Backslashes are refused: browsers and programs disagree about the host that follows.
    """
    reference = written.strip()
    if len(reference) <= LONGEST and _PLAIN.fullmatch(reference):
        return reference
    reference = _INVISIBLE.sub("", reference)
    if not reference or len(reference) > LONGEST or "\\" in reference.split("?", 1)[0]:
        return None
    try:
        return _safe(_absolute(reference, bases))
    except ValueError:  # urllib's word for a broken IPv6 host or port
        return None


def is_web_address(text: str) -> bool:
    """True for what is absolute already: a guid that may serve as the link."""
    return text[:8].lower().startswith(("http://", "https://"))


def comparable(link: str) -> str:
    """The link without what changes while its page stays: scheme, tracking, fragment, last slash."""
    if _PLAIN.fullmatch(link):
        page, _, query = link.partition("://")[2].partition("#")[0].partition("?")
        return page.rstrip("/") + _telling(query) if query else page.rstrip("/")
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    except ValueError:
        return link
    return f"{host}{parts.path.rstrip('/')}{_telling(parts.query)}"


def _telling(query: str) -> str:
    """What of a query may tell pages apart, with its question mark; "" for nothing."""
    query = "&".join([pair for pair in query.split("&") if not _TRACKING.fullmatch(pair)])
    return f"?{query}" if query else ""


def _absolute(reference: str, bases: Iterable[str]) -> str:
    if urlsplit(reference).scheme:
        return reference
    base = next((base for base in bases if is_web_address(base)), "")
    return urljoin(base, reference)


def _safe(url: str) -> str | None:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]  # userinfo is for deceiving readers, never for finding pages
    if parts.scheme not in ("http", "https") or not parts.hostname or _NO_HOST.search(host):
        return None
    _ = parts.port  # raises ValueError when out of range
    rest = (_UNSAFE.sub(_percent, part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, *rest))


def _percent(found: re.Match[str]) -> str:
    return quote(found[0])
