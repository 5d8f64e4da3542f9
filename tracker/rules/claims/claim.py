"""Whose word a claim is, decided on the claim's own sentence and on nothing else in the item. Pure.

A denial outweighs all: a rumour that is denied is denied. Then the party itself: its own newsroom, or a
sentence that says that it announces or confirms. Hearsay outweighs what it says that the party announced;
a plan that the party announced is no rumour, another plan is. A word counts only for the words that it is
said of: those behind it for most, those of the same part of the sentence, those of the same quotation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ahocorasick_rs import AhoCorasick

from tracker.model import Claim
from tracker.rules.claims import words
from tracker.rules.claims.words import Words
from tracker.simplified import SIMPLIFIED

Span = tuple[int, int]

_CLOSE = 40
"""Characters within which a hit must follow a "may"."""
_BEFORE = 40
"""Characters before a word that are looked at for what turns it round, or makes it another word."""
_SURROGATES = "\ud800-\udfff"
"""When they stand alone, they are no text."""
_FOLDS = {
    **{chr(code): chr(simple) for code, simple in SIMPLIFIED.items()},
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full width
    "’": "'",
}
# Few characters fold, so finding them takes a fraction of what `str.translate` does.
_FOLDING = re.compile(f"[{_SURROGATES}{''.join(_FOLDS)}]")
_STEMS = [(stem, each) for each in words.ALL for stem in each.stems]
_SCAN = AhoCorasick([stem for stem, _ in _STEMS])


def claim_of(sentence: str, hits: Sequence[Span], *, official: bool = False) -> Claim:
    """Return whose word a sentence is.

    hits: spans of the words in it that show the signal; none: the whole sentence shows it.
    official: it stands in the party's own newsroom.
    """
    return weighed(Sentence(sentence), hits, official=official)


def weighed(sentence: Sentence, hits: Sequence[Span], *, official: bool = False) -> Claim:
    """Return whose word a sentence is; see `claim_of`."""
    if not sentence.there:
        return Claim.OFFICIAL if official else Claim.REPORTED
    said = _Said(sentence, hits or ((0, len(sentence.text)),))
    if said.denied():
        return Claim.DENIED
    if official:
        return Claim.OFFICIAL
    if said.heard():
        return Claim.RUMOUR
    if said.announced():
        return Claim.OFFICIAL
    return Claim.RUMOUR if said.planned() else Claim.REPORTED


def says_nothing(text: str) -> bool:
    """Whether a text has no part that any of the words has, so that all its sentences are plain."""
    return not _SCAN.find_matches_as_indexes(folded(text))


class Sentence:
    """A folded sentence with what stands in it, whatever the hits are. there: the words that may."""

    __slots__ = ("_found", "_parted", "text", "there")

    def __init__(self, sentence: str, there: set[Words] | None = None) -> None:
        self.text = text = folded(sentence)
        # Most sentences hold none of the words, most others one kind of them: looking costs what is there.
        finds = () if there else _SCAN.find_matches_as_indexes(text, overlapping=True)
        self.there = there or {_STEMS[found[0]][1] for found in finds}
        self._found: dict[int, list[Span]] = {}
        self._parted: tuple[list[Span], list[Span], list[int]] | None = None

    def found(self, kind: Words) -> list[Span]:
        """Return where words of a kind stand, or what looks like them."""
        if kind not in self.there:
            return []
        if id(kind) not in self._found:
            self._found[id(kind)] = [found.span() for found in kind.pattern.finditer(self.text)]
        return self._found[id(kind)]

    def parted(self) -> tuple[list[Span], list[Span], list[int]]:
        """Return what only looks like a word, the quotations, and where the sentence's parts end."""
        if self._parted is None:
            self._parted = (
                [found.span() for found in words.HARMLESS.finditer(self.text)],
                [found.span() for found in words.QUOTED.finditer(self.text)],
                [found.start() for found in words.BREAK.finditer(self.text)],
            )
        return self._parted


