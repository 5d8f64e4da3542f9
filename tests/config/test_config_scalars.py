"""What a text means: durations, sizes, times, zones, numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from tracker.config import scalars
from tracker.config.nodes import Source, Text
from tracker.config.scalars import Wrong

SOURCE = Source("c.yaml", None, ())


@pytest.mark.parametrize(
    ("read", "written", "meant"),
    [
        (scalars.duration, "45s", timedelta(seconds=45)),
        (scalars.duration, "30m", timedelta(minutes=30)),
        (scalars.duration, "30 min", timedelta(minutes=30)),
        (scalars.duration, "1d 2h", timedelta(hours=26)),
        (scalars.duration, "1h30m", timedelta(minutes=90)),
        (scalars.size, "10 MB", 10_000_000),
        (scalars.size, "1.5MiB", 1_572_864),
        (scalars.size, "7B", 7),
        (scalars.time_of_day, "7:05", time(7, 5)),
        (scalars.time_of_day, "23:59", time(23, 59)),
        (scalars.zone, "Europe/Berlin", "Europe/Berlin"),
        (scalars.yes_or_no, "no", False),
        (scalars.yes_or_no, "TRUE", True),
        (scalars.number, "1.5", 1.5),
        (scalars.whole, "-3", -3),
        (scalars.words, "  two\n  words ", "two words"),
    ],
)
def test_a_text_means(read: Callable[[object], object], written: str, meant: object) -> None:
    assert read(Text(written, SOURCE)) == meant


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (scalars.duration, "30"),
        (scalars.duration, "m"),
        (scalars.duration, "1h30"),
        (scalars.duration, "-5m"),
        (scalars.duration, "1e3s"),
        (scalars.duration, "nan"),
        (scalars.size, "10"),
        (scalars.size, "MB"),
        (scalars.size, "-1 MB"),
        (scalars.size, "1 KIB"),
        (scalars.time_of_day, "7"),
        (scalars.time_of_day, "25:00"),
        (scalars.zone, "CEST-1"),
        (scalars.zone, "Europe"),
        (scalars.zone, "/etc/localtime"),
        (scalars.yes_or_no, "1"),
        (scalars.number, "inf"),
        (scalars.number, "1e3"),
        (scalars.whole, "1.0"),
        (scalars.name, "a b"),
        (scalars.name, "-a"),
        (scalars.name, "a" * 81),
    ],
)
def test_a_text_that_cannot_be_meant_is_refused(read: Callable[[object], object], written: str) -> None:
    with pytest.raises(Wrong):
        read(Text(written, SOURCE))


@pytest.mark.parametrize("written", ["45s", "30m", "1h30m", "7d", "0s", "1d1s"])
def test_a_duration_is_said_as_it_is_written(written: str) -> None:
    assert scalars.as_duration(scalars.duration(Text(written, SOURCE))) == written
