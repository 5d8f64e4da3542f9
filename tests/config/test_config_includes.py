"""`include:` reads files of the same layer, from the including file's folder or below."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.config.values import Config
from tracker.errors import Place

Load = Callable[..., Config]
Fault = Callable[..., str]

FEEDS = "feeds: [{name: A, url: 'https://example.com/a'}]\n"


def test_an_included_file_is_part_of_the_users_layer(load: Load) -> None:
    config = load(
        "use: ai-industry/signals\ninclude: [mine/feeds.yaml]\nterms: {cut: {+: [trims]}}\n",
        beside={
            "mine/feeds.yaml": FEEDS + "include: [more.yaml]\nterms: {cut: {+: [lops]}}\n",
            "mine/more.yaml": "signals: {pricing: {rules: [{id: price-cut, when: cheaper}]}}\n",
        },
    )

    rule = config.definitions.signals[0].rules[0]
    assert [feed.id for feed in config.feeds] == ["a"]
    assert [term.text for term in config.definitions.terms["cut"].terms][-2:] == ["lops", "trims"]
    assert (rule.layer, Path(rule.place.file).name) == ("user", "more.yaml")


def test_a_rule_or_feed_that_two_files_write_is_an_error_that_names_both(fault: Fault) -> None:
    told = fault(
        "include: [more.yaml]\n"
        + FEEDS
        + "signals: {s: {title: S, rules: [{id: r, when: a}]}}\nterms: {t: [a]}\n",
        beside={
            "more.yaml": FEEDS + "signals: {s: {title: S, rules: [{id: r, when: a}]}}\nterms: {t: [a]}\n"
        },
    )

    assert told.split("\n") == [
        "config.yaml:2:9: two feeds have the same name 'A' (first at more.yaml:1)",
        "config.yaml:3:33: rule 'r' is written twice (first at more.yaml:2)",
        "config.yaml:4:9: term set 't' is written twice (first at more.yaml:3)",
    ]


@pytest.mark.parametrize("key", ["contact: x", "poll: {}", "database: a.db", "use: none", "digest: {}"])
def test_settings_stand_in_the_main_file_only(fault: Fault, key: str) -> None:
    assert "more.yaml:1:1: unknown key" in fault("include: [more.yaml]\n", beside={"more.yaml": key + "\n"})


def test_two_files_that_include_each_other_are_refused(fault: Fault) -> None:
    told = fault(
        "include: [a.yaml]\n",
        beside={"a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [a.yaml, config.yaml]\n"},
    )

    assert told.split("\n") == [
        "b.yaml:1:11: 'a.yaml' is included already (from config.yaml)",
        "b.yaml:1:19: 'config.yaml' is included already (from config.yaml)",
    ]


def test_includes_do_not_go_on_for_ever(fault: Fault) -> None:
    chain = {f"f{n}.yaml": f"include: [f{n + 1}.yaml]\n" for n in range(9)} | {"f9.yaml": FEEDS}

    assert "f4.yaml:1:11: includes go deeper than 5 levels" in fault("include: [f0.yaml]\n", beside=chain)


def test_a_link_cannot_lead_out_of_the_folder(
    fault: Fault, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "feeds.yaml"
    outside.write_text(FEEDS)
    (tmp_path / "link.yaml").symlink_to(outside)
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")

    told = fault("include: [link.yaml, loop.yaml]\n")

    assert told.split("\n")[0].startswith("config.yaml:1:11: 'link.yaml' is outside the folder of this file")
    assert told.split("\n")[1].startswith("config.yaml:1:22: there is no file 'loop.yaml'")


def test_a_broken_included_file_does_not_hide_other_mistakes(load: Load, fault: Fault) -> None:
    told = fault("include: [a.yaml, b.yaml]\nfeed: []\n", beside={"a.yaml": "x: [\n", "b.yaml": "y: 1\n"})

    assert [line.split(" ")[0] for line in told.split("\n")] == [
        "a.yaml:2:1:",
        "b.yaml:1:1:",
        "config.yaml:2:1:",
    ]


def test_places_of_an_included_file_name_it(load: Load, tmp_path: Path) -> None:
    config = load("include: [a.yaml]\n", beside={"a.yaml": "terms:\n  t: [x]\n"})

    assert config.definitions.terms["t"].place == Place(f"{tmp_path}/a.yaml", 2, 3)
