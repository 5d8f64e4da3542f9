"""What an edit changed, in a few lines that name no secret."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tracker.config.difference import MOST_LINES, difference
from tracker.config.load import from_canonical
from tracker.config.values import Config

Load = Callable[..., Config]

A = "{name: A, url: 'https://example.com/a'}"
B = "{name: B, url: 'https://example.com/b'}"
RULES = "signals: {s: {title: S, rules: [%s]}}\n"


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        pytest.param("contact: a@b.c\n", "# mine\ncontact: 'a@b.c'\n", [], id="a comment"),
        pytest.param("{}\n", "contact: a@b.c\n", ["contact: none → a@b.c"], id="contact"),
        pytest.param(f"feeds: [{A}]\n", f"feeds: [{B}]\n", ["feeds: +1 (b), -1 (a)"], id="feeds"),
        pytest.param(
            f"feeds: [{A}]\n",
            "feeds: [{name: A, url: 'https://example.com/z', panel: ai, interval: 1h}]\n",
            ["feeds: changed a (url, panel, interval)"],
            id="keys of a feed",
        ),
        pytest.param(
            f"feeds: [{A}, {B}]\n",
            f"poll: {{interval: 1h}}\nfeeds: [{A}, {B}]\n",
            ["poll.interval: 30m → 1h"],
            id="a default is told once, not for every feed",
        ),
        pytest.param(
            "poll: {allow: ['127.0.0.1:80']}\n",
            "poll: {per_host: 3}\n",
            ["poll.per_host: 2 → 3", "poll.allow: 127.0.0.1:80 → none"],
            id="poll",
        ),
        pytest.param(
            "digest: {at: ['7:00', '19:00'], days: weekdays}\n",
            "digest: {at: off, zone: Asia/Shanghai}\n",
            [
                "digest.at: 07:00, 19:00 → off",
                "digest.days: mon, tue, wed, thu, fri → every day",
                "digest.zone: UTC → Asia/Shanghai",
            ],
            id="digest",
        ),
        pytest.param(
            "use: ai-industry\n",
            "use: ai-industry\ndigest: {order: [talent]}\n",
            ["digest.order: now talent, pricing"],
            id="order",
        ),
        pytest.param("keep: 30d\n", "keep: forever\n", ["keep: 30d → forever"], id="keep"),
        pytest.param(
            RULES % "{id: r, when: a}, {id: gone, when: c}",
            RULES % "{id: r, when: b}, {id: new, when: c}",
            ["rules of s: +1 (new), -1 (gone), changed r"],
            id="rules",
        ),
        pytest.param(
            RULES % "{id: r, when: a}",
            RULES % "{id: r, when: a, score: 3}",
            ["rules of s: changed r"],
            id="score",
        ),
        pytest.param(
            "use: ai-industry\n",
            "use: ai-industry\nsignals: {pricing: {rules: [{id: price-rise, off: true}]}}\n",
            ["rules of pricing: silenced price-rise"],
            id="a rule of the pack switched off",
        ),
        pytest.param(
            "use: ai-industry\nsignals: {talent: {off: true}}\n",
            "use: ai-industry\n",
            ["signals: restored talent"],
            id="a signal of the pack switched on again",
        ),
        pytest.param(
            "use: ai-industry\n",
            "use: ai-industry\nsignals: {pricing: {title: P}, mine: {title: M, rules: [{id: r, when: a}]}}\n",
            ["signals: +1 (mine)", "signal pricing: title changed"],
            id="signals",
        ),
        pytest.param(
            "use: ai-industry\n",
            "use: ai-industry\nterms: {cut: {+: [trims]}, mine: [x]}\nentities: {openai: {+: [OAI]}}\n",
            ["terms: +1 (mine), changed cut", "entities: changed openai"],
            id="terms and entities",
        ),
    ],
)
def test_an_edit_is_told(load: Load, before: str, after: str, lines: list[str]) -> None:
    assert list(difference(load(before), load(after))) == lines


def test_many_changes_end_in_how_many_more_there_are(load: Load) -> None:
    rules = ["signals:"] + [f"  s{n}: {{title: S, rules: [{{id: r, when: %s}}]}}" for n in range(40)]
    before, after = (load("\n".join(rules).replace("%s", word) + "\n") for word in ("a", "b"))

    lines = difference(before, after)

    assert len(lines) == MOST_LINES
    assert lines[0] == "rules of s0: changed r"
    assert lines[-1] == "and 31 more changes"


def test_many_names_end_in_how_many_more_there_are(load: Load) -> None:
    feeds = ", ".join(f"{{name: f{n}, url: 'https://example.com/{n}'}}" for n in range(40))

    assert difference(load("{}\n"), load(f"feeds: [{feeds}]\n")) == (
        "feeds: +40 (f0, f1, f2, f3, f4, f5 and 34 more)",
    )


def test_no_secret_is_told(load: Load) -> None:
    text = "database: env:DB\nfeeds: [{name: A, url: 'https://example.com/a', headers: {X-Key: env:KEY}}]\n"
    one = load(text, env={"DB": "postgresql://u:S3CRET@h/d", "KEY": "S3CRET"})
    two = load(text, env={"DB": "postgresql://u:S3CRET2@h/d", "KEY": "S3CRET2"})

    lines = difference(one, two)

    assert lines == ("database: changed, from the next start on", "feeds: changed a (headers)")


def test_the_config_in_force_and_the_file_that_it_came_from_do_not_differ(load: Load) -> None:
    config = load("use: ai-industry\nterms: {cut: {+: [trims]}}\nsignals: {talent: {off: true}}\n")

    assert difference(from_canonical(config.canonical, env={}), config) == ()
