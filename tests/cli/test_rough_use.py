"""Rough use: broken files, processes killed at any moment, full disks, hostile terminals. Nothing is lost."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

PRICE = "OpenAI cuts API token prices by half, offer {}"
"""A title that the rules match."""

LIMITED = "import os, resource, sys; n = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (n, n));"
LIMITED += "os.execvp(sys.argv[2], sys.argv[2:])"


def query(home: Any, sql: str) -> list[tuple[Any, ...]]:
    """Ask the database beside the program, as another process; [] while it is not there yet."""
    try:
        with closing(sqlite3.connect(f"file:{home.data}/tracker.sqlite?mode=ro", uri=True)) as opened:
            return opened.execute(sql).fetchall()
    except sqlite3.OperationalError:
        return []


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Return once it is so, or the process has ended."""
    end = time.monotonic() + 60
    while not reached() and process.poll() is None:
        assert time.monotonic() < end


def without_override(command: list[str]) -> list[str]:
    """The command, bound by the rights of files even when root runs it."""
    if os.getuid() != 0:
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("root needs setpriv to be bound by the rights of files")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]


def unprivileged(home: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        without_override(home.command(*arguments)),
        cwd=home.folder,
        env=home.env(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def watching(home: Any, publisher: Any) -> Any:
    """A home that watches two feeds with a match each, and a third that says nothing of note."""
    publisher.add("one", PRICE.format(1), "A quiet day")
    publisher.add("two", PRICE.format(2))
    publisher.add("three", "Another quiet day")
    home.config.write_text(publisher.config(pack=False), "utf-8")
    return home


# --- the config ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b"contact: J\xfcrgen\n", "not UTF-8", id="Latin-1"),
        pytest.param(bytes(range(256)) * 20, "is not UTF-8", id="binary"),
        pytest.param(b'feeds:\n  - {name: A, url: "https://a.exa', "config.yaml:2:", id="half written"),
        pytest.param(b"include: [more.yaml]\n", "there is no file 'more.yaml'", id="an include is missing"),
        pytest.param(b"database: env:NOT_SET\n", "NOT_SET is not set", id="a secret is missing"),
        pytest.param(b"database: ~nobody-here/a.sqlite\n", "", id="the home of nobody"),
    ],
)
def test_a_first_start_with_a_broken_config_says_where_and_does_nothing(
    home: Any, content: bytes, said: str
) -> None:
    home.config.write_bytes(content)

    run = home.tracker("poll")

    assert run.code == (2 if said else 1)
    assert said in run.err
    assert "Traceback" not in run.err
    assert not (home.data / "tracker.sqlite").exists()


def test_a_config_that_may_not_be_read_is_one_line(home: Any) -> None:
    home.config.write_text("use: none\n", "utf-8")
    home.config.chmod(0)
    (home.folder / "shut").mkdir(mode=0)

    unreadable = unprivileged(home, "poll")
    out_of_reach = unprivileged(home, "--config", "shut/config.yaml", "poll")
    (home.folder / "shut").chmod(0o700)

    assert (unreadable.returncode, out_of_reach.returncode) == (2, 2)
    assert unreadable.stderr.endswith("config.yaml:1:1: cannot be read: Permission denied\n")
    assert out_of_reach.stderr == "shut/config.yaml:1:1: cannot be read: Permission denied\n"


def test_a_missing_config_is_json_where_a_program_asks(home: Any) -> None:
    run = home.tracker("--config", "nowhere.yaml", "check", "--json")

    assert run.code == 2
    assert [problem["place"]["file"] for problem in run.json["problems"]] == ["nowhere.yaml"]


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe"], ids=["torn", "not text"])
def test_when_the_last_config_cannot_run_either_the_users_own_mistake_is_told(
    watching: Any, damage: bytes
) -> None:
    watching.data.mkdir(mode=0o700)
    (watching.data / "config-in-force.json").write_bytes(damage)
    watching.config.write_text("fedes: []\n", "utf-8")

    run = watching.tracker("status")

    assert run.code == 2
    assert "config.yaml:1:1: unknown key 'fedes'" in run.err


