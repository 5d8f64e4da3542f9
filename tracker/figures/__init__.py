"""What a text says in figures: money, percentages, counts and dates, in English and Chinese. Pure.

reading     a figure while it is read, the windows around it, why time is linear
numbers     220,000 · 1.25bn · half a million · 1100亿 · 六百亿
money       with currency, scale and what it is paid for
direction   which way a clause points
percent     shares and changes, 折 and fractions
nouns       the words for what is counted
counts      with what is counted
dates       days, months, quarters, halves and years
pairs       from what to what
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice

from ahocorasick_rs import AhoCorasick

from tracker.figures.counts import read_count
from tracker.figures.dates import date_at_digit, date_at_han, date_at_word
from tracker.figures.money import guess_money, read_money
from tracker.figures.numbers import HAN_NUMERALS, Number, number_at_digit, number_at_han, number_at_word
from tracker.figures.pairs import paired
from tracker.figures.percent import read_percent, special_at
from tracker.figures.reading import MOST, Reading
from tracker.model import Field, Figure, FigureKind
from tracker.text import Normalised, Offsets, as_written

__all__ = ["RECOGNISER", "may_hold", "recognise"]

RECOGNISER = "1"
"""Changes whenever a text may be read differently; part of the hash of every rule that asks for a figure."""

_ALL = frozenset(FigureKind)


def recognise(
    text: str, field: Field, on: date | None = None, kinds: frozenset[FigureKind] | None = None
) -> tuple[Figure, ...]:
    """Return the figures of a text in reading order; no two overlap, each quotes the text as it stands.

    on: the day on which the text was written: a date without a year is the nearest to it; None: such
    dates are left out.
    kinds: what is asked for; None: all.
    Never raises, whatever the text holds. Of a text with more than five hundred numbers the first
    five hundred are read.
    """
    if not may_hold(text):
        return ()
    plain = as_written(text)
    found = _disjoint(_readings(plain, on))
    if not found:
        return ()
    asked = _ALL if kinds is None else kinds
    offsets = Offsets(Normalised(text, plain, plain, ""))  # nobody asks about the other forms
    return tuple(
        _figure(reading, text, field, offsets) for reading in paired(plain, found) if reading.kind in asked
    )


def may_hold(text: str) -> bool:
    """Whether a text may hold a figure at all: a digit, a Chinese numeral or a word that is a number."""
    return _SIGNS.search(text) is not None or _has_word(text)


def _has_word(text: str) -> bool:
    lower = text.lower()
    if not lower.isascii():
        lower = lower.encode("ascii", "replace").decode()  # lone surrogates cannot be looked through
    for index, start, _ in _STEM_SCAN.find_matches_as_indexes(lower, overlapping=True):
        # Within a word only "illion" counts: "often" is no ten.
        if index == 0 or not start or not lower[start - 1].isalnum():
            return True
    return False


_SIGNS = re.compile(
    r"[0-9０-９\u0660-\u06ff\u2070-\u209f\u2150-\u218f\u2460-\u24ff〇零一二两兩三四五六七八九十百千万萬亿億半翻腰折"
    r"\U0001d7ce-\U0001d7ff\U0001fbf0-\U0001fbf9]"
)
# Beginnings of one word at least of every figure in words: looking for them is cheaper than for the words.
_STEMS = (
    "illion", "half", "halv", "thousand", "hundred", "dozen", "third", "quarter", "fifth", "sixth", "tenth",
    "two",
    "twel", "twen", "three", "thirt", "four", "five", "fift", "fort", "six", "seven", "eight", "nine",
    "ninet", "eleven",
    "ten", "doubl", "tripl", "quadrupl", "janu", "febr", "march", "april", "may", "june", "july", "august",
    "septem", "october", "november", "december",
)  # fmt: skip
_STEM_SCAN = AhoCorasick(_STEMS)


def _readings(text: str, on: date | None) -> Iterator[Reading]:
    """Yield what is read at each place where a figure may begin; the scans may come upon one twice."""
    yield from _at_signs(text, on)
    if not text.isascii():
        for match in islice(_CHINESE_WORD.finditer(text), MOST):
            start = match.start()
            yield from _longest(
                date_at_han(text, start, on),
                special_at(text, start),
                _counted(text, number_at_han(text, start)),
            )
    if _has_word(text) or _SHORT.search(text) is not None:
        for match in islice(_LATIN_WORD.finditer(text), MOST):
            start = match.start()
            yield from _longest(
                date_at_word(text, start, on),
                special_at(text, start),
                _counted(text, number_at_word(text, start)),
            )


def _at_signs(text: str, on: date | None) -> Iterator[Reading]:
    """Yield what is read at digits and Chinese numerals."""
    at = 0
    for _ in range(MOST):
        run = _RUN.search(text, at)
        if run is None:
            return
        start, at = run.span()
        if at - start > _LONGEST:
            continue
        at = start + len(_first_run(text, start))
        if text[start].isascii():
            found = (
                date_at_digit(text, start, on),
                special_at(text, start),
                _counted(text, number_at_digit(text, start)),
            )
        else:
            found = (
                date_at_han(text, start, on),
                special_at(text, start),
                _counted(text, number_at_han(text, start)),
            )
        for reading in _longest(*found):
            at = max(at, reading.end)
            yield reading


def _longest(*found: Reading | None) -> Iterator[Reading]:
    read = [each for each in found if each is not None]
    if read:
        yield max(read, key=_length)


def _first_run(text: str, start: int) -> str:
    run = _FIRST.match(text, start)
    return "" if run is None else run[0]


_LONGEST = 40
# Runs are taken whole, so that a run which is no number is looked at once.
_RUN = re.compile(rf"[0-9{HAN_NUMERALS}]+(?:[.,][0-9]+)*")
_FIRST = re.compile(rf"[0-9]+|[{HAN_NUMERALS}]+")
_CHINESE_WORD = re.compile(
    r"[今去明后前本]年|本月|第(?=[一二三四1-4] ?季)|[上下](?=半年)|(?:好?几|数|上)(?=[十百千万亿])"
    r"|半(?=[价数])|翻(?=倍|番|一番)|腰(?=斩)|减(?=半)|过(?=半)|对(?=折)"
)
_SHORT = re.compile(r"[JFMASOND][a-z]{2,3}[. ]|[QH][1-4]")
_LATIN_WORD = re.compile(
    r"(?<![A-Za-z0-9_])(?:[Hh]al(?:f|v(?:e|es|ed|ing))(?![a-z])"
    r"|(?:an?|A|An|[Oo]ne)(?=[ -](?:hundred|thousand|[mbtMBT]r?illion|dozen|third|quarter|fifth|sixth|tenth"
    r"|few ))"
    r"|[Tt](?:wo|hree|en|welve|wenty|hirty|ens)(?![a-z])|[Ff](?:our|ive|ifteen|orty|ifty)(?![a-z])"
    r"|[Ss](?:ix|even|ixty|eventy|everal)(?![a-z])|[EeNn](?:ight|leven|ine|ighty|inety)(?![a-z])"
    r"|[HhTtMmBbDd](?:undreds?|housands?|r?illions?|ozens?)(?![a-z])"
    r"|(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)(?=[- ](?:quarter|half|Quarter|Half))|(?:by|in) half"
    r"|[DdTtQq](?:oubl|ripl|uadrupl)(?:es|ed|ing)|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[QH][1-4])"
)


def _counted(text: str, number: Number | None) -> Reading | None:
    return None if number is None else _of_number(text, number)


def _of_number(text: str, number: Number) -> Reading | None:
    found = read_money(text, number) or read_percent(text, number) or read_count(text, number)
    if found is None or not found.unit:
        return guess_money(text, number) or found
    return found


def _disjoint(readings: Iterator[Reading]) -> list[Reading]:
    """Return the readings in order without overlaps; the longer, then the surer one stays."""
    kept: list[Reading] = []
    for reading in sorted(readings, key=lambda each: (each.start, -each.end, -each.confidence)):
        if kept and reading.start < kept[-1].end:
            if _length(reading) > _length(kept[-1]):
                kept[-1] = reading
            continue
        kept.append(reading)
    return kept


def _length(reading: Reading) -> int:
    return reading.end - reading.start


def _figure(reading: Reading, text: str, field: Field, offsets: Offsets) -> Figure:
    start, end = offsets.of_written(reading.start, reading.end)
    return Figure(
        field, start, end, text[start:end], reading.kind, reading.value, reading.unit,
        reading.per, reading.bound, reading.was, reading.confidence,
    )  # fmt: skip
