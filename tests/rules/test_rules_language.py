"""What a rule finds: one fact of the language per line."""

from __future__ import annotations

import pytest
from written import feed, found, hits, item, matches, rule, ruleset

from tracker.model import Field, Hit, Panel, ScorePart, Tier
from tracker.rules import lead_of

TERMS = {
    "cut": ["cut", "slash*", "lowers", "降价", "下调"],
    "price": ["price*", "per million tokens", "价格"],
}


@pytest.mark.parametrize(
    ("when", "title", "words"),
    [
        pytest.param("cut", "A CUT above", ["CUT"], id="a word is found in any case"),
        pytest.param("cut", "cutting, haircut", [], id="a word is a whole word"),
        pytest.param("cut*", "Cutting edge", ["Cutting"], id="a star matches the rest of the word"),
        pytest.param("*cut", "a haircut", ["haircut"], id="a star matches the start of the word"),
        pytest.param("*cut*", "haircuts", ["haircuts"], id="stars match on both sides"),
        pytest.param('"price cut"', "price cut, again", ["price cut"], id="a phrase is found"),
        pytest.param('"price cut"', "cut price", [], id="a phrase has an order"),
        pytest.param(
            '"price* cut*"', "prices cutting", ["prices cutting"], id="a star works inside a phrase"
        ),
        pytest.param('"*ing price"', "rising price", ["rising price"], id="a star starts a phrase"),
        pytest.param("GPT-5.5", "GPT5.5", ["GPT5.5"], id="a version needs no hyphen"),
        pytest.param("GPT5.5", "GPT 5.5 is out", ["GPT 5.5"], id="a version may be spaced"),
        pytest.param("GPT-5", "GPT-5.5", [], id="a version is not the start of another"),
        pytest.param("GPT-5*", "GPT-5.5", ["GPT-5.5"], id="with a star it is"),
        pytest.param("=AI", "AI for all", ["AI"], id="an equals sign asks for the case"),
        pytest.param("=AI", "Ai Weiwei", [], id="and finds no other case"),
        pytest.param("=AI", "MAIN", [], id="as written is still a whole word"),
        pytest.param('="Open AI"', "an Open AI day; open AI", ["Open AI"], id="a phrase can be as written"),
        pytest.param("降价", "宣布大降价了", ["降价"], id="Chinese text is found inside text"),
        pytest.param("降价", "大降價", ["降價"], id="in traditional characters, too"),
        pytest.param("降价", "下降，价格", [], id="but not across punctuation"),
        pytest.param("发布GPT", "正式发布 GPT-5", ["发布 GPT"], id="a mixed term is found with a space"),
        pytest.param("cut", "降价cut价格", ["cut"], id="Chinese text beside a word ends it"),
        pytest.param('"C++"', "C++20 and C", ["C++"], id="a sign is found as written"),
        pytest.param('"C++"', "vitamin c", [], id="and not left out"),
        pytest.param('".NET"', "try .net, not asp.net or net", [".net"], id="a leading dot starts a word"),
        pytest.param('"$AAPL"', "AAPL, $AAPL", ["$AAPL"], id="a quoted dollar sign is text"),
        pytest.param('"% off"', "50% OFF today, 50 off", ["% OFF"], id="signs take any case"),
        pytest.param("AT&T", "at&t beats AT T", ["at&t"], id="a sign inside a word counts"),
        pytest.param(
            "Anthropic", "Anthropic's plan", ["Anthropic"], id="the possessive is no part of a word"
        ),
        pytest.param("kg", "5㎏", ["㎏"], id="a hit names what was written"),
        pytest.param("café", "the cafe\u0301 bar", ["cafe\u0301"], id="with all its accents"),
        pytest.param('"a* c++"', "all c++ now", ["all c++"], id="signs stand behind a star inside a phrase"),
        pytest.param("下调 then/1 价格", "下调价格", ["下调", "价格"], id="Chinese neighbours touch"),
        pytest.param(
            '"cut price" near/s AI',
            "They cut. Price of AI",
            ["cut. Price", "AI"],
            id="a phrase may cross sentences",
        ),
        pytest.param(
            'price outside ("the cut price" or cut)',
            "the cut price",
            [],
            id="outside looks at the longest reach",
        ),
        pytest.param("strasse", "die Straße", ["Straße"], id="also where folding lengthens"),
        pytest.param("OpenAI", "Open\u200bAI", ["Open\u200bAI"], id="zero-width characters are ignored"),
        pytest.param("cut price", "price cut", ["price", "cut"], id="side by side means and"),
        pytest.param("cut AND price", "cut", [], id="and wants both"),
        pytest.param("cut or price", "a price", ["price"], id="or wants one"),
        pytest.param("cut NOT price", "cut it", ["cut"], id="not shows nothing"),
        pytest.param("cut not price", "cut a price", [], id="not vetoes"),
        pytest.param("cut (price or 价格)", "cut 价格", ["cut", "价格"], id="parentheses group"),
        pytest.param(
            "$cut $price", "slashed pricewise", ["slashed", "pricewise"], id="a term set is any of its terms"
        ),
        pytest.param(
            "$price",
            "$3 per million tokens",
            ["per million tokens"],
            id="an entry of several words is a phrase",
        ),
        pytest.param('"and"', "salt and pepper", ["and"], id="a quoted operator is a word"),
        pytest.param("cut near/2 price", "cut the price", ["cut", "price"], id="near counts words apart"),
        pytest.param("cut near/2 price", "cut all the price", [], id="near has a limit"),
        pytest.param(
            "cut near/1 price", "price cut", ["price", "cut"], id="neighbours are one apart, in any order"
        ),
        pytest.param("cut then/1 price", "price cut", [], id="then has an order"),
        pytest.param("cut then/3 price", "cut of a price", ["cut", "price"], id="then finds it"),
        pytest.param(
            "下调 near/2 价格", "下调一些价格", ["下调", "价格"], id="two Chinese characters are one word"
        ),
        pytest.param("下调 near/2 价格", "下调了一些价格", [], id="three are one and a half"),
        pytest.param("cut near/s price", "They cut it. A price", [], id="near/s stays in a sentence"),
        pytest.param(
            "cut near/s price", "They cut v1.5 at a price.", ["cut", "price"], id="a version ends none"
        ),
        pytest.param("降价 near/s 宣布", "宣布了。降价", [], id="Chinese sentences end, too"),
        pytest.param("回归 outside 自回归", "自回归模型", [], id="outside leaves out"),
        pytest.param("回归 outside 自回归", "回归，自回归", ["回归"], id="outside keeps the others"),
        pytest.param('join* outside "sql join"', "sql join, joins", ["joins"], id="outside a phrase"),
        pytest.param(
            "title:cut near/4 price", "cut the price", ["cut", "price"], id="a field holds for both sides"
        ),
    ],
)
def test_a_rule_finds(when: str, title: str, words: list[str]) -> None:
    assert found(when, title, terms=TERMS) == words


