"""The user's layer on top of the pack: added, replaced, extended, silenced."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tracker.config.load import from_canonical, load_config
from tracker.config.values import Config, Silenced
from tracker.errors import ConfigError, Place
from tracker.rules import compile_rules
from tracker.rules.source import AliasSource

Load = Callable[..., Config]
Fault = Callable[..., str]

USE = "use: ai-industry\n"


def rules(config: Config, key: str) -> dict[str, tuple[str, str]]:
    """Layer and text of the rules of a signal."""
    (signal,) = (signal for signal in config.definitions.signals if signal.key == key)
    return {rule.id: (rule.layer, rule.when.text) for rule in signal.rules}


def terms(config: Config, name: str) -> list[str]:
    return [term.text for term in config.definitions.terms[name].terms]


def test_the_pack_alone_is_in_force_as_it_is(load: Load) -> None:
    config = load(USE)

    assert [signal.key for signal in config.definitions.signals] == ["pricing", "talent"]
    assert rules(config, "pricing") == {
        "price-cut": ("pack", "<vendor> and $cut\nand $price"),
        "price-rise": ("pack", "<vendor> and raises and $price"),
    }
    assert config.definitions.groups == {"vendor": ("lab", "cloud")}
    assert config.digest.order == ("pricing", "talent")


def test_a_new_id_adds_a_rule_and_a_known_one_replaces_it_in_place(load: Load) -> None:
    config = load(
        USE + "signals: {pricing: {rules: [{id: mine, when: fee}, {id: price-cut, when: cheaper}]}}\n"
    )

    assert rules(config, "pricing") == {
        "price-cut": ("user", "cheaper"),
        "price-rise": ("pack", "<vendor> and raises and $price"),
        "mine": ("user", "fee"),
    }


def test_a_signal_keeps_what_the_user_does_not_say(load: Load) -> None:
    config = load(USE + "signals: {pricing: {title: Money}}\n")

    signal = config.definitions.signals[0]
    assert (signal.title, signal.question, signal.layer) == ("Money", "Do prices move?", "pack")


def test_off_silences_a_rule_a_signal_an_entity_and_a_feed(load: Load) -> None:
    config = load(
        USE + "signals:\n"
        "  pricing: {rules: [{id: price-cut, off: true}]}\n"
        "  talent: {off: true}\n"
        "entities: {openai: {off: true}}\n"
        "feeds: [{id: daily, off: true}]\n"
    )

    assert list(rules(config, "pricing")) == ["price-rise"]
    assert [signal.key for signal in config.definitions.signals] == ["pricing"]
    assert list(config.definitions.entities) == ["cursor"]
    assert config.definitions.entities["cursor"].parent is None
    assert [feed.id for feed in config.feeds] == ["newsroom"]
    assert [(silent.kind, silent.key) for silent in config.silenced] == [
        ("entity", "openai"),
        ("rule", "pricing/price-cut"),
        ("signal", "talent"),
        ("feed", "daily"),
    ]


def test_a_silenced_rule_remembers_where_it_was_and_who_silenced_it(load: Load) -> None:
    config = load(USE + "signals:\n  pricing:\n    rules:\n      - {id: price-rise, off: true}\n")

    (silent,) = config.silenced
    assert silent == Silenced(
        "rule",
        "pricing/price-rise",
        "<vendor> and raises and $price",
        Place("seeds/signals/pricing.yaml", 13, 5),
        Place(str(config.path), 5, 9),
    )


def test_a_rule_of_ones_own_can_be_off(load: Load) -> None:
    config = load("signals: {s: {title: S, rules: [{id: a, when: x}, {id: b, when: y, off: true}]}}\n")

    assert list(rules(config, "s")) == ["a"]


def test_a_set_is_extended_and_shrunk_or_replaced(load: Load) -> None:
    config = load(USE + "terms:\n  cut: {+: [trims, cut], -: [降价]}\n  price: [fee]\n")

    assert (terms(config, "cut"), terms(config, "price")) == (["cut", "cuts", "trims"], ["fee"])


def test_every_term_knows_the_file_that_it_comes_from(load: Load) -> None:
    config = load(USE + "terms:\n  cut: {+: [trims]}\n")

    places = [term.at(0) for term in config.definitions.terms["cut"].terms]
    assert places[0] == Place("seeds/terms.yaml", 2, 9)
    assert places[-1] == Place(str(config.path), 3, 13)


def test_a_group_is_extended(load: Load) -> None:
    config = load(USE + "groups: {vendor: {+: [app]}, mine: [app]}\n")

    assert config.definitions.groups == {"vendor": ("lab", "cloud", "app"), "mine": ("app",)}


def test_an_entity_gains_and_loses_names(load: Load) -> None:
    config = load(USE + "entities:\n  cursor: {+: [Cursor IDE], -: [Anysphere]}\n")

    assert config.definitions.entities["cursor"].aliases == (
        AliasSource("Cursor", needs=("coding", "IDE"), unless=("mouse",), ambiguous=True),
        AliasSource("Cursor IDE"),
    )


def test_a_name_with_vetoes_only_needs_no_context(load: Load) -> None:
    config = load(
        "entities:\n"
        "  baidu: {name: Baidu, type: lab, aliases: [百度],\n"
        "    ambiguous: [{alias: 百度, not_in: [百度百科], ci: yes}]}\n"
    )

    assert config.definitions.entities["baidu"].aliases == (
        AliasSource("百度", not_in=("百度百科",), any_case=True),
    )


def test_digest_order_puts_signals_first_and_keeps_the_others(load: Load) -> None:
    config = load(
        USE + "digest: {order: [talent]}\nsignals: {mine: {title: Mine, rules: [{id: a, when: x}]}}\n"
    )

    assert config.digest.order == ("talent", "pricing", "mine")
    assert tuple(signal.key for signal in config.definitions.signals) == config.digest.order


def test_signals_without_feeds_are_a_choice(load: Load) -> None:
    assert load("use: ai-industry/signals\n").feeds == ()


def test_without_use_there_is_no_pack(load: Load) -> None:
    config = load("contact: me@example.org\n")

    assert (config.definitions.signals, config.feeds, config.contact) == ((), (), "me@example.org")


def test_a_section_whose_lines_are_all_commented_out_is_empty(load: Load) -> None:
    config = load(USE + "feeds:\n#  - name: A\nterms:\npoll:\nsignals:\n  pricing:\n    rules:\n")

    assert len(config.definitions.signals) == 2


def test_a_signal_that_lost_all_its_rules_is_a_warning(load: Load) -> None:
    config = load(USE + "signals: {talent: {rules: [{id: joins, off: true}]}}\n")

    assert [warning.what for warning in config.warnings] == ["signal 'talent' has no rule in force"]


def test_one_mistake_does_not_hide_the_others(fault: Fault) -> None:
    told = fault(
        USE + "poll: {intervall: 5m}\n"
        "terms: {cut: {-: [cutt]}}\n"
        "feeds: [{name: A, url: 'ftp://example.com'}, {name: B, url: 'http://10.0.0.1/'}]\n"
        "digest: {order: [prices], zone: Mars}\n"
    )

    assert [line.split(":")[1] for line in told.split("\n")] == ["2", "3", "4", "4", "5", "5"]


def test_a_broken_rule_is_told_beside_mistakes_elsewhere(fault: Fault) -> None:
    rule = "{id: r, when: one and}"

    told = fault(f"contacts: me\nsignals: {{s: {{title: S, rules: [{rule}]}}}}\n")

    assert [line.split(":")[1] for line in told.split("\n")] == ["1", "2"]


def test_a_rule_is_not_blamed_for_a_set_that_was_left_out(fault: Fault) -> None:
    told = fault("terms: {t: [a，b]}\nsignals: {s: {title: S, rules: [{id: r, when: $t}]}}\n")

    assert told.startswith("config.yaml:1:13: t: a term contains '，'")
    assert "\n" not in told


def test_a_mistake_in_the_pack_is_told_at_its_place(tmp_path: Path, pack: Path) -> None:
    folder = tmp_path / "elsewhere"
    shutil.copytree(pack, folder)
    (folder / "terms.yaml").write_text("terms: {cut: }\nterm: 1\n")
    path = folder.parent / "config.yaml"
    path.write_text(USE)

    with pytest.raises(ConfigError) as caught:
        load_config(path, env={}, seeds=folder)

    assert str(caught.value.problems[-1].place) == "seeds/terms.yaml:2:1"


def test_a_signal_that_is_off_may_be_asked_for_and_is_told(load: Load) -> None:
    config = load(
        USE
        + "signals:\n  talent: {off: true}\n  mine:\n    title: Mine\n"
        + "    rules: [{id: a, when: 'x and not signal:talent'}]\n"
    )

    again = from_canonical(config.canonical, env={})

    assert config.definitions.off == again.definitions.off == {"talent"}
    assert again.canonical == config.canonical
    assert [problem.what for problem in compile_rules(again.definitions).warnings] == [
        "signal `talent` is off: this is never true"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "groups:\n  money: [lab]\n",
            "config.yaml:3:3: <money> means figures: no group can be called so (rename it)",
        ),
        (
            "entities:\n  count: {name: Count, type: app, aliases: [Count]}\n",
            "config.yaml:3:3: <count> means figures: no entity can be called so (rename it)",
        ),
        (
            "entities:\n  me: {name: Me, type: date, aliases: [Me]}\n",
            "config.yaml:3:3: <date> means figures: no entity type can be called so (rename it)",
        ),
    ],
)
def test_nothing_is_called_as_figures_are(fault: Fault, text: str, line: str) -> None:
    assert fault(USE + text) == line
