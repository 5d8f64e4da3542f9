"""Which entry is which item, from poll to poll. Pure.

An item has two keys within its feed. guid_key is a hash of the publisher's guid as given (case kept, "0" is a
guid), or of the link when there is none. content_key is a hash of normalised link and title (without link:
title and date, or text); it holds when a publisher changes all guids.

Within one document a publisher may use a guid twice for different things, or list different things under
one link and title. Then all of the entries concerned get longer keys, so that none shadows another and order
does not matter. An entry that repeats another one whole is the same item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from operator import attrgetter

from tracker.model import Item
from tracker.poll.links import comparable

_MANY = 3
_guid_key: Callable[[Item], str] = attrgetter("guid_key")
_content_key: Callable[[Item], str] = attrgetter("content_key")


def keys(guid: str, link: str | None, title: str, otherwise: str) -> tuple[str, str]:
    """guid_key and content_key of an entry.

    guid: the publisher's own, whole and trimmed; "" when there is none. title: one line, white space folded.
    otherwise: what tells titles apart where there is no link: the date, else the text.
    """
    title = title.casefold()
    page = comparable(link) if link else ""
    content = _hash(f"link\0{page}\0{title}" if link else f"title\0{title}\0{otherwise}")
    return _hash(f"guid\0{guid}") if guid else _hash(f"link\0{page}") if link else content, content


def told_apart(items: Sequence[Item]) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The items of one document, each with keys of its own, exact repetitions gone; and what was odd."""
    kept, oddities = tuple(items), tuple[str, ...]()
    if len({item.guid_key for item in kept}) < len(kept):
        kept = _without_repetitions(kept)
        oddities = _oddities(kept)
        kept = _longer(kept, _guid_key, lambda item: replace(item, guid_key=_pair(item)))
        kept = _longer(kept, _guid_key, lambda item: replace(item, guid_key=key(item.guid_key, _body(item))))
    kept = _longer(kept, _content_key, lambda item: replace(item, content_key=_dated(item)))
    kept = _longer(kept, _content_key, lambda item: replace(item, content_key=_pair(item)))
    return kept, oddities


def key(*parts: str) -> str:
    """A short stable hash of some texts; no two different tuples share one."""
    return _hash("\0".join(parts))


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _without_repetitions(items: tuple[Item, ...]) -> tuple[Item, ...]:
    first: dict[tuple[str, str, str], Item] = {}
    for item in items:
        first.setdefault((item.guid_key, item.content_key, _body(item)), item)
    return tuple(first.values())


def _longer(
    items: tuple[Item, ...], of: Callable[[Item], str], extended: Callable[[Item], Item]
) -> tuple[Item, ...]:
    """Extend the keys that several items share."""
    if len(set(map(of, items))) == len(items):
        return items
    counts = Counter(map(of, items))
    return tuple(extended(item) if counts[of(item)] > 1 else item for item in items)


def _oddities(items: tuple[Item, ...]) -> tuple[str, ...]:
    shared = Counter(item.guid_key for item in items if item.guid and item.guid != item.link)
    repeated = [count for count in shared.values() if count > 1]
    if not repeated:
        return ()
    if len(repeated) == len(shared) == 1 and len(items) == repeated[0] >= _MANY:
        return ("all items have the same guid: told apart by link and title",)
    return (f"{sum(repeated)} items share {len(repeated)} guids: told apart by link and title",)


def _pair(item: Item) -> str:
    return key(item.content_key, item.guid_key)


def _dated(item: Item) -> str:
    return key(item.content_key, _body(item))


def _body(item: Item) -> str:
    return key(str(item.published), item.summary, item.content)
