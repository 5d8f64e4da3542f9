"""How a match stands: whose word it is, and the figures that its own sentences state. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isfinite

from tracker.figures import may_hold, recognise
from tracker.model import Claim, Feed, Field, Figure, Hit, Item, Tier
from tracker.rules.claims.claim import Sentence, Span, claim_of, says_nothing, weighed
from tracker.rules.fields import matched_text
from tracker.text import sentence_ends

FIGURES = 8
"""How many figures a match carries at most."""
SURE = 0.5
"""The confidence from which a figure is carried."""

_TEXTS = (Field.TITLE, Field.LEAD, Field.CONTENT)
_REACH = 500
"""Characters on either side of a hit that its sentence has at most."""
_NAMES_ONLY = re.compile(r"(?:\w+:)?<[^<>]*>")


class Standing:
    """How the matches of one item stand. What one asks of a text is not worked out for the next again."""

    __slots__ = (
        "_bare", "_ends", "_feed", "_figures", "_item", "_official", "_parts", "_sentences", "_silent",
        "_texts",
    )  # fmt: skip

    def __init__(self, item: Item, feed: Feed) -> None:
        self._item, self._feed = item, feed
        self._official = feed.tier is Tier.OFFICIAL
        self._texts: dict[Field, str] = {}
        self._ends: dict[Field, Sequence[int]] = {}
        self._silent: dict[Field, bool] = {}
        self._parts: dict[Field, Sequence[int]] = {}
        self._sentences: dict[tuple[Field, Span], Sentence] = {}
        self._bare: dict[Field, bool] = {}
        self._figures: dict[tuple[Field, Span], tuple[Figure, ...]] = {}

    def claim(self, hits: Sequence[Hit]) -> Claim:
        """Return whose word a match is: what the sentence of its decisive hits says.

        hits: of the strongest rule. Those in the title decide, else the first in the lead; names only
        where there are no other words.
        """
        deciding = [hit for hit in hits if hit.field in _TEXTS]
        if not deciding:
            return claim_of(self._item.title, (), official=self._official)
        # A name tells of whom, the other words tell what: what is said decides.
        deciding = [hit for hit in deciding if not _is_name(hit.clause)] or deciding
        field = deciding[0].field
        if len(deciding) > 1:
            field = min((hit.field for hit in deciding), key=_TEXTS.index)
        if self._says_nothing(field):
            return Claim.OFFICIAL if self._official else Claim.REPORTED
        there = sorted(hit for hit in deciding if hit.field is field)
        start, end = span = self._decisive(there, field)
        if (field, span) not in self._sentences:
            self._sentences[field, span] = Sentence(self._text(field)[start:end])
        spans = [(hit.start - start, hit.end - start) for hit in there if start <= hit.start < end]
        return weighed(self._sentences[field, span], spans, official=self._official)

    def figures(self, hits: Iterable[Hit]) -> tuple[Figure, ...]:
        """Return the figures that stand in one sentence with a hit, in reading order, at most FIGURES."""
        by_field: dict[Field, list[Hit]] = {}
        for hit in hits:
            if hit.field in by_field:
                by_field[hit.field].append(hit)
            else:
                by_field[hit.field] = [hit]
        found: list[Figure] = []
        for field in _TEXTS:
            if field in by_field and len(found) < FIGURES and not self._is_bare(field):
                found += self._stated(by_field[field], field)
                if field is Field.CONTENT:
                    found = _without_doubles(found)
        return tuple(found[:FIGURES])

    def _text(self, field: Field) -> str:
        text = self._texts.get(field)
        if text is None:
            text = self._texts[field] = matched_text(field, self._item, self._feed)
        return text

    def _ends_of(self, field: Field) -> Sequence[int]:
        if field not in self._ends:
            text = self._text(field)
            self._ends[field] = (*sentence_ends(text), len(text))
        return self._ends[field]

    def _says_nothing(self, field: Field) -> bool:
        """Whether a text holds no word that tells whose word it is: most texts."""
        if field not in self._silent:
            self._silent[field] = says_nothing(self._text(field))
        return self._silent[field]

    def _is_bare(self, field: Field) -> bool:
        """Whether no figure can stand in a text."""
        if field not in self._bare:
            self._bare[field] = not may_hold(self._text(field))
        return self._bare[field]

    def _decisive(self, hits: Sequence[Hit], field: Field) -> Span:
        """Return the span of a title's sentence with the most hits, else of the first hit's sentence."""
        if field is not Field.TITLE:
            return _span(self._ends_of(field), hits[0])
        if field not in self._parts:
            # A headline that asks is answered by what follows: "A price rise? The lab denies it"
            text = self._text(field)
            self._parts[field] = [
                end
                for end in self._ends_of(field)
                if end == len(text) or text[:end].rstrip("\"'”’」』）)")[-1:] not in "?？"
            ]
        spans = [_span(self._parts[field], hit) for hit in hits]
        return Counter(spans).most_common(1)[0][0]

    def _stated(self, hits: Sequence[Hit], field: Field) -> Iterator[Figure]:
        text = self._text(field)
        for start, end in _sentences_of(hits, self._ends_of(field)):
            if (field, (start, end)) not in self._figures:
                self._figures[field, (start, end)] = tuple(self._read(field, start, text[start:end]))
            yield from self._figures[field, (start, end)]

    def _read(self, field: Field, start: int, sentence: str) -> Iterator[Figure]:
        on = (self._item.published or self._item.first_seen).date()
        for each in recognise(sentence, field, on):
            if each.confidence >= SURE and isfinite(each.value + (each.was or 0)):
                yield replace(each, start=each.start + start, end=each.end + start) if start else each


def _is_name(clause: str) -> bool:
    return clause[-1:] == ">" and _NAMES_ONLY.fullmatch(clause) is not None


def _without_doubles(figures: Iterable[Figure]) -> list[Figure]:
    """Drop what the content says in the lead's own words: the lead may be where the content begins."""
    kept: dict[tuple[int, str], Figure] = {}
    for each in figures:
        place = (each.start, each.text) if each.field is not Field.TITLE else (-each.start - 1, each.text)
        kept.setdefault(place, each)
    return list(kept.values())


def _sentences_of(hits: Sequence[Hit], ends: Sequence[int]) -> Iterator[Span]:
    """Yield each sentence that holds a hit, once."""
    if len(hits) == 1:
        yield _span(ends, hits[0])
        return
    done = 0
    for start, end in sorted([_span(ends, hit) for hit in hits]):
        if end > done:
            yield max(start, done), end
            done = end


def _span(ends: Sequence[int], hit: Hit) -> Span:
    at = bisect_right(ends, hit.start)
    start, end = (ends[at - 1] if at else 0), (ends[at] if at < len(ends) else hit.end)
    return max(start, hit.start - _REACH), min(max(end, hit.end), hit.end + _REACH)
