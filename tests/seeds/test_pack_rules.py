"""The shipped pack, loaded and compiled by the program: its rules hold what their examples promise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.load import load_config
from tracker.config.values import Config
from tracker.model import Feed, Item, Panel
from tracker.rules.compile import compile_rules
from tracker.rules.examples import check_examples
from tracker.rules.match import match_item
from tracker.rules.ruleset import Ruleset

GENERAL = Feed(id="wire", name="Wire", url="https://wire.example/feed")
AI_ONLY = Feed(id="labs", name="Labs", url="https://labs.example/feed", panel=Panel.AI)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    path: Path = tmp_path_factory.mktemp("pack") / "config.yaml"
    path.write_text("use: ai-industry\n", encoding="utf-8")
    return load_config(path, env={}, seeds=shipped.seeds())


@pytest.fixture(scope="module")
def ruleset(config: Config) -> Ruleset:
    return compile_rules(config.definitions)


def item(title: str, lead: str = "") -> Item:
    seen = datetime(2026, 11, 23, tzinfo=UTC)
    return Item("wire", title, title, title, title, None, lead, "", "", None, seen)


def signals(ruleset: Ruleset, title: str, lead: str = "", feed: Feed = GENERAL) -> set[str]:
    return {match.signal for match in match_item(ruleset, item(title, lead), feed)}


def test_the_pack_loads_and_compiles_without_a_word_of_complaint(config: Config, ruleset: Ruleset):
    assert config.warnings == ()
    assert ruleset.warnings == ()


def test_every_example_of_every_rule_holds(config: Config, ruleset: Ruleset):
    assert check_examples(ruleset, config.definitions) == ()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param(
            "Racing driver Kimi Antonelli returns to the podium", set(), id="Kimi the driver is no model"
        ),
        pytest.param(
            "Gemini exchange launches crypto rewards card", set(), id="Gemini the exchange is no model"
        ),
        pytest.param("Farm launches llama trekking for families", set(), id="a llama is an animal"),
        pytest.param("Carmaker cuts prices of its electric cars", set(), id="cars have prices, too"),
        pytest.param("Striker renews contract until 2030", set(), id="footballers renew contracts"),
        pytest.param("某手机厂商宣布内存版本涨价", set(), id="手机涨价不算"),
        pytest.param("自回归模型入门教程", set(), id="自回归不是回归"),
    ],
)
def test_look_alikes_from_other_worlds_show_nothing(ruleset: Ruleset, title: str, expected: set[str]):
    assert signals(ruleset, title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Cohere halves the prices of its embedding models", {"pricing"}, id="a price cut"),
        pytest.param("月之暗面完成新一轮融资，估值翻倍", {"funding"}, id="一轮融资"),
        pytest.param("国防部门或将终止与 xAI 的合同", {"renewal"}, id="合同终止"),
        pytest.param(
            "Anthropic adds a hall to its Colossus lease with SpaceX", {"deal_status"}, id="the lease"
        ),
    ],
)
def test_one_fact_shows_its_signal(ruleset: Ruleset, title: str, expected: set[str]):
    assert expected <= signals(ruleset, title)


def test_an_ambiguous_name_needs_no_context_on_a_feed_about_ai(ruleset: Ruleset):
    title = "Introducing Cursor 3, with a faster agent mode, now available"

    assert "release" in signals(ruleset, "Windsurf launches a faster mode", feed=AI_ONLY)
    assert "release" not in signals(ruleset, "Windsurf launches a faster board")
    assert "release" in signals(ruleset, title)
