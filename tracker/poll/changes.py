"""Which items of a snapshot are new, and which we have under another title, link or id. Pure.

Judging takes two steps, so that a usual poll asks the store for keys and nothing else: `doubts` says which
items must be looked at more closely, `sort_out` judges with those at hand. In doubt an item is new: one
told twice is a nuisance, one never told is a loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import IntEnum

from tracker.model import FeedState, Item, Known
from tracker.poll.identity import key
from tracker.poll.links import comparable

CHURN_REMEMBERED = timedelta(days=7)
"""For so long after a feed last listed old items under new ids we watch it closely, and say so."""

_NEAR = timedelta(hours=20)
"""Two items with one title that are further apart are two: a daily column has the same title every day."""

_APART = timedelta(days=1)
"""An id that may be a place in the list stands for another item when the dates differ by more than this."""

_PLACE = 8
"""Characters of an id that may be the item's place in the list: 0, 1, 2, … or "item-3"."""

_CROWD = 3
"""Titles that must come back together before a likeness counts that may be chance."""

_ALIKE = 20
"""Items with one title that a new one is compared with: it may be the title of thousands."""

_WORDS, _CHARACTERS = 4, 10
"""A title says what it is about from so many words on (or characters beyond ASCII, which do without
spaces): "Update" and "Release notes" do not.
"""


class Likeness(IntEnum):
    """How surely an item with a known title is the one that we have: LIKELY counts in a crowd only."""

    NONE = 0
    LIKELY = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class Doubts:
    """What of the feed's items must be looked up: those under these guid_keys or these titles."""

    guid_keys: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.guid_keys or self.titles)


@dataclass(frozen=True, slots=True)
class Change:
    """An item that we have. item: as the feed lists it now; before: as we have it, None if not looked up."""

    item: Item
    before: Item | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a snapshot brings. changed: edited in place, or back under a new id and link.

    churned: whether most of what is listed is of the latter kind; a single one was posted twice.
    """

    new: tuple[Item, ...] = ()
    changed: tuple[Change, ...] = ()
    churned: bool = False


def doubts(items: Sequence[Item], known: Known, state: FeedState) -> Doubts:
    """What to look up before `sort_out`: items with other content under their id, and, when most of what
    a feed lists is new to us, items with the titles of those.
    """
    new, edited = _unknown(items, known)
    if state.last_success is None or not new:
        return Doubts(tuple(item.guid_key for item in edited))
    lately = is_lately(state.churned, new[0].first_seen)
    titles = {item.title for item in new} if lately or 2 * len(new) > len(items) else ()
    return Doubts(tuple(item.guid_key for item in edited), tuple(titles))


def sort_out(items: Sequence[Item], known: Known) -> Changes:
    """Judge each item of a snapshot. known: with the items that `doubts` asked for."""
    new, edited = _unknown(items, known)
    changed: list[Change] = []
    if edited:
        there = {item.guid_key: item for item in known.items}
        listed = frozenset(item.content_key for item in items)
        for item in edited:
            before = there.get(item.guid_key)
            if before is not None and _is_another(item, before, listed):
                new.append(replace(item, guid_key=key(item.content_key, item.guid_key)))
            else:
                changed.append(Change(item, before))
    back = _back(new, items, known.items) if known.items and new else {}
    changed += [Change(item, back[item.guid_key]) for item in new if item.guid_key in back]
    fresh = tuple(item for item in new if item.guid_key not in back)
    return Changes(fresh, tuple(changed), churned=2 * len(back) > len(items))


def is_lately(churned: datetime | None, now: datetime) -> bool:
    """Did the feed list old items under new ids in the last days?"""
    return churned is not None and abs(now - churned) < CHURN_REMEMBERED


def _unknown(items: Sequence[Item], known: Known) -> tuple[list[Item], list[Item]]:
    """The items whose content we do not know: those whose id is new, too, and those whose id is known."""
    others = [item for item in items if item.content_key not in known.content_keys]
    new = [item for item in others if item.guid_key not in known.guid_keys]
    return new, [item for item in others if item.guid_key in known.guid_keys]


def _is_another(item: Item, before: Item, listed: frozenset[str]) -> bool:
    """Does a known id stand for another item now? Some publishers number the entries of their list."""
    if before.content_key in listed:
        return True
    if not item.guid or len(item.guid) > _PLACE or item.published is None or before.published is None:
        return False
    return (
        abs(item.published - before.published) > _APART
        and _title(item) != _title(before)
        and comparable(item.link or "") != comparable(before.link or "")
    )


def _back(new: Sequence[Item], listed: Sequence[Item], kept: Sequence[Item]) -> Mapping[str, Item]:
    """Of the new items those that are old ones under new ids: guid_key → the item as we have it."""
    found = _pairs(new, _by_title(listed, kept))
    titles = {_title(item) for item, _, _ in found}
    crowd = len(titles) >= _CROWD and 2 * len(found) >= len(new)
    return {item.guid_key: before for item, before, like in found if crowd or like is Likeness.SURE}


def _by_title(listed: Sequence[Item], kept: Sequence[Item]) -> dict[str, list[Item]]:
    """What a new item may be a repetition of: nothing that the feed lists beside it."""
    guid_keys = {item.guid_key for item in listed}
    content_keys = {item.content_key for item in listed}
    titles: dict[str, list[Item]] = {}
    for item in kept:
        if item.guid_key not in guid_keys and item.content_key not in content_keys:
            alike = titles.setdefault(_title(item), [])
            if len(alike) < _ALIKE:
                alike.append(item)
    return titles


def _pairs(new: Sequence[Item], titles: dict[str, list[Item]]) -> list[tuple[Item, Item, Likeness]]:
    """Each new item with the one that it is most like; each of these is taken once, the surest first."""
    likely = [
        (_likeness(item, before), number, item, before)
        for number, item in enumerate(new)
        for before in titles.get(_title(item), ())
    ]
    pairs: list[tuple[Item, Item, Likeness]] = []
    taken: set[str] = set()
    for like, _, item, before in sorted(likely, key=lambda each: (-each[0], each[1])):
        if like and not {item.guid_key, before.guid_key} & taken:
            taken |= {item.guid_key, before.guid_key}
            pairs.append((item, before, like))
    return pairs


def _likeness(item: Item, before: Item) -> Likeness:
    """How alike two items with one title are, going by their dates and their texts."""
    texts = bool(item.summary and before.summary)
    same, differs = texts and item.summary == before.summary, texts and item.summary != before.summary
    if item.published is not None and before.published is not None:
        apart = abs(item.published - before.published)
        if apart > _NEAR:
            return Likeness.NONE
        if same or (not apart and item.published.time() != time()):  # midnight: a date without a time
            return Likeness.SURE
    elif same:
        return Likeness.SURE if _is_telling(item.title) else Likeness.LIKELY
    elif item.first_seen - before.first_seen > _NEAR and (differs or not _is_telling(item.title)):
        return Likeness.NONE
    return Likeness.LIKELY if _is_telling(item.title) or not differs else Likeness.NONE


def _is_telling(title: str) -> bool:
    return len(title.split()) >= _WORDS or sum(not letter.isascii() for letter in title) >= _CHARACTERS


def _title(item: Item) -> str:
    return " ".join(item.title.split()).casefold()