def test_a_secret_that_went_away_is_told_at_its_place(watching: Any, publisher: Any) -> None:
    watching.config.write_text(
        publisher.config("contact: me@example.org", "database: env:WHERE", pack=False), "utf-8"
    )
    where = {"WHERE": str(watching.folder / "mine.sqlite")}
    polled = watching.tracker("poll", env=where)

    run = watching.tracker("status")

    assert polled.code == 0, polled.err
    assert run.code == 2
    assert "config.yaml:4:11: the environment variable WHERE is not set" in run.err
    assert where["WHERE"] not in (watching.data / "config-in-force.json").read_text("utf-8")


def test_every_reader_says_that_the_last_config_is_running(polled: Any) -> None:
    (polled.folder / "broken.yaml").write_text("fedes: []\n", "utf-8")
    broken = ["--config", "broken.yaml", "--data", "tracker-data"]

    runs = [polled.tracker(*broken, *words) for words in (["show"], ["rules", "show"], ["status"])]

    assert [run.code for run in runs] == [0, 0, 0]
    for run in runs:
        assert "the last config in force is running" in run.err + run.out


def test_a_feed_that_leaves_and_returns_keeps_its_items_and_announces_none_twice(
    watching: Any, publisher: Any
) -> None:
    whole = watching.config.read_text("utf-8")
    watching.tracker("poll")
    first = watching.tracker("digest", "--json").json
    watching.config.write_text("".join(line for line in whole.splitlines(True) if "id: one" not in line))
    gone = watching.tracker("poll").out
    watching.config.write_text(whole, "utf-8")

    back = watching.tracker("poll", "one", "two", "--json").json
    second = watching.tracker("digest", "--json").json

    assert first["matches"] == 2
    assert "no feed is due" in gone
    assert [feed["new"] for feed in back["feeds"]] == [0, 0]
    assert second["matches"] == 0


# --- stopped in the middle ----------------------------------------------------------------------


def content(home: Any) -> tuple[list[Any], list[Any]]:
    """All items and matches, but for the time at which they came."""
    items = query(home, "SELECT feed_id, guid_key, content_key, title, link, published, backlog FROM item")
    matches = query(
        home,
        "SELECT item.feed_id, guid_key, signal, rules, score, hits FROM match JOIN item ON item.id = item_id",
    )
    return sorted(items), sorted(matches)


def polled_feeds(home: Any) -> int:
    return sum(count for (count,) in query(home, "SELECT count(*) FROM feed WHERE last_poll IS NOT NULL"))


def test_a_poll_killed_again_and_again_ends_with_what_an_undisturbed_one_finds(
    tmp_path: Path, home: Any, publisher: Any
) -> None:
    for number in range(60):
        publisher.add(f"feed-{number:02}", *(PRICE.format(f"{number} {each}") for each in range(12)))
    calm = type(home)(tmp_path / "calm")
    calm.folder.mkdir()
    for each in (calm, home):
        each.config.write_text(publisher.config(pack=False), "utf-8")
    assert calm.tracker("poll").code == 0

    for kill in range(4):
        with home.started("poll") as process:
            wait_until(lambda least=kill * 12: polled_feeds(home) > least, process)
            os.killpg(process.pid, signal.SIGKILL)
    last = home.tracker("poll", "--json")

    assert last.code == 0, last.err
    assert all(feed["committed"] and feed["seen"] for feed in last.json["feeds"])
    assert query(home, "PRAGMA integrity_check") == [("ok",)]
    assert query(home, "SELECT count(*) FROM feed WHERE lease_token IS NOT NULL OR last_poll IS NULL") == [
        (0,)
    ]
    assert content(home) == content(calm)
    assert len(content(home)[0]) == 720


