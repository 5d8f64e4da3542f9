"""What the collector is spared while polls go on, and that it gets all of it back."""

from __future__ import annotations

import gc

from tracker.cli.heap import at_rest


def test_what_was_there_is_left_alone_while_polls_go_on() -> None:
    before = gc.get_freeze_count()

    with at_rest():
        during = gc.get_freeze_count()

    assert during > before
    assert gc.get_freeze_count() == 0


def test_the_collector_works_as_before_afterwards() -> None:
    threshold = gc.get_threshold()

    with at_rest():
        assert gc.get_threshold()[0] > threshold[0]

    assert gc.get_threshold() == threshold