@pytest.mark.parametrize(
    ("when", "matches_it"),
    [
        pytest.param("summary", True, id="the lead is looked at"),
        pytest.param("content", False, id="the content is not, unless asked"),
        pytest.param("content:content", True, id="a field is asked for"),
        pytest.param("any:content", True, id="any field is"),
        pytest.param("title:summary", False, id="a field is only itself"),
        pytest.param("lead:(title or summary)", True, id="a field binds a group"),
        pytest.param("author:doe", True, id="the author"),
        pytest.param('url:"example.org/a"', True, id="the address"),
        pytest.param("url:https://example.org/a", True, id="an address needs no quotes"),
        pytest.param('feed:"daily news"', True, id="the feed's name"),
        pytest.param("feed:daily-id", True, id="the feed's id"),
        pytest.param("lang:zh", True, id="the language, by its main part"),
        pytest.param("tag:funding", True, id="a tag"),
        pytest.param("tier:official", True, id="the tier"),
        pytest.param("tier:wire", False, id="another tier"),
        pytest.param('"title summary"', False, id="a phrase stays in one field"),
        pytest.param("a near/3 content:content", True, id="a field on one side holds for the other"),
        pytest.param("title near/9 summary", False, id="near stays in one field"),
    ],
)
def test_a_field_is_looked_at(when: str, matches_it: bool) -> None:
    thing = item(
        "a title",
        "a summary",
        "a content",
        author="Jo Doe",
        link="https://example.org/a",
        lang="zh-CN",
        tags=("funding",),
    )
    source = feed(id="daily-id", name="Daily News", tier=Tier.OFFICIAL)

    assert bool(matches(ruleset(when), thing, source)) is matches_it


