"""`tracker rules test` and `rules lint`: what users see of the examples and of what is odd in their rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tracker import shipped
from tracker.cli.junit import junit
from tracker.config.load import load_config
from tracker.inforce import compiled
from tracker.model import Found, Item, Polled
from tracker.rules import compile_rules, match_item
from tracker.rules.trial.coverage import try_examples
from tracker.store.store import open_store

RULES = """use: none
terms:
  cut: [cut, cuts, 降价]
signals:
  prices:
    title: Prices
    rules:
      - id: cut
        when: $cut and (price* or fee)
        unless: '"how to"'
        examples:
          match: [They cut prices, 模型降价 and the price]
          no_match: [How to cut prices]
      - {id: rise, when: rises, examples: {match: [It rises]}}
  other:
    title: Other
    rules:
      - {id: bare, when: tax}
"""
FAILING = RULES.replace("They cut prices", "They raise prices")


@pytest.fixture
def write(home: Any) -> Any:
    def written(text: str) -> Any:
        home.config.write_text(text, "utf-8")
        return home

    return written


def test_examples_that_hold_are_counted_with_the_clauses_that_they_exercise(write: Any) -> None:
    home = write(RULES)

    run = home.tracker("rules", "test")

    assert run.code == 0
    assert run.out.splitlines() == [
        f"{home.config}:8:9: no example exercises 1 of 4 clauses of prices/cut",
        f"{home.config}:18:9: rule other/bare has no example",
        "3 rules, 4 examples, 0 fail; 4 of 6 clauses exercised",
    ]


def test_every_clause_that_no_example_exercises_is_listed_on_request(write: Any) -> None:
    home = write(RULES)

    run = home.tracker("rules", "test", "--uncovered", "prices/cut")

    assert run.out.splitlines() == [
        f"{home.config}:9:35: no example exercises `fee` of prices/cut",
        "1 rule, 3 examples, 0 fail; 3 of 4 clauses exercised",
    ]


def test_a_failing_example_is_told_with_its_place_and_its_reason(write: Any) -> None:
    home = write(FAILING)

    run = home.tracker("rules", "test", "cut", "--junit", "results.xml")

    assert run.code == 1
    assert run.out.splitlines()[:3] == [
        f"{home.config}:12:19: rule `cut` of `prices` does not match its example",
        "    They raise prices",
        "    `$cut` finds nothing",
    ]
    suites = ElementTree.parse(home.folder / "results.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("3", "1")
    failed, *_ = suites.iter("testcase")
    assert failed.attrib == {
        "classname": "prices.cut",
        "name": "match: They raise prices",
        "file": str(home.config),
        "line": "12",
        "time": "0",
    }
    assert "`$cut` finds nothing" in (failed.findtext("failure") or "")


def test_programs_read_the_results_as_json(write: Any) -> None:
    run = write(FAILING).tracker("rules", "test", "--json")

    told = run.json
    assert run.code == 1
    assert (told["rules"], told["examples"], told["failed"], told["clauses"]) == (3, 4, 1, 6)
    assert [(each["rule"], each["expected"], each["why"]) for each in told["failures"]] == [
        ("cut", "match", ["`$cut` finds nothing"])
    ]
    assert [each["clause"] for each in told["uncovered"]] == ["fee", "tax"]
    assert [each["rule"] for each in told["without_examples"]] == ["bare"]


def test_a_broken_config_and_an_unknown_rule_are_mistakes_of_the_command(write: Any) -> None:
    broken = write(RULES.replace("$cut", "$cute")).tracker("rules", "test")
    unknown = write(RULES).tracker("rules", "test", "prices/cuts")

    assert (broken.code, unknown.code) == (2, 2)
    assert "did you mean `$cut`?" in broken.err
    assert unknown.err == "tracker: no rule or signal is called 'prices/cuts'; did you mean 'prices/cut'?\n"


def test_a_results_file_that_cannot_be_written_is_one_line(write: Any) -> None:
    run = write(RULES).tracker("rules", "test", "--junit", "no/such/folder.xml")

    assert (run.code, run.err) == (
        1,
        "tracker: no/such/folder.xml cannot be written: No such file or directory\n",
    )


@pytest.mark.parametrize("text", ["\ud800 lone", "\x00 nul", "\x1b[31m", "\ufffe", "<&\"'>", "降价 😀"])
def test_results_are_well_formed_whatever_an_example_holds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(RULES, "utf-8")
    definitions = load_config(path, env={}, seeds=shipped.seeds()).definitions
    rule = definitions.signals[0].rules[0]
    example = replace(rule.examples[0], text=replace(rule.examples[0].text, text=text))
    odd = replace(rule, examples=(example,))
    source = replace(definitions, signals=(replace(definitions.signals[0], rules=(odd,)),))

    done = try_examples(compile_rules(source), source, [odd])

    document = ElementTree.tostring(junit(done.tried), encoding="utf-8", xml_declaration=True)

    assert ElementTree.fromstring(document).find("testsuite/testcase/failure") is not None


ODD = """use: none
terms:
  cut: [cuts, cut*]
  spare: [one]
