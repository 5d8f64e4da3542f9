"""Random rules on random texts: the matcher agrees with a plain reference, in truth and in every hit."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from reference import evaluate
from written import SEEN, definitions, entity, feed, item, rule, signals

from tracker.errors import ConfigError
from tracker.model import Item, Panel
from tracker.rules import compile_rules, match_item
from tracker.rules.source import AliasSource
from tracker.rules.syntax import FIELDS, parse
from tracker.rules.tree import (
    Aged,
    And,
    Expression,
    Figured,
    Named,
    Near,
    Not,
    Or,
    Outside,
    Regex,
    Scoped,
    Term,
    Terms,
    Told,
)
from tracker.text import Kind, tokenise

WORDS = [
    "cut",
    "cuts",
    "Cut",
    "price",
    "prices",
    "AI",
    "ai",
    "Open",
    "gpt",
    "GPT",
    "c",
    "C++",
    "5",
    "5.5",
    "50",
]
HAN = ["降价", "降", "价", "回归", "自回归", "自", "阿里", "阿里云", "云"]
GLUE = [" ", " ", " ", "-", "", ", ", ". ", "。", "，", "\n", "'s ", "% ", " $", " .", "/"]
NAMES = ["OpenAI", "Open AI", "XAI", "xAI", "Meta", "Meta AI"]

texts = st.lists(st.tuples(st.sampled_from(WORDS + HAN + NAMES), st.sampled_from(GLUE)), max_size=9).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)
leaves = st.sampled_from(
    [
        *("cut", "cut*", "*ts", "pric*", "*u*", "AI", "=AI", "=cut*", "GPT-5.5", "gpt5", "5", "5*"),
        *("降价", "回归", "云", "c", "C++", '".c"', '"% cut"', '"$cut"', '"ai/gpt"'),
        *(
            '"cut price"',
            '"cut* price*"',
            '"*t *ice"',
            '"降 价"',
            '"gpt 降价"',
            '"gpt* 降价"',
            "阿里ai",
            '"5 c*"',
        ),
        *("$cut", "$price", "<lab>", "<openai>", "<meta>", "<vendor>", "<xai>", "<alibaba>"),
        *("/cuts?/", r"/\bpric\w+/", "/C.T/i", r"/\d+/", "/降价?/", r"/\bAI\b/", "/[A-Z][a-z]+/", r"/\w+%/"),
        *("/(cut|price).{0,3}(AI|gpt)/", r"/GPT-?\d(\.\d)?/i", "/阿里[^云]/", "/a|e.*5/", r"/\S \S/"),
        *("<money>", "<percent>", "<percent>", "<count>", "<date>"),
    ]
)
fields = st.sampled_from(["", "", "", "title:", "lead:", "content:"])
sides = st.one_of(
    leaves,
    st.lists(leaves, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
    st.tuples(leaves, leaves).map(lambda pair: f"({pair[0]} outside {pair[1]})"),
)
operators = st.sampled_from(["near/1", "near/2", "near/4", "then/1", "then/3", "near/s", "then/s", "outside"])
clauses = st.one_of(
    st.tuples(fields, leaves).map("".join),
    st.tuples(fields, sides, operators, sides).map(lambda parts: f"{parts[0]}({' '.join(parts[1:])})"),
)
whole = st.sampled_from(["signal:other", "age<7d", "age>=2d", "age<=48h", "not age>1w", "not signal:other"])
expressions = st.recursive(
    st.one_of(clauses, clauses, clauses, whole),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' '.join(parts)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} and not {pair[1]})"),
    ),
    max_leaves=5,
)
REGISTER = {
    "terms": {"cut": ["cut", "cuts", "降价", "降"], "price": ["price*", "价", "50"]},
    "entities": [
        entity("openai", "OpenAI", "Open AI"),
        entity("xai", "xAI", AliasSource("XAI", needs=("gpt",), unless=("price",), ambiguous=True)),
        entity("meta", "Meta AI", AliasSource("Meta", needs=("AI", "云"), ambiguous=True, any_case=True)),
        entity(
            "alibaba",
            "阿里云",
            AliasSource("阿里", not_in=("阿里自",)),
            AliasSource("回归", not_in=("自回归",)),
            type="cloud",
        ),
    ],
    "groups": {"vendor": ("lab", "cloud")},
}


published = st.sampled_from([None, *(SEEN - timedelta(days=days) for days in (0, 2, 7, 30))])
REAL = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    expressions,
    st.one_of(st.none(), clauses),
    clauses,
    st.builds(item, texts, texts, texts, published=published),
    st.sampled_from([Panel.AI, Panel.GENERAL]),
)
@example("cut near/1 price", None, "cut", item("cut price"), Panel.AI)
@example("回归 outside 自回归", None, "cut", item("自回归, 回归"), Panel.AI)
@example("signal:other or title:cut", None, "/c.t/ near/1 price", item("cut", "cut price"), Panel.AI)
def test_the_matcher_agrees_with_the_reference(
    when: str, unless: str | None, other: str, thing: Item, panel: Panel
) -> None:
    agree(when, unless, other, thing, panel)


@REAL
@given(
    st.data(),
    st.lists(expressions, min_size=2, max_size=2),
    st.sampled_from([" ", " or ", " not "]),
    st.sampled_from([Panel.AI, Panel.GENERAL]),
)
def test_the_matcher_agrees_with_the_reference_on_real_texts(
    archive: list[Item], data: st.DataObject, parts: list[str], operator: str, panel: Panel
) -> None:
    thing = data.draw(st.sampled_from(archive))
    words = [token.text for token in tokenise(thing.title) if token.kind is Kind.WORD] or ["cut"]
    word = data.draw(st.sampled_from(words))

    agree(operator.join((f"({parts[0]})", f"({parts[1]})")), None, word, thing, panel)
    agree(
        f"{word} near/9 <money> or (/{word[:2]}[a-z]+ [a-zA-Z]/i and signal:other)", None, word, thing, panel
    )


@given(expressions)
def test_what_is_printed_from_a_tree_is_read_as_that_tree(text: str) -> None:
    tree = parse(text)

    assert printed(parse(printed(tree))) == printed(tree)


@pytest.fixture(scope="session")
def archive(shared: Path) -> list[Item]:
    """Some items of the archive, of both languages, without what the reference does not read."""
    with gzip.open(shared / "data/archive.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 0, None, 40)]
    plain = [row for row in rows if ODD.search(row["title"] + row["summary"]) is None]
    return [
        item(row["title"], row["summary"], published=SEEN - timedelta(hours=at))
        for at, row in enumerate(Random(4).sample(plain, 300))
    ]


ODD = re.compile("[^\\n -~\u2010-\u201f\u3001-\u300f\u4e00-\u9fff！，：；（）？]")


def agree(when: str, unless: str | None, other: str, thing: Item, panel: Panel) -> None:
    """Both find the same, or the rule is no rule."""
    rules = (rule(when, unless), rule(other, signal="other"))
    named = definitions(**REGISTER)  # type: ignore[arg-type]
    source = replace(named, signals=signals(*rules).signals)
    try:
        compiled = compile_rules(source)
    except ConfigError:
        assume(False)

    found = match_item(compiled, thing, feed(panel=panel))

    expected = evaluate(when, unless, source, thing, panel)
    assert [set(match.hits) for match in found if match.signal == "s"] == (
        [] if expected is None else [expected]
    )


def printed(tree: Expression) -> str:
    """A tree as text, with parentheses around everything that has parts."""
    match tree:
        case Term():
            return f'{"=" if tree.exact else ""}"{tree.text}"'
        case Terms():
            return f"${tree.name}"
        case Named():
            return f"<{tree.name}>"
        case Figured():
            return f"<{tree.kind}>"
        case Regex():
            return f"/{tree.text}/{'i' if tree.any_case else ''}"
        case Told():
            return f"signal:{tree.key}"
        case Aged():
            return f"age{tree.operator}{tree.span // timedelta(hours=1)}h"
        case Scoped():
            (name,) = (name for name, fields in FIELDS.items() if fields == tree.fields)
            return f"{name}:({printed(tree.inner)})"
        case Not():
            return f"(not {printed(tree.inner)})"
        case And() | Or():
            return f"({(' and ' if isinstance(tree, And) else ' or ').join(map(printed, tree.parts))})"
        case Outside():
            return f"({printed(tree.left)} outside {printed(tree.right)})"
        case Near():
            operator = f"{'then' if tree.ordered else 'near'}/{tree.words or 's'}"
            return f"({printed(tree.left)} {operator} {printed(tree.right)})"
