"""Mistakes in rules: each is told once, at its place, with what to write instead; all are told together."""

from __future__ import annotations

import pytest
from written import FILE, PLACE, definitions, entity, problems, rule, ruleset, told, written

from tracker.errors import Place
from tracker.rules.source import Definitions, TermSet, Written

SIDES = " (its sides are words, phrases, names, or groups of them joined by `or`)"
DISTANCE = " (write near/8, or near/s for the same sentence)"
NAMES = {
    "terms": {"price": ["price*"], "empty": []},
    "entities": [entity("openai", "OpenAI"), entity("silent")],
    "groups": {"vendor": ("lab",), "nobody": ("app",)},
}


@pytest.mark.parametrize(
    ("when", "line"),
    [
        pytest.param(
            "cut or price sale",
            "1:14: `and` and `or` meet without parentheses"
            " (write `cut or (price and sale)` or `(cut or price) and sale`)",
            id="or beside and prints both readings",
        ),
        pytest.param(
            "cut and not (a b) or title:(x or y)",
            "1:19: `and` and `or` meet without parentheses"
            " (write `(cut and not (a b)) or title:(x or y)` or `cut and (not (a b) or title:(x or y))`)",
            id="the readings keep what was written",
        ),
        pytest.param(
            "$pricse", "1:1: there is no term set `pricse` (did you mean `$price`?)", id="a misspelt term set"
        ),
        pytest.param(
            "cut $AAPL",
            '1:5: there is no term set `AAPL` (to find the text write "$AAPL")',
            id="a ticker without quotes",
        ),
        pytest.param(
            "<opnai>",
            "1:1: no entity, type or group is called `opnai` (did you mean `<openai>`?)",
            id="a misspelt entity",
        ),
        pytest.param(
            "<OpenAI>",
            "1:1: no entity, type or group is called `OpenAI` (did you mean `<openai>`?)",
            id="a name for an id",
        ),
        pytest.param(
            "cut <mony>",
            "1:5: no entity, type or group is called `mony` (did you mean `<money>`?)",
            id="a misspelt figure",
        ),
        pytest.param(
            "cut <Date>",
            "1:5: no entity, type or group is called `Date` (did you mean `<date>`?)",
            id="a figure with a capital letter",
        ),
        pytest.param(
            "降价<money>",
            "1:3: <money> names nothing inside a word"
            ' (write 降价 <money>, or quote it to find it as text: "降价<money>")',
            id="a name that is stuck to a word",
        ),
        pytest.param(
            "cut age:<7d", "1:5: `age` is no field (write age<7d, without :)", id="an age as a field"
        ),
        pytest.param(
            "cut or / price/",
            "1:8: a pattern begins with no space"
            " (write [ ] for the space, or quote the sign to find it as text)",
            id="a pattern that begins with a space",
        ),
        pytest.param(
            "cut || slash",
            '1:5: `||` joins nothing (write or, or quote it to find it as text: "||")',
            id="or of another language",
        ),
        pytest.param(
            "cut -interest",
            '1:5: `-` excludes nothing (write not interest, or quote it to find it as text: "-interest")',
            id="not of a search engine",
        ),
        pytest.param(
            "降价 !利率",
            '1:4: `!` excludes nothing (write not 利率, or quote it to find it as text: "!利率")',
            id="not of another language",
        ),
        pytest.param(
            "tilte:cut", "1:1: there is no field `tilte` (did you mean `title:`?)", id="a misspelt field"
        ),
        pytest.param(
            "tier:offical",
            "1:6: no feed has the tier `offical` (did you mean `official`?)",
            id="a misspelt tier",
        ),
        pytest.param(
            "cut $empty",
            "1:5: term set `empty` is empty: the clause can never match (add a term)",
            id="an empty term set",
        ),
        pytest.param(
            "<silent>",
            "1:1: <silent> has no names: the clause can never match (add an alias)",
            id="an entity without names",
        ),
        pytest.param(
            "<nobody>",
            "1:1: <nobody> has no names: the clause can never match (add an alias)",
            id="a group without members",
        ),
        pytest.param("", "1:1: an empty rule finds nothing", id="an empty rule"),
        pytest.param(
            'cut ""', "1:5: an empty term finds nothing (write a word or take it away)", id="an empty keyword"
        ),
        pytest.param(
            "cut —", "1:5: nothing to find is left of this term (write a word or take it away)", id="a dash"
        ),
        pytest.param("*", "1:1: * alone matches everything (write a word beside it)", id="a star alone"),
        pytest.param(
            "pri*ce",
            '1:1: * stands only at the start or end of a word (to find the sign itself write ="…")',
            id="a star inside",
        ),
        pytest.param(
            "降价*",
            "1:1: Chinese text needs no *: it is found inside longer text (write 降价)",
            id="a star on Chinese text",
        ),
        pytest.param(
            "not cut",
            "1:1: this rule can hold where nothing is found"
            " (say what an item must hold, beside what it must not)",
            id="only not",
        ),
        pytest.param(
            "cut or not price",
            "1:1: this rule can hold where nothing is found"
            " (say what an item must hold, beside what it must not)",
            id="or not",
        ),
        pytest.param(
            "cut not Cut",
            "1:5: this excludes what the rule asks for: it can never match",
            id="cut and not cut",
        ),
        pytest.param(
            "cut outside cut", "1:1: this excludes what it asks for: it can never match", id="cut outside cut"
        ),
        pytest.param(
            "title:a near/3 lead:b",
            "1:1: the two sides look in different fields: the clause can never match",
            id="near across fields",
        ),
        pytest.param(
            "(cut", "1:1: this ( is never closed (write ) where the group ends)", id="an open parenthesis"
        ),
        pytest.param(
            "cut)", "1:4: this ) closes nothing (take it away or open it with ()", id="a closed one"
        ),
        pytest.param("cut ()", "1:5: these parentheses are empty", id="empty parentheses"),
        pytest.param(
            'cut "price',
            '1:5: this quotation mark is never closed (write " at the end of the phrase)',
            id="an open quote",
        ),
        pytest.param("cut and", "1:8: something is missing here", id="nothing after and"),
        pytest.param(
            "or cut",
            "1:1: `or` stands where a word is expected (write it in quotes to find the word)",
            id="or first",
        ),
        pytest.param(
            "title: and cut",
            "1:1: `title:` binds nothing (write a word or ( right after it)",
            id="a field of nothing",
        ),
        pytest.param(
            "（cut）", "1:1: （ is not a sign of the language (write ()", id="full-width parentheses"
        ),
        pytest.param(
            "cut near price",
            "1:5: `near` does not say how many words"
            ' (write near/8 or near/s, or quote it to find it as text: "near")',
            id="near without a number",
        ),
        pytest.param(
            "cut near/x price",
            "1:5: `near/x` does not say how many words" + DISTANCE,
            id="near with a letter",
        ),
        pytest.param(
            "cut near/0 price",
            "1:5: `near/0` does not say how many words" + DISTANCE,
            id="near with nought",
        ),
        pytest.param(
            "cut near/3 not price",
            "1:12: `not` cannot stand beside `near/3`" + SIDES,
            id="near not",
        ),
        pytest.param(
            "cut near/3 (a b)",
            "1:12: `and` cannot stand beside `near/3`" + SIDES,
            id="near and",
        ),
        pytest.param(
            "a near/3 b near/3 c",
            "1:12: `near/3` follows `near/3` without parentheses"
            " (put parentheses around an `outside`, or write two clauses joined by `and`)",
            id="near in a row",
        ),
        pytest.param(
            "(" * 60 + "a" + ")" * 60,
            "1:52: more than 50 parentheses inside each other",
            id="a tower of parentheses",
        ),
    ],
)
def test_a_mistake_is_told(when: str, line: str) -> None:
    (problem, *rest) = problems(when, **NAMES)

    assert problem.split("\n")[0] == f"{FILE}:{line}"
    assert rest == []


