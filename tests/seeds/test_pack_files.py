"""The files of the shipped pack, read as they are written: what every signal, feed and entity must have."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

SEEDS = Path(__file__).parents[2] / "seeds"
SIGNALS = (
    "deal_status",
    "release",
    "pricing",
    "open_replication",
    "regulation",
    "adoption",
    "renewal",
    "talent",
    "salary",
    "funding",
    "compute_deal",
    "response",
    "commoditisation",
)
HAN = re.compile("[\u3400-\u9fff]")


@cache
def read(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((SEEDS / name).read_text(encoding="utf-8"))


def rules() -> Iterator[tuple[str, dict[str, Any]]]:
    for key in SIGNALS:
        for rule in read(f"signals/{key}.yaml")["rules"]:
            yield key, rule


def aliases() -> Iterator[tuple[str, str, bool]]:
    """(alias, entity, is it ambiguous)."""
    for key, entity in read("entities.yaml")["entities"].items():
        for alias in entity.get("aliases", ()):
            yield alias, key, False
        for ambiguous in entity.get("ambiguous", ()):
            yield ambiguous["alias"], key, True


def test_the_pack_lists_the_thirteen_signals_and_each_has_its_file():
    assert tuple(read("pack.yaml")["signals"]) == SIGNALS
    assert sorted(path.stem for path in (SEEDS / "signals").glob("*.yaml")) == sorted(SIGNALS)


@pytest.mark.parametrize("key", SIGNALS)
def test_a_signal_says_what_it_asks_and_what_does_not_count(key: str):
    text = (SEEDS / f"signals/{key}.yaml").read_text(encoding="utf-8")
    signal = read(f"signals/{key}.yaml")

    assert signal["title"]
    assert signal["question"].endswith("?")
    assert text.startswith("# Counts:")
    assert "# Does not count:" in text


@pytest.mark.parametrize("key", SIGNALS)
def test_a_signal_is_looked_for_in_english_and_in_chinese(key: str):
    wanted = [
        example for rule in read(f"signals/{key}.yaml")["rules"] for example in rule["examples"]["match"]
    ]

    assert any(HAN.search(example) for example in wanted), "no Chinese example"
    assert any(not HAN.search(example) for example in wanted), "no English example"


def test_no_two_rules_of_the_pack_share_an_id():
    counts = Counter(rule["id"] for _, rule in rules())

    assert [name for name, count in counts.items() if count > 1] == []


def test_a_rule_shows_three_texts_that_match_and_three_that_do_not():
    few = [
        rule["id"]
        for _, rule in rules()
        if len(rule["examples"]["match"]) < 3 or len(rule["examples"]["no_match"]) < 3
    ]

    assert few == []


def test_scores_run_from_one_to_five():
    assert {rule["score"] for _, rule in rules()} <= {1, 2, 3, 4, 5}


def test_a_rule_judges_what_an_item_says_not_where_it_came_from():
    named = [
        rule["id"]
        for _, rule in rules()
        if re.search(r"\b(feed|author|url|tier|tag):", rule["when"] + rule.get("unless", ""))
    ]

    assert named == []


def test_expressions_are_written_as_blocks():
    plain = [
        f"{path.name}:{number}"
        for path in (SEEDS / "signals").glob("*.yaml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.match(r"\s+(when|unless):(?! \|$)", line)
    ]

    assert plain == []


def test_every_term_set_is_used_by_some_rule():
    text = "".join(path.read_text(encoding="utf-8") for path in (SEEDS / "signals").glob("*.yaml"))
    used = set(re.findall(r"\$([\w-]+)", text))

    assert set(read("terms.yaml")["terms"]) - used == set()


def test_a_name_that_two_entities_share_is_ambiguous_in_both():
    owners = defaultdict(list)
    for alias, entity, ambiguous in aliases():
        owners[alias].append((entity, ambiguous))

    shared = {alias: found for alias, found in owners.items() if len(found) > 1}

    assert {alias: found for alias, found in shared.items() if not all(flag for _, flag in found)} == {}


def test_an_ambiguous_name_says_what_else_it_is():
    silent = [
        (key, ambiguous["alias"])
        for key, entity in read("entities.yaml")["entities"].items()
        for ambiguous in entity.get("ambiguous", ())
        if not ambiguous.get("why")
    ]

    assert silent == []


def test_the_register_knows_organisations_models_people_and_authorities():
    counts = Counter(entity["type"] for entity in read("entities.yaml")["entities"].values())

    assert counts["model"] >= 32
    assert counts["person"] >= 60
    assert counts["regulator"] >= 15
    assert sum(counts.values()) - counts["model"] - counts["person"] >= 99


def test_authorities_say_whose_they_are():
    entities = read("entities.yaml")["entities"]

    assert [k for k, e in entities.items() if e["type"] == "regulator" and not e.get("jurisdiction")] == []


def test_people_go_by_their_full_names_and_by_a_surname_only_in_context():
    entities = read("entities.yaml")["entities"]

    short = [
        alias
        for alias, key, ambiguous in aliases()
        if entities[key]["type"] == "person" and not ambiguous
        if not HAN.search(alias) and " " not in alias
    ]

    assert short == []


def test_groups_name_types_that_exist():
    register = read("entities.yaml")
    types = {entity["type"] for entity in register["entities"].values()}

    assert {kind for group in register["groups"].values() for kind in group} - types == set()


def test_sixty_feeds_or_more_are_in_force_a_dozen_of_them_chinese():
    feeds = read("feeds.yaml")["feeds"]

    assert len(feeds) >= 60
    assert sum(feed["lang"].startswith("zh") for feed in feeds) >= 12


@pytest.mark.parametrize("key", ["id", "name", "url"])
def test_no_two_feeds_share(key: str):
    counts = Counter(feed[key].rstrip("/").lower() for feed in read("feeds.yaml")["feeds"])

    assert [value for value, count in counts.items() if count > 1] == []


def test_feeds_are_asked_over_https_and_say_language_tier_panel_and_what_they_carry():
    for feed in read("feeds.yaml")["feeds"]:
        assert feed["url"].startswith("https://"), feed["id"]
        assert feed["lang"] in ("en", "zh", "zh-TW"), feed["id"]
        assert feed["tier"] in ("official", "wire", "trade", "aggregator"), feed["id"]
        assert feed["panel"] in ("ai", "general"), feed["id"]
        assert set(feed["carries"]) <= set(SIGNALS), feed["id"]


def test_every_signal_has_feeds_whose_silence_would_matter():
    carried = Counter(key for feed in read("feeds.yaml")["feeds"] for key in feed["carries"])

    assert {key: carried[key] for key in SIGNALS if carried[key] < 3} == {}
