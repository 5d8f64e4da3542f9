"""The sieve leaves out most items unscanned, and never one that a rule holds for."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from written import entity, feed, item, ruleset

from tracker.model import Item, Tier
from tracker.rules.fields import LEAD, lead_of
from tracker.rules.reading import Reading
from tracker.rules.scan import Scan
from tracker.rules.source import AliasSource
from tracker.text import sentence_ends

RULES = ruleset(
    "title:(cut and price)",
    "cut near/3 price",
    "title:cut and lead:(price or 降价)",
    "(title:cut and lead:price) or (author:ada and content:cut)",
    'content:("price* cut*" or C++ or =GPT)',
    "title:<lab> and (c or price)",
    "<lab> and not title:cut",
    "lead:(降价 outside 大降价) or tag:cut",
    "(url:price or feed:cut) and (any:gpt5 or tier:official)",
    "(cut and price) or (gpt and 降价) or (c and ada) or (url:cut and =AI) or (tag:gpt and lang:en)"
    " or (author:ada and gpt5 and price)",
    r"/pric\w+ cut/i and not title:/x/",
    r"(gpt5 or /Open ?AI/) and lead:/降价?/",
    "title:/c.t/ or (/GPT-?5/ near/3 price)",
    entities=[
        entity("openai", "OpenAI", "Open AI", type="lab"),
        entity("meta", AliasSource("Meta", ambiguous=True, needs=("gpt",)), type="lab"),
    ],
)
PIECES = [
    *(
        "cut",
        "CUT",
        "cuts",
        "price",
        "Prices",
        "ＰＲＩＣＥ",
        "pri\u200bce",
        "c",
        "C++",
        "GPT",
        "gpt5",
        "gpt-5",
        "ada",
    ),
    *(
        "AI",
        "OpenAI",
        "Open AI",
        "Open\u00a0AI",
        "Meta",
        "降价",
        "降價",
        "大降价",
        "en",
        "…",
        "™",
        "é",
        "e\u0301",
        "x",
    ),
]
texts = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", "  ", "\n", ", ", "-", "。", "'s "])),
    max_size=6,
).map(lambda parts: "".join(piece + glue for piece, glue in parts))
items = st.builds(
    item,
    texts,
    texts,
    texts,
    author=texts,
    link=texts,
    lang=texts,
    tags=st.lists(texts, max_size=2).map(tuple),
)


@settings(max_examples=200)
@given(items, texts, st.sampled_from([None, Tier.OFFICIAL]))
def test_a_rule_that_holds_is_possible(thing: Item, name: str, tier: Tier | None) -> None:
    source = feed(name=name, tier=tier)
    scan = Scan(RULES, thing, source)

    holds = [number for number, rule in enumerate(RULES.rules) if rule.when.holds(scan)]

    possible = RULES.sieve.possible(thing, source, Reading(RULES.lexicon))

    assert set(holds) <= set(RULES.beyond.in_turn(possible))


@pytest.mark.parametrize(
    ("when", "thing"),
    [
        ("title:(cut and price)", item("a cut", "of the price")),
        ("cut and price", item("a cut", "of the cost")),
        ("title:cut and lead:price", item("a price", "is cut")),
        ("title:cut and content:price", item("a cut", "of the price", "of the cost")),
        ("(cut and price) or (gpt and model)", item("cut model")),
        ("title:=AI and lead:price", item("ai", "price")),
        ("title:<openai> and cut", item("openais", "cut")),
    ],
)
def test_an_item_that_lacks_what_a_rule_asks_for_is_not_scanned(when: str, thing: Item) -> None:
    rules = ruleset(when, entities=[entity("openai", "OpenAI")])

    assert rules.sieve.possible(thing, feed(), Reading(rules.lexicon)) == []


@given(
    st.lists(st.sampled_from(["a", ". ", "。”", "\n \n", " b" * 50, "c" * 99, "?” )"]), max_size=60).map(
        "".join
    )
)
@example("a" * 540 + "." + ")" * 20 + " " + "b" * 300)
@example("a" * 549 + "。\n  \n" + "b" * 300)
def test_a_lead_ends_behind_its_last_whole_sentence(text: str) -> None:
    text = f"x{text}"  # a blank summary would not be taken
    ends = [end for end in sentence_ends(text[: LEAD + 1]) if end <= LEAD]

    lead = lead_of(item("t", text))

    assert lead == (text if len(text) <= LEAD else text[: ends[-1] if ends else LEAD])
