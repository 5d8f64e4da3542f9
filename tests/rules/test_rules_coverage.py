"""Coverage: which clauses the examples beside a rule exercise, and why an example fails."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from written import FILE, definitions, entity, rule, signals

from tracker.errors import ConfigError
from tracker.rules import check_examples, compile_rules
from tracker.rules.source import Definitions, RuleSource
from tracker.rules.syntax import parse
from tracker.rules.trial.coverage import Coverage, try_examples
from tracker.rules.trial.probes import Clauses, look_for

TERMS = {"cut": ["cut", "cuts", "降价"], "price": ["price*", "价格"]}


def coverage(*rules: RuleSource, **names: object) -> Coverage:
    source = definitions(*rules, **{"terms": TERMS, **names})  # type: ignore[arg-type]
    return tried(source)


def tried(source: Definitions) -> Coverage:
    rules = [each for signal in source.signals for each in signal.rules]
    return try_examples(compile_rules(source), source, rules)


def exercised(*rules: RuleSource, **names: object) -> dict[str, bool]:
    """By leaf as written, whether an example exercises it."""
    return {used.text: used.exercised for used in coverage(*rules, **names).used}


def why(*rules: RuleSource, **names: object) -> list[str]:
    """What is said of the examples that fail."""
    return [line for failed in coverage(*rules, **names).failed for line in failed.why]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(rule("cut", match=["a cut"]), {"cut": True}, id="a word that matches"),
        pytest.param(rule("cut"), {"cut": False}, id="no example, nothing exercised"),
        pytest.param(rule("cut", no_match=["a dog"]), {"cut": False}, id="a counter-example without it"),
        pytest.param(
            rule("cut or 降价", match=["模型降价了"]),
            {"cut": False, "降价": True},
            id="one alternative of two",
        ),
        pytest.param(
            rule("(cut or fall) and (price or cost)", match=["the cost may fall"]),
            {"cut": False, "fall": True, "price": False, "cost": True},
            id="one alternative in each of two groups",
        ),
        pytest.param(
            rule("cut near/2 price or fall", match=["cut, and then they let it fall; the price"]),
            {"cut": False, "price": False, "fall": True},
            id="a word that is there but too far away makes no match",
        ),
        pytest.param(
            rule("(cut or slash) near/2 price", match=["slash the price, they said, and then cut it"]),
            {"cut": False, "slash": True, "price": True},
            id="of two alternatives beside near the one that stands near",
        ),
        pytest.param(
            rule("cut", "rate or tax", match=["a cut"], no_match=["a tax cut"]),
            {"cut": True, "rate": False, "tax": True},
            id="the alternative of unless that excludes",
        ),
        pytest.param(
            rule("cut", "rate", match=["a cut"], no_match=["the rate"]),
            {"cut": True, "rate": False},
            id="unless holds but nothing would have matched",
        ),
        pytest.param(
            rule("cut and not (rate or 利率)", match=["a cut"], no_match=["cut 利率"]),
            {"cut": True, "rate": False, "利率": True},
            id="a word below not",
        ),
        pytest.param(
            rule("cut", "rate and not price", match=["a price cut, not a rate"], no_match=["rate cut"]),
            {"cut": True, "rate": True, "price": True},
            id="not below unless asks again",
        ),
        pytest.param(
            rule("cut", "rate and not price", match=["a cut"], no_match=["rate cut"]),
            {"cut": True, "rate": True, "price": False},
            id="and no example may need it",
        ),
        pytest.param(
            rule("回归 outside 自回归", match=["他回归了"], no_match=["自回归模型"]),
            {"回归": True, "自回归": True},
            id="the right side of outside excludes",
        ),
        pytest.param(
            rule("回归 outside 自回归", match=["他回归了"]),
            {"回归": True, "自回归": False},
            id="and is not exercised by a match",
        ),
        pytest.param(rule("$cut", match=["cuts"]), {"$cut": True}, id="one term exercises the whole set"),
        pytest.param(rule("<lab>", match=["OpenAI"]), {"<lab>": True}, id="one member exercises a type"),
        pytest.param(
            rule("title:(title:cut or price) near/2 deal", match=["a cut deal"]),
            {"cut": True, "price": False, "deal": True},
            id="fields inside a side of near",
        ),
    ],
)
def test_an_example_exercises_the_clauses_that_make_the_difference(
    written: RuleSource, expected: dict[str, bool]
) -> None:
    entities = [entity("openai", "OpenAI"), entity("xai", "xAI")]

    assert exercised(written, entities=entities) == expected


def test_a_clause_tells_its_place_and_whether_it_asks_or_excludes() -> None:
    used = coverage(rule("cut and not tax", "rate or 回归 outside 自回归", line=5)).used

    assert [(each.text, each.role, str(each.place)) for each in used] == [
        ("cut", "when", f"{FILE}:5:1"),
        ("tax", "not", f"{FILE}:5:13"),
        ("rate", "unless", f"{FILE}:6:1"),
        ("回归", "unless", f"{FILE}:6:9"),
        ("自回归", "outside", f"{FILE}:6:20"),
    ]


def test_clauses_that_look_where_an_example_has_no_text_are_counted_apart() -> None:
    done = coverage(rule("cut and not (lead:cut or feed:wire or tier:official)", match=["a cut"]))

    assert [(each.text, each.exercised) for each in done.used] == [("cut", True)]
    assert done.beyond == 3


def test_a_narrowed_clause_that_can_never_match_is_not_exercised() -> None:
    used = coverage(rule("(cut or price) outside price", match=["a cut"], no_match=["price"])).used

    assert [each.exercised for each in used] == [True, False, True]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(rule("cut price", match=["a cut"]), ["`price` finds nothing"], id="a word is missing"),
        pytest.param(
            rule("cut (price or 价格)", match=["a cut"]),
            ["none of `(price or 价格)` is there"],
            id="all alternatives are missing",
        ),
        pytest.param(
            rule("cut near/2 price", match=["cut the very old price"]),
            ["`cut near/2 price`: 'cut' by `cut` and 'price' by `price` do not stand within 2 words"],
            id="too far",
        ),
        pytest.param(
            rule("cut then/s 价", match=["价 cut"]),
            ["`cut then/s 价`: 'cut' by `cut` and '价' by `价` do not stand in one sentence, in this order"],
            id="in the wrong order",
        ),
        pytest.param(
            rule("cut near/2 price", match=["a cut"]),
            ["`cut near/2 price`: `price` finds nothing"],
            id="one side is missing",
        ),
        pytest.param(
            rule("回归 outside 自回归", match=["自回归"]),
            ["`回归 outside 自回归`: '回归' by `回归` stands only inside what it excludes"],
            id="inside what is excluded",
        ),
        pytest.param(
            rule("cut not tax", match=["a tax cut"]),
            ["`not tax` excludes it: 'tax' by `tax`"],
            id="excluded by not",
        ),
        pytest.param(
            rule("$cut", "rate* or tax", match=["Rates cut"]),
            ["`unless` holds: 'Rates' by `rate*`"],
            id="excluded by unless",
        ),
        pytest.param(
            rule("title:($cut and lead:price)", match=["cuts, price"]),
            ["`price` in the lead finds nothing"],
            id="missing in a field",
        ),
        pytest.param(
            rule("$cut price*", no_match=["cuts of prices"]),
            ["found 'cuts' by `$cut`, 'prices' by `price*`"],
            id="a counter-example that matches",
        ),
    ],
)
def test_a_failing_example_says_which_clause_decided(written: RuleSource, expected: list[str]) -> None:
    assert why(written) == expected


def test_a_failing_example_keeps_its_place_and_what_the_user_changed() -> None:
    source = definitions(
        rule("$cut", match=["they cut it"], layer="pack"), terms={"cut": ["slash"]}, terms_layer="user"
    )

    (failed,) = tried(source).failed

    assert failed.problem == check_examples(compile_rules(source), source)[0]
    assert failed.why == ("`$cut` finds nothing",)


def test_only_the_rules_that_were_asked_for_are_tried() -> None:
    first, second = rule("cut", id="a", match=["x"]), rule("cut", id="b", line=9, match=["y"])
    source = definitions(first, second)

    done = try_examples(compile_rules(source), source, [second])

    assert [(each.rule.id, each.example.text.text) for each in done.tried] == [("b", "y")]
    assert [each.rule.id for each in done.failed] == ["b"]


WORDS = ["cut", "cuts", "price", "降价", "自回归", "tax", "OpenAI", "rate"]
leaves = st.sampled_from(["cut", "cut*", "price", "降价", "回归", "$cut", "<lab>", "title:tax", "lead:tax"])
sides = st.one_of(leaves, st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} or {pair[1]})"))
places = st.tuples(sides, st.sampled_from(["near/2", "then/s", "outside"]), sides).map(
    lambda parts: f"({' '.join(parts)})"
)
expressions = st.recursive(
    st.one_of(leaves, places),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} or {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and not {pair[1]})"),
    ),
    max_leaves=5,
)
titles = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@settings(max_examples=80, deadline=None)
@given(expressions, st.one_of(st.none(), expressions), st.lists(titles, min_size=1, max_size=3))
def test_trying_clause_by_clause_agrees_with_the_matcher(
    when: str, unless: str | None, examples: list[str]
) -> None:
    source = definitions(rule(when, unless, match=examples), terms=TERMS, entities=[entity("o", "OpenAI")])
    try:
        problems = check_examples(compile_rules(source), source)
    except ConfigError:
        assume(False)
    asked = [Clauses(parse(text), text) for text in (when, unless) if text is not None]
    prober = look_for(source, (probe for clauses in asked for probe in clauses.probes()))

    done = tried(source)

    failed = {str(problem.place) for problem in problems}
    for each in done.tried:
        held = [clauses.holds(prober.seen(each.example.text.text)) for clauses in asked]
        assert (held[0] and not any(held[1:])) is (str(each.example.text.at(0)) not in failed)
        assert bool(each.why) is (each.problem is not None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(rule("price age<7d", match=["a price"]), {"price": True}, id="young enough"),
        pytest.param(rule("price age>7d", no_match=["a price"]), {"price": False}, id="never old enough"),
        pytest.param(
            rule("价格 not age>=1h", "免费 age<1h", match=["模型价格"], no_match=["免费价格"]),
            {"价格": True, "免费": True},
            id="under not and in unless",
        ),
    ],
)
def test_examples_are_of_one_age_so_clauses_about_it_are_counted_apart(
    written: RuleSource, expected: dict[str, bool]
) -> None:
    done = coverage(written)

    assert not done.failed
    assert {used.text: used.exercised for used in done.used} == expected
    assert done.beyond == (written.unless is not None) + 1


def test_a_signal_that_asks_for_young_items_is_shown_by_examples() -> None:
    source = signals(
        rule("price and signal:news", match=["launch at a price"], no_match=["a price"], signal="s"),
        rule("launch age<7d", match=["launch"], signal="news"),
    )

    assert {used.text: used.exercised for used in tried(source).used} == {
        "price": True,
        "signal:news": True,
        "launch": True,
    }


def test_a_failing_example_is_told_that_it_is_of_no_age() -> None:
    assert why(rule("price age>7d", match=["a price"])) == [
        "`age>7d` does not hold: an example counts as published at once"
    ]
