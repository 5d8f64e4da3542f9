"""`tracker rules show KEY`: the rules in force and where each line comes from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tracker.config.describe import describe_rules
from tracker.config.values import Config
from tracker.errors import TrackerError

Load = Callable[..., Config]

TEXT = """use: ai-industry
terms: {cut: {+: [trims]}}
signals:
  talent: {off: true}
  pricing:
    rules:
      - id: mine
        when: |
          fee and
          $cut
      - {id: price-rise, off: true}
      - {id: price-cut, when: cheaper}
"""


def test_each_rule_says_where_it_comes_from(load: Load) -> None:
    config = load(TEXT)

    told = describe_rules(config, "pricing").replace(str(config.path), "config.yaml")

    assert told.split("\n") == [
        "pricing:  # pack seeds/signals/pricing.yaml:1",
        "  title: Pricing strategy",
        "  question: Do prices move?",
        "  rules:",
        "    - id: price-cut  # yours config.yaml:12",
        "      when: |",
        "        cheaper",
        "      score: 1",
        "    - id: mine  # yours config.yaml:7",
        "      when: |",
        "        fee and",
        "        $cut",
        "      score: 1",
        "    - id: price-rise  # pack seeds/signals/pricing.yaml:13",
        "      off: true  # yours config.yaml:11, silenced here",
        "    - id: price-cut  # pack seeds/signals/pricing.yaml:4",
        "      off: true  # yours config.yaml:12, replaced here",
        "terms:",
        "  cut:",
        "    - [cut, cuts, 降价]  # pack seeds/terms.yaml:2",
        "    - [trims]  # yours config.yaml:2",
    ]


def test_a_silenced_signal_is_shown_as_off(load: Load) -> None:
    config = load(TEXT)

    told = describe_rules(config, "talent").replace(str(config.path), "config.yaml")

    assert told.split("\n") == [
        "talent:  # pack seeds/signals/talent.yaml:1",
        "  title: Talent",
        "  off: true  # yours config.yaml:4",
    ]


def test_an_unknown_signal_is_told_with_a_suggestion(load: Load) -> None:
    with pytest.raises(TrackerError, match=r"there is no signal 'pricng' \(did you mean 'pricing'\?\)"):
        describe_rules(load(TEXT), "pricng")
