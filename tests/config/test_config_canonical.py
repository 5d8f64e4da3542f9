"""The canonical form is itself a config that loads to an equal Config."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.load import from_canonical, load_config
from tracker.config.values import Config
from tracker.errors import ConfigError

Load = Callable[..., Config]

RICH = """
use: ai-industry
contact: me@example.org
database: env:DB
poll: {interval: 45m, retry_after: host, spacing: 0s, max_bytes: 1.5 MB,
       allow: ["[::1]:8300", "10.0.0.0/8:80"]}
keep: 90d
digest: {at: [19:00, 6:30], days: [fri, Monday], zone: Asia/Shanghai, order: [talent]}
feeds:
  - {name: 机器之心, url: "https://example.com/zh", lang: zh, carries: [pricing], tags: ["a, b", 'no']}
  - {id: daily, interval: 45m, retry_after: feed, tls: unverified,
     headers: {Authorization: "Bearer env:TOKEN"}}
terms: {cut: {+: [trims]}, mine: [1.10, 12:30, "no", 'it''s']}
entities:
  me: {name: Me, type: app, parent: openai, ambiguous: [{alias: Me, needs: [app], not: [you], ci: true}]}
signals:
  pricing:
    rules:
      - {id: price-rise, off: true}
      - id: mine
        when: |
          $mine and
            "a \\"quoted\\" word"
        unless: title:x
        score: 2.5
        examples: {match: [yes], no_match: ["no: not this"]}
"""
ENV = {"DB": "postgresql://u:S3CRET@h/d", "TOKEN": "S3CRET"}


@pytest.fixture
def rich(load: Load) -> Config:
    return load(RICH, env=ENV)


def test_it_loads_to_an_equal_config(rich: Config) -> None:
    again = from_canonical(rich.canonical, env=ENV)

    assert again == rich
    assert (again.canonical, again.hash) == (rich.canonical, rich.hash)


def test_its_definitions_say_the_same(rich: Config) -> None:
    again = from_canonical(rich.canonical, env=ENV).definitions

    told = [
        (rule.signal, rule.id, rule.when.text, rule.unless and rule.unless.text, rule.score, rule.layer)
        for signal in rich.definitions.signals
        for rule in signal.rules
    ]
    assert told == [
        (rule.signal, rule.id, rule.when.text, rule.unless and rule.unless.text, rule.score, rule.layer)
        for signal in again.signals
        for rule in signal.rules
    ]
    assert {e.id: e.aliases for e in again.entities.values()} == {
        e.id: e.aliases for e in rich.definitions.entities.values()
    }
    assert again.groups == rich.definitions.groups


def test_it_is_a_config_file_like_any_other(rich: Config, tmp_path: Path, pack: Path) -> None:
    path = tmp_path / "canonical.yaml"
    path.write_text(rich.canonical, "utf-8")

    assert load_config(path, env=ENV, seeds=pack) == rich


def test_comments_order_of_keys_and_layout_do_not_change_the_hash(load: Load) -> None:
    first = load("contact: a@example.org\npoll: {interval: 60m, per_host: 2}\n")
    second = load("# mine\npoll:\n  per_host: 2  # two\n  interval: 1h\ncontact: 'a@example.org'\n")

    assert first.hash == second.hash


def test_a_changed_rule_changes_the_hash(load: Load) -> None:
    first, second = (
        load(f"signals: {{s: {{title: S, rules: [{{id: r, when: {w}}}]}}}}\n") for w in ("a", "b")
    )

    assert first.hash != second.hash


@pytest.mark.parametrize("text", ["", "[]", "{", '{"feeds": 1}', '{"unknown": 1}', "[" * 100_000])
def test_a_text_that_is_no_canonical_config_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"config in force:1:1"):
        from_canonical(text, env={})


def test_it_is_sorted_json(rich: Config) -> None:
    read = json.loads(rich.canonical)

    assert list(read) == sorted(read)
    assert read["use"] == "none"


def test_the_shipped_config_makes_the_round_trip() -> None:
    config = load_config(shipped.config(), env={}, seeds=shipped.seeds())

    assert from_canonical(config.canonical, env={}) == config
