"""docs/signals.md tells the truth: it names the pack's rules, and its changes do what it says they do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.files import read_config, read_pack
from tracker.config.layers import layer
from tracker.config.load import load_config
from tracker.config.report import Report
from tracker.config.schema import ConfigPart
from tracker.model import Feed, Item, Match, Panel
from tracker.rules import Ruleset, check_examples, compile_rules, match_item
from tracker.rules.source import Definitions, SignalSource

PAGE = (Path(__file__).parent.parent.parent / "docs/signals.md").read_text("utf-8")
SECTION = re.compile(r"^### (?P<heading>.+)\n(?P<body>(?:(?!^##).*\n)*)", re.MULTILINE)
BLOCK = re.compile(r"^```yaml\n(?P<yaml>.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (?P<headline>[^|]+) \| (?P<before>[^|]+) \| (?P<after>[^|]+) \|$", re.MULTILINE)
SHOWN = re.compile(r"`(?P<signal>\w+)(?:/(?P<rule>[\w-]+))?`(?: (?P<score>\d+))?")
ASKED = re.compile(r"signal:(\w+)")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A block of the page and the rows of the table below it: headline, what it shows before and after."""

    yaml: str
    rows: tuple[tuple[str, str, str], ...]

    @property
    def signals(self) -> frozenset[str]:
        """The signals that the rows speak of."""
        return frozenset(shown["signal"] for row in self.rows for shown in SHOWN.finditer(" ".join(row[1:])))


def changes() -> Mapping[str, Change]:
    found = {}
    for section in SECTION.finditer(PAGE):
        for block in BLOCK.finditer(section["body"]):
            rows = [row.groups() for row in ROW.finditer(section["body"], block.end())][1:]
            told = tuple(
                (headline, before, after) for headline, before, after in rows if "---" not in headline
            )
            found[section["heading"]] = Change(block["yaml"], told)
    return found


CHANGES = changes()


class Shipped:
    """The pack, read once. No dataclass: pytest would print all of it beside a failure."""

    def __init__(self) -> None:
        self._pack = read_pack(shipped.seeds(), Report())
        self.order = self._pack.order
        self.definitions = layer(self._pack, (), frozenset(), Report()).definitions

    def changed(self, yaml: str, folder: Path) -> tuple[ConfigPart, Definitions]:
        """The pack with these lines on top; nothing about them is wrong or odd."""
        path, report = folder / "config.yaml", Report()
        path.write_text(f"use: ai-industry\n{yaml}", "utf-8")
        config, layers = read_config(path, report)
        layered = layer(self._pack, layers, frozenset(), report)
        report.check()
        assert report.warnings == ()
        return config, layered.definitions


@pytest.fixture(scope="module")
def pack() -> Shipped:
    return Shipped()


def only(definitions: Definitions, keys: Iterable[str]) -> Definitions:
    """The definitions with these signals and those that they ask for: to compile all takes a second."""
    by_key = {signal.key: signal for signal in definitions.signals}
    wanted: list[str] = []
    waiting = [key for key in keys if key in by_key]
    while waiting:
        key = waiting.pop()
        if key not in wanted:
            wanted.append(key)
            waiting += [asked for asked in asked_for(by_key[key]) if asked in by_key]
    return replace(
        definitions, signals=tuple(signal for signal in definitions.signals if signal.key in wanted)
    )


def asked_for(signal: SignalSource) -> list[str]:
    return [key for rule in signal.rules for key in ASKED.findall(rule.when.text)]


def matches(ruleset: Ruleset, headline: str, panel: Panel) -> dict[str, Match]:
    item = Item("f", "", "", "", headline, None, "", "", "", NOW, NOW)
    found = match_item(ruleset, item, Feed("f", "F", "https://f.example/", panel=panel))
    return {match.signal: match for match in found}


def assert_shows(found: Mapping[str, Match], told: str, headline: str) -> None:
    expected = list(SHOWN.finditer(told))
    assert bool(expected) != (told == "–"), told
    assert sorted(found) == sorted(shown["signal"] for shown in expected), headline
    for shown in expected:
        match = found[shown["signal"]]
        assert shown["rule"] is None or shown["rule"] in match.rules, headline
        assert shown["score"] is None or match.score == int(shown["score"]), headline


def test_the_changes_are_read() -> None:
    assert len(CHANGES) == len(BLOCK.findall(PAGE)) > 12
    assert all(change.rows for change in CHANGES.values())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_does_what_the_page_says(change: Change, pack: Shipped, tmp_path: Path) -> None:
    config, with_it = pack.changed(change.yaml, tmp_path)
    panel = config.feeds[0].panel if config.feeds else None

    keys = change.signals.union(config.signals)
    before, after = (only(source, keys) for source in (pack.definitions, with_it))
    without_change, with_change = compile_rules(before), compile_rules(after)

    assert with_change.warnings == ()
    assert [str(problem) for problem in check_examples(with_change, after)] == []
    for headline, told_before, told_after in change.rows:
        assert_shows(matches(without_change, headline, Panel.GENERAL), told_before, headline)
        assert_shows(matches(with_change, headline, panel or Panel.GENERAL), told_after, headline)


def test_a_change_that_is_a_feed_loads(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("use: none\n" + CHANGES["Make an ambiguous name safe"].yaml, "utf-8")

    config = load_config(path, env={}, seeds=shipped.seeds())

    assert [(feed.name, feed.panel) for feed in config.feeds] == [("My AI newsletter", Panel.AI)]


def test_only_the_score_differs_where_a_score_is_changed(pack: Shipped, tmp_path: Path) -> None:
    _, with_it = pack.changed(CHANGES["Change a score"].yaml, tmp_path)

    before, after = (rule_of(source, "compute_deal", "colossus") for source in (pack.definitions, with_it))

    assert (after[0], after[1]) == (before[0], before[1])
    assert after[2] != before[2]


def rule_of(definitions: Definitions, signal: str, rule: str) -> tuple[str, str | None, float]:
    (found,) = (
        each
        for source in definitions.signals
        if source.key == signal
        for each in source.rules
        if each.id == rule
    )
    return found.when.text, found.unless.text if found.unless is not None else None, found.score


def sections() -> dict[str, str]:
    return {section["heading"]: section["body"] for section in SECTION.finditer(PAGE)}


def test_the_page_names_every_signal_in_the_packs_order_with_its_question(pack: Shipped) -> None:
    bodies = sections()

    assert tuple(heading for heading in bodies if heading in pack.order) == pack.order
    for signal in pack.definitions.signals:
        assert bodies[signal.key].startswith(f"**{signal.question}**\n")


def test_the_page_names_the_rules_of_each_signal_and_no_others(pack: Shipped) -> None:
    bodies = sections()

    for signal in pack.definitions.signals:
        _, _, listed = bodies[signal.key].partition("\n- Rules")
        named = set(re.findall(r"`([\w-]+)`", listed))
        assert sorted(named) == sorted(rule.id for rule in signal.rules), signal.key


def test_the_table_has_a_line_for_each_signal(pack: Shipped) -> None:
    table = re.findall(r"^\| \[`(\w+)`\]\(#\w+\) \|", PAGE, re.MULTILINE)

    assert tuple(table) == pack.order
