"""docs/rules.md tells the truth: every line of its table is tried."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.errors import Place
from tracker.model import Feed, Item
from tracker.rules import compile_rules, match_item
from tracker.rules.source import Definitions, RuleSource, SignalSource, Written

PAGE = Path(__file__).parent.parent.parent / "docs/rules.md"
ROW = re.compile(
    r"^\| `(?P<rule>.+?)` \| (?:[^:|]+: )?(?P<found>[^|]+) \| (?P<not_found>[^|]+) \|$", re.MULTILINE
)
ROWS = [pytest.param(*row.groups(), id=row["rule"]) for row in ROW.finditer(PAGE.read_text("utf-8"))]


FIRST_SEEN = datetime(2026, 11, 23, tzinfo=UTC)


def shows(expression: str, title: str) -> bool:
    place = Place("rules.md", 1, 1)
    signals = tuple(
        SignalSource(key, key, "", (RuleSource("r", key, text, None, 1, (), "user", place),), "user", place)
        for key, text in (("s", written(expression)), ("release", written("launch*")))
    )
    ruleset = compile_rules(Definitions(signals, {}, {}, {}))
    item = Item("f", "", "", "", title, None, "", "", "", FIRST_SEEN, FIRST_SEEN)
    matches = match_item(ruleset, item, Feed("f", "F", "https://f.example/"))
    return any(match.signal == "s" for match in matches)


def written(text: str) -> Written:
    return Written(text, "rules.md", ((1, 1),))


def test_the_table_is_read() -> None:
    assert len(ROWS) > 29


@pytest.mark.parametrize(("rule", "found", "not_found"), ROWS)
def test_a_documented_rule_does_what_the_page_says(rule: str, found: str, not_found: str) -> None:
    assert shows(rule, found)
    assert not shows(rule, not_found)
