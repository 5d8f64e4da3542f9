"""Lint: what it reports is so, what is sound it leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from written import FILE, definitions, entity, feed, item, rule, signals

from tracker.errors import ConfigError, Place, Severity
from tracker.model import Panel
from tracker.rules import compile_rules, match_item
from tracker.rules.lint.rules import Finding, Kind, lint, silent
from tracker.rules.lint.sense import Senses
from tracker.rules.source import AliasSource, RuleSource
from tracker.rules.syntax import parse

ENTITIES = [
    entity("openai", "OpenAI"),
    entity("xai", "xAI"),
    entity("gemini", AliasSource("Gemini", needs=("Google",), ambiguous=True), type="model"),
]
USED = rule("$cut or $price or <lab> or <model>", id="uses-all", score=0, line=90)
TERMS = {"cut": ["cut", "cuts", "降价"], "price": ["price*", "价格"]}


def found(*rules: RuleSource | str, **names: object) -> list[Finding]:
    """What lint finds about rules; all sets and entities are in use."""
    sources = [rule(each) if isinstance(each, str) else each for each in rules]
    given = {"terms": TERMS, "entities": ENTITIES, **names}
    source = definitions(*sources, USED, **given)  # type: ignore[arg-type]
    compile_rules(source)
    return [each for each in lint(source) if each.problem.place.line < 90]


def kinds(*rules: RuleSource | str, **names: object) -> list[tuple[str, str]]:
    """The kind and the text below the caret of each finding about rules."""
    return [(each.kind.value, _at_caret(each)) for each in found(*rules, **names) if _at_caret(each)]


def _at_caret(finding: Finding) -> str:
    if not finding.problem.excerpt:
        return ""
    line, caret = finding.problem.excerpt.split("\n")
    # In these tests nothing wide stands before a caret.
    return line[len(caret) - 1 :].split()[0]


@pytest.mark.parametrize(
    ("written", "kind", "at"),
    [
        pytest.param(rule("cuts and not cut*"), Kind.NEVER_TRUE, "cuts", id="excludes a wider word"),
        pytest.param(rule("cut price not $price"), Kind.NEVER_TRUE, "cut", id="excludes a set that has it"),
        pytest.param(
            rule("(cut near/3 price) not price*"), Kind.NEVER_TRUE, "(cut", id="excludes a side of near"
        ),
        pytest.param(
            rule("(apple or pear) and not apple", "pear"),
            Kind.NEVER_TRUE,
            "(apple",
            id="each alternative is excluded, one here and one there",
        ),
        pytest.param(rule("cuts", "cut* or tax"), Kind.SHADOWED, "cut*", id="unless is wider"),
        pytest.param(
            rule("title:(cuts price)", "cut*"), Kind.SHADOWED, "cut*", id="and looks in more fields"
        ),
        pytest.param(rule("降价", "tax or 价"), Kind.SHADOWED, "tax", id="Chinese text inside Chinese text"),
        pytest.param(rule('"price cut"', "cut"), Kind.SHADOWED, "cut", id="a word of a phrase"),
        pytest.param(
            rule("cut then/2 price and tax", "price near/4 cut"), Kind.SHADOWED, "price", id="a wider near"
        ),
        pytest.param(
            rule("tax and (cuts or rate)", "cut*"),
            Kind.DEAD_ALTERNATIVE,
            "cuts",
            id="an alternative in unless",
        ),
        pytest.param(
            rule("not cut and (cut or rate)"), Kind.DEAD_ALTERNATIVE, "cut", id="an alternative below not"
        ),
        pytest.param(
            rule("cut <openai>", "tax and not <lab>"),
            Kind.NEVER_EXCLUDES,
            "tax",
            id="unless lacks what it must",
        ),
        pytest.param(rule("tax", "$cut or cuts"), Kind.REPEATED, "cuts", id="excluded twice"),
        pytest.param(rule("tax", "cuts or rate or cut*"), Kind.REPEATED, "cuts", id="and by the later one"),
        pytest.param(rule("tax not cuts", "rate or cut*"), Kind.REPEATED, "cuts", id="in not and in unless"),
        pytest.param(rule("(prices or $price) tax"), Kind.REPEATED, "prices", id="asked for twice"),
        pytest.param(rule("(AI芯片 or gpt5) or GPT-5"), Kind.REPEATED, "GPT-5", id="one phrase, two ways"),
        pytest.param(rule("the or tax"), Kind.COMMON_WORD, "the", id="a word of every text"),
        pytest.param(rule("tax", "和"), Kind.COMMON_WORD, "和", id="a character of every text"),
        pytest.param(rule("x"), Kind.COMMON_WORD, "x", id="a letter by itself"),
        pytest.param(rule("ab* tax"), Kind.SHORT_STEM, "ab*", id="two letters and a star"),
        pytest.param(rule("title:Gemini"), Kind.AMBIGUOUS_NAME, "Gemini", id="an ambiguous name by itself"),
    ],
)
def test_what_does_nothing_is_found_where_it_stands(written: RuleSource, kind: Kind, at: str) -> None:
    assert (kind.value, at) in kinds(written, terms={**TERMS, "more": ["price", "cost"]})


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(rule("cut* not cuts"), id="excludes a narrower word"),
        pytest.param(rule("cut", "title:cut"), id="excludes it in one field of two"),
        pytest.param(rule("<lab> not <openai>"), id="excludes one of a type"),
        pytest.param(rule("cut* outside (cutter or cutlery)"), id="outside some words"),
        pytest.param(rule("cut near/4 price", "cut near/3 price"), id="excludes a narrower near"),
        pytest.param(rule("cut near/4 price", "cut near/s price"), id="a sentence is another measure"),
        pytest.param(rule("$cut near/2 tax", "(cut or cuts or 降价) then/2 tax"), id="excludes one order"),
        pytest.param(rule("=Cut", "=cut"), id="another case"),
        pytest.param(rule('(price or "price cut") near/2 tax'), id="a phrase shows more than its word"),
        pytest.param(rule("(<openai> or <lab>) near/2 tax"), id="a name in a longer one beside near"),
        pytest.param(rule("(降价 or 价) tax"), id="longer Chinese text shows more"),
        pytest.param(rule("Gemini Google"), id="an ambiguous name beside another word"),
        pytest.param(rule("=X or tax"), id="a letter as written"),
        pytest.param(rule("cut then/1 to"), id="a small word near another"),
        pytest.param(rule("ai* near/2 tax"), id="a short stem near another"),
        pytest.param(rule("tax not (cut price)", "cut tax"), id="excluded with one and with another"),
    ],
)
def test_a_sound_rule_is_left_alone(written: RuleSource) -> None:
    assert found(written) == []


def test_a_rule_that_can_never_match_is_an_error_and_all_else_a_warning() -> None:
    severities = {
        each.kind: each.problem.severity for each in found(rule("cuts", "cut*"), rule("the", id="b"))
    }

    assert severities == {Kind.SHADOWED: Severity.ERROR, Kind.COMMON_WORD: Severity.WARNING}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(
            rule("$cut near/3 price* <lab>", "tax or rate"),
            rule("<lab> $cut near/3 price*", "rate or tax", id="two", line=9),
            [("duplicate", 9)],
            id="the same in another order",
        ),
        pytest.param(
            rule("cuts price"), rule("cut*", id="two", line=9), [("contained", 1)], id="one asks for more"
        ),
        pytest.param(
            rule("cut"), rule("cut", "tax", id="two", line=9), [("contained", 9)], id="one excludes more"
        ),
        pytest.param(
            rule("cuts", score=4), rule("cut*", id="two", line=9), [], id="the narrower one scores more"
        ),
        pytest.param(
            rule("cuts price"), rule("cut*", "tax", id="two", line=9), [], id="the wider one excludes"
        ),
        pytest.param(
            rule("title:价格"), rule("价", id="two", line=9), [("contained", 1)], id="Chinese in one field"
        ),
        pytest.param(
            rule("cut near/2 tax"),
            rule("tax near/5 cut", id="two", line=9),
            [("contained", 1)],
            id="nearer, and the other way round",
        ),
    ],
)
def test_rules_that_say_no_more_than_another_are_named(
    first: RuleSource, second: RuleSource, expected: list[tuple[str, int]]
) -> None:
    assert [(each.kind.value, each.problem.place.line) for each in found(first, second)] == expected


def test_odd_terms_of_a_set_are_named() -> None:
    terms = {"cut": ["cuts", "cut*", "Price cut", "price-cut", "price cuts", "降价", "降", "the", "x"]}

    told = [
        (each.kind.value, each.problem.what, each.problem.hint) for each in found(terms={**TERMS, **terms})
    ]

    assert told == [
        ("doubled-term", "`price-cut` adds nothing to term set `cut`", "`Price cut` is the same"),
        ("covered-term", "`cuts` adds nothing to term set `cut`", "`cut*` finds it as well"),
        (
            "common-word",
            "`the` of term set `cut` stands in almost every text",
            "write a phrase, or what it must stand near",
        ),
    ]


def test_a_rule_that_never_matches_is_reported_once() -> None:
    assert kinds(
        rule("cut", id="a"), rule("cuts and (price or prices or price*)", "cut* or rate", id="b", line=9)
    ) == [("shadowed", "cut*")]


@pytest.mark.parametrize(
    ("when", "kind", "at"),
    [
        pytest.param("price signal:off", Kind.NEVER_TRUE, "price", id="all of a rule"),
        pytest.param("降价 or signal:off", Kind.DEAD_ALTERNATIVE, "signal:off", id="one alternative"),
    ],
)
def test_a_clause_that_asks_for_a_signal_that_is_off_holds_nowhere(when: str, kind: Kind, at: str) -> None:
    (finding,) = lint(signals(rule(when), off=["off"]))

    assert (finding.kind, finding.problem.hint) == (
        kind,
        "no rule in force shows the signal that it asks for",
    )
    assert _at_caret(finding).startswith(at)


def test_terms_that_stand_only_near_others_may_be_common() -> None:
    assert found(rule("$small near/2 tax"), terms={**TERMS, "small": ["the", "ab*"]}) == []


def test_sets_and_entities_that_no_rule_uses_are_named_with_their_layer() -> None:
    source = definitions(
        "$cut or <vendor>",
        terms={"cut": ["cut"], "spare": ["one"]},
        entities=[*ENTITIES, entity("fund", "A Fund", type="investor", layer="user")],
        groups={"vendor": ("lab", "gemini")},
    )

    assert [(each.kind, each.layer, each.problem.what) for each in lint(source)] == [
        (Kind.UNUSED_TERMS, "pack", "no rule uses term set `spare`"),
        (Kind.UNUSED_ENTITY, "user", "no rule speaks of <fund>, nor of its type <investor> or a group of it"),
    ]


def test_rules_that_matched_nothing_of_late_are_named() -> None:
    source = definitions(rule("cut", id="a"), rule("price", id="b", line=7))

    (finding,) = silent(source, {("s", "a"), ("other", "b")}, 30)

    assert finding.problem.what == "rule `b` of `s` matched nothing in 30 days"
    assert finding.problem.place == Place(FILE, 7, 1)


WORDS = ["cut", "cuts", "Cut", "cutlery", "price", "降价", "降", "自回归", "回归", "C++", "OpenAI", "xAI"]
GLUE = [" ", " ", "-", ", ", "。", ""]
PLAIN = (
    *("cut", "cuts", "cut*", "*uts", "=Cut", "=cut", '"cut price"', '"cut* price*"', "price", "降价", "降"),
    *("回归", "自回归", '"C++"', "c", "$cut", "$some", "<lab>", "<openai>"),
)
leaves = st.sampled_from([*PLAIN, "title:cut", "title:cut*", "lead:cut", "lead:$cut"])
sides = st.one_of(leaves, st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} or {pair[1]})"))
operators = st.sampled_from(["near/1", "near/3", "then/3", "near/s", "outside"])
clauses = st.one_of(
    leaves, leaves, st.tuples(sides, operators, sides).map(lambda parts: f"({' '.join(parts)})")
)
expressions = st.recursive(
    clauses,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} or {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and not {pair[1]})"),
        inner.map(lambda each: f"(not {each})"),
    ),
    max_leaves=4,
)
texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(GLUE)), max_size=7).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
REGISTER = {
    "terms": {"cut": ["cut", "cuts", "降价"], "some": ["cut*", "降", "回归"]},
    "entities": [entity("openai", "OpenAI"), entity("xai", "xAI")],
}


@settings(max_examples=200, deadline=None)
@given(expressions, expressions, st.lists(st.tuples(texts, texts), min_size=3, max_size=6))
@example("(cut near/3 price)", "(price near/3 cut)", [("cut price", ""), ("price cut", "")])
@example("(cut outside cut*)", "(cut and not cut)", [("cut", ""), ("cuts", "cut cuts")])
def test_what_is_said_of_two_clauses_holds_in_every_text(
    one: str, other: str, pairs: list[tuple[str, str]]
) -> None:
    # The author's name stands in every item, so that a clause that only excludes is a rule, too.
    rules = [rule(f"author:ann and {text}", id=str(at)) for at, text in enumerate((one, other))]
    source = definitions(*rules, **REGISTER)  # type: ignore[arg-type]
    try:
        ruleset = compile_rules(source)
    except ConfigError:
        assume(False)
    senses = Senses(source)
    first, second = (senses.of(parse(text), text) for text in (one, other))

    for title, summary in pairs:
        thing = item(title, summary, author="ann")
        held = {id for match in match_item(ruleset, thing, feed(panel=Panel.AI)) for id in match.rules}  # noqa: A001  (the rule's own word)
        assert not (senses.implies(first, second) and "0" in held and "1" not in held)
        assert not (senses.excludes([first], second) and {"0", "1"} <= held)
        assert not (senses.never(first) and "0" in held)


@settings(max_examples=150, deadline=None)
@given(
    expressions, st.one_of(st.none(), expressions), st.lists(st.tuples(texts, texts), min_size=2, max_size=5)
)
def test_a_rule_that_lint_says_never_matches_never_does(
    when: str, unless: str | None, pairs: list[tuple[str, str]]
) -> None:
    source = definitions(rule(when, unless), **REGISTER)  # type: ignore[arg-type]
    try:
        ruleset = compile_rules(source)
    except ConfigError:
        assume(False)

    grave = [each for each in lint(source) if each.grave]

    for title, summary in pairs:
        assert not (grave and match_item(ruleset, item(title, summary), feed(panel=Panel.AI)))


SHOWING = definitions(*(rule(leaf, id=str(at)) for at, leaf in enumerate(PLAIN)), **REGISTER)  # type: ignore[arg-type]

RULES = compile_rules(SHOWING)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_a_word_that_another_shows_is_shown_by_it_in_every_text(title: str) -> None:
    senses = Senses(SHOWING)
    made = {leaf: senses.of(parse(leaf), leaf) for leaf in PLAIN}
    pairs = [
        (one, two) for one in PLAIN for two in PLAIN if one != two and senses.shows(made[one], made[two])
    ]
    found = match_item(RULES, item(title), feed(panel=Panel.AI))
    hits = [hit for match in found for hit in match.hits]

    assert ("cuts", "cut*") in pairs
    for one, two in pairs:
        outer = [hit for hit in hits if hit.clause == two]
        for inner in (hit for hit in hits if hit.clause == one):
            assert any(hit.start <= inner.start and inner.end <= hit.end for hit in outer)
