"""The text of each part of an item. Offsets of hits point into exactly these strings."""

from __future__ import annotations

from tracker.model import Feed, Field, Item
from tracker.text import sentence_ends

LEAD = 800
"""How many characters of a summary or content the lead may have."""


MATCHED = 64_000
"""How many characters of an item are matched at most: 2,000 of each field, the content has the rest."""
_MATCHED_OF_FIELD = 2_000
_MATCHED_OF_CONTENT = MATCHED - (len(Field) - 1) * _MATCHED_OF_FIELD

_NEAR_END = 250
"""Characters before the end of a lead in which the end of its last sentence usually stands."""


def lead_source(item: Item) -> str:
    """Return the text that the lead is the beginning of: the summary, or the content when there is none."""
    return item.summary if item.summary.strip() else item.content


def lead_of(item: Item) -> str:
    """Return the lead: the first 800 characters, cut behind a sentence when one ends there.

    A prefix of `lead_source(item)`, so offsets of hits in the lead are offsets of either.
    """
    source = lead_source(item)
    if len(source) <= LEAD:
        return source
    # One more character, because a full stop ends a sentence only before a space.
    text = source[: LEAD + 1]
    for start in (LEAD - _NEAR_END, 0):
        if ends := [end for end in sentence_ends(text, start) if end <= LEAD]:
            return source[: ends[-1]]
    return source[:LEAD]


def matched_text(field: Field, item: Item, feed: Feed) -> str:
    """Return what rules look at of one part of an item."""
    if field is Field.TITLE:  # asked for of every item
        return item.title[:_MATCHED_OF_FIELD]
    if field is Field.LEAD and not (item.summary or item.content):
        return ""
    return field_text(field, item, feed)[
        : _MATCHED_OF_CONTENT if field is Field.CONTENT else _MATCHED_OF_FIELD
    ]


def field_text(field: Field, item: Item, feed: Feed) -> str:
    """Return the text of one part of an item; of the feed its name and id."""
    match field:
        case Field.TITLE:
            return item.title
        case Field.LEAD:
            return lead_of(item)
        case Field.CONTENT:
            return item.content if item.content.strip() else item.summary
        case Field.AUTHOR:
            return item.author
        case Field.URL:
            return item.link or ""
        case Field.FEED:
            return f"{feed.name}\n{feed.id}"
        case Field.LANG:
            return item.lang or feed.lang or ""
        case Field.TAG:
            return "\n".join((*item.tags, *feed.tags))
        case Field.TIER:
            return feed.tier.value if feed.tier else ""
