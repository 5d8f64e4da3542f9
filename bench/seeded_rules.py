"""Rules made by chance from the words of real headlines, in a form that all sides of bench/rules.py read.

A rule has 5 to 20 terms in one to three groups, of each of which one term must be found; every third rule
also has terms that must not, and in every fifth two groups must stand near each other. Half of the terms are
words, a third phrases, a tenth beginnings of words; a quarter of the rules is Chinese.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

NEAR = 8
"""How many words apart two groups that must stand near each other may be."""

Kind = Literal["word", "phrase", "prefix", "han"]

_LATIN = re.compile(r"[a-z]+(?: [a-z]+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
# Each as likely. So a made rule matches every 3,000th headline or so; a shipped one every 2,000th.
_RARE, _COMMON = 1, 0.002


@dataclass(frozen=True, slots=True)
class Term:
    """What to find. A prefix is written without its star."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A rule: one term of each group, none of `never`; the first two groups near each other if `near`."""

    groups: tuple[tuple[Term, ...], ...]
    never: tuple[Term, ...]
    near: bool
    chinese: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What rules are made of: every word of the archive, but for the most common."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]
    han: tuple[str, ...]
    long_han: tuple[str, ...]


def words_of(english: Sequence[str], chinese: Sequence[str]) -> Words:
    """Return the words and phrases of headlines, without those of more than one headline in 500."""
    words, phrases = Counter[str](), Counter[str]()
    for title in english:
        runs = [run.split(" ") for run in _LATIN.findall(title.lower())]
        words.update({word for run in runs for word in run if len(word) > 2})
        phrases.update({f"{a} {b}" for run in runs for a, b in pairwise(run) if len(a) > 1 and len(b) > 2})
    short, long = Counter[str](), Counter[str]()
    for title in chinese:
        runs = _HAN.findall(title)
        short.update(set(_grams(runs, (2, 3))))
        long.update(set(_grams(runs, (4, 5))))
    return Words(
        _middle(words, len(english)),
        _middle(phrases, len(english)),
        _middle(short, len(chinese)),
        _middle(long, len(chinese)),
    )


def made_rules(count: int, words: Words, seed: int) -> list[Made]:
    """Return so many rules; the first of a longer list are the shorter list."""
    random_ = random.Random(seed)
    return [_rule(random_, words) for _ in range(count)]


def written(rule: Made, field: str = "") -> str:
    """Return a rule in the language. field: where it looks, as `content:`; else in title and lead."""
    groups = [_any_of(group, field) for group in rule.groups]
    if rule.near:
        sides = " ".join((_any_of(rule.groups[0], ""), f"near/{NEAR}", _any_of(rule.groups[1], "")))
        groups = [f"{field}({sides})", *groups[2:]]
    if rule.never:
        groups.append(f"not {_any_of(rule.never, field)}")
    return " and ".join(groups)


def _rule(random_: random.Random, words: Words) -> Made:
    chinese = random_.random() < 0.25
    terms = list(dict.fromkeys(_term(random_, words, chinese) for _ in range(random_.randint(5, 20))))
    never = tuple(terms[:2]) if random_.random() < 0.3 else ()
    terms = terms[len(never) :]
    near = random_.random() < 0.2
    count = 2 if near and random_.random() < 0.7 else random_.randint(2 if near else 1, 3)
    return Made(tuple(tuple(terms[at::count]) for at in range(count)), never, near, chinese)


def _term(random_: random.Random, words: Words, chinese: bool) -> Term:
    chance = random_.random()
    if chinese and chance < 0.85:
        return Term("han", random_.choice(words.long_han if chance < 0.25 else words.han))
    if chance < 0.50 or chinese:
        return Term("word", random_.choice(words.words))
    if chance < 0.85:
        return Term("phrase", random_.choice(words.phrases))
    if chance < 0.95:
        return Term("prefix", random_.choice(words.words)[:5])
    return Term("han", random_.choice(words.han))


def _any_of(terms: Sequence[Term], field: str) -> str:
    return f"{field}({' or '.join(map(_written, terms))})"


def _written(term: Term) -> str:
    # Quoted, because a word may be one of the language.
    return f'"{term.text}*"' if term.kind == "prefix" else f'"{term.text}"'


def _grams(runs: Iterable[str], lengths: Sequence[int]) -> Iterable[str]:
    return (run[at : at + n] for run in runs for n in lengths for at in range(len(run) - n + 1))


def _middle(counts: Counter[str], titles: int) -> tuple[str, ...]:
    return tuple(sorted(word for word, count in counts.items() if _RARE <= count <= titles * _COMMON))
