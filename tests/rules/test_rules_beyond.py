"""What rules ask beyond words: figures, other signals, how old an item is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from written import (
    SEEN,
    definitions,
    entity,
    feed,
    found,
    item,
    matches,
    problems,
    rule,
    ruleset,
    signals,
    told,
)

from tracker.model import Field, Hit
from tracker.rules import check_examples, compile_rules
from tracker.rules.source import RuleSource

# --- figures


@pytest.mark.parametrize(
    ("when", "title", "words"),
    [
        pytest.param("<money>", "It costs $5 today", ["$5"], id="a sum"),
        pytest.param("<percent>", "Prices fall 30%", ["30%"], id="a percentage"),
        pytest.param("<money>", "Prices fall 30%", [], id="of its own kind only"),
        pytest.param("<percent>", "价格下调30%", ["30%"], id="in Chinese text"),
        pytest.param("cut near/3 <percent>", "cut by 30%", ["cut", "30%"], id="a figure can be near"),
        pytest.param("cut near/2 <percent>", "30% more, so no cut of it", [], id="and far"),
        pytest.param("cut not <percent>", "a cut of 30%", [], id="a figure vetoes"),
        pytest.param("cut not <percent>", "a cut", ["cut"], id="none does not"),
        pytest.param("title:<percent>", "a cut of 30%", ["30%"], id="a field binds a figure"),
        pytest.param("lead:<percent>", "a cut of 30%", [], id="and holds it"),
        pytest.param("cut or <percent>", "up 30%", ["30%"], id="a figure can be one of several"),
        pytest.param("cut or <percent>", "a cut", ["cut"], id="of which one is enough"),
        pytest.param("<count>", "about 26,150", [], id="a guess is no hit"),
    ],
)
def test_a_figure_is_found(when: str, title: str, words: list[str]) -> None:
    assert found(when, title) == words


def test_a_rule_of_a_figure_alone_is_asked_of_every_item() -> None:
    rules = ruleset(rule("<percent>", id="a"), rule("cut", id="b"), rule("/x+/", id="c"))

    held = [match.rules for title in ("up 3%", "a cut", "xx") for match in matches(rules, title)]

    assert held == [("a",), ("b",), ("c",)]


def test_all_rules_of_a_signal_that_hold_are_named_whatever_they_need() -> None:
    rules = signals(
        rule("/c.t/", id="1", signal="a"), rule("cut", id="2", signal="a"), rule("cut", signal="b")
    )

    held = {match.signal: match.rules for match in matches(compile_rules(rules), "a cut")}

    assert held == {"a": ("1", "2"), "b": ("r",)}


def test_rules_that_need_no_literal_ask_nothing_of_items_when_there_are_none() -> None:
    assert ruleset("cut <percent>", r"/cut \d/").beyond.loose == {}


# --- other signals

SIDES = " (its sides are words, phrases, names, or groups of them joined by `or`)"
APART = " asks about the whole item, not about a field (write it apart from `title:`)"
NOTHING = "this rule can hold where nothing is found (say what an item must hold, beside what it must not)"
RELEASE = rule("launch*", signal="release", id="launch")
PRICED = rule("signal:release and price*", signal="pricing", id="priced")


def shown(*rules: RuleSource, title: str) -> dict[str, list[str]]:
    """The signals that a title shows, with the words that show them."""
    return {
        match.signal: [hit.text for hit in match.hits]
        for match in matches(compile_rules(signals(*rules)), title)
    }


@pytest.mark.parametrize("rules", [(RELEASE, PRICED), (PRICED, RELEASE)], ids=["behind", "before"])
def test_a_signal_may_ask_for_another_wherever_that_stands(rules: Sequence[RuleSource]) -> None:
    assert shown(*rules, title="a launch at a price") == {
        key: {"release": ["launch"], "pricing": ["launch", "price"]}[key]
        for key in dict.fromkeys(rule.signal for rule in rules)
    }
    assert shown(*rules, title="a price") == {}


def test_matches_stay_in_the_users_order_of_signals() -> None:
    assert list(shown(PRICED, RELEASE, title="a launch at a price")) == ["pricing", "release"]


@pytest.mark.parametrize(
    ("when", "title", "words"),
    [
        pytest.param("signal:release", "a launch", ["launch"], id="alone it shows what the other shows"),
        pytest.param("signal:release", "none", None, id="and nothing without it"),
        pytest.param("cut or signal:release", "a launch", ["launch"], id="or"),
        pytest.param("cut not signal:release", "a cut", ["cut"], id="not"),
        pytest.param("cut not signal:release", "a launch, a cut", None, id="not vetoes"),
        pytest.param("SIGNAL:release", "a launch", ["launch"], id="in capitals"),
    ],
)
def test_a_signal_is_asked_for(when: str, title: str, words: list[str] | None) -> None:
    assert shown(rule(when, signal="x"), RELEASE, title=title).get("x") == words


def test_signals_may_ask_for_each_other_in_a_long_chain() -> None:
    chain = [rule(f"signal:s{at + 1}", signal=f"s{at}") for at in range(500)]

    held = shown(*chain, rule("cut", signal="s500"), title="a cut")

    assert len(held) == 501
    assert held["s0"] == ["cut"]


def test_a_veto_of_the_other_signal_counts() -> None:
    release = rule("launch", "date*", signal="release")

    assert shown(release, rule("signal:release", signal="x"), title="launch dates") == {}


def test_hits_of_another_signal_name_its_own_clause() -> None:
    (match,) = matches(compile_rules(signals(RELEASE, rule("signal:release x", signal="x"))), "x launch")[1:]

    assert match.hits == (
        Hit(Field.TITLE, 0, 1, "x", "x"),
        Hit(Field.TITLE, 2, 8, "launch", "launch*"),
    )


def test_a_rules_hash_covers_the_signal_that_it_asks_for() -> None:
    def hash_of_pricing(*rules: RuleSource) -> str:
        return next(each.hash for each in compile_rules(signals(*rules)).rules if each.id == "priced")

    same = {hash_of_pricing(RELEASE, PRICED), hash_of_pricing(PRICED, RELEASE)}
    changed = hash_of_pricing(rule("launched", signal="release", id="launch"), PRICED)
    ship = rule("ship*", signal="release", id="ship")
    more = {hash_of_pricing(RELEASE, ship, PRICED), hash_of_pricing(ship, RELEASE, PRICED)}

    assert (len(same), len(more)) == (1, 1)
    assert len({*same, changed, *more}) == 3


@pytest.mark.parametrize(
    ("rules", "lines"),
    [
        pytest.param(
            (
                rule("signal:b", signal="a", line=2),
                rule("x signal:c", signal="b", line=4),
                rule("signal:a", signal="c"),
            ),
            ["2:1: signals ask for each other: a -> b -> c -> a (take `signal:` out of one of the rules)"],
            id="a circle",
        ),
        pytest.param(
            (rule("signal:c", signal="z"), rule("signal:c", signal="b"), rule("signal:b", signal="c")),
            ["1:1: signals ask for each other: b -> c -> b (take `signal:` out of one of the rules)"],
            id="a circle that another signal asks for",
        ),
        pytest.param(
            (rule("x", "signal:a", signal="a", line=2),),
            ["3:1: a signal asks for itself: a -> a (take `signal:` out of one of the rules)"],
            id="itself, in a veto",
        ),
        pytest.param(
            (rule("signal:relaese", signal="a"), RELEASE),
            ["1:1: there is no signal `relaese` (did you mean `signal:release`?)"],
            id="a misspelt one",
        ),
        pytest.param(
            (rule("signal:x", signal="a"), RELEASE),
            ["1:1: there is no signal `x` (there are a, release)"],
            id="an unknown one",
        ),
        pytest.param(
            (rule("x near/3 signal:release", signal="a"), RELEASE),
            ["1:10: `signal:` cannot stand beside `near/3`" + SIDES],
            id="near",
        ),
        pytest.param(
            (rule("title:(x signal:release)", signal="a"), RELEASE),
            ["1:10: `signal:release`" + APART],
            id="in a field",
        ),
        pytest.param(
            (rule("signal:(release or x)", signal="a"), RELEASE),
            ["1:1: `signal:` binds nothing (write the key of a signal right after it: signal:release)"],
            id="a group",
        ),
        pytest.param(
            (rule("not signal:release", signal="a"), RELEASE),
            [f"1:1: {NOTHING}"],
            id="only not",
        ),
    ],
)
def test_a_mistake_with_signals_is_told(rules: Sequence[RuleSource], lines: list[str]) -> None:
    assert [line.split("\n")[0] for line in told(signals(*rules))] == [
        f"config.yaml:{line}" for line in lines
    ]


def test_two_circles_are_both_told() -> None:
    pairs = [("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]

    assert len(told(signals(*(rule(f"signal:{to}", signal=key) for key, to in pairs)))) == 2


def test_a_signal_that_is_off_is_never_shown_and_warned_about() -> None:
    rules = compile_rules(
        signals(
            rule("cut not signal:release", signal="a"), rule("signal:release", signal="b"), off=["release"]
        )
    )

    assert [match.signal for match in matches(rules, "a cut")] == ["a"]
    assert [str(each).split("\n")[0] for each in rules.warnings] == [
        f"config.yaml:1:{column}: signal `release` is off: this is never true (take it away, or turn it on)"
        for column in (1, 9)
    ]


def test_a_packs_example_broken_by_a_users_rule_of_another_signal_names_it() -> None:
    source = signals(
        rule("absent", signal="release", id="mine"),
        rule("signal:release", signal="b", match=["a launch"], layer="pack"),
    )

    (problem,) = check_examples(compile_rules(source), source)

    assert problem.hint == "because of your rule `mine` of `release` (config.yaml:1:1)"


# --- age


@pytest.mark.parametrize(
    ("when", "hours", "holds"),
    [
        pytest.param("cut age<7d", 24 * 7 - 1, True, id="younger"),
        pytest.param("cut age<7d", 24 * 7, False, id="as old is not younger"),
        pytest.param("cut age<=7d", 24 * 7, True, id="at most as old is"),
        pytest.param("cut age>36h", 37, True, id="older"),
        pytest.param("cut age>36h", 36, False, id="as old is not older"),
        pytest.param("cut age>=2w", 24 * 14, True, id="at least as old is"),
        pytest.param("cut AGE < 1D", 1, True, id="spaces and capitals"),
        pytest.param("cut not age>1d", 1, True, id="not older"),
        pytest.param("cut age<7d", None, False, id="nobody knows: not younger"),
        pytest.param("cut age>7d", None, False, id="nobody knows: not older"),
        pytest.param("cut not age>7d", None, True, id="nobody knows: so not is true"),
    ],
)
def test_an_age_is_the_time_between_publishing_and_first_seeing(
    when: str, hours: int | None, holds: bool
) -> None:
    published = None if hours is None else SEEN - timedelta(hours=hours)

    assert found(when, item("a cut", published=published)) == (["cut"] if holds else [])


@pytest.mark.parametrize(
    ("when", "line"),
    [
        pytest.param("age<7d", "1:1: this rule can hold where nothing is found", id="an age alone"),
        pytest.param("cut or age<7d", "1:1: this rule can hold where nothing is found", id="or an age"),
        pytest.param("cut age<1.5d", "1:5: `age<1.5d` does not say how old", id="a fraction"),
        pytest.param("cut age<7", "1:5: `age<7` does not say how old", id="no unit"),
        pytest.param("cut age=7d", "1:5: `age=7d` does not say how old", id="exactly"),
        pytest.param(
            "cut age<999999d", "1:5: `age<999999d` does not say how old", id="longer than there are feeds"
        ),
        pytest.param("cut age<0h", "1:5: no item is younger than nothing", id="younger than nothing"),
        pytest.param(
            "age<1d cut age>7d",
            "1:12: this excludes what the rule asks for: it can never match",
            id="no time between",
        ),
        pytest.param("age<7d (cut age>=7d)", "1:8: this excludes what the rule asks for", id="touching"),
        pytest.param("title:(cut age<7d)", "1:12: `age<7d` asks about the whole item", id="in a field"),
        pytest.param("cut near/3 age<7d", "1:12: `age` cannot stand beside `near/3`", id="near an age"),
    ],
)
def test_a_mistake_with_an_age_is_told(when: str, line: str) -> None:
    (problem,) = problems(when)

    assert problem.startswith(f"config.yaml:{line}")


def test_ages_that_leave_time_between_are_good() -> None:
    assert problems("cut age>=1d age<=1d", "cut age>1d age<7d", "cut (age<1d or age>7d)") == []


def test_an_example_is_of_the_day() -> None:
    source = definitions(rule("cut age<7d", match=["a cut"]))

    assert check_examples(compile_rules(source), source) == ()


# --- what can never match, whatever it is made of


@pytest.mark.parametrize(
    "when",
    [
        "(cut and price) and not cut",
        "cut and not (cut or price)",
        "title:cut and not cut",
        "(price and not cut) and cut",
        "<openai> not <openai>",
        "title:<money> not <money>",
        "cut outside (cut or price)",
        "title:(/a/ outside /a/)",
    ],
)
def test_what_excludes_all_that_it_asks_for_is_a_mistake(when: str) -> None:
    (line,) = problems(when, entities=[entity("openai", "OpenAI")])

    assert "it can never match" in line


def test_a_veto_of_all_that_the_rule_asks_for_is_a_mistake_at_the_veto() -> None:
    (line,) = problems(rule("title:cut and price", "cut or slash", line=3))

    assert line.startswith("config.yaml:4:1: this excludes what the rule asks for: it can never match")


def test_what_excludes_only_some_of_it_is_good() -> None:
    assert problems("cut not title:cut", "cut not (cut price)", "(cut or price) not cut") == []
    assert problems("cut outside /cut./", "(cut or (price outside pricey)) outside cut") == []


# --- texts that nobody would write


def test_a_rule_of_a_megabyte_is_refused_at_once() -> None:
    (line,) = problems("cut or " * 150_000 + "cut")

    assert line.startswith(
        "config.yaml:1:1: a rule of more than 100,000 characters (put its words into `terms:`)"
    )


@pytest.mark.parametrize("piece", ["a{} or ", "not b{} ", "a{} ", "(x{} y) or ", "/x{}[0-9]/ or "])
def test_a_long_rule_is_compiled(piece: str) -> None:
    text = "".join(piece.format(at) for at in range(3_000)) + ("x" if "or" in piece else "x y")

    assert problems(text) == []


def test_of_very_many_mistakes_in_a_rule_the_first_are_told() -> None:
    lines = problems("$a " * 30_000)

    assert len(lines) == 20
    assert max(map(len, lines)) < 500


@pytest.mark.parametrize("when", ["\ud800", '"\ud800"', "cut \ud800", "<\ud800>", "$\ud800", "signal:\ud800"])
def test_half_a_character_is_told_not_raised(when: str) -> None:
    assert problems(when) != []


def test_a_very_large_term_set_is_compiled() -> None:
    rules = ruleset("$many", terms={"many": [f"word{at} thing" for at in range(20_000)]})

    assert [
        hit.text for match in matches(rules, item("a word19999 thing"), feed()) for hit in match.hits
    ] == ["word19999 thing"]
