"""What `status` says about the daemon, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

import tracker
from tracker.cli.running import Background, silence, tell

HOUR = timedelta(hours=1)


def running(now: datetime, **more: object) -> Background:
    values = {"version": tracker.__version__, "since": now - 3 * HOUR, "log": "/data/tracker.log", **more}
    return Background(7, "daemon", **values)  # type: ignore[arg-type]


def test_no_daemon_is_told_with_what_to_do(now: datetime) -> None:
    assert list(tell(None, now)) == ["daemon    not running; `tracker start`"]


def test_a_daemon_that_runs_is_told_with_its_log(now: datetime) -> None:
    assert list(tell(running(now), now)) == [
        "daemon    running (pid 7), started 3 h ago; log /data/tracker.log"
    ]


def test_another_command_that_writes_is_no_daemon(now: datetime) -> None:
    (line,) = tell(Background(7, "command"), now)

    assert line == "daemon    not running; another tracker command writes here (pid 7)"


@pytest.mark.parametrize(
    ("more", "line"),
    [
        pytest.param({"version": "0.0.1"}, "it is tracker 0.0.1, this is", id="left behind by an upgrade"),
        pytest.param({"log": None}, "log on stderr", id="in the foreground"),
        pytest.param({"trouble": "does not answer"}, "daemon    does not answer", id="it does not answer"),
    ],
)
def test_what_is_odd_about_it_is_told(now: datetime, more: dict[str, object], line: str) -> None:
    assert any(line in each for each in tell(running(now, **more), now))


def test_a_network_that_is_gone_and_an_edit_are_told(now: datetime) -> None:
    lines = list(tell(running(now, offline_since=now - HOUR, reloaded=now, reload="feeds: +1 (a)"), now))

    assert lines[1:] == [
        "          no network since 1 h ago",
        "          config read again just now: feeds: +1 (a)",
    ]


def test_an_edit_that_was_refused_is_told_once_beside_the_config(now: datetime) -> None:
    refused = "the last config in force is running, the file is broken: config.yaml:1:1: no"

    lines = list(tell(running(now, reloaded=now, reload=refused, notice=refused), now))

    assert lines[1:] == []


@pytest.mark.parametrize(
    ("last", "polled", "alarm"),
    [
        pytest.param(HOUR, True, False, id="seen an hour ago"),
        pytest.param(4 * HOUR, True, True, id="seen four hours ago"),
        pytest.param(None, True, True, id="polled and never seen"),
        pytest.param(None, False, False, id="never polled"),
    ],
)
def test_a_tracker_that_sees_nothing_any_more_is_an_alarm(
    now: datetime, last: timedelta | None, polled: bool, alarm: bool
) -> None:
    seen = now - last if last is not None else None

    assert (silence(seen, polled, now) is not None) == alarm
