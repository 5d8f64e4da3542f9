"""Regular expressions in rules: what they find, where it stands in the original, and what is no pattern."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import feed, found, hits, item, matches, problems, rule, ruleset

from tracker.model import Field, Hit
from tracker.rules.needles import needle
from tracker.rules.patterns import MOST_FINDS, PatternError, compile_pattern
from tracker.rules.reading import Reading
from tracker.text import normalise


@pytest.mark.parametrize(
    ("when", "title", "words"),
    [
        pytest.param(r"/\$\d+ per month/", "now $20 per month", ["$20 per month"], id="a pattern is found"),
        pytest.param("/price/", "Price, prices", ["price"], id="in its own case, also inside a word"),
        pytest.param("/price/i", "Price, prices", ["Price", "price"], id="with an i in any case"),
        pytest.param("/(?i)price/", "PRICE", ["PRICE"], id="or as the pattern itself says"),
        pytest.param(r"/\bAI\b/", "AI, AIs", ["AI"], id="a boundary is a boundary of ASCII words"),
        pytest.param(r"/\bAI\b/", "用AI写", ["AI"], id="so Chinese text is none"),
        pytest.param(r"/\p{Han}{2}/", "the 降价 news", ["降价"], id="a script has its class"),
        pytest.param("/降价/", "宣布降價", ["降價"], id="traditional characters are read as simplified"),
        pytest.param("/降價/", "宣布降价", ["降价"], id="in the pattern, too"),
        pytest.param(r"/\d+%/", "涨了３０％", ["３０％"], id="wide digits and signs are read as narrow"),
        pytest.param(
            "/（beta）/", "GPT (beta)", ["(beta)"], id="a wide sign in a pattern is a sign, not syntax"
        ),
        pytest.param("/a b/", "a\u00a0\n b", ["a\u00a0\n b"], id="white space is one space"),
        pytest.param("/kg/", "5㎏ or 6 kg", ["㎏", "kg"], id="a find names what was written"),
        pytest.param("/café/", "the cafe\u0301 bar", ["cafe\u0301"], id="with all its accents"),
        pytest.param("/cafe\u0301/", "the café bar", ["café"], id="in the pattern, too"),
        pytest.param(r"/either\/or/", "either/or", ["either/or"], id="a backslash makes a slash text"),
        pytest.param(
            '/"(a|b) c"/', 'say "b c"', ['"b c"'], id="quotes, spaces and parentheses are the pattern's"
        ),
        pytest.param("(/foo/ or x)", "foo", ["foo"], id="a parenthesis may follow"),
        pytest.param("a / b", "a b / c", ["a", "b", "/"], id="a slash alone is text"),
        pytest.param("/cuts?/ near/2 price", "cut the price", ["cut", "price"], id="a pattern can be near"),
        pytest.param("/cuts?/ then/2 price", "price cut", [], id="and then"),
        pytest.param("/回归/ outside 自回归", "自回归，回归", ["回归"], id="and stand outside"),
        pytest.param("回归 outside /自.归/", "自回归，回归", ["回归"], id="on both sides"),
        pytest.param("cut not /pri.e/", "cut", ["cut"], id="not a pattern shows nothing"),
        pytest.param("cut not /pri.e/", "cut a price", [], id="and vetoes"),
        pytest.param("lead:/cut/", "cut", [], id="a field binds a pattern"),
        pytest.param("title:(/c.t/ or x)", "a cut", ["cut"], id="and a group with one"),
        pytest.param(
            "/x|y/ and (cut or /pric[eé]/)", "x price", ["x", "price"], id="a pattern can be one of several"
        ),
        pytest.param("/日.{1,2}本/", "日又又本", ["日又又本"], id="a dot is one character"),
    ],
)
def test_a_pattern_finds(when: str, title: str, words: list[str]) -> None:
    assert found(when, title) == words


def test_hits_of_a_pattern_point_into_the_original() -> None:
    thing = item("ﬁne:  降價30％", "", "Up to  5㎏")

    assert hits(ruleset(r"/降价\d+%/ /o 5/"), thing) == (
        Hit(Field.TITLE, 6, 11, "降價30％", r"/降价\d+%/"),
        Hit(Field.LEAD, 4, 8, "o  5", "/o 5/"),
    )


@pytest.mark.parametrize("field", ["content", "author", "url", "tag", "feed"])
def test_a_pattern_looks_in_every_field(field: str) -> None:
    thing = item("t", "s", "an x1", author="x1", link="https://x1.example", tags=("x1",))

    assert bool(matches(ruleset(rf"{field}:/x\d/"), thing, feed(name="x1")))


def test_lone_surrogates_are_survived() -> None:
    assert found("/a.b/", "\ud800 a\udfffb") == ["a\udfffb"]


def test_of_very_many_finds_the_first_count() -> None:
    assert len(hits(ruleset("content:/a/"), item(content="a " * 9_000))) == MOST_FINDS


@pytest.mark.parametrize(
    ("when", "told"),
    [
        pytest.param("/abc", "1:1: this / is never closed", id="an open pattern"),
        pytest.param("cut /a\nb/", "1:5: this / is never closed", id="a pattern over two lines"),
        pytest.param("//", "1:1: an empty pattern finds nothing", id="an empty pattern"),
        pytest.param("/usr/lib", "1:6: `lib` says nothing about a pattern", id="a letter other than i"),
        pytest.param("/a/1/", "1:3: a pattern ends at this /", id="a slash inside a pattern"),
        pytest.param("cut\n and /x(abc/", "2:8: this is no pattern: missing )", id="an open parenthesis"),
        pytest.param("/ab)c/", "1:4: this is no pattern: unexpected )", id="a closed one"),
        pytest.param("/日本[/", "1:4: this is no pattern: missing ] `[`", id="an open class"),
        pytest.param(
            "/[z-a]/", "1:3: this is no pattern: invalid character class range `z-a`", id="a wrong range"
        ),
        pytest.param(
            r"/(\\1a)\1/",
            r"1:8: this is no pattern: invalid escape sequence `\1` (patterns know no back-references)",
            id="a back-reference",
        ),
        pytest.param(
            "/ab(?<=a+)c/",
            "1:4: this is no pattern: invalid perl operator `(?<=` (patterns know no look-around:"
            " write a second clause, joined by `and`, `not` or `outside`)",
            id="a look behind",
        ),
        pytest.param(
            r"/a\u4e00/",
            r"1:3: this is no pattern: invalid escape sequence `\u` (write the character itself, or \x",
            id="a character in the way of other engines",
        ),
        pytest.param(
            "/a{65535}{65535}/",
            "1:3: this is no pattern: invalid repetition size `{65535}`",
            id="a repetition bomb",
        ),
        pytest.param(
            r"/\p{L}{1000}/",
            "1:2: this is no pattern: pattern too large - compile failed (repeat less)",
            id="a large one",
        ),
        pytest.param(
            "/x*/", "1:2: this pattern finds the empty text, too", id="a pattern that holds everywhere"
        ),
        pytest.param("/.*/", "1:2: this pattern finds the empty text, too", id="any text or none"),
        pytest.param(r"/x|\B/", "1:2: this pattern finds the empty text, too", id="a place inside words"),
        pytest.param(r"/\b/", "1:2: this pattern asks for no character", id="a pattern without characters"),
        pytest.param(r"/a\C/", r"1:3: \C takes characters apart", id="a single byte"),
        pytest.param(
            "/5㎏/", "1:3: ㎏ is read as `kg` and never found (write kg)", id="a sign that is read as two"
        ),
        pytest.param("/a  b/", "1:3: two spaces in a row are never found", id="two spaces"),
        pytest.param("/a\tb/", r"1:3: the character '\t' is never found", id="a tab"),
        pytest.param(
            "/a\u200bb/", r"1:3: the character '\u200b' is never found", id="an invisible character"
        ),
        pytest.param("/a\ud800/", r"1:3: the character '\ud800' is never found", id="half a character"),
        pytest.param("/a/ near/3 (x and y)", "1:12: `and` cannot stand beside `near/3`", id="near and"),
        pytest.param(
            f"/{'|'.join(f'price{number}' for number in range(500))}/",
            "1:2: a pattern of more than 2,000 characters"
            " (put its words into `terms:`, or write several patterns)",
            id="a pattern that would take seconds of every long text",
        ),
        pytest.param("not /a/", "1:1: this rule can hold where nothing is found", id="only not"),
        pytest.param(
            "/a/ not /a/", "1:5: this excludes what the rule asks for: it can never match", id="a and not a"
        ),
    ],
)
def test_a_mistake_in_a_pattern_is_told_at_its_place(when: str, told: str) -> None:
    (problem,) = problems(when)

    assert problem.startswith(f"config.yaml:{told}")


@pytest.mark.parametrize("pattern", ["/.+/", "/./", "/[^z]/", "/[\\w\\W]/"])
def test_a_pattern_that_finds_every_text_is_a_warning(pattern: str) -> None:
    assert [str(each).split("\n")[0] for each in ruleset(f"cut {pattern}").warnings] == [
        "config.yaml:1:5: this pattern finds every text (say what the text must hold)"
    ]


def test_nothing_is_written_to_stderr_by_the_engine(capfd: pytest.CaptureFixture[str]) -> None:
    problems("/(/", "/a{9999}/", r"/\p{L}{1000}/")

    assert capfd.readouterr() == ("", "")


def test_a_rule_of_a_pattern_that_holds_a_text_is_left_out_without_it() -> None:
    rules = ruleset(r"/\bprice cuts? \d/")

    assert rules.sieve.possible(item("a price"), feed(), Reading(rules.lexicon)) == []
    assert rules.sieve.possible(item("a Price cut"), feed(), Reading(rules.lexicon)) == [0]


PIECES = [
    *("ab", "c d", "5", "A", "降", r"\.", r"\$", r"\d", r"\W", ".", "^", "[ab]", "[^]c]", "[\\]d]", "(?i)"),
    *(
        "(ab|c)",
        "(?:a[)]b)",
        "(a(b)c)",
        "x?",
        "y*",
        "z+",
        "w{2}",
        "v{0,1}",
        "u{1,}?",
        "|",
        r"\x{61}",
        r"\x61",
        r"\p{Han}",
    ),
    *("{", "}", "]", "-", "a{,2}", r"\Qa*b\E", "[[:alpha:]]", "k"),
]


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.lists(st.sampled_from([*"abcdxyzwvuABK5$. 降{}]-*", "ww", "ab", "c d", "\u212a"]), max_size=12).map(
        "".join
    ),
)
def test_a_pattern_finds_nothing_where_its_text_is_missing(pattern: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern, any_case=True)
    except PatternError:
        return

    if compiled.spans(normalise(text).written):
        assert needle(compiled.text) in normalise(text).folded


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\bprice cuts? by \d+%", "price cut"),
        (r"a|price", ""),
        (r"(price)+ up", " up"),
        (r"pric[ee] of \$\d", " of $"),
        (r"降价\d+", "降价"),
        (r"(?i)Price.*Falls", "price"),
        (r"x+y", ""),
    ],
)
def test_the_text_that_a_pattern_needs(pattern: str, text: str) -> None:
    assert needle(pattern) == text


def test_patterns_that_hang_other_engines_are_refused_or_quick(shared: Path) -> None:
    lines = (shared / "faults/cases/redos/patterns.jsonl").read_text("utf-8").splitlines()
    refused = set()
    for case in map(json.loads, lines):
        text = case["pump"] * case["n"] + case["suffix"]
        pattern = case["pattern"].replace("/", r"\/")
        if problems(f"any:/{pattern}/"):
            refused.add(case["id"])
        else:
            matches(ruleset(f"any:/{pattern}/"), item(text, text, text))  # without bound it would not return

    assert refused == {"backref", "huge-count", "or-case", "word-space"}


def test_bad_patterns_are_refused_at_their_place(shared: Path) -> None:
    folder = shared / "faults/cases/redos"
    refused = {}
    for path in sorted(folder.glob("*.txt")):
        told = problems(f"/{path.read_text('utf-8').rstrip(chr(10))}/")
        refused[path.stem] = [
            re.sub(r"^config.yaml:(\d+:\d+).*", r"\1", line.split("\n")[0]) for line in told
        ]

    assert refused == {
        "bad-class": ["1:3"],
        "bad-escape": ["1:2"],
        "bad-lookbehind": ["1:2"],
        "bad-paren": ["1:2"],
        "empty": ["1:1"],
        "inline-flag-mid": [],
        "match-all": ["1:2"],
        "newline": ["1:1"],
        "not-string": [],
    }


def test_a_rules_hash_covers_its_pattern() -> None:
    hashes = {ruleset(rule(when)).hash for when in ("/a/", "/b/", "/a/i", "title:/a/")}

    assert len(hashes) == 4


def test_a_find_inside_a_word_stands_where_its_word_stands() -> None:
    assert matches(ruleset("cut near/1 /ice/"), "cut price")
    assert matches(ruleset(r"cut then/1 /rice\b/"), "cut price")
    assert not matches(ruleset("cut near/1 /ice/"), "cut the price")
