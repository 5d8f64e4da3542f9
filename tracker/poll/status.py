"""What an HTTP status means for a feed, in plain words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tracker.errors import FetchError
from tracker.pace import LONGEST_WAIT

REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT_REDIRECTS = frozenset((301, 308))
_BUSY = frozenset((429, 503))

_WORDS = {
    204: "no content",
    206: "only a part of the feed",
    401: "authentication required",
    410: "gone",
    429: "too many requests",
}
_CHALLENGE = re.compile(
    rb"<title>\s*(?:just a moment\.\.\.|attention required! \| cloudflare|access denied|please wait)"
    rb"|/cdn-cgi/challenge-platform/|captcha-delivery\.com|_incapsula_resource",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"(?=[0-9])0*+([0-9]{0,12})[0-9]*+")


def error_of(
    status: int, headers: Mapping[str, str], start: bytes, now: datetime, host: str | None = None
) -> FetchError:
    """The error that any answer other than a whole feed stands for.

    start: the beginning of the body, as far as it was read; challenges are recognised by it.
    host: who answered.
    """
    blocked = is_challenge(status, headers, start)
    words = "bot challenge" if blocked else _WORDS.get(status, "")
    return FetchError(
        f"HTTP {status} ({words})" if words else f"HTTP {status}",
        retry_at=retry_at(headers, now) if status >= 400 else None,
        gone=status == 410,
        blocked=blocked,
        host=host,
        busy=status in _BUSY,
        host_wide=status == 429,
    )


def may_be_challenge(status: int) -> bool:
    """Is the body of such an answer worth a look?"""
    return status in (403, 429, 503)


def is_challenge(status: int, headers: Mapping[str, str], start: bytes) -> bool:
    """Does a bot filter want proof of a browser? We name it and do not try to get around it."""
    if "challenge" in headers.get("cf-mitigated", "").lower():
        return True
    return may_be_challenge(status) and _CHALLENGE.search(start) is not None


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When the publisher wants to be asked again (RFC 9110, 10.2.3); None when it says nothing sensible.

    A date is read relative to the publisher's own Date, whose clock may be wrong. A time in the past is now.
    """
    value = headers.get("Retry-After", "").strip()
    if seconds := _SECONDS.fullmatch(value):
        # "9" * 5000 is legal; no wait is longer than a week.
        return now + timedelta(seconds=min(int(seconds[1] or 0), int(LONGEST_WAIT.total_seconds())))
    stated = http_date(value)
    if stated is None:
        return None
    wait = stated - (http_date(headers.get("Date", "")) or now)
    return now + min(max(wait, timedelta(0)), LONGEST_WAIT)


def http_date(value: str) -> datetime | None:
    """A date of HTTP (RFC 9110, 5.6.7), read as leniently as mail's; None when it is none."""
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
