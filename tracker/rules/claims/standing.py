"""How a match stands: whose word it is, and the figures that its own sentences state. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from math import isfinite

from tracker.figures import recognise
from tracker.model import Claim, Feed, Field, Figure, Hit, Item, Tier
from tracker.rules.claims.claim import Span, claim_of
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


def claim_at(hits: Sequence[Hit], item: Item, feed: Feed) -> Claim:
    """Return whose word a match is: what the sentence of its decisive hits says.

    hits: of the strongest rule. Those in the title decide, else the first in the lead; names only
    where there are no other words.
    """
    sentence, spans = _own(hits, item, feed)
    return claim_of(sentence, spans, official=feed.tier is Tier.OFFICIAL)


def figures_at(hits: Iterable[Hit], item: Item, feed: Feed) -> tuple[Figure, ...]:
    """Return the figures that stand in one sentence with a hit, in reading order, at most FIGURES."""
    on = (item.published or item.first_seen).date()
    by_field: dict[Field, list[Hit]] = {}
    for hit in hits:
        by_field.setdefault(hit.field, []).append(hit)
    found: list[Figure] = []
    for field in _TEXTS:
        if field in by_field and len(found) < FIGURES:
            found += _stated(by_field[field], field, matched_text(field, item, feed), on)
            if field is Field.CONTENT:
                found = _without_doubles(found)
    return tuple(found[:FIGURES])


def _stated(hits: Iterable[Hit], field: Field, text: str, on: date) -> Iterator[Figure]:
    for start, sentence in _sentences_of(hits, text):
        for each in recognise(sentence, field, on):
            if each.confidence >= SURE and isfinite(each.value + (each.was or 0)):
                yield replace(each, start=each.start + start, end=each.end + start) if start else each


def _without_doubles(figures: Iterable[Figure]) -> list[Figure]:
    """Drop what the content says in the lead's own words: the lead may be where the content begins."""
    kept: dict[tuple[int, str], Figure] = {}
    for each in figures:
        place = (each.start, each.text) if each.field is not Field.TITLE else (-each.start - 1, each.text)
        kept.setdefault(place, each)
    return list(kept.values())


def _own(hits: Sequence[Hit], item: Item, feed: Feed) -> tuple[str, list[Span]]:
    """Return the claim's own sentence, and where the words that show it stand there."""
    # A name tells of whom, the other words tell what: what is said decides.
    telling = [hit for hit in hits if hit.field in _TEXTS and not _NAMES_ONLY.fullmatch(hit.clause)]
    deciding = telling or [hit for hit in hits if hit.field in _TEXTS]
    if not deciding:
        return item.title, []
    field = min((hit.field for hit in deciding), key=_TEXTS.index)
    there = sorted(hit for hit in deciding if hit.field is field)
    text = matched_text(field, item, feed)
    start, end = _decisive(there, text, field)
    return text[start:end], [
        (hit.start - start, hit.end - start) for hit in there if start <= hit.start < end
    ]


def _decisive(hits: Sequence[Hit], text: str, field: Field) -> Span:
    """Return the span of a title's sentence with the most hits, else of the first hit's sentence."""
    ends = [*sentence_ends(text), len(text)]
    if field is Field.TITLE:
        # A headline that asks is answered by what follows: "A price rise? The lab denies it"
        ends = [
            end for end in ends if end == len(text) or text[:end].rstrip("\"'”’」』）)")[-1:] not in "?？"
        ]
    spans = [_span(ends, hit) for hit in hits]
    return Counter(spans).most_common(1)[0][0] if field is Field.TITLE else spans[0]


def _sentences_of(hits: Iterable[Hit], text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence that holds a hit, once, with where it starts."""
    ends, done = [*sentence_ends(text), len(text)], 0
    for start, end in sorted(_span(ends, hit) for hit in hits):
        if end > done:
            yield max(start, done), text[max(start, done) : end]
            done = end


def _span(ends: Sequence[int], hit: Hit) -> Span:
    at = bisect_right(ends, hit.start)
    start, end = (ends[at - 1] if at else 0), (ends[at] if at < len(ends) else hit.end)
    return max(start, hit.start - _REACH), min(max(end, hit.end), hit.end + _REACH)