def test_a_caret_points_at_the_mistake_in_a_line_of_both_scripts() -> None:
    when = rule("降价\n涨价 and $prise", line=7)

    assert problems(when, **NAMES) == [
        (
            f"{FILE}:8:8: there is no term set `prise`"
            f" (did you mean `$price`?)\n涨价 and $prise\n\u3000\u3000     ^"
        )
    ]


def test_a_caret_points_at_the_mistake_behind_tabs_accents_and_invisible_characters() -> None:
    (told,) = problems("a\tcafe\u0301 e\u200bf 价 $nope")

    assert told.split("\n")[-1] == f" \t{' ' * 8}\u3000 ^"


def test_a_lone_slash_beside_words_is_text() -> None:
    assert problems("input / output", "24/7 or a/b") == []


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    lines = problems(rule("<nobdy> $prise", "tilte:x", line=3, id="b"), rule("(cut", line=1, id="a"), **NAMES)

    assert [line.split(" ")[0] for line in lines] == [f"{FILE}:{at}:" for at in ("1:1", "3:1", "3:9", "4:1")]


@pytest.mark.parametrize(
    ("term", "problem"),
    [
        pytest.param(
            "降价，下调",
            "5:5: ， does not part terms: this would be one long term (write 降价, 下调)",
            id="a full-width comma",
        ),
        pytest.param(
            "降价、下调",
            "5:5: 、 does not part terms: this would be one long term (write 降价, 下调)",
            id="an enumeration comma",
        ),
        pytest.param(
            "",
            "5:3: an empty term finds nothing, in term set `t` (write a word or take it away)",
            id="an empty term",
        ),
        pytest.param(
            "/pri.e/",
            "5:3: a pattern stands in a rule, not in a term set"
            " (write it in the rule, or =/pri.e/ to find the text)",
            id="a pattern",
        ),
        pytest.param(
            "*",
            "5:3: * alone matches everything, in term set `t` (write a word beside it)",
            id="a term that matches all",
        ),
    ],
)
@pytest.mark.parametrize("when", ["$t", "cut"], ids=["used", "unused"])
def test_a_bad_term_is_told_once_where_it_stands(term: str, problem: str, when: str) -> None:
    source = definitions(when, rule(when, id="again"))
    terms = {"t": TermSet("t", (Written(term, FILE, ((5, 3),)), written("good")), "user", PLACE)}

    lines = [problem.split("\n")[0] for problem in told(Definitions(source.signals, terms, {}, {}))]

    assert lines == [f"{FILE}:{problem}"]


def test_places_follow_the_lines_of_a_block() -> None:
    text = Written("one\n two", FILE, ((10, 5), (11, 5)))

    assert [text.at(offset) for offset in (0, 3, 5, 99)] == [
        Place(FILE, 10, 5),
        Place(FILE, 10, 8),
        Place(FILE, 11, 6),
        Place(FILE, 11, 9),
    ]


def test_good_rules_have_no_warnings() -> None:
    assert ruleset("cut", **NAMES | {"terms": {}}).warnings == ()
