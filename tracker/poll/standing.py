"""How a feed stands, in one word: what `tracker feeds list` shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.model import FeedState, Pause
from tracker.poll.notice import MOVED_AFTER

SILENT_AFTER = 6
"""Rhythms without an item after which a feed counts as silent: 1 in 400 such pauses is chance."""

SILENT_AT_LEAST = timedelta(days=4)
"""A long weekend is no silence."""


class Word(StrEnum):
    """gone, failing and paused feeds bring nothing now; moved and silent ones may soon not."""

    UNASKED = "not polled yet"
    OK = "ok"
    FAILING = "failing"
    PAUSED = "paused"
    GONE = "gone"
    MOVED = "moved"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Standing:
    """since: when that began. why: what the user should know of it, or empty."""

    word: Word
    since: datetime | None = None
    why: str = ""


def standing(state: FeedState | None, pause: Pause | None, now: datetime) -> Standing:
    """What is worst is said. state: None for a feed that the store does not know. pause: of its host."""
    if state is None or state.last_poll is None:
        return Standing(Word.UNASKED)
    if state.gone:
        return Standing(Word.GONE, state.failing_since, state.last_error or "")
    if state.last_error:
        return Standing(Word.FAILING, state.failing_since, state.last_error)
    if pause is not None:
        return Standing(Word.PAUSED, None, pause.reason)
    if state.moved_to and state.moved_since and now - state.moved_since >= MOVED_AFTER:
        return Standing(Word.MOVED, state.moved_since, f"to {state.moved_to}")
    if _is_silent(state, now):
        return Standing(Word.SILENT, state.last_new)
    return Standing(Word.OK)


def _is_silent(state: FeedState, now: datetime) -> bool:
    if state.last_new is None or state.rhythm is None:
        return False
    return now - state.last_new > max(SILENT_AFTER * timedelta(seconds=state.rhythm), SILENT_AT_LEAST)
