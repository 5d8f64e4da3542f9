"""The commands on PostgreSQL: a team's database, named by a variable whose password nobody ever sees."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PRICE = "OpenAI cuts API token prices by half, offer {}"


@pytest.fixture
def team(home: Any, publisher: Any) -> Any:
    """A home whose config keeps everything in the database of a variable."""
    publisher.add("one", PRICE.format(1), "A quiet day")
    publisher.add("two", PRICE.format(2))
    home.config.write_text(publisher.config("database: env:TRACKER_DATABASE_URL", pack=False), "utf-8")
    return home


def test_every_command_works_as_on_sqlite(team: Any, postgres_url: str) -> None:
    env = {"TRACKER_DATABASE_URL": postgres_url}

    early = team.tracker("status", env=env)
    polls = [team.tracker("poll", *words, "--json", env=env) for words in ([], ["one", "two"])]
    made = team.tracker("digest", "--json", env=env)
    colleague = ["--data", "elsewhere"]  # another machine, where nothing was ever polled
    status = team.tracker(*colleague, "status", "--json", env=env)
    shown = team.tracker(*colleague, "show", "--json", env=env)

    assert (early.code, early.err.count("\n")) == (1, 1)
    assert [sorted(feed["new"] for feed in poll.json["feeds"]) for poll in polls] == [[1, 2], [0, 0]]
    assert (made.json["edition"], made.json["matches"]) == (1, 2)
    assert PRICE.format(2) in Path(made.json["page"]).read_text("utf-8")
    assert (status.json["items"], status.json["matches"], status.json["waiting"]) == (3, 2, 0)
    assert {row["title"] for row in shown.json} == {PRICE.format(1), PRICE.format(2)}
    assert not list(team.data.glob("*.sqlite"))
    assert not (team.folder / "elsewhere").exists()


def test_a_poll_outlives_a_restart_of_the_server(
    team: Any, publisher: Any, postgres: Callable[[str], None], postgres_url: str
) -> None:
    env = {"TRACKER_DATABASE_URL": postgres_url}
    released = publisher.hold("two")
    name = re.search(r"/(test\d+)\?", postgres_url)
    assert name is not None
    with team.started("poll", env=env) as process:
        publisher.wait_for("two")
        postgres(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name[1]}'")
        released.set()
        out, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, "")
    assert out.startswith("2 of 2 feeds seen, 3 new items, 2 matches")


@pytest.mark.parametrize("command", [["poll"], ["status"]])
def test_a_server_that_is_not_there_is_one_line_without_the_password(team: Any, command: list[str]) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        env = {"TRACKER_DATABASE_URL": f"postgresql://me:s3cret-pw@127.0.0.1:{port}/tracker"}

        run = team.tracker(*command, env=env)

    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1), run.err
    assert f"postgresql://me@127.0.0.1:{port}/tracker: " in run.err
    assert_is_secret(team, run, "s3cret-pw")


@pytest.mark.parametrize("user", ["nobody-here", "me%40example"])
def test_a_refused_log_in_is_one_line_without_the_password(team: Any, postgres_url: str, user: str) -> None:
    env = {"TRACKER_DATABASE_URL": postgres_url.replace("tracker@", f"{user}:s3cret%2Fpw@")}

    run = team.tracker("poll", env=env)

    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1), run.err
    assert "does not exist" in run.err
    assert_is_secret(team, run, "s3cret")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret-pw@host:99999999/x",
        "postgresql://me:s3cret-pw@host/",
        "mysql://me:s3cret-pw@host/x",
    ],
)
def test_a_malformed_url_is_told_without_the_password(team: Any, url: str) -> None:
    run = team.tracker("poll", env={"TRACKER_DATABASE_URL": url})

    assert run.code == 2
    assert "config.yaml:" in run.err
    assert_is_secret(team, run, "s3cret")


def assert_is_secret(home: Any, run: Any, secret: str) -> None:
    assert secret not in run.out + run.err
    for path in home.folder.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()
