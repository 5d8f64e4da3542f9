"""From what to what: "from $1.74 to $0.435", 由 3 元降至 1 元, "$1.74 → $0.435", "$2, down from $3"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tracker.figures.money import INPUT, OUTPUT, TOKENS
from tracker.figures.reading import Reading, before
from tracker.model.figure import FigureKind

_GAP = 28
_CHANGED = re.compile(
    r"[^\S\n]?(?:→|->|=>|⇒)[^\S\n]?|[ ,，]{0,2}[^，。；,;0-9]{0,10}?(?:下调|上调|下降|上升|提升|提高|降低"
    r"|减少|增加|增长|增|扩大|调整|调|降|升|涨|跌|缩减|猛增|飙升|骤降|攀升)(?:至|到|为"
    r"|成)[了仅约近超]{0,2} ?"
)
_TO = re.compile(
    r"(?: \(?(?:a|per|each)? ?[a-z]{0,8}\)?)? (?:down |up |back )?to (?:about |around |nearly |just |only "
    r"|over |more than |a |an )?(?=$)| ?(?:至|到)[约近]? ?",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(?:\bfrom(?: (?:about|around|nearly|just|only|over|more than|an?|roughly))?|从|由|原价|原来的?"
    r"|此前的?)[约近的]? ?$",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"[ ,，(（]{0,2}(?:(?:down |up )?from|was|previously|formerly|instead of|此前为|原价为?|原为|此前)"
    r"(?: (?:about|around|nearly|just|only|over|more than|an?|the previous))?[:： ]{0,2}",
    re.IGNORECASE,
)
_RANGE = re.compile(r" ?[-–—~] ?")
_BOTH = re.compile(r" ?/ ?| and |和|/", re.IGNORECASE)


def paired(text: str, readings: Sequence[Reading]) -> list[Reading]:
    """Return the readings, in order, those that say from what they changed with `was`."""
    found = _ranges(text, _twins(text, list(readings)))
    for index in range(1, len(found)):
        first, second = found[index - 1], found[index]
        if not _alike(first, second) or second.was is not None or second.start - first.end > _GAP:
            continue
        between = text[first.end : second.start]
        if first.kind is FigureKind.PERCENT and _RANGE.fullmatch(between) is not None:
            continue
        if _far_apart(first, second):
            continue
        if _forward(text, first, between):
            _change(text, found, index - 1, index)
        elif _BACK.fullmatch(between) is not None and first.was is None:
            found[index - 1] = replace(first, was=second.value, per=first.per or second.per)
            found[index] = replace(second, per=second.per or first.per)
    return found


def _far_apart(first: Reading, second: Reading) -> bool:
    """Whether one is a thousand times the other: "from $1 to $2 million" leaves out a scale."""
    low, high = sorted((abs(first.value), abs(second.value)))
    return high >= 1000 * low


def _forward(text: str, first: Reading, between: str) -> bool:
    if _CHANGED.fullmatch(between) is not None:
        return True
    return _TO.fullmatch(between) is not None and _FROM.search(before(text, first.start, 20)) is not None


def _change(text: str, found: list[Reading], at: int, to: int) -> None:
    """Mark a change; of "$1/$4 to $2/$8" each price with its own."""
    pairs = [(at, to)]
    if at > 0 and to + 1 < len(found) and _slashed(text, found, at) and _slashed(text, found, to + 1):
        pairs = [(at - 1, to), (at, to + 1)]
    for old, new in pairs:
        per = found[new].per or found[old].per
        found[new] = replace(found[new], was=found[old].value, per=per)
        found[old] = replace(found[old], per=found[old].per or per)


def _slashed(text: str, found: Sequence[Reading], at: int) -> bool:
    first, second = found[at - 1], found[at]
    return _alike(first, second) and "/" in (between := text[first.end : second.start]) and len(between) < 4


def _alike(first: Reading, second: Reading) -> bool:
    if first.kind is FigureKind.DATE or first.kind is not second.kind:
        return False
    return first.unit == second.unit


def _ranges(text: str, found: list[Reading]) -> list[Reading]:
    """Read both ends of "10%-15% off" the same way."""
    for index in range(1, len(found)):
        first, second = found[index - 1], found[index]
        if (first.unit, second.unit) == ("%", "% change") and _RANGE.fullmatch(text, first.end, second.start):
            value = -first.value if second.value < 0 else first.value
            found[index - 1] = replace(first, value=value, unit=second.unit)
    return found


def _twins(text: str, found: list[Reading]) -> list[Reading]:
    """Read "$3/$15" as the price of input and of output tokens."""
    for index in range(1, len(found)):
        first, second = found[index - 1], found[index]
        if first.kind is not FigureKind.MONEY or not _alike(first, second) or first.per not in ("", TOKENS):
            continue
        between = text[first.end : second.start]
        slashed = "/" in between
        asked = second.per == TOKENS or (slashed and second.per == "" and _prices(text, first, second))
        if _BOTH.fullmatch(between) is None or not asked or (not slashed and not _names_both(text, second)):
            continue
        sure = min(first.confidence, second.confidence, 0.9 if second.per else 0.6)
        found[index - 1] = replace(first, per=INPUT, confidence=sure)
        found[index] = replace(second, per=OUTPUT, confidence=sure)
    return found


def _prices(text: str, first: Reading, second: Reading) -> bool:
    return _TALK.search(text, max(0, first.start - 60), second.end + 60) is not None


def _names_both(text: str, second: Reading) -> bool:
    return _INPUT_OUTPUT.search(text, second.start, second.end + 24) is not None


_TALK = re.compile(
    r"token|\bAPI\b|\binput|\boutput|输入|输出|定价|MTok|\bmodel|(?:per |/ ?)1?M\b|模型", re.IGNORECASE
)
_INPUT_OUTPUT = re.compile(r"input(?:/|,? and )output|输入(?:和|/|、)输出", re.IGNORECASE)
