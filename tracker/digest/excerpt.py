"""The part of a text that shows why it matched, with the hits marked. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 300
LEAD_IN = 120  # at most so much is shown before the first hit, so that the hit stays near the start

Span = tuple[int, int]

_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*\s+|[。！？][”’」』）]*|\n")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """marks are offsets into text, in order, without overlap."""

    text: str
    marks: tuple[Span, ...]


def excerpt(source: str, hits: Sequence[Span], limit: int = LIMIT) -> Excerpt:
    """Cut the stretch that holds the most hits; from the start of the source when that holds as many.

    hits: offsets into source, any order, may overlap or reach beyond its end.
    A cut falls between words and is shown as "…".
    """
    spans = merged(hits, len(source))
    start = _start(source, spans, limit)
    end = _end(source, start, limit)
    text = source[start:end]
    lead, tail = len(text) - len(text.lstrip()), text.rstrip()
    before, after = "…" if start > 0 else "", "…" if end < len(source) else ""
    shift = len(before) - start - lead
    marks = tuple((a + shift, b + shift) for a, b in clipped(spans, start + lead, start + len(tail)))
    return Excerpt(before + tail[lead:] + after, marks)


def shortened(source: str, limit: int = LIMIT) -> str:
    """Cut the end of a long text; offsets into what is left stay true."""
    end = _end(source, 0, limit)
    return source if end == len(source) else source[:end].rstrip() + "…"


def merged(spans: Sequence[Span], length: int) -> tuple[Span, ...]:
    """Put spans in order, join those that touch or overlap, and drop what lies outside the text."""
    result: list[Span] = []
    for start, end in sorted(clipped(spans, 0, length)):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def clipped(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Keep the parts of spans that lie between start and end."""
    inside = ((max(a, start), min(b, end)) for a, b in spans)
    return tuple((a, b) for a, b in inside if a < b)


def _start(source: str, spans: Sequence[Span], limit: int) -> int:
    if not spans or len(source) <= limit:
        return 0
    starts = [0, *(_before(source, start) for start, _ in spans)]
    # max() keeps the first of equals, so the source's own beginning wins a tie.
    return max(starts, key=lambda start: sum(b <= start + limit for a, b in spans if a >= start))


def _before(source: str, hit: int) -> int:
    """Find where to begin so that a hit is read in its sentence, or at least after a whole word."""
    earliest = max(0, hit - LEAD_IN)
    sentences = [m.end() for m in _SENTENCE_END.finditer(source, earliest, hit)]
    if earliest == 0:
        return 0 if not sentences or hit < LEAD_IN // 2 else sentences[-1]
    if sentences:
        return sentences[-1]
    space = source.find(" ", earliest, hit)
    return space + 1 if space >= 0 else _whole(source, hit - LEAD_IN // 4)


def _end(source: str, start: int, limit: int) -> int:
    if len(source) - start <= limit:
        return len(source)
    end = start + limit
    space = max(source.rfind(" ", start + limit // 2, end + 1), source.rfind("\n", start + limit // 2, end))
    # Han text has few spaces: there a cut between any two characters is a cut between words.
    if space > 0 and not _is_han(source[end]):
        return space
    return _whole(source, end)


def _whole(source: str, cut: int) -> int:
    """Move a cut forward past marks that belong to the character before it."""
    while cut < len(source) and (unicodedata.combining(source[cut]) or source[cut] in "\u200d\ufe0f"):
        cut += 1
    return cut


def _is_han(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\uffef"