def test_hits_lead_back_to_title_and_lead_source() -> None:
    thing = item("ﬁrst: 降價", "", "Up to 5㎏ cheaper")

    shown = hits(ruleset("降价 (kg or first)"), thing)

    assert shown == (
        Hit(Field.TITLE, 0, 4, "ﬁrst", "first"),
        Hit(Field.TITLE, 6, 8, "降價", "降价"),
        Hit(Field.LEAD, 7, 8, "㎏", "kg"),
    )
    assert thing.content[7:8] == "㎏"


def test_of_several_terms_at_one_place_the_longest_is_shown() -> None:
    assert found("$p", "价格战", terms={"p": ["价格", "价格战", "格"]}) == ["价格战"]


def test_a_term_of_a_set_may_ask_for_its_case() -> None:
    terms = {"p": ["=AI", "model"]}

    assert found("$p", "AI model", terms=terms) == ["AI", "model"]
    assert found("$p", "ai Model", terms=terms) == ["Model"]


@pytest.mark.parametrize(
    ("summary", "content", "lead"),
    [
        pytest.param("short", "long", "short", id="a short summary is the lead"),
        pytest.param(" \n", "content", "content", id="without a summary the content is"),
        pytest.param("One. " + "x" * 900, "", "One.", id="a long one is cut behind a sentence"),
        pytest.param("一句。" + "字" * 900, "", "一句。", id="in Chinese, too"),
        pytest.param("x" * 900, "", "x" * 800, id="without a sentence it is cut at its length"),
        pytest.param("x" * 799 + "。" + "y" * 50, "", "x" * 799 + "。", id="a sentence may end at the limit"),
        pytest.param("x" * 800 + "。", "", "x" * 800, id="behind the limit it may not"),
        pytest.param("One. " + "x" * 794 + ".5", "", "One.", id="nor does a number that the limit cuts"),
        pytest.param("v1." + "5" * 900, "", "v1." + "5" * 797, id="a point in a number ends none"),
    ],
)
def test_the_lead(summary: str, content: str, lead: str) -> None:
    assert lead_of(item("t", summary, content)) == lead


def test_the_rules_that_held_are_named_strongest_first_and_the_strongest_scores() -> None:
    rules = ruleset(
        rule("cut", id="weak", score=1), rule("price", id="strong", score=3), rule("absent", id="no")
    )

    (match,) = matches(rules, item("a cut", "of a price"), feed(tier=Tier.OFFICIAL))

    assert match.rules == ("strong", "weak")
    assert match.parts == (ScorePart("strong", 3), ScorePart("official", 1))
    assert [hit.text for hit in match.hits] == ["cut", "price"]


def test_a_hit_in_the_title_scores() -> None:
    (match,) = matches(ruleset(rule("cut", id="r", score=3)), "a cut")

    assert match.parts == (ScorePart("r", 3), ScorePart("title", 2))
    assert match.score == 5


def test_unless_vetoes_its_own_rule_only() -> None:
    rules = ruleset(rule("cut", '"interest rate*"', id="a"), rule("cut", id="b"))

    (match,) = matches(rules, "Interest rates cut")

    assert match.rules == ("b",)


def test_text_that_nobody_would_write_is_survived() -> None:
    rules = ruleset('any:(cut* near/3 *price) or any:"a* b*" or any:(回归 outside 自回归) or any:"C++"')

    for text in (
        "\ud800 cut\x00price",
        "cut " * 300_000,
        "价" * 10**6,
        "a\u0301" * 10**6,
        "自回归" * 10**5,
        "C++" * 10**5,
    ):
        matches(rules, item(text, text, text, author=text, link=text), feed(panel=Panel.AI))


def test_no_rules_match_nothing() -> None:
    assert matches(ruleset(), "anything") == ()