signals:
  prices:
    title: Prices
    rules:
      - {id: cut, when: $cut}
      - id: never
        when: cuts price
        unless: cut*
"""


def test_what_is_odd_is_told_with_its_place_and_what_to_do(write: Any) -> None:
    home = write(ODD)

    run = home.tracker("rules", "lint")
    strict = home.tracker("rules", "lint", "--strict")

    assert (run.code, strict.code) == (0, 1)
    never = "12:17: error: rule `never` of `prices` can never match (`unless` holds wherever `when` does)"
    told = [line.removeprefix(f"{home.config}:") for line in run.out.splitlines()]
    assert [line for line in told if not line.startswith(" ")] == [
        "3:9: warning: `cuts` adds nothing to term set `cut` (`cut*` finds it as well) [covered-term]",
        "4:3: warning: no rule uses term set `spare` (write $spare in one, or take it away) [unused-terms]",
        f"{never} [shadowed]",
        "1 error, 2 warnings",
    ]
    assert run.out.splitlines()[1:3] == ["    cuts", "    ^"]
    assert run.err == "not told which rules matched nothing: nothing is stored yet\n"


def test_nothing_is_odd_about_the_pack_as_long_as_nobody_asks(write: Any) -> None:
    run = write("use: ai-industry/signals\n").tracker("rules", "lint", "--strict")

    assert (run.code, run.out) == (0, "nothing odd was found\n")
    assert "about the pack not shown; `--pack` shows them" in run.err


def test_rules_that_matched_nothing_for_days_are_told_when_the_store_is_old_enough(write: Any) -> None:
    home = write(RULES + "feeds: [{name: wire, url: 'https://wire.example/feed'}]\n")
    now = datetime.now(UTC)
    stored(home, {now - timedelta(days=12): "It rises", now - timedelta(days=2): "Prices cut"})

    recent = home.tracker("rules", "lint", "--days", "10", "--json").json
    long = home.tracker("rules", "lint", "--days", "20", "--json").json

    silent = [each["what"] for each in recent["findings"] if each["kind"] == "silent"]
    assert silent == [
        "rule `rise` of `prices` matched nothing in 10 days",
        "rule `bare` of `other` matched nothing in 10 days",
    ]
    assert recent["days_not_told"] is None
    assert [each for each in long["findings"] if each["kind"] == "silent"] == []
    assert long["days_not_told"] == "the store holds 12 days"


def stored(home: Any, titles: dict[datetime, str]) -> None:
    """Poll the feed `wire` at these times, each time with one item."""
    work = compiled(load_config(home.config, env={}, seeds=shipped.seeds()))
    (feed,) = work.config.feeds
    home.data.mkdir()
    with open_store(f"sqlite:///{home.data / 'tracker.sqlite'}") as store:
        for when, title in titles.items():
            item = Item(feed.id, title, title, title, title, None, "", "", "", when, when)
            store.sync_feeds(work.config.feeds, when)
            (state,) = store.lease(when, when + timedelta(hours=1), 1, [feed.id])
            found = (Found(item, match_item(work.ruleset, item, feed)),)
            assert store.commit(Polled(state, found, listed=1), work.config.hash, when)
