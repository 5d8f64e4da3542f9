"""How long an answer holds, how to ask whether it still does, and how often a feed changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tracker.model import Validators
from tracker.poll.status import http_date

_DIRECTIVE = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*("[^"]*"|[^\s,"]*))?\s*(?:,|$)')
LONGEST_VALIDATOR = 1_000

_VISIBLE = re.compile(r"[\x20-\x7e]+")
_WHOLE = re.compile(r"[0-9]{1,30}")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


def holds(headers: Mapping[str, str], cache_control: Sequence[str], now: datetime) -> timedelta | None:
    """For how long from now an answer is fresh (RFC 9111, 4.2); None when it is not or nobody says.

    cache_control: every line of that header. Of several max-age the shortest counts. What a cache on the
    way has used up (Age) is gone. s-maxage is for shared caches, which we are not.
    """
    directives = [pair for line in cache_control for pair in _DIRECTIVE.findall(line)]
    names = {name.lower() for name, _ in directives}
    if names & {"no-store", "no-cache"}:
        return None
    if "max-age" in names:
        stated = [_whole(value.strip('"')) for name, value in directives if name.lower() == "max-age"]
        lifetime = None if None in stated else min(filter(None, stated), default=None)
        said = timedelta(seconds=min(lifetime, _CAP)) if lifetime else None
    else:
        said = _until_expiry(headers, now)
    left = said - timedelta(seconds=min(_whole(headers.get("Age", "").strip()) or 0, _CAP)) if said else None
    return left if left is not None and left > timedelta(0) else None


def validators(headers: Mapping[str, str]) -> Validators:
    """What to ask "changed since?" with, byte for byte."""
    etag = _validator(headers.get("ETag"))
    # "*" is no tag: asked with, it means "whatever there is", and every answer would be 304.
    return Validators(etag if etag != "*" else None, _validator(headers.get("Last-Modified")))


def period(ttl: str, updated: str, frequency: str) -> timedelta | None:
    """How often a document says that it changes; the longer one when it says so in two ways.

    ttl: RSS 2.0, minutes. updated, frequency: sy:updatePeriod ("daily") and how often in that time.
    skipHours and skipDays are not read: they are rare, and often a template's.
    """
    minutes = _whole(ttl.strip())
    by_ttl = timedelta(minutes=min(minutes, _CAP)) if minutes else None
    whole = _PERIODS.get(updated.strip().lower())
    by_period = whole / min(_whole(frequency.strip()) or 1, _CAP) if whole else None
    return max(filter(None, (by_ttl, by_period)), default=None)


_CAP = 10**8  # seconds or minutes: years; far beyond any bound of ours and within what timedelta holds


def _until_expiry(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """An Expires that is no date, such as "0" or "-1", is in the past (RFC 9111, 5.3)."""
    expires = http_date(headers.get("Expires", ""))
    if expires is None:
        return None
    return min(expires - (http_date(headers.get("Date", "")) or now), timedelta(seconds=_CAP))


def _validator(value: str | None) -> str | None:
    """The value byte for byte, or None when it cannot be echoed safely."""
    if value is None or len(value) > LONGEST_VALIDATOR or not _VISIBLE.fullmatch(value):
        return None
    return value


def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None
