"""Random rules on random texts: the matcher agrees with a plain reference, in truth and in every hit."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from reference import evaluate
from written import definitions, entity, feed, item, rule

from tracker.errors import ConfigError
from tracker.model import Item, Panel
from tracker.rules import compile_rules, match_item
from tracker.rules.source import AliasSource

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
expressions = st.recursive(
    clauses,
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


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    expressions,
    st.one_of(st.none(), clauses),
    texts,
    texts,
    texts,
    st.sampled_from([Panel.AI, Panel.GENERAL]),
)
@example("cut near/1 price", None, "cut price", "", "", Panel.AI)
@example("回归 outside 自回归", None, "自回归, 回归", "", "", Panel.AI)
def test_the_matcher_agrees_with_the_reference(
    when: str, unless: str | None, title: str, summary: str, content: str, panel: Panel
) -> None:
    source = definitions(rule(when, unless), **REGISTER)  # type: ignore[arg-type]
    try:
        rules = compile_rules(source)
    except ConfigError:
        assume(False)
    thing: Item = item(title, summary, content)

    found = match_item(rules, thing, feed(panel=panel))

    expected = evaluate(when, unless, source, thing, panel)
    assert [set(match.hits) for match in found] == ([] if expected is None else [expected])