@pytest.mark.parametrize(
    ("number", "code", "send"),
    [
        pytest.param(signal.SIGINT, 130, os.killpg, id="Ctrl-C, which every process of the terminal gets"),
        pytest.param(signal.SIGTERM, 143, os.killpg, id="a service manager's SIGTERM to all"),
        pytest.param(signal.SIGHUP, 129, os.kill, id="a closed terminal"),
    ],
)
def test_a_signal_ends_a_poll_in_order(
    watching: Any, publisher: Any, number: int, code: int, send: Callable[[int, int], None]
) -> None:
    publisher.hold("two")
    with watching.started("poll") as process:
        publisher.wait_for("two")
        wait_until(lambda: query(watching, "SELECT count(*) FROM item") == [(3,)], process)
        send(process.pid, number)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, out) == (code, "")
    assert err.endswith("; nothing is half-done\n")
    assert err.count("\n") == 1
    assert query(watching, "SELECT id FROM feed WHERE lease_token IS NOT NULL") == []


def test_a_killed_poll_keeps_no_feed_waiting(watching: Any, publisher: Any) -> None:
    released = publisher.hold("two")
    with watching.started("poll") as process:
        publisher.wait_for("two")
        os.killpg(process.pid, signal.SIGKILL)
    assert query(watching, "SELECT count(*) FROM feed WHERE lease_token IS NOT NULL") != [(0,)]
    released.set()

    run = watching.tracker("poll", "two", "--json")

    assert [(feed["seen"], feed["new"]) for feed in run.json["feeds"]] == [(True, 1)]


def test_while_one_tracker_polls_others_may_read_but_not_write(watching: Any, publisher: Any) -> None:
    other = watching.folder / "other.yaml"
    database = watching.data / "tracker.sqlite"
    other.write_text(publisher.config(f"database: {database}", pack=False), "utf-8")
    released = publisher.hold("two")
    with watching.started("poll") as process:
        publisher.wait_for("two")
        wait_until(lambda: query(watching, "SELECT count(*) FROM item") == [(3,)], process)

        same = watching.tracker("digest")
        beside = watching.tracker("--config", "other.yaml", "--data", "elsewhere", "poll")
        status = watching.tracker("status", "--json")
        released.set()
        _, err = process.communicate(timeout=60)

    assert (same.code, beside.code) == (3, 3)
    assert all(f"already running (pid {process.pid})" in run.err for run in (same, beside))
    assert status.json["items"] == 3
    assert (process.returncode, err) == (0, "")


# --- pages and disks ----------------------------------------------------------------------------


def pages(home: Any) -> list[str]:
    names = sorted(path.name for path in (home.data / "digest").iterdir())
    return [name for name in names if name.startswith("digest-")]


def test_an_edition_whose_page_cannot_be_written_is_published_by_the_next_digest(
    watching: Any, publisher: Any
) -> None:
    watching.tracker("poll")
    (watching.data / "digest").write_text("in the way", "utf-8")

    failed = watching.tracker("digest")
    waiting = watching.tracker("status", "--json").json
    (watching.data / "digest").unlink()
    made = watching.tracker("digest", "--json")

    assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1)
    assert str(watching.data / "digest") in failed.err
    assert (waiting["edition"], waiting["waiting"]) == (1, 0)
    assert (made.json["edition"], made.json["matches"]) == (2, 0)
    first, second = [(watching.data / "digest" / name).read_text("utf-8") for name in pages(watching)]
    assert PRICE.format(1) in first
    assert PRICE.format(1) not in second


def test_a_digest_killed_between_record_and_page_loses_nothing(watching: Any) -> None:
    watching.tracker("poll")
    folder = watching.data / "digest"
    folder.mkdir()
    os.mkfifo(folder / ".tracker-x.tmp")  # clearing it away waits for a writer who never comes
    with watching.started("digest") as process:
        wait_until(lambda: query(watching, "SELECT number FROM edition") == [(1,)], process)
        os.killpg(process.pid, signal.SIGKILL)
    (folder / ".tracker-x.tmp").unlink()
    assert pages(watching) == []

    run = watching.tracker("digest", "--json")

    assert run.json["edition"] == 2
    assert len(pages(watching)) == 2
    assert PRICE.format(2) in (folder / pages(watching)[0]).read_text("utf-8")
    assert list(folder.glob(".tracker-*")) == []


