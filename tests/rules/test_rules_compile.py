"""What a compiled ruleset promises: hashes that follow the meaning, and examples that are tried."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from written import definitions, entity, matches, rule, ruleset

from tracker.errors import Severity
from tracker.rules import check_examples, compile_rules
from tracker.rules.source import AliasSource, Definitions

BASE = {"terms": {"cut": ["cut", "降价"]}, "entities": [entity("openai", "OpenAI")]}


def rule_hash(
    when: str = "<openai> $cut", unless: str | None = "rate", score: float = 3, **names: object
) -> str:
    return ruleset(rule(when, unless, score=score), **{**BASE, **names}).rules[0].hash


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"when": "<openai> and $cut"}, id="a spelling of and"),
        pytest.param({"when": "$cut  <openai>"}, id="the order of clauses"),
        pytest.param({"terms": {"cut": ["降价", "cut"]}}, id="the order of terms"),
        pytest.param({"terms": {"cut": ["CUT", "降價"]}}, id="terms that find the same"),
        pytest.param(
            {"entities": [entity("openai", "OpenAI"), entity("other", "Other")]}, id="another entity"
        ),
    ],
)
def test_a_hash_stays_when_the_meaning_stays(changed: dict[str, object]) -> None:
    assert rule_hash(**changed) == rule_hash()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"when": "<openai> or $cut"}, id="the expression"),
        pytest.param({"unless": None}, id="the veto"),
        pytest.param({"score": 2}, id="the score"),
        pytest.param({"terms": {"cut": ["cut"]}}, id="a term of a set"),
        pytest.param({"entities": [entity("openai", "OpenAI", "Open AI")]}, id="a name of an entity"),
        pytest.param(
            {"entities": [entity("openai", AliasSource("OpenAI", needs=("AI",), ambiguous=True))]},
            id="a name's context",
        ),
        pytest.param({"when": "title:<openai> $cut"}, id="a field"),
        pytest.param({"when": "<openai> near/3 $cut"}, id="a distance"),
    ],
)
def test_a_hash_changes_with_the_meaning(changed: dict[str, object]) -> None:
    assert rule_hash(**changed) != rule_hash()  # type: ignore[arg-type]


def test_a_hash_is_the_same_in_every_process() -> None:
    folder = str(Path(__file__).parent)
    program = (
        f"import sys; sys.path.insert(0, {folder!r}); import test_rules_compile as t; print(t.rule_hash())"
    )

    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert printed == {rule_hash()}


def test_a_match_of_several_rules_names_them_all_by_one_hash() -> None:
    one = rule("cut", id="a")
    both = ruleset(one, rule("price", id="b"))

    (single,) = matches(ruleset(one), "cut")
    (double,) = matches(both, "cut price")

    assert single.rule_hash == ruleset(one).rules[0].hash
    assert double.rule_hash not in {each.hash for each in both.rules}


def test_the_hash_of_all_rules_does_not_hang_on_their_places() -> None:
    assert ruleset(rule("cut", line=1)).hash == ruleset(rule("cut", line=9)).hash


def check(source: Definitions) -> list[tuple[int, Severity, str, str]]:
    problems = check_examples(compile_rules(source), source)
    return [(each.place.line, each.severity, each.what, each.hint) for each in problems]


def test_good_examples_have_no_problems() -> None:
    assert check(definitions(rule("$cut", match=["a cut", "大降价"], no_match=["a rise"]), **BASE)) == []  # type: ignore[arg-type]


def test_a_failing_example_of_the_users_is_an_error_at_the_example() -> None:
    source = definitions(
        rule("$cut", "rate", match=["a rise", "rate cut"], no_match=["a cut"], line=4), **BASE
    )  # type: ignore[arg-type]

    assert check(source) == [
        (6, Severity.ERROR, "rule `r` of `s` does not match its example", ""),
        (7, Severity.ERROR, "rule `r` of `s` does not match its example", ""),
        (8, Severity.ERROR, "rule `r` of `s` matches its counter-example", ""),
    ]


def test_an_example_is_matched_by_its_own_rule() -> None:
    source = definitions(rule("cut", id="a", match=["a price"]), rule("price", id="b"))

    assert len(check(source)) == 1


def test_a_pack_example_that_the_user_broke_is_a_warning_that_names_both() -> None:
    source = definitions(
        rule("$cut", match=["slashed"], layer="pack"), terms={"cut": ["cut"]}, terms_layer="user"
    )

    assert check(source) == [
        (
            3,
            Severity.WARNING,
            "rule `r` of `s` does not match its example",
            "because of your term set `cut` (config.yaml:1:1)",
        )
    ]


def test_names_in_examples_need_no_context() -> None:
    meta = entity("meta", AliasSource("Meta", needs=("AI",), ambiguous=True))

    assert check(definitions(rule("<meta>", match=["Meta cuts"]), entities=[meta])) == []
