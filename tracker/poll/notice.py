"""What a user should know of a feed that no error tells: it has moved, it is gone, its ids change. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tracker.poll.changes import is_lately
from tracker.poll.failure import one_line

if TYPE_CHECKING:
    from tracker.model import Feed, FeedState

MOVED_AFTER = timedelta(days=7)
"""A permanent redirect is believed when it led to the same feed for this long: portals of hotels and
mistakes of an hour redirect permanently, too.
"""

_GONE = "is gone (HTTP 410) and no longer asked; its items stay; change url: in config.yaml or take it out"
_CHURNED = "changes its ids: items that we have came back under new ids and links"
_UNVERIFIED = "anyone could answer for it: its TLS certificate is not checked (tls: unverified)"


def moved(state: FeedState, to: str | None, now: datetime) -> tuple[str | None, datetime | None]:
    """Where a feed has been found by permanent redirects, and since when it is that same place.

    to: where this poll found the feed, None when it was at its URL. Only for a poll that found one.
    Who sends us around and back to the feed's own URL has moved nothing.
    """
    if to is None or to == state.url:
        return None, None
    since = state.moved_since if to == state.moved_to else None
    return to, min(since or now, now)


def notice_of(feed: Feed, state: FeedState) -> str | None:
    """All there is to know in one line, or None."""
    said = [_GONE] if state.gone else []
    if state.moved_to and _confirmed(state):
        said.append(f"has moved to {one_line(state.moved_to)}; change url: in config.yaml")
    if state.churned and state.last_success and is_lately(state.churned, state.last_success):
        said.append(f"{_CHURNED}, last on {state.churned:%Y-%m-%d}; they are not told again")
    if feed.unverified:
        said.append(_UNVERIFIED)
    return "; ".join(said) or None


def _confirmed(state: FeedState) -> bool:
    """By the last success: while a feed fails, nobody confirms that it is still there."""
    if state.moved_since is None or state.last_success is None:
        return False
    return state.last_success - state.moved_since >= MOVED_AFTER