def test_a_full_disk_is_one_line_and_heals_when_there_is_room(watching: Any, publisher: Any) -> None:
    for feed in ("one", "two"):
        publisher.add(feed, *(PRICE.format(f"{feed} {each}") for each in range(300)))
    command = [sys.executable, "-c", LIMITED, "250000", *watching.command("poll")]

    full = subprocess.run(
        command, cwd=watching.folder, env=watching.env(), capture_output=True, text=True, check=False
    )
    healed = watching.tracker("poll")

    assert (full.returncode, full.stderr.count("\n")) == (1, 1), full.stderr
    assert str(watching.data) in full.stderr
    assert healed.code == 0, healed.err
    assert query(watching, "PRAGMA integrity_check") == [("ok",)]
    assert query(watching, "SELECT count(*) FROM item") == [(601,)]


def test_a_config_in_force_that_cannot_be_kept_is_one_line(watching: Any) -> None:
    (watching.data / "config-in-force.new").mkdir(parents=True)

    run = watching.tracker("poll")

    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1), run.err
    assert str(watching.data / "config-in-force.json") in run.err


def test_a_data_directory_that_may_only_be_read_is_one_line(watching: Any) -> None:
    watching.tracker("poll")
    watching.data.chmod(0o500)

    runs = [unprivileged(watching, *words) for words in (["poll", "one"], ["status"])]
    watching.data.chmod(0o700)

    for run in runs:
        assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1), run
        assert str(watching.data) in run.stderr


@pytest.mark.parametrize("words", [["poll"], ["show"], ["open", "--path"]])
def test_a_data_directory_out_of_reach_is_one_line(polled: Any, words: list[str]) -> None:
    polled.data.chmod(0)
    try:
        run = unprivileged(polled, *words)
    finally:
        polled.data.chmod(0o700)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (1, "", 1), run
    assert str(polled.data) in run.stderr


@pytest.mark.parametrize("name", ["text", "truncated", "newer_schema", "missing_table"])
def test_a_damaged_database_is_named_and_left_as_it_is(
    tmp_path: Path, polled: Any, shared: Path, name: str
) -> None:
    maker = shared / "faults/cases/storage/make_corrupt_dbs.py"
    subprocess.run([sys.executable, maker, polled.data / "tracker.sqlite", tmp_path / "bad"], check=True)
    database = tmp_path / "tracker.sqlite"
    shutil.copy(tmp_path / f"bad/{name}.sqlite", database)

    run = polled.tracker("--data", str(tmp_path), "poll", "one")

    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1), run.err
    assert str(database) in run.err
    assert database.read_bytes() == (tmp_path / f"bad/{name}.sqlite").read_bytes()


def test_what_tracker_keeps_is_for_its_owner_only(watching: Any) -> None:
    command = ["sh", "-c", 'umask 0; exec "$@"', "sh", *watching.command("poll")]

    subprocess.run(command, cwd=watching.folder, env=watching.env(), check=True, capture_output=True)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (watching.data, *watching.data.iterdir())}
    assert modes.pop("tracker-data") == 0o700
    assert set(modes.values()) == {0o600}


# --- places and terminals -----------------------------------------------------------------------


def test_a_path_may_hold_anything(tmp_path: Path, watching: Any) -> None:
    folder = tmp_path / "a b 数据 100%41 #?&=x"
    folder.mkdir()
    shutil.copy(watching.config, folder)
    home = type(watching)(folder)

    polled, made = home.tracker("poll"), home.tracker("digest", "--json")

    assert (polled.code, made.code) == (0, 0), polled.err + made.err
    assert (home.data / "tracker.sqlite").is_file()
    assert Path(home.tracker("open", "--path").out.strip()).is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a b 数据 100%41 #?&=x", "config.yaml"]


