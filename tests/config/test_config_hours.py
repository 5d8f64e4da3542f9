"""When editions are made and how long texts are kept: `digest: at, days`, `keep`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest

from tracker.config.files import config_files
from tracker.config.load import from_canonical
from tracker.config.values import Config, Day

Load = Callable[..., Config]
Fault = Callable[..., str]

SEVEN, NINETEEN = time(7, 0), time(19, 0)
WEEKDAYS = (Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI)


@pytest.mark.parametrize(
    ("written", "at", "days"),
    [
        pytest.param("{}", (SEVEN,), tuple(Day), id="every day at seven if nothing is said"),
        pytest.param("{at: 7:00}", (SEVEN,), tuple(Day), id="one time"),
        pytest.param(
            "{at: ['19:00', 7:00, 07:00]}", (SEVEN, NINETEEN), tuple(Day), id="several, in order, once"
        ),
        pytest.param("{at: off}", (), tuple(Day), id="only when somebody asks"),
        pytest.param("{at: never}", (), tuple(Day), id="the same in another word"),
        pytest.param("{days: weekdays}", (SEVEN,), WEEKDAYS, id="weekdays"),
        pytest.param(
            "{days: [fri, Monday, MON]}", (SEVEN,), (Day.MON, Day.FRI), id="names, short or in full"
        ),
        pytest.param("{days: sunday}", (SEVEN,), (Day.SUN,), id="weekly"),
    ],
)
def test_an_edition_has_its_hours(
    load: Load, written: str, at: tuple[time, ...], days: tuple[Day, ...]
) -> None:
    config = load(f"digest: {written}\n")

    assert (config.digest.at, config.digest.days) == (at, days)
    assert from_canonical(config.canonical, env={}) == config


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{at: []}", 'config.yaml:1:10: at: a time is missing here (write "07:00", or off)'),
        ("{at: [7:00, off]}", "config.yaml:1:21: at: 'off' is not a time of day (write \"07:00\")"),
        ("{days: []}", "config.yaml:1:10: days: a day is missing here (write mon or [mon, thu] or weekdays)"),
        (
            "{days: [mon, mardi]}",
            "config.yaml:1:10: days: 'mardi' is not a day of the week (write mon or [mon, thu] or weekdays)",
        ),
    ],
)
def test_what_is_no_hour_or_day_is_told(fault: Fault, written: str, told: str) -> None:
    assert fault(f"digest: {written}\n") == told


@pytest.mark.parametrize(
    ("written", "keep"),
    [
        ("contact: a@b.c", timedelta(days=365)),
        ("keep: 7d", timedelta(days=7)),
        ("keep: 3650d", timedelta(days=3650)),
        ("keep: forever", None),
    ],
)
def test_texts_are_kept_for_a_time(load: Load, written: str, keep: timedelta | None) -> None:
    config = load(f"{written}\n")

    assert config.keep == keep
    assert from_canonical(config.canonical, env={}) == config


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("6d", "config.yaml:1:7: keep: must be between 7d and 3650d, or forever"),
        ("3651d", "config.yaml:1:7: keep: must be between 7d and 3650d, or forever"),
        ("long", "config.yaml:1:7: keep: 'long' is not a duration (write 90d or forever)"),
    ],
)
def test_texts_are_not_kept_too_short_or_too_long(fault: Fault, written: str, told: str) -> None:
    assert fault(f"keep: {written}\n") == told


def test_a_canonical_config_of_an_older_version_still_loads() -> None:
    config = from_canonical('{"use": "none", "digest": {"at": "06:30", "zone": "UTC", "order": []}}', env={})

    assert (config.digest.at, config.digest.days, config.keep) == (
        (time(6, 30),),
        tuple(Day),
        timedelta(days=365),
    )


def test_a_config_knows_the_files_that_it_is_made_of(load: Load, tmp_path: Path) -> None:
    config = load(
        "include: [a.yaml]\n", beside={"a.yaml": "include: [sub/b.yaml]\n", "sub/b.yaml": "feeds: []\n"}
    )

    assert config.files == (tmp_path / "config.yaml", tmp_path / "a.yaml", tmp_path / "sub/b.yaml")
    assert config_files(tmp_path / "config.yaml") == config.files


def test_the_files_of_a_broken_config_are_known_as_far_as_it_tells(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("include: [broken.yaml, missing.yaml, /etc/hosts]\nnonsense: 1\n", "utf-8")
    (tmp_path / "broken.yaml").write_text("a: [", "utf-8")

    assert config_files(path) == (path, tmp_path / "broken.yaml", tmp_path / "missing.yaml")


def test_a_config_that_is_no_yaml_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("include: [", "utf-8")

    assert config_files(path) == (path,)