class _Said:
    """What a sentence says of hits; of those in the part of it that has most of them."""

    __slots__ = ("_breaks", "_harmless", "_hits", "_main", "_quotes", "_sentence", "_text")

    def __init__(self, sentence: Sentence, hits: Sequence[Span]) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._hits = hits
        self._breaks: list[int] | None = None
        self._main = 0
        self._quotes: list[Span] = []
        self._harmless: list[Span] = []

    def denied(self) -> bool:
        ahead = (
            at
            for at in self._found(words.DENIED_AHEAD, words.NO_DENIAL)
            if words.REFUSED.match(self._text, at[0]) is None
        )
        either = self._found(words.DENIED_EITHER, words.NO_DENIAL)
        negated = (at for at in self._found(words.PLANNED, words.OVER) if self._follows(words.NEGATED, at[0]))
        return (
            any(self._meant(at, ahead=True) and not self._asked(at) for at in ahead)
            or any(self._meant(at) and not self._asked(at) for at in either)
            or any(self._meant(at, ahead=True) and not self._asked(at) for at in negated)
        )

    def heard(self) -> bool:
        either = self._found(words.HEARSAY_EITHER, words.NEGATED, words.OVER)
        before = self._found(words.HEARSAY_BEFORE, words.NEGATED, words.OVER)
        return any(self._meant(at) for at in either) or any(self._meant(at, ahead=True) for at in before)

    def announced(self) -> bool:
        found = self._found(words.ANNOUNCED, words.NOT_ANNOUNCED)
        return any(self._meant(at) and not self._asked(at) for at in found)

    def planned(self) -> bool:
        for at in self._found(words.PLANNED, words.NEGATED, words.OVER):
            if self._meant(at, ahead=True) and words.SAYS_ITSELF.search(self._text, 0, at[0]) is None:
                return True
        perhaps = self._found(words.PERHAPS, words.ASIDE)
        return any(self._meant(at, ahead=True, within=_CLOSE) for at in perhaps)

    def _found(self, kind: Words, *turned: re.Pattern[str]) -> Iterator[Span]:
        """Yield where words stand that are no others, and that nothing directly before them turns round."""
        for start, end in self._sentence.found(kind):
            self._look_closer()
            another = any(first <= start < last or start <= first < end for first, last in self._harmless)
            if not another and not any(self._follows(each, start) for each in turned):
                yield start, end

    def _look_closer(self) -> None:
        """Find, once, what only looks like a word, the parts of the sentence and its quotations."""
        if self._breaks is not None:
            return
        self._harmless, self._quotes, self._breaks = self._sentence.parted()
        breaks = self._breaks
        parts = [bisect_right(breaks, start) for start, _ in self._hits]
        self._main = max(parts, key=parts.count)
        self._hits = [hit for hit, part in zip(self._hits, parts, strict=True) if part == self._main]

    def _follows(self, pattern: re.Pattern[str], at: int) -> bool:
        return pattern.search(self._text[max(0, at - _BEFORE) : at]) is not None

    def _meant(self, at: Span, *, ahead: bool = False, within: int | None = None) -> bool:
        """Whether words are said of a hit: in its part of the sentence, in its quotation, before it."""
        # Words that begin with the sign before them belong to what follows.
        if bisect_right(self._breaks or (), at[1] - 1) != self._main:
            return False
        quote = self._quote(at[0])
        return any(
            (quote is None or self._quote(start) == quote)
            and (not ahead or end > at[0])
            and (within is None or start < at[1] + within)
            for start, end in self._hits
        )

    def _quote(self, at: int) -> int | None:
        for number, (start, end) in enumerate(self._quotes):
            if start <= at < end:
                return number
        return None

    def _asked(self, at: Span) -> bool:
        """Whether words stand in a question."""
        return "?" in self._text[at[1] :]


def folded(sentence: str) -> str:
    """Fold case, width and script, one character for one."""
    text = sentence if sentence.isascii() else _FOLDING.sub(_narrow, sentence)
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(map(_lower, text))


def _narrow(found: re.Match[str]) -> str:
    return _FOLDS.get(found[0], " ")


def _lower(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 else char