def test_config_and_data_are_found_from_another_folder(watching: Any) -> None:
    inner = watching.folder / "inner"
    inner.mkdir()
    named = {"TRACKER_CONFIG": "../config.yaml", "TRACKER_DATA": "~/kept"}
    environment = watching.env(named)

    done = subprocess.run(watching.command("poll"), cwd=inner, env=environment, check=False)
    status = subprocess.run(
        watching.command("--config", "../config.yaml", "--data", "~/kept", "status", "--json"),
        cwd=inner,
        env=watching.env(),
        capture_output=True,
        check=True,
    )

    assert done.returncode == 0
    assert json.loads(status.stdout)["items"] == 4
    assert list(inner.iterdir()) == []


def test_a_deleted_folder_is_no_traceback(polled: Any) -> None:
    command = ["sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', "sh", *polled.command("status")]

    run = subprocess.run(
        command, cwd=polled.folder, env=polled.env(), capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stderr) == (1, "tracker: the current folder was deleted; go to another\n")


@pytest.mark.parametrize(
    ("shell", "code", "err"),
    [
        pytest.param("show --json | head -1", 0, "", id="a reader that has seen enough"),
        pytest.param("show >/dev/full", 1, "cannot be written: No space left on device", id="a full disk"),
        pytest.param("status >&- 2>&-", 0, "", id="closed streams"),
        pytest.param("--config nowhere check 2>/dev/full", 2, "", id="errors that nobody can read"),
        pytest.param("--version", 0, "", id="the version"),
        pytest.param("show 99999999999999999999", 2, "2147483647", id="a number without end"),
    ],
)
def test_the_exit_code_does_not_depend_on_who_listens(polled: Any, shell: str, code: int, err: str) -> None:
    command = ["bash", "-c", f"set -o pipefail; {sys.executable} -m tracker {shell}"]

    run = subprocess.run(
        command, cwd=polled.folder, env=polled.env(), capture_output=True, text=True, check=False
    )

    assert run.returncode == code, run.stderr
    assert err in run.stderr if err else run.stderr == ""
    assert "Traceback" not in run.stderr


def test_a_terminal_without_unicode_gets_escapes(polled: Any) -> None:
    encoded = {"PYTHONIOENCODING": "ascii"}

    read, told = polled.tracker("show", env=encoded), polled.tracker("show", "--json", env=encoded)

    assert read.code == 0, read.err
    assert "half \\xe9 \\u6a21\\u578b \\U0001f600" in read.out
    assert "OpenAI cuts API token prices by half é 模型 😀" in {row["title"] for row in told.json}


def test_nothing_of_a_feed_steers_the_terminal(watching: Any, publisher: Any) -> None:
    hostile = "OpenAI cuts API token prices by half &#x9b;31m\u202egnorw\u2066 &#133; end"
    publisher.documents["/one"] = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "one",
            "items": [
                {"id": "1", "url": "https://a.example/1", "title": f"\x1b]0;owned\x07\x1b[2J{hostile}"}
            ],
        }
    ).encode()
    polled = watching.tracker("poll", "one", "--json")

    listed = watching.tracker("show", "--signal", "pricing")

    assert polled.json["feeds"][0]["matches"] == 1, polled.out
    for run in (polled, listed):
        assert not {char for char in run.out + run.err if not char.isprintable()} - {"\n"}


def test_a_poll_in_a_narrow_terminal_says_what_it_did(watching: Any) -> None:
    master, slave = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as screen:
        done = subprocess.run(
            watching.command("poll"),
            cwd=watching.folder,
            env=watching.env({"TERM": "xterm", "COLUMNS": "12", "NO_COLOR": "1"}),
            stdout=subprocess.PIPE,
            stderr=slave,
            check=False,
            text=True,
        )
        os.close(slave)
        shown = b""
        try:
            while piece := screen.read(4096):
                shown += piece
        except OSError:  # Linux says EIO at the end of a terminal
            pass

    assert (done.returncode, done.stdout.startswith("3 of 3 feeds seen")) == (0, True)
    assert b"polling" in shown
    assert b"Traceback" not in shown
