"""The values that flow through Tracker, in the order in which an item meets them. Pure; stdlib only.

feed        what the config subscribes to, what we remember of it
item        one entry of it
answer      what it can answer to a poll
match       what the rules find in an item
figure      what a text says in numbers and dates, and whose word a claim is
polled      what a poll changes
digest      what a reader sees

Every value is frozen. Absence is None. Alternatives are a union. All times are aware UTC.
"""

from __future__ import annotations

from tracker.model.answer import Fetched, NotModified, Outcome, Snapshot, Terms
from tracker.model.digest import Digest, Edition, FeedHealth, Line, Section, Window
from tracker.model.feed import Feed, FeedState, Panel, Scope, Tier, Validators
from tracker.model.field import Field
from tracker.model.figure import Claim, Figure, FigureKind
from tracker.model.item import Item
from tracker.model.match import Hit, Match, ScorePart
from tracker.model.polled import Found, Known, Pause, Polled

__all__ = [
    "Claim",
    "Digest",
    "Edition",
    "Feed",
    "FeedHealth",
    "FeedState",
    "Fetched",
    "Field",
    "Figure",
    "FigureKind",
    "Found",
    "Hit",
    "Item",
    "Known",
    "Line",
    "Match",
    "NotModified",
    "Outcome",
    "Panel",
    "Pause",
    "Polled",
    "Scope",
    "ScorePart",
    "Section",
    "Snapshot",
    "Terms",
    "Tier",
    "Validators",
    "Window",
]
