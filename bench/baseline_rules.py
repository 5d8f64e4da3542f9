"""The other sides of bench/rules.py, nothing of ours in them: a loop of plain patterns, and a bare scan."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ahocorasick_rs import AhoCorasick

from bench.seeded_rules import NEAR, Made, Term

Patterns = tuple[tuple[re.Pattern[str], ...], re.Pattern[str] | None]
"""Of one rule: what must all be found, and what must not."""

_GAP = r"(?:['’]s)?[\W_]+"
_ENGLISH_NEAR = rf"(?:\W+\w+){{0,{NEAR - 1}}}?\W+"
# Two Chinese characters are a word.
_SIGN, _CHARACTER = "[^0-9A-Za-z\u4e00-\u9fff]*", "[0-9A-Za-z\u4e00-\u9fff]"
_CHINESE_NEAR = f"(?:{_SIGN}{_CHARACTER}){{0,{(NEAR - 1) * 2}}}?{_SIGN}"


def patterns(rule: Made) -> Patterns:
    """Compile a rule as one writes it by hand: a pattern for each group."""
    groups = [_any_of(group) for group in rule.groups]
    if rule.near:
        first, second, *rest = groups
        gap = _CHINESE_NEAR if rule.chinese else _ENGLISH_NEAR
        groups = [f"{first}{gap}{second}|{second}{gap}{first}", *rest]
    # ASCII makes Chinese characters no letters: `\b` stands between OpenAI and 发布.
    flags = re.IGNORECASE | re.ASCII
    never = re.compile(_any_of(rule.never), flags) if rule.never else None
    return tuple(re.compile(group, flags) for group in groups), never


def loop(rules: Sequence[Patterns], text: str) -> list[int]:
    """Return the numbers of the rules that hold in a text."""
    return [
        number
        for number, (groups, never) in enumerate(rules)
        if all(group.search(text) for group in groups) and not (never and never.search(text))
    ]


def bare(rules: Iterable[Made]) -> AhoCorasick:
    """Return the automaton of all terms of rules."""
    terms = dict.fromkeys(
        _folded(term.text) for rule in rules for group in (*rule.groups, rule.never) for term in group
    )
    return AhoCorasick(list(terms))


def scan(automaton: AhoCorasick, text: str) -> int:
    """Return how many finds a text has."""
    return len(automaton.find_matches_as_indexes(_folded(text), overlapping=True))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _any_of(terms: Sequence[Term]) -> str:
    return f"(?:{'|'.join(map(_pattern, terms))})"


def _pattern(term: Term) -> str:
    match term.kind:
        case "han":
            return term.text
        case "word":
            return rf"\b{term.text}\b"
        case "phrase":
            return rf"\b{term.text.replace(' ', _GAP)}\b"
        case "prefix":
            return rf"\b{term.text}"
