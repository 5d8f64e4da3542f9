"""The parts of an item."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """The part of an item that a hit or a figure lies in."""

    TITLE = "title"
    LEAD = "lead"
    CONTENT = "content"
    AUTHOR = "author"
    URL = "url"
    FEED = "feed"
    LANG = "lang"
    TAG = "tag"
    TIER = "tier"
