"""What `explain` says of every rule: the matcher's verdict and hits, and of a miss what was missing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_rules_reference import REGISTER, clauses, expressions, published, texts
from written import definitions, entity, feed, item, rule, signals

from tracker import shipped
from tracker.config.load import load_config
from tracker.errors import ConfigError
from tracker.model import Feed, Item, Panel
from tracker.rules import compile_rules, match_item
from tracker.rules.explain.explain import Explanation, RuleTrace, Verdict, explain
from tracker.rules.explain.trace import Traced, leaves
from tracker.rules.fields import matched_text
from tracker.rules.source import AliasSource, Definitions

TERMS = {"cut": ["cut", "cuts", "降价"], "price": ["price", "pricing"]}
ENTITIES = [
    entity("openai", "OpenAI", type="lab"),
    entity(
        "meta-ai",
        "Meta AI Cloud",
        AliasSource("Meta", needs=("llama", "模型"), unless=("metadata",), ambiguous=True),
    ),
    entity("cloud", "AI Cloud", type="cloud"),
    entity("return", AliasSource("回归", not_in=("自回归",)), type="model"),
]


def explained(
    when: str,
    title: str = "",
    summary: str = "",
    content: str = "",
    *,
    unless: str | None = None,
    **feed_parts: object,
) -> RuleTrace:
    """The trace of one rule."""
    source = definitions(rule(when, unless), terms=TERMS, entities=ENTITIES)
    told = explain(compile_rules(source), source, item(title, summary, content), feed(**feed_parts))
    (only,) = (*told.matched, *told.vetoed, *told.missed)
    return only


def missed(
    when: str, title: str = "", summary: str = "", content: str = "", **feed_parts: object
) -> tuple[str, str]:
    """Why the whole of a rule did not hold: the code and the words."""
    miss = explained(when, title, summary, content, **feed_parts).when.miss  # type: ignore[arg-type]
    assert miss is not None
    return miss.code, miss.text


def nodes(traced: Traced) -> Iterator[Traced]:
    yield traced
    for part in traced.parts:
        yield from nodes(part)


def agrees(told: Explanation, matches: tuple[object, ...], thing: Item, source: Feed) -> None:
    """The trace says of every rule what the matcher says, and quotes the text."""
    assert told.matches == matches
    by_signal = {match.signal: match for match in told.matches}
    hits: dict[str, set[object]] = {}
    for each in told.matched:
        assert each.rule in by_signal[each.signal].rules
        hits.setdefault(each.signal, set()).update(each.when.hits)
    assert hits == {signal: set(match.hits) for signal, match in by_signal.items()}
    assert sum(len(match.rules) for match in told.matches) == len(told.matched)
    for each in (*told.matched, *told.vetoed, *told.missed):
        assert (each.nearness == 1) is (each.verdict is not Verdict.MISSED)
        assert 0 <= each.nearness <= 1
        for node in (*nodes(each.when), *(nodes(each.unless) if each.unless else ())):
            assert node.miss is None or (node.hits == () and 0 <= node.miss.near < 1)
            for hit in (*node.hits, *(node.miss.seen if node.miss else ())):
                assert matched_text(hit.field, thing, source)[hit.start : hit.end] == hit.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    st.lists(st.tuples(expressions, st.one_of(st.none(), clauses)), min_size=1, max_size=3),
    clauses,
    st.builds(item, texts, texts, texts, published=published),
    st.sampled_from(Panel),
)
def test_every_verdict_and_hit_is_the_matchers(
    written: list[tuple[str, str | None]], other: str, thing: Item, panel: Panel
) -> None:
    rules = [rule(when, unless, id=f"r{number}") for number, (when, unless) in enumerate(written)]
    rules.append(rule(other, id="other", signal="other"))
    named = definitions(**REGISTER)  # type: ignore[arg-type]
    source = replace(named, signals=signals(*rules).signals)
    try:
        ruleset = compile_rules(source)
    except ConfigError:
        assume(False)
    publisher = feed(panel=panel)

    told = explain(ruleset, source, thing, publisher)

    agrees(told, match_item(ruleset, thing, publisher), thing, publisher)


def test_the_pack_over_real_items_has_the_matchers_verdicts(shared: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("use: ai-industry/signals\nfeeds: []\n", "utf-8")
    source: Definitions = load_config(config, env={}, seeds=shipped.seeds()).definitions
    ruleset = compile_rules(source)
    with gzip.open(shared / "data" / "archive.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for number, line in enumerate(lines) if number % 7_000 == 0]

    for number, row in enumerate(rows):
        publisher = feed(panel=list(Panel)[number % 2])
        thing = item(row["title"], row["summary"], link=row["link"], lang=row["lang"])
        agrees(
            explain(ruleset, source, thing, publisher),
            match_item(ruleset, thing, publisher),
            thing,
            publisher,
        )


@pytest.mark.parametrize(
    ("when", "fields", "code", "told"),
    [
        pytest.param(
            "$cut near/4 $price",
            ("OpenAI cuts what it asks big customers for: price lists",),
            "too far",
            '"cuts" at title 7 and "price" at title 44 stand 7 words apart (at most 4)',
            id="near: how many words apart",
        ),
        pytest.param(
            "降价 near/2 模型",
            ("降价的是一款全新的模型",),
            "too far",
            '"降价" at title 0 and "模型" at title 9 stand 4.5 words apart (at most 2)',
            id="near: two Chinese characters are one word",
        ),
        pytest.param(
            "$cut near/s $price",
            ("They cut again. The price rose.",),
            "different sentences",
            '"cut" at title 5 and "price" at title 20 stand in different sentences',
            id="near/s: different sentences",
        ),
        pytest.param(
            "$cut near/8 $price",
            ("OpenAI cuts again", "Its price list is out"),
            "different fields",
            '"cuts" at title 7 and "price" at lead 4 stand in different fields; both must stand in one',
            id="near: different fields",
        ),
        pytest.param(
            "$cut then/8 $price",
            ("The price was cut",),
            "wrong order",
            '"cut" at title 14 stands behind "price" at title 4, but must stand before it',
            id="then: the wrong order",
        ),
        pytest.param(
            "$cut near/8 $price",
            ("OpenAI cuts jobs",),
            "side missing",
            '"cuts" at title 7 is there, the other side is not: $price: none of price, pricing is in the '
            "title or lead",
            id="near: one side is missing",
        ),
        pytest.param(
            "cut near/3 cut",
            ("One cut",),
            "overlap",
            '"cut" at title 4 and "cut" at title 4 share letters',
            id="near: one word is not two",
        ),
        pytest.param(
            'join* outside "sql join*"',
            ("An SQL join explained",),
            "inside other words",
            '"join" at title 7 is there, but it lies in "SQL join" at title 3, which does not count',
            id="outside: where every hit lies",
        ),
        pytest.param(
            "回归 outside 自回归",
            ("自回归模型",),
            "inside other words",
            '"回归" at title 1 is there, but it lies in "自回归" at title 0, which does not count',
            id="outside in Chinese",
        ),
        pytest.param(
            "title:price",
            ("OpenAI moves", "Its price fell"),
            "another field",
            '"price" at lead 4, but the rule looks in the title only',
            id="a word in another field",
        ),
        pytest.param(
            "price",
            ("OpenAI moves", "A summary", "The price fell"),
            "another field",
            '"price" at content 4, but the rule looks in the title or lead only',
            id="a word past the lead",
        ),
        pytest.param(
            "price",
            ("Prices rise",),
            "another form",
            '"Prices" at title 0 stands there; price* would find it',
            id="a plural",
        ),
        pytest.param(
            "$price",
            ("How it is priced",),
            "another form",
            '"priced" at title 10 stands there; price* would find it',
            id="another ending of a word of a set",
        ),
        pytest.param(
            '"rolls out"',
            ("OpenAI rolls agents out",),
            "not in a row",
            '"rolls" at title 7, "out" at title 20 do not stand in a row; rolls near/8 out would find them',
            id="a phrase with words between",
        ),
        pytest.param(
            '"price cut"',
            ("Two price cuts",),
            "another form",
            '"price cuts" at title 4 stands there; "price cut*" would find it',
            id="a phrase with another ending",
        ),
        pytest.param(
            "降价",
            ("云厂商降低价格",),
            "not in a row",
            '"降低价" at title 3 stands there; 降 near/3 价 would find it',
            id="Chinese characters with others between",
        ),
        pytest.param(
            "开源模型",
            ("新模型今日开源",),
            "not in a row",
            '"模型今日开源" at title 1 stands there; 开源 near/3 模型 would find it',
            id="a Chinese phrase turned round",
        ),
        pytest.param(
            "=Gemini",
            ("A gemini season",),
            "another case",
            '"gemini" at title 2 stands in another case; Gemini without = finds any',
            id="as written, in another case",
        ),
        pytest.param(
            "<openai>",
            ("openai cuts again",),
            "another case",
            '"openai" at title 0 stands there, but the name counts as written: OpenAI',
            id="a name in another case",
        ),
        pytest.param(
            "<meta-ai>",
            ("Meta cuts prices",),
            "ambiguous name",
            '"Meta" at title 0 is an ambiguous name of <meta-ai>: it counts only beside llama or 模型, '
            "or beside its name Meta AI Cloud, or on a feed of `panel: ai`",
            id="an ambiguous name without its context",
        ),
        pytest.param(
            "<meta-ai>",
            ("Meta in metadata, llama",),
            "name vetoed",
            '"Meta" at title 0 does not count as <meta-ai> where "metadata" at title 8 stands',
            id="a name beside words that exclude it",
        ),
        pytest.param(
            "<return>",
            ("自回归模型",),
            "longer word",
            '"回归" at title 1 does not count in 自回归',
            id="a name inside a longer word",
        ),
        pytest.param(
            "<cloud>",
            ("Meta AI Cloud opens",),
            "longer name",
            '"AI Cloud" at title 5 lies in Meta AI Cloud, a name of <meta-ai>; the longest name counts',
            id="a name inside a longer name",
        ),
        pytest.param(
            "<meta-ai>",
            ("A meta study",),
            "not found",
            "no name of it is in the title or lead",
            id="an ambiguous name in another case is none",
        ),
        pytest.param(
            "<openai>",
            ("An openaiish xopenai text",),
            "not found",
            "no name of it is in the title or lead",
            id="a name inside a word is none",
        ),
        pytest.param(
            "cut near/2 price",
            ("A cut of one, two, three, four and of price. Again the cut and then the price",),
            "too far",
            '"price" at title 38 and "cut" at title 55 stand 3 words apart (at most 2)',
            id="near: of several pairs the nearest",
        ),
        pytest.param(
            "price not $cut",
            ("The price cut",),
            "excluded",
            '1 of its 2 parts hold; not $cut: what it excludes is there: "cut" at title 10',
            id="not: what it found",
        ),
        pytest.param(
            "title:/gpt-[0-9]/i",
            ("OpenAI moves", "GPT-6 is out"),
            "another field",
            '"GPT-6" at lead 0, but the rule looks in the title only',
            id="a pattern in another field",
        ),
        pytest.param(
            "/gpt-[0-9]/",
            ("A day",),
            "not found",
            "the pattern finds nothing in the title or lead",
            id="a pattern",
        ),
        pytest.param(
            "title:<money>",
            ("OpenAI raises money", "It is $5 billion"),
            "another field",
            '"$5 billion" at lead 6, but the rule looks in the title only',
            id="a figure in another field",
        ),
        pytest.param(
            "<percent>", ("A day",), "not found", "no percent figure is in the title or lead", id="a figure"
        ),
        pytest.param(
            "price age<7d",
            ("The price",),
            "no date",
            "1 of its 2 parts hold; age<7d: the item has no date, so nobody knows its age",
            id="the age of an item without a date",
        ),
        pytest.param(
            "price", ("A quiet day",), "not found", "is not in the title or lead", id="nothing at all"
        ),
    ],
)
def test_a_miss_says_what_stood_there_instead(
    when: str, fields: tuple[str, ...], code: str, told: str
) -> None:
    assert missed(when, *fields) == (code, told)


@pytest.mark.parametrize(
    ("when", "title"),
    [
        ("price", "Prices rise"),
        ("pricing", "The price"),
        ("price*", "Pricing"),
        ("study", "Two studies"),
        ("cut", "Cutting it"),
        ('"price cut"', "Two price cuts"),
        ('"rolls out"', "Out it rolls at last"),
        ("降价", "大幅降低了价格"),
        ("开源模型", "新模型今日开源"),
        ("开源模型", "模型开源"),
    ],
)
def test_what_is_said_to_find_it_does(when: str, title: str) -> None:
    _, told = missed(when, title)
    finder = told.partition("; ")[2].partition(" would find")[0]

    assert explained(finder, title).verdict is Verdict.MATCHED


@pytest.mark.parametrize(("when", "title"), [("new", "The news"), ("meter", "A metal"), ("降价", "降。价格")])
def test_words_that_only_look_alike_are_no_other_form(when: str, title: str) -> None:
    assert missed(when, title)[0] == "not found"


def test_rules_are_ranked_by_how_near_they_came() -> None:
    rules = [
        rule("agents and talent", id="nothing"),
        rule("openai and agents", "price", id="vetoed besides"),
        rule("openai and agents", id="by a common word"),
        rule("openai and talent", id="by a common word, too"),
        rule("openai and million and agents", id="by a rare word"),
        rule("openai and million and tokens near/2 price", id="by a word's distance"),
        rule("openai", "million", id="vetoed"),
        rule("million and openai", id="matched"),
    ]
    source = definitions(*rules)

    told = explain(compile_rules(source), source, item("OpenAI: the price of a million tokens"), feed())

    assert [each.rule for each in told.matched] == ["matched"]
    assert [each.rule for each in told.vetoed] == ["vetoed"]
    assert [each.rule for each in told.missed] == [
        "by a word's distance",
        "by a rare word",
        "by a common word",
        "by a common word, too",
        "vetoed besides",
        "nothing",
    ]
    assert told.missed[-1].nearness == 0


def test_only_wanted_rules_are_told_and_they_come_as_near_as_among_all() -> None:
    source = definitions(rule("openai and price", id="one"), rule("openai and cut", id="two"))
    rules, thing = compile_rules(source), item("OpenAI")

    every = explain(rules, source, thing, feed())
    some = explain(rules, source, thing, feed(), lambda each: each.id == "two")

    assert some.missed == tuple(each for each in every.missed if each.rule == "two")


def test_a_clause_is_told_with_its_field_its_parts_and_what_they_found() -> None:
    told = explained("title:(price or cut) and <openai> not agents", "OpenAI: a price cut")

    assert [(each.kind, each.text, [hit.text for hit in each.hits]) for each in told.clauses] == [
        ("or", "title:(price or cut)", ["price", "cut"]),
        ("named", "<openai>", ["OpenAI"]),
        ("not", "not agents", []),
    ]
    assert [part.text for part in told.clauses[0].parts] == ["price", "cut"]


def test_a_vetoed_rule_tells_what_vetoed_it() -> None:
    told = explained("price", "How to read a price list", unless='title:"how to"')

    assert told.unless is not None
    assert (told.verdict, [hit.text for hit in told.unless.hits]) == (Verdict.VETOED, ["How to"])


@pytest.mark.parametrize(
    ("title", "summary", "farther", "nearer"),
    [
        pytest.param(
            "Cut one, two, three, four the price",
            "",
            "cut near/2 price",
            "cut near/4 price",
            id="whose limit the distance exceeds by less",
        ),
        pytest.param(
            "OpenAI: price",
            "",
            "openai agents",
            "price agents",
            id="for which rarer words speak (a third rule asks for OpenAI, too)",
        ),
        pytest.param(
            "A million, price, tokens",
            "",
            "(tokens or war) (tokens or peace) agents",
            "price million agents",
            id="for which more words speak: the same words speak once",
        ),
        pytest.param(
            "Gemini Pro, a million, price",
            "",
            'gemini "gemini pro" agents',
            "price million agents",
            id="for which more words speak: a word in a longer find is the same",
        ),
        pytest.param(
            "OpenAI",
            "Its price",
            "title:price title:agents title:talent",
            "openai agents and talent and chips and leases and laws and war and peace",
            id="of which a clause held",
        ),
    ],
)
def test_of_two_rules_the_nearer_is_the_one(title: str, summary: str, farther: str, nearer: str) -> None:
    source = definitions(
        rule(farther, id="farther"), rule(nearer, id="nearer"), rule("openai talent", id="z")
    )

    told = explain(compile_rules(source), source, item(title, summary), feed())

    assert [each.rule for each in told.missed if each.rule != "z"] == ["nearer", "farther"]


def test_what_stands_behind_outside_or_not_does_not_speak_for_a_rule() -> None:
    told = explained('join* outside "sql join*" not agents', "SQL join")

    assert [leaf.text for leaf in leaves(told.when)] == ["join*"]


def test_a_signal_that_is_off_is_said_to_be_off() -> None:
    source = signals(rule("price and signal:news"), off=["news"])

    (told,) = explain(compile_rules(source), source, item("a price"), feed()).missed

    assert [clause.miss and clause.miss.text for clause in told.clauses] == [None, "signal news is off"]
