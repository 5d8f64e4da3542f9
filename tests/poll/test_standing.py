"""How a feed stands, in one word."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tracker.model import FeedState, Pause
from tracker.poll.standing import Standing, Word, standing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def state(now: datetime, **fields: Any) -> FeedState:
    seen = {"last_poll": now - HOUR, "last_success": now - HOUR, "last_new": now - HOUR, "rhythm": 3600}
    return FeedState("f", "https://f.example/", now, **{**seen, **fields})


def test_a_feed_that_was_never_asked_has_no_standing(now: datetime) -> None:
    assert standing(None, None, now) == Standing(Word.UNASKED)
    assert standing(FeedState("f", "https://f.example/", now), None, now) == Standing(Word.UNASKED)


@pytest.mark.parametrize(
    ("silence", "rhythm", "word"),
    [
        pytest.param(DAY, 3600, Word.OK, id="an hourly feed after a day"),
        pytest.param(4 * DAY, 3600, Word.OK, id="after a long weekend"),
        pytest.param(5 * DAY, 3600, Word.SILENT, id="after five days"),
        pytest.param(5 * DAY, 86_400, Word.OK, id="a daily feed after five days"),
        pytest.param(7 * DAY, 86_400, Word.SILENT, id="a daily feed after a week"),
        pytest.param(400 * DAY, None, Word.OK, id="one whose rhythm is not known"),
    ],
)
def test_silence_is_measured_by_the_feeds_own_rhythm(
    now: datetime, silence: timedelta, rhythm: int | None, word: Word
) -> None:
    assert standing(state(now, last_new=now - silence, rhythm=rhythm), None, now).word is word


def test_what_is_worst_is_said(now: datetime) -> None:
    failing = {"last_error": "HTTP 500", "failing_since": now - DAY}
    moved = {"moved_to": "https://g.example/", "moved_since": now - 8 * DAY}
    pause = Pause("f.example", now + HOUR, "HTTP 429")

    assert standing(state(now, gone=True, **failing), pause, now).word is Word.GONE
    assert standing(state(now, **failing, **moved), pause, now) == Standing(
        Word.FAILING, now - DAY, "HTTP 500"
    )
    assert standing(state(now, **moved), pause, now) == Standing(Word.PAUSED, None, "HTTP 429")
    assert standing(state(now, **moved), None, now) == Standing(
        Word.MOVED, now - 8 * DAY, "to https://g.example/"
    )
    assert standing(state(now, **{**moved, "moved_since": now - DAY}), None, now) == Standing(Word.OK)
