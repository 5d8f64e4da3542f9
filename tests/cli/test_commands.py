"""What a user sees: every command run as a process, on the offline sample served on loopback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tracker import shipped
from tracker.cli import app, feeds
from tracker.sample import SampleServer, sample_config

HEAVY = {
    "alembic",
    "apscheduler",
    "feedparser",
    "jinja2",
    "lxml",
    "pebble",
    "pycurl",
    "pydantic",
    "sqlalchemy",
}
ROOT = Path(__file__).parent.parent.parent


def commands() -> list[str]:
    named = [each.name or each.callback.__name__ for each in app.registered_commands if each.callback]
    return [*named, "rules show", *(f"feeds {each.name}" for each in feeds.registered_commands)]


@pytest.fixture
def watching(home: Any, sample_server: SampleServer) -> Any:
    """A home whose config subscribes to the sample. The sample is of November 2026; today may be later."""
    home.config.write_text(sample_config(load(), sample_server.port), "utf-8")
    return home


def load() -> Any:
    from tracker.sample import load_sample

    return load_sample(shipped.seeds() / "sample")


def test_help_loads_none_of_the_heavy_libraries() -> None:
    program = "import sys, tracker.cli; print(*sorted(sys.modules))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert HEAVY.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`tracker {command}" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself(home: Any, command: str) -> None:
    run = home.tracker(*command.split(), "--help")

    assert (run.code, run.err) == (0, "")
    assert "Usage: tracker" in run.out


def test_init_writes_a_config_that_check_finds_good(home: Any) -> None:
    written = home.tracker("init", "config.yaml")
    checked = home.tracker("check", "--json")

    assert (written.code, home.config.stat().st_mode & 0o777) == (0, 0o600)
    assert checked.code == 0, checked.err
    assert checked.json["ok"]
    assert checked.json["feeds"] >= 60
    assert checked.json["signals"] == 13


def test_the_rule_in_the_readme_is_six_lines_that_load(home: Any) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rule = readme.partition("```yaml\n")[2].partition("```")[0]
    home.config.write_text(f"use: ai-industry/signals\n{rule}", "utf-8")

    checked = home.tracker("check", "--json")

    assert len(rule.splitlines()) == 6
    assert (checked.code, checked.json["problems"]) == (0, [])


def test_init_writes_the_schema_that_editors_complete_by(home: Any) -> None:
    home.tracker("init", "config.yaml")

    first = home.config.read_text("utf-8").split("\n")[0]
    assert first == "# yaml-language-server: $schema=config.schema.json"
    assert (home.folder / "config.schema.json").read_text("utf-8") == home.tracker("schema").out


def test_init_does_not_overwrite(home: Any) -> None:
    home.config.write_text("mine", "utf-8")

    run = home.tracker("init", "config.yaml")

    assert (run.code, run.out) == (1, "")
    assert "config.yaml is there already" in run.err
    assert home.config.read_text("utf-8") == "mine"


def test_check_tells_every_problem_with_its_place_and_exits_with_2(home: Any) -> None:
    home.config.write_text("fedes: []\nfeeds:\n  - name: A\n    urll: https://a.example/feed\n", "utf-8")

    run = home.tracker("check")

    assert run.code == 2
    assert "config.yaml:1:1: " in run.err
    assert "config.yaml:4:5: " in run.err
    assert "feeds" in run.err
    assert "Traceback" not in run.err


def test_no_config_is_one_clear_line(home: Any) -> None:
    run = home.tracker("poll")

    assert run.code == 2
    assert "tracker init" in run.err
    assert "Traceback" not in run.err


def test_polling_twice_asks_each_publisher_once(watching: Any) -> None:
    first = watching.tracker("poll", "--json")
    second = watching.tracker("poll")

    assert first.code == 0, first.err
    assert sum(feed["new"] for feed in first.json["feeds"]) > 20
    assert (second.code, second.out) == (0, "no feed is due; `tracker status` says when the next one is\n")


def test_a_named_feed_is_polled_whether_due_or_not(watching: Any) -> None:
    watching.tracker("poll")

    run = watching.tracker("poll", "zh-morning", "--json")

    assert run.code == 0, run.err
    assert [(feed["feed"], feed["new"], feed["seen"]) for feed in run.json["feeds"]] == [
        ("zh-morning", 0, True)
    ]


def test_an_unknown_feed_is_told_with_a_suggestion(watching: Any) -> None:
    run = watching.tracker("poll", "zh-mornin")

    assert (run.code, run.out) == (1, "")
    assert "zh-morning" in run.err


def test_one_failing_feed_is_one_line_and_stops_nobody(watching: Any, sample_server: SampleServer) -> None:
    sample_server.day = 2

    run = watching.tracker("poll")

    assert run.code == 0
    assert run.err.count("HTTP 503") == 1
    assert "9 of 10 feeds seen" in run.out


def test_status_tells_what_fails_and_what_waits(watching: Any, sample_server: SampleServer) -> None:
    sample_server.day = 2
    watching.tracker("poll")

    told = watching.tracker("status", "--json")
    read = watching.tracker("status")

    assert told.code == 0, told.err
    assert [each["feed"] for each in told.json["failing"]] == ["regulators"]
    assert told.json["failing"][0]["error"] == "HTTP 503"
    assert told.json["seen"] == 9
    assert "regulators: HTTP 503" in read.out


def test_a_digest_is_recorded_written_and_opened_by_its_path(watching: Any) -> None:
    watching.tracker("poll")

    made = watching.tracker("digest", "--json")
    path = watching.tracker("open", "--path")

    assert made.code == 0, made.err
    assert made.json["edition"] == 1
    assert Path(made.json["page"]).is_file()
    assert Path(path.out.strip()).read_text("utf-8") == Path(made.json["page"]).read_text("utf-8")


def test_pages_that_were_deleted_are_written_again(watching: Any) -> None:
    watching.tracker("poll")
    first = Path(watching.tracker("digest", "--json").json["page"])
    before = first.read_text("utf-8")
    for page in first.parent.iterdir():
        page.unlink()

    watching.tracker("digest")

    assert first.read_text("utf-8") == before
    assert first.name in (first.parent / "index.html").read_text("utf-8")


def test_status_lists_every_feed_by_its_id_when_asked(watching: Any) -> None:
    watching.tracker("poll")

    run = watching.tracker("status", "--feeds")

    assert {feed.id for feed in load().feeds} <= {line.split()[0] for line in run.out.splitlines()}


def test_open_without_an_edition_says_what_to_do(watching: Any) -> None:
    run = watching.tracker("open")

    assert run.code == 1
    assert "tracker digest" in run.err


def test_show_lists_matches_with_why_and_an_item_whole(watching: Any) -> None:
    watching.tracker("poll")

    rows = watching.tracker("show", "--json", "--limit", "200").json
    listed = watching.tracker("show", "--signal", "pricing")
    one = watching.tracker("show", str(rows[0]["item"]))

    assert {row["signal"] for row in rows} > {"pricing", "release"}
    assert all(row["why"] and row["hits"] for row in rows)
    assert {row["claim"] for row in rows} == {"official", "reported", "rumour"}
    assert any(
        figure["text"] == "$1.00 per million input tokens" for row in rows for figure in row["figures"]
    )
    assert "pricing" in listed.out
    assert "release" not in {line.split()[2] for line in listed.out.splitlines()[::2]}
    assert rows[0]["title"] in one.out


def test_rules_show_says_where_each_line_comes_from(watching: Any) -> None:
    run = watching.tracker("rules", "show", "pricing")

    assert run.code == 0, run.err
    assert "pricing.yaml:" in run.out
    assert watching.tracker("rules", "show", "prising").err.count("pricing") == 1


def test_a_broken_config_runs_the_last_one_in_force_and_says_so_everywhere(watching: Any) -> None:
    watching.tracker("poll")
    watching.config.write_text(watching.config.read_text("utf-8") + "fedes: []\n", "utf-8")

    polled = watching.tracker("poll", "zh-morning")
    made = watching.tracker("digest", "--json")
    status = watching.tracker("status", "--json")

    assert (polled.code, made.code, status.code) == (0, 0, 0)
    for told in (polled.err, made.err, status.json["notice"], Path(made.json["page"]).read_text("utf-8")):
        assert "config.yaml:" in told
        assert "fedes" in told
    assert watching.tracker("check").code == 2


def test_two_trackers_do_not_write_to_one_data_directory(watching: Any) -> None:
    from tracker.store.lock import writing_process

    with writing_process(watching.data):
        run = watching.tracker("poll")

    assert run.code == 3
    assert "already running (pid" in run.err


def test_a_title_cannot_steer_the_terminal(watching: Any) -> None:
    from tracker.cli import say

    assert say.harmless("a\x1b[31mred\u202ename\nnext") == "a\\x1b[31mred\\u202ename next"
