"""Several processes at one database, and processes that die in the middle of what they do."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tracker.model import Digest, Feed, Polled, Window
from tracker.store.store import open_store

HOUR = timedelta(hours=1)

# What the programs below start from: a store at argv[1] and values as the other rooms would hand over.
PREAMBLE = """
import os, signal, sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from tracker.model import Digest, Feed, Found, Item, Match, Polled, Window
from tracker.store.store import open_store

NOW, HOUR = datetime(2026, 11, 23, 7, 0, tzinfo=UTC), timedelta(hours=1)

def found(feed_id, key):
    item = Item(feed_id, key, key, key, "title", None, "", "", "", NOW, NOW)
    return Found(item, (Match("pricing", ("rule",), (), (), "hash"),))

def die_after(words):
    @sa.event.listens_for(Engine, "after_cursor_execute")
    def die(connection, cursor, statement, *_):
        if statement.startswith(words):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def program(text: str) -> list[str]:
    return [sys.executable, "-c", PREAMBLE + textwrap.dedent(text)]


def run_two(arguments: list[str]) -> list[list[str]]:
    """Start a program twice, let both go once both are ready, and give the words that each printed."""
    piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(arguments, **piped) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate()[0].split() for process in processes]


def many_feeds(count: int) -> list[Feed]:
    return [Feed(f"feed-{n:03}", f"Feed {n}", f"https://{n}.example/") for n in range(count)]


def test_two_processes_never_lease_one_feed(url, now):
    with open_store(url) as store:
        store.sync_feeds(many_feeds(200), now)
    leasing = program(
        """
        with open_store(sys.argv[1]) as store:
            print("ready", flush=True)
            sys.stdin.readline()
            while states := store.lease(NOW, NOW + HOUR, 3):
                for state in states:
                    print(state.feed_id)
        """
    )

    shares = run_two([*leasing, url])

    assert sorted(shares[0] + shares[1]) == [feed.id for feed in many_feeds(200)]


def test_threads_share_a_store(store, now):
    store.sync_feeds(many_feeds(60), now)
    leased: list[str] = []

    def work() -> None:
        while states := store.lease(now, now + HOUR, 1):
            leased.extend(state.feed_id for state in states)
            store.commit_unchanged([Polled(replace(state, next_poll=now + HOUR)) for state in states])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(leased) == [feed.id for feed in many_feeds(60)]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(("UPDATE feed",), id="after the feed"),
        pytest.param(("INSERT INTO item",), id="after the items"),
        pytest.param(("INSERT INTO match", 'INSERT INTO "match"'), id="after the matches"),
    ],
)
def test_a_poll_killed_in_the_middle_of_its_commit_is_not_there(url, now, statement):
    with open_store(url) as store:
        store.sync_feeds(many_feeds(1), now)
        (state,) = store.lease(now, now + HOUR, 1)
    dying = program(
        f"""
        with open_store(sys.argv[1]) as store:
            (state,) = store.lease(NOW + HOUR, NOW + 2 * HOUR, 1)
            die_after({statement!r})
            store.commit(Polled(state, (found("feed-000", "a"), found("feed-000", "b"))), "config", NOW)
        """
    )

    died = subprocess.run([*dying, url], check=False).returncode

    assert died == -signal.SIGKILL
    with open_store(url) as store:
        assert store.counts().items == 0
        (state,) = store.lease(now + 3 * HOUR, now + 4 * HOUR, 1)
        assert store.commit(Polled(state), "config", now)
        assert store.damage() == ()


def test_an_edition_killed_before_its_end_took_nothing(url, now, feeds, make_found, record):
    with open_store(url) as store:
        store.sync_feeds(feeds, now)
        (state,) = store.lease(now, now + HOUR, 1)
        store.commit(Polled(state, (make_found("a"),)), "config", now)
    dying = program(
        """
        die_after("INSERT INTO edition")
        with open_store(sys.argv[1]) as store:
            window = Window(NOW, NOW + HOUR)
            digest = Digest(1, window, "UTC", 0, (), ())
            store.record_edition(window, config_hash="c", template_hash="t", program="p", now=NOW,
                                 build=lambda given: digest, to_json=repr)
        """
    )

    assert subprocess.run([*dying, url], check=False).returncode == -signal.SIGKILL

    with open_store(url) as store:
        assert store.editions() == []
        assert len(record(store, now + HOUR).found) == 1


