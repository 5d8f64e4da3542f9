"""`tracker backtest`: what an edit would change, seen before anything changes."""

from __future__ import annotations

import gzip
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

RULES = """use: none
signals:
  price: {{title: Prices, rules: [{{id: cut, when: "{when}"}}, {{id: zh, when: 降价}}]}}
  hire: {{title: People, rules: [{{id: join, when: joins}}]}}
"""
BEFORE, NOW = RULES.format(when="cuts"), RULES.format(when="slashes or trims")
ITEMS = [
    {"id": "a1", "title": "Acme cuts prices", "published": "2026-04-28T09:00:00Z", "source": "Acme"},
    {"id": "a2", "title": "Bmce trims prices", "published": "2026-05-04T09:00:00Z", "lang": "en"},
    {"id": "a3", "title": "Cmce 降价, slashes", "published": "2026-05-05T09:00:00Z", "lang": "zh"},
    {"id": "a4", "title": "Li joins Acme", "published": None},
]


@pytest.fixture
def archive(home: Any) -> Any:
    """A home with an edited config, the one before, and a file of items."""
    home.config.write_text(NOW, "utf-8")
    (home.folder / "before.yaml").write_text(BEFORE, "utf-8")
    lines = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in ITEMS)
    (home.folder / "items.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    return home


COMPARED = ("backtest", "--items", "items.jsonl.gz", "--base", "before.yaml")


def files(folder: Path) -> dict[Path, bytes]:
    """Every file, but for those in which SQLite's readers know of each other."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in found if path.suffix not in (".sqlite-shm", ".sqlite-wal")}


def test_two_configs_are_compared_on_a_file_of_items(archive: Any) -> None:
    run = archive.tracker(*COMPARED)

    assert run.code == 0
    assert run.out.splitlines() == [
        "1 rule with another meaning: price/cut",
        "",
        "price           2      2.0 a week   +1 -1   1 with other evidence",
        "  cut           2      2.0 a week   +2 -1   2 by this rule alone",
        "    + 2026-05-05  a3  Cmce 降价, slashes",
        "      降价, slashes; was shown already by zh",
        "    + 2026-05-04  a2  Bmce trims prices",
        "      trims",
        "    - 2026-04-28  a1  Acme cuts prices",
        "      cuts",
    ]
    assert run.err == (
        "4 items of 2026-04-28 to 2026-05-05 looked at, 1 of them without a date; nothing was changed\n"
    )


def test_programs_get_the_same_as_json(archive: Any) -> None:
    run = archive.tracker(*COMPARED, "--json", "--rule", "price/cut", "--samples", "1")

    assert (run.code, run.err) == (0, "")
    found = run.json
    assert (found["base"], found["equal"], found["complete"]) == ("before.yaml", False, True)
    assert (found["items"], found["undated"], found["first"]) == (4, 1, "2026-04-28T09:00:00Z")
    assert found["edit"] == {"new": [], "gone": [], "other": ["price/cut"]}
    (rule,) = found["signals"]["price"].pop("rules").values()
    assert found["signals"] == {
        "price": {"now": 2, "a_week": 2.0, "before": 2, "gained": 1, "lost": 1, "changed": 1}
    }
    assert (rule["gained"], rule["lost"], rule["alone"], len(rule["samples"]["gained"])) == (2, 1, 2, 1)
    assert rule["samples"]["lost"] == [
        {
            "id": "a1",
            "when": "2026-04-28T09:00:00Z",
            "title": "Acme cuts prices",
            "words": ["cuts"],
            "others": [],
        }
    ]
    assert found["weeks"] == {
        "2026-04-27": {"items": 1, "signals": {"price": 0}},
        "2026-05-04": {"items": 2, "signals": {"price": 2}},
    }


def test_without_a_base_matches_are_counted_by_rule_and_week(archive: Any) -> None:
    run = archive.tracker("backtest", "--items", "items.jsonl.gz", "--base", "none", "--weeks", "-s", "price")

    assert run.out.splitlines() == [
        "",
        "price           2      2.0 a week",
        "  cut           2      2.0 a week",
        "  zh            1      1.0 a week",
        "",
        "week of       items  price",
        "2026-04-27        1      0",
        "2026-05-04        2      2",
    ]


def test_samples_are_shown_without_a_base_when_asked_for(archive: Any) -> None:
    only = ("--base", "none", "--rule", "zh", "--samples", "2")

    run = archive.tracker("backtest", "--items", "items.jsonl.gz", *only)

    assert run.out.splitlines()[2:] == [
        "  zh            1      1.0 a week",
        "    + 2026-05-05  a3  Cmce 降价, slashes",
        "      降价, slashes",
    ]


def test_since_and_until_choose_items_by_their_date(archive: Any) -> None:
    span = ("--since", "2026-05-04", "--until", "2026-05-05")

    found = archive.tracker(*COMPARED, *span, "--json").json

    assert (found["items"], found["first"], found["undated"]) == (1, "2026-05-04T09:00:00Z", 0)


def test_equal_rules_are_said_to_be_equal_and_no_item_is_read(archive: Any) -> None:
    archive.config.write_text(BEFORE.replace("title: Prices", "title: What things cost"), "utf-8")

    run = archive.tracker("backtest", "--items", "not there", "--base", "before.yaml")
    counted = archive.tracker(*COMPARED, "--weeks", "--json").json

    assert (run.code, run.out) == (0, "nothing differs: the rules find what those of before.yaml find\n")
    assert "no item was looked at" in run.err
    assert (counted["equal"], counted["items"], counted["signals"]["price"]["now"]) == (True, 4, 2)


def test_an_edit_that_changes_no_match_says_so(archive: Any) -> None:
    archive.config.write_text(RULES.format(when="cuts or zzz"), "utf-8")

    run = archive.tracker(*COMPARED)

    assert run.out.splitlines() == ["1 rule with another meaning: price/cut", "no match differs"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--items", "none"], "tracker: none cannot be read: No such file or directory\n"),
        (["--rule", "cutt"], "tracker: there is no rule 'cutt' (did you mean 'cut'?)\n"),
        (["-s", "prise"], "tracker: no signal 'prise'; did you mean price\n"),
        (["--since", "May"], "tracker: --since: 'May' is neither a day nor a span; write 2026-05-01"),
        ([], "there is no database yet"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(archive: Any, arguments: list[str], told: str) -> None:
    run = archive.tracker("backtest", "--base", "before.yaml", *arguments)

    assert (run.code, run.out) == (1, "")
    assert told in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("broken", ["config.yaml", "before.yaml"])
def test_a_broken_config_is_told_with_every_problem(archive: Any, broken: str) -> None:
    (archive.folder / broken).write_text("nonsense: 1\nfedes: []\n", "utf-8")

    run = archive.tracker(*COMPARED)

    assert (run.code, run.out) == (2, "")
    assert f"{broken}:1:1: unknown key 'nonsense'" in run.err
    assert f"{broken}:2:1: unknown key 'fedes'" in run.err


def test_ctrl_c_ends_it_with_what_was_counted_so_far(archive: Any) -> None:
    os.mkfifo(archive.folder / "endless")
    line = json.dumps({"id": "a", "title": "Acme trims prices"}) + "\n"

    run = archive.started("backtest", "--items", "endless", "--base", "none", "--json")
    with run as quiet, (archive.folder / "endless").open("w") as writer:
        writer.write(line * 30_000)  # more than a pipe holds: some was read once this returns
        writer.flush()
        quiet.send_signal(signal.SIGINT)
        out, err = quiet.communicate(timeout=60)

    found = json.loads(out)
    assert quiet.returncode == 130
    assert err == "tracker: interrupted; nothing is half-done\n"
    assert not found["complete"]
    assert 0 < found["signals"]["price"]["now"] <= 30_000


# --- stored items


@pytest.fixture
def stored(home: Any, publisher: Any) -> Any:
    """A home that polled two feeds by the rules of before; `edited` is a config beside the one in force."""
    publisher.add("lab", "Acme cuts prices", "Bmce trims prices")
    publisher.add("wire", "Cmce slashes prices")
    feeds = publisher.config().partition("\n")[2]
    home.config.write_text(BEFORE + feeds, "utf-8")
    assert home.tracker("poll").code == 0
    (home.folder / "edited.yaml").write_text(NOW + feeds, "utf-8")
    return home


def test_stored_items_tell_what_an_edit_would_change_and_nothing_is_written(stored: Any) -> None:
    before = files(stored.folder)

    run = stored.tracker("--config", "edited.yaml", "backtest")
    same = stored.tracker("backtest")

    assert run.code == 0, run.err
    assert run.out.splitlines()[2].split()[-2:] == ["+2", "-1"]
    assert "nothing was changed" in run.err
    assert same.out == "nothing differs: the rules find what those of the config in force find\n"
    assert files(stored.folder) == before


def test_what_is_said_of_a_feed_counts_for_its_stored_items(stored: Any) -> None:
    text = stored.config.read_text("utf-8").replace("when: joins", "when: 'tier:official joins'")
    stored.config.write_text(text.replace('when: "cuts"', 'when: "tier:official (cuts or slashes)"'), "utf-8")
    official = stored.config.read_text("utf-8").replace("name: wire,", "name: wire, tier: official,")
    (stored.folder / "edited.yaml").write_text(official, "utf-8")

    run = stored.tracker("--config", "edited.yaml", "backtest", "--base", "config.yaml")

    assert run.code == 0, run.err
    assert "the rules are the same; their order, or what is said of feeds, differs" in run.out
    assert "Cmce slashes prices" in run.out
    assert "Acme cuts prices" not in run.out


def test_where_nothing_was_in_force_matches_are_counted(archive: Any) -> None:
    run = archive.tracker("backtest", "--items", "items.jsonl.gz", "--json")

    assert (run.code, run.json["base"], run.json["signals"]["price"]["now"]) == (0, None, 2)
    assert "nothing was in force here yet" in run.err


def test_it_works_while_the_daemon_runs(stored: Any) -> None:
    assert stored.tracker("start").code == 0
    try:
        run = stored.tracker("--config", "edited.yaml", "backtest", "--json")
    finally:
        stopped = stored.tracker("stop")

    assert (run.code, run.json["signals"]["price"]["gained"], stopped.code) == (0, 2, 0), run.err
