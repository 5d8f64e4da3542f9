"""The daemon as a user meets it: real processes, a publisher on loopback, signals, edits, kill -9."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tracker.daemon.control import ask, running
from tracker.errors import BusyError
from tracker.store.lock import holder

Home = Any
Publisher = Any

RULES = """use: none
signals:
  pricing:
    title: Prices
    question: Who cuts prices?
    rules: [{id: price-cut, when: "title:cuts title:price*"}]"""  # compiled in no time


def until(happened: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait for a condition, and give what it gave."""
    end = time.monotonic() + seconds
    while not (value := happened()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return value


def status(home: Home) -> Any:
    return next(each["done"] for each in ask(home.data, {"do": "status"}) if "done" in each)


def log(home: Home) -> str:
    return (home.data / "tracker.log").read_text("utf-8")


@pytest.fixture
def home(home: Home, publisher: Publisher) -> Iterator[Home]:
    """A home with two feeds; what was started in it is gone afterwards."""
    publisher.add("one", "OpenAI cuts API token prices by half")
    publisher.add("two", "A quiet day")
    save(home, publisher)
    yield home
    if pid := holder(home.data):
        os.kill(pid, signal.SIGKILL)


def save(home: Home, publisher: Publisher, *lines: str) -> None:
    home.config.write_text(publisher.config(*lines).replace("use: ai-industry/signals", RULES), "utf-8")


@contextlib.contextmanager
def run(home: Home, **env: str) -> Iterator[subprocess.Popen[str]]:
    with home.started("run", env=env) as process:
        until(lambda: running(home.data))
        yield process


def test_start_says_where_everything_is_and_stop_ends_it(home: Home, publisher: Publisher) -> None:
    started = home.tracker("start")
    pid = holder(home.data)
    publisher.wait_for("one")
    told = home.tracker("status").out
    stopped = home.tracker("stop")

    assert (started.code, started.err) == (0, "")
    assert started.out.startswith(f"running in the background (pid {pid})")
    assert f"log       {home.data / 'tracker.log'}" in started.out
    assert f"digest    {home.data / 'digest' / 'latest.html'}" in started.out
    assert f"daemon    running (pid {pid})" in told
    assert (stopped.code, stopped.out) == (0, f"stopped (pid {pid})\n")
    assert holder(home.data) is None
    assert not (home.data / "daemon.json").exists()
    assert log(home).endswith("stopped\n")
    assert "daemon    not running; `tracker start`" in home.tracker("status").out


def test_a_second_start_is_refused_and_the_first_goes_on(home: Home) -> None:
    home.tracker("start")
    first = running(home.data)

    second, third = home.tracker("start"), home.tracker("run")

    for refused in (second, third):
        assert (refused.code, refused.out) == (3, "")
        assert f"already running (pid {first.pid})" in refused.err
    assert status(home)["pid"] == first.pid


def test_stop_without_a_daemon_is_done_already(home: Home) -> None:
    stopped = home.tracker("stop")

    assert (stopped.code, stopped.out, stopped.err) == (0, f"not running: {home.data}\n", "")


def test_stop_finds_the_daemon_when_its_config_is_gone(home: Home) -> None:
    home.tracker("start")
    pid = holder(home.data)
    home.config.unlink()

    assert home.tracker("stop").out == f"stopped (pid {pid})\n"


def test_stop_leaves_another_command_alone(home: Home, publisher: Publisher) -> None:
    release = publisher.hold("one")
    with home.started("poll", "one") as polling:
        publisher.wait_for("one")

        stopped = home.tracker("stop")
        release.set()

        assert stopped.code == 3
        assert f"pid {polling.pid} is another tracker command" in stopped.err
        assert polling.wait(30) == 0


def test_a_config_that_cannot_come_into_force_is_told_by_start(home: Home) -> None:
    home.config.write_text("feeds: [{name: x, url: no}]\n", "utf-8")

    started = home.tracker("start")

    assert started.code == 2
    assert "config.yaml:1:" in started.err
    assert holder(home.data) is None


@pytest.mark.parametrize("deleted", [".", "tracker.lock", "tracker.sqlite"])
def test_a_daemon_whose_files_are_deleted_says_so_and_ends(home: Home, deleted: str) -> None:
    with run(home) as process:
        path = home.data / deleted
        shutil.rmtree(path) if deleted == "." else path.unlink()
        _, log = process.communicate(timeout=30)

    assert process.returncode == 1
    named = home.data / ("tracker.lock" if deleted == "." else deleted)
    assert f"error: {named} was deleted or replaced under the daemon" in log
    assert "Traceback" not in log
    assert home.tracker("start").code == 0


def test_start_is_ready_although_the_log_begins_a_new_file_just_then(home: Home) -> None:
    home.data.mkdir(mode=0o700)
    (home.data / "tracker.log").write_bytes(b"x" * 4_999_990)

    started = home.tracker("start")

    assert started.code == 0, started.err
    assert started.out.startswith("running in the background")


def test_after_a_kill_nothing_is_in_the_way_and_nobody_is_asked_again(
    home: Home, publisher: Publisher
) -> None:
    home.tracker("start")
    until(lambda: "two: 1 new item" in log(home) and "one: 1 new item" in log(home))
    os.kill(holder(home.data), signal.SIGKILL)
    until(lambda: holder(home.data) is None)
    while not publisher.asked.empty():
        publisher.asked.get()

    started = home.tracker("start")
    told = home.tracker("poll")

    assert started.code == 0
    assert "feeds     2, none due yet" in started.out
    assert told.out == "no feed is due; `tracker status` says when the next one is\n"
    assert publisher.asked.empty()


def test_a_stop_in_mid_poll_drops_what_hangs_and_keeps_what_came(home: Home, publisher: Publisher) -> None:
    release = publisher.hold("two")
    with run(home) as process:
        publisher.wait_for("two")
        until(lambda: home.tracker("status", "--json").json["items"] == 1)
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0
    release.set()
    again = home.tracker("poll")

    assert again.out.startswith("1 of 1 feed seen, 1 new item")


def test_a_second_sigterm_ends_at_once(home: Home, publisher: Publisher) -> None:
    publisher.hold("two")
    with run(home) as process:
        publisher.wait_for("two")
        process.send_signal(signal.SIGTERM)
        for line in process.stderr:
            if "stopping" in line:
                break
        process.send_signal(signal.SIGTERM)

        assert process.wait(5) == 128 + signal.SIGTERM
    assert holder(home.data) is None


def test_a_terminal_that_closes_does_not_end_it(home: Home) -> None:
    with home.started("start") as terminal:
        terminal.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(terminal.pid, signal.SIGHUP)

    assert status(home)["pid"] == holder(home.data)


def test_poll_says_the_same_with_and_without_a_daemon(home: Home, publisher: Publisher) -> None:
    publisher.documents["/three"] = b"no feed at all"
    save(home, publisher)
    alone = home.tracker("poll", "one", "three"), home.tracker("poll", "one", "three", "--json").json
    home.tracker("start")

    through = home.tracker("poll", "one", "three"), home.tracker("poll", "one", "three", "--json").json

    assert through[0].code == alone[0].code == 0
    assert through[0].err.split(";")[0] == alone[0].err.split(";")[0]
    assert through[0].out.startswith("1 of 2 feeds seen, 0 new items, 0 matches in ")
    kept = [
        {name: row[name] for name in ("feed", "seen", "listed", "new", "matches", "warnings", "committed")}
        for row in sorted(through[1]["feeds"], key=lambda row: row["feed"])
    ]
    before = sorted(alone[1]["feeds"], key=lambda row: row["feed"])
    assert kept == [{name: row[name] for name in kept[0]} for row in before]
    assert through[1]["feeds"][0].keys() == before[0].keys()


def test_an_unknown_feed_is_named_by_the_daemon_too(home: Home) -> None:
    home.tracker("start")

    told = home.tracker("poll", "onee")

    assert (told.code, told.out) == (1, "")
    assert told.err == "tracker: no feed has the id 'onee'; did you mean one\n"


def test_a_digest_is_made_by_the_daemon(home: Home) -> None:
    home.tracker("poll")
    home.tracker("start")

    made = home.tracker("digest")

    assert made.code == 0
    assert made.out.startswith("edition 1: 1 match, ")
    assert Path(made.out.split(", ")[1].strip()).is_file()


def test_a_daemon_of_another_config_is_not_asked(home: Home) -> None:
    home.tracker("start")
    other = home.folder / "other.yaml"
    other.write_text(home.config.read_text("utf-8"), "utf-8")

    told = home.tracker("--config", str(other), "--data", str(home.data), "poll")

    assert told.code == 1
    assert f"works by {home.config}, not by {other}" in told.err


def test_an_edit_is_in_force_within_seconds_and_a_broken_one_is_told(
    home: Home, publisher: Publisher
) -> None:
    home.tracker("start")
    publisher.add("three", "A third day")
    save(home, publisher)
    until(lambda: "three: 1 new item" in log(home))

    good = home.config.read_text("utf-8")
    home.config.write_text("feeds: [{name: x", "utf-8")
    until(lambda: status(home)["notice"])
    told = home.tracker("status")
    home.config.write_text(good, "utf-8")
    until(lambda: status(home)["notice"] is None)

    assert "config: feeds: +1 (three)" in log(home)
    assert "the last config in force is running, the file is broken" in told.out
    assert log(home).count("the file is broken") == 1


def test_a_hangup_reads_the_config_again(home: Home) -> None:
    home.tracker("start")

    os.kill(holder(home.data), signal.SIGHUP)

    assert status(home)["pid"] == holder(home.data)


def test_what_was_saved_a_moment_ago_is_polled_when_asked_for(home: Home, publisher: Publisher) -> None:
    home.tracker("start")
    publisher.add("three", "A third day")
    save(home, publisher)

    told = home.tracker("poll", "three")

    assert told.code == 0
    assert told.out.startswith("1 of 1 feed seen")


def test_status_shows_the_config_by_which_the_daemon_works(home: Home) -> None:
    home.tracker("start")
    before = home.tracker("status", "--json").json["config_hash"]
    home.config.write_text("feeds: [{name: x", "utf-8")

    told = home.tracker("status", "--json").json

    assert told["config_hash"] == before == status(home)["config_hash"]
    assert told["feeds"] == 2


def test_a_daemon_that_does_not_answer_is_told(home: Home) -> None:
    home.tracker("start")
    pid = holder(home.data)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(BusyError, match=rf"the daemon \(pid {pid}\) does not answer"):
            list(ask(home.data, {"do": "status"}, patience=0.3))
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_data_directory_with_a_long_path_has_its_socket_elsewhere(home: Home) -> None:
    data = home.folder / ("d" * 120)
    started = home.tracker("--data", str(data), "start")
    there = json.loads((data / "daemon.json").read_text("utf-8"))
    stopped = home.tracker("--data", str(data), "stop")

    assert started.code == stopped.code == 0
    assert not there["socket"].startswith(str(data))
    assert not Path(there["socket"]).exists()
    assert not Path(there["socket"]).parent.exists()


def test_what_it_writes_is_for_its_owner_alone(home: Home) -> None:
    home.tracker("start")
    home.tracker("digest")

    files = [file for file in home.data.rglob("*") if not file.is_dir()]

    assert {"tracker.log", "daemon.json", "tracker.sock"} <= {file.name for file in files}
    assert [file for file in files if file.stat().st_mode & 0o077] == []


def test_systemd_hears_when_it_is_ready_and_when_it_stops(home: Home, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(30)
        with run(home, NOTIFY_SOCKET=str(tmp_path / "notify")) as process:
            ready = supervisor.recv(100)
            process.send_signal(signal.SIGTERM)
            stopping = supervisor.recv(100)
            assert process.wait(10) == 0

    assert (ready, stopping) == (b"READY=1", b"STOPPING=1")


def test_status_tells_the_poll_under_way_and_who_runs(home: Home, publisher: Publisher) -> None:
    publisher.hold("two")
    home.tracker("start")
    publisher.wait_for("two")

    told = home.tracker("status", "--json").json

    assert told["polling"] == ["two"]
    assert told["daemon"]["pid"] == holder(home.data)
    assert told["daemon"]["log"] == str(home.data / "tracker.log")
    assert told["daemon"]["next_edition"]


def test_it_runs_on_postgresql_too(home: Home, publisher: Publisher, postgres_url: str) -> None:
    save(home, publisher, f'database: "{postgres_url}"')
    started = home.tracker("start")
    until(lambda: "one: 1 new item, 1 match" in log(home))
    made = home.tracker("digest")
    stopped = home.tracker("stop")

    assert (started.code, stopped.code) == (0, 0)
    assert made.out.startswith("edition 1: 1 match, ")
    assert postgres_url not in log(home)


def test_a_secret_of_a_feed_is_not_in_the_log(home: Home, publisher: Publisher) -> None:
    text = home.config.read_text("utf-8").replace(
        "lang: en}", 'lang: en, headers: {Authorization: "Bearer env:TOKEN"}}', 1
    )
    home.config.write_text(text, "utf-8")
    home.tracker("start", env={"TOKEN": "hush-hush-hush"})
    until(lambda: "one: 1 new item" in log(home))
    home.config.write_text(text.replace("env:TOKEN", "env:GONE"), "utf-8")
    until(lambda: "GONE" in log(home))

    assert "hush-hush-hush" not in log(home)