def test_kills_between_any_two_statements_leave_whole_polls(tmp_path, now):
    path = tmp_path / "tracker.db"
    with open_store(f"sqlite:///{path}") as store:
        store.sync_feeds(many_feeds(5), now)
    polling = program(
        """
        left = int(sys.argv[2])

        @sa.event.listens_for(Engine, "before_cursor_execute")
        @sa.event.listens_for(Engine, "commit")
        def die(*_):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        with open_store(sys.argv[1]) as store:
            for n in range(1_000):
                now = NOW + n * HOUR
                for state in store.lease(now, now, 5):
                    founds = tuple(found(state.feed_id, f"{os.getpid()}-{n}-{k}") for k in range(20))
                    store.commit(Polled(replace(state, next_poll=NOW), founds), "config", now)
        """
    )
    statements = random.Random(20261123)
    before = 0

    for _ in range(8):
        count = statements.randint(10, 200)
        died = subprocess.run([*polling, f"sqlite:///{path}", str(count)], check=False).returncode

        assert died == -signal.SIGKILL
        with closing(sqlite3.connect(path)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert opened.execute("PRAGMA foreign_key_check").fetchall() == []
            items, matches = opened.execute(
                "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM match)"
            ).fetchone()
        assert (items % 20, matches) == (0, items)
        assert items >= before
        before = items


def test_two_processes_that_record_never_take_one_match_twice(postgres_url, now, feeds, make_found):
    with open_store(postgres_url) as store:
        store.sync_feeds(feeds, now)
        (state,) = store.lease(now, now + HOUR, 1)
        store.commit(Polled(state, tuple(make_found(str(n)) for n in range(300))), "config", now)
    recording = program(
        """
        with open_store(sys.argv[1]) as store:
            def build(given):
                print(*(found.item.guid for found in given.found), flush=True)
                return Digest(given.number, window, "UTC", 0, (), ())
            window = Window(NOW, NOW + HOUR)
            print("ready", flush=True)
            sys.stdin.readline()
            store.record_edition(window, config_hash="c", template_hash="t", program="p", now=NOW,
                                 build=build, to_json=repr)
        """
    )

    taken = run_two([*recording, postgres_url])

    assert sorted(len(share) for share in taken) == [0, 300]
    with open_store(postgres_url, read_only=True) as store:
        assert [head.number for head in store.editions()] == [2, 1]


def test_a_poll_that_commits_while_an_edition_is_recorded_waits_for_the_next(
    postgres_url, now, feeds, make_found, record
):
    """On SQLite the commit itself waits: there is one writer."""
    with open_store(postgres_url) as store, open_store(postgres_url) as other:
        store.sync_feeds(feeds, now)
        (state,) = store.lease(now, now + HOUR, 1)
        window = Window(now, now + HOUR)

        def build(given):
            assert other.commit(Polled(state, (make_found("meanwhile"),)), "config", now)
            return Digest(given.number, window, "UTC", 0, (), ())

        store.record_edition(
            window,
            config_hash="c",
            template_hash="t",
            program="p",
            now=now,
            build=build,
            to_json=repr,
        )

        assert store.counts().waiting == 1
        assert len(record(store, now + HOUR).found) == 1


def test_a_server_that_ended_a_connection_is_reached_again(postgres_url, postgres, now, feeds):
    with open_store(postgres_url) as store:
        store.sync_feeds(feeds, now)
        postgres("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%'")

        assert len(store.states()) == 2


def test_reading_goes_on_beside_the_writer_and_after_it(sqlite_url, now, feeds):
    with open_store(sqlite_url) as store:
        store.sync_feeds(feeds, now)
        with open_store(sqlite_url, read_only=True) as reader:
            store.put_config("one", "{}", now)
            assert reader.config_in_force().hash == "one"

    with open_store(sqlite_url, read_only=True) as reader:
        assert len(reader.states()) == 2
