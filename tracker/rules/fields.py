"""The text of each part of an item. Offsets of hits point into exactly these strings."""

from __future__ import annotations

from tracker.model import Feed, Field, Item
from tracker.text import sentence_ends

LEAD = 800
"""How many characters of a summary or content the lead may have."""


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
    ends = [end for end in sentence_ends(source[: LEAD + 1]) if end <= LEAD]
    return source[: ends[-1] if ends else LEAD]


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
