"""Numbers as they are written: 220,000, 1.25bn, half a million, 1100亿, 六百亿, 10-15, 20 to 34."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tracker.figures.reading import AT_LEAST, AT_MOST

SCALES = {
    "k": 1e3, "thousand": 1e3, "thousands": 1e3,
    "m": 1e6, "mm": 1e6, "mn": 1e6, "mln": 1e6, "mil": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "bln": 1e9, "bil": 1e9, "billion": 1e9, "billions": 1e9,
    "t": 1e12, "tn": 1e12, "trn": 1e12, "trillion": 1e12, "trillions": 1e12,
    "hundred": 1e2, "hundreds": 1e2, "dozen": 12.0, "dozens": 12.0,
    "lakh": 1e5, "crore": 1e7, "cr": 1e7,
}  # fmt: skip
WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
HAN_NUMERALS = "零〇一二两三四五六七八九十百千万亿"
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_SECTIONS = {"万": 10**4, "亿": 10**8}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the folded text.

    end: behind its scale, if it has one; digits_end: behind its digits.
    value: with the scale. scale: 1.0 when none is written.
    letter: the scale is a letter or two ("B", "bn"), which only its surroundings make a scale.
    exact: no vague word is in it (millions, 数十亿, 多). plus: a "+" follows.
    low: the other end when two numbers share a unit ("10-15 %", "from 3 to 1 yuan"), with the scale;
    change: the text says that one became the other.
    """

    start: int
    end: int
    digits_end: int
    value: float
    scale: float = 1.0
    letter: bool = False
    word: bool = False
    han: bool = False
    exact: bool = True
    plus: bool = False
    low: float | None = None
    change: bool = False

    @property
    def bound(self) -> str:
        """How the number itself is hedged; a range is worth at most its upper end."""
        if self.low is not None and not self.change:
            return AT_MOST
        return AT_LEAST if self.plus or not self.exact else ""

    @property
    def digits(self) -> float:
        """The value without its scale."""
        return self.value / self.scale


def number_at_digit(text: str, start: int) -> Number | None:
    """Return the number that begins at a digit; None in a name (GPT-5.5), a version (1.2.3) or a clock."""
    match = _DIGIT_NUMBER.match(text, start)
    return None if match is None else _digits(text, match)


def number_at_han(text: str, start: int) -> Number | None:
    """Return the number that begins at a Chinese numeral or at 数, 几, 上."""
    match = _HAN_NUMBER.match(text, start)
    if match is None or text[max(0, start - 1) : start].isdecimal():
        return None
    return _han(text, match)


def number_at_word(text: str, start: int) -> Number | None:
    """Return the number that begins at a Latin word: half a million, two, billions."""
    match = _WORD_NUMBER.match(text, start)
    if match is None:
        return None
    # "3 million", "one and a half million": the scale belongs to what stands before.
    part = _AND_BEFORE if match["half"] else None if match["count"] or match["plain"] else _PART_BEFORE
    if part is not None and part.search(text[max(0, start - 8) : start]) is not None:
        return None
    return _words(match)


def han_value(numeral: str) -> float | None:
    """Return what a Chinese numeral is worth, None if it is none (三四). 万 alone is one of it."""
    if len(numeral) > 20:
        return None
    total, section, digit, unit = 0, 0, -1, 0
    for char in numeral:
        if (value := _HAN_DIGITS.get(char)) is not None:
            if digit > 0:
                return None
            digit, unit = value, 0 if value == 0 or digit == 0 else unit
        elif char in _HAN_UNITS:
            unit = _HAN_UNITS[char]
            section, digit = section + (1 if digit < 0 else digit) * unit, -1
        else:
            unit = _HAN_SECTIONS[char]
            whole = section + max(digit, 0)
            if char == "亿":
                total = (total + whole or 1) * unit
            else:
                total += (whole or (0 if total else 1)) * unit
            section, digit = 0, -1
    # 两万五 is 25,000: a last digit counts tenths of the unit before it, unless a zero stands between.
    return float(total + section + max(digit, 0) * (unit // 10 or 1))


def small_han(numeral: str) -> int | None:
    """Return the value of digits or of a Chinese numeral that is to be a day, a month, a quarter."""
    if numeral.isascii():
        return int(numeral) if len(numeral) < 5 else None
    value = han_value(numeral)
    return None if value is None else int(value)


def _digits(text: str, match: re.Match[str]) -> Number | None:
    start, end = match.span()
    first = _float(match[0])
    if first is None or not _stands_alone(text, start):
        return None
    other = _SECOND.match(text, end)
    second = _float(other["second"]) if other is not None else None
    if other is None or second is None:
        return _scaled(text, start, end, first)
    number = _scaled(text, start, other.end(), second)
    change = (
        other["change"] is not None
        or second < first
        or _FROM.search(text[max(0, start - 8) : start]) is not None
    )
    if number.end == number.digits_end and other["spaced"] and not _UNIT.match(text, number.end):
        return _scaled(text, start, end, first)
    return Number(
        start, number.end, number.digits_end, number.value, number.scale, number.letter,
        exact=number.exact, plus=number.plus, low=first * number.scale, change=change,
    )  # fmt: skip


def _scaled(text: str, start: int, end: int, value: float) -> Number:
    number = _with_scale(text, start, end, value)
    if _PLUS.match(text, number.end) is None:
        return number
    return replace(number, end=number.end + 1, plus=True)


def _with_scale(text: str, start: int, end: int, value: float) -> Number:
    if (han := _HAN_SCALE.match(text, end)) is not None:
        scale = han_value(han["scale"]) or 1.0
        more = _float(han["more"]) if han["more"] else None
        total = value * scale + (more or 0.0) * 1e4
        return Number(start, han.end(), end, total, scale, exact=not (han["vague"] or han["rest"]))
    if (found := _SCALE.match(text, end)) is not None:
        name = found["word"] or found["letter"] or found["apart"]
        scale = SCALES[name.lower()]
        plus, letter = found[0].startswith("+"), found["word"] is None
        return Number(start, found.end(), end, value * scale, scale, letter=letter, plus=plus)
    return Number(start, end, end, value)


def _han(text: str, match: re.Match[str]) -> Number | None:
    numeral = match["numeral"]
    value = han_value(numeral)
    if not value:
        return None
    rest = _HAN_REST.match(text, match.end())
    scale = next((_HAN_SECTIONS[char] for char in reversed(numeral) if char in _HAN_SECTIONS), 1)
    end = rest.end() if rest else match.end()
    exact = match["vague"] is None and rest is None
    return Number(match.start(), end, match.end(), value, float(scale), word=True, han=True, exact=exact)


def _words(match: re.Match[str]) -> Number | None:
    if match["plain"]:
        return Number(
            match.start(), match.end(), match.end(), float(WORDS[match["plain"].lower()]), word=True
        )
    scale = SCALES[match["scale"].lower()] * (SCALES[match["scale2"].lower()] if match["scale2"] else 1.0)
    count = (match["count"] or "").lower()
    if count in WORDS or match["half"]:
        value = 0.5 if match["half"] else WORDS[count]
        return Number(match.start(), match.end(), match.end(), value * scale, scale, word=True)
    times = {"tens": 10.0, "hundreds": 100.0}.get(count.split(" ")[0], 1.0)
    return Number(match.start(), match.end(), match.end(), times * scale, scale, word=True, exact=False)


def _float(digits: str) -> float | None:
    """Return the value of digits; None for a version number, and for more digits than a figure has."""
    if len(digits) > 24 or digits.count(".") > 1:
        return None
    return float(digits.replace(",", ""))


def _stands_alone(text: str, start: int) -> bool:
    """Whether digits begin a number of their own: not GPT-5.5, H100, S-1, #12, 3:30, v4, 24/7."""
    window = text[max(0, start - 4) : start]
    return _GLUED.search(window) is None or _CODE.search(window) is not None


_GLUED = re.compile(r"(?:[^\W\d_]|[_#@:.\\&=%]|[0-9][,/xX×*^]|[^\W_][-–‐/])(?<![\u3400-\u9fff])$")
_CODE = re.compile(r"(?:\b(?:US|HK|NT)?(?:USD|EUR|GBP|RMB|CNY|JPY|KRW|INR|HKD|Rs)\.?|[\u3400-\u9fff][-–:/])$")
_FROM = re.compile(r"(?:\bfrom|从|由|原价) ?$", re.IGNORECASE)
_DIGITS = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}(?![0-9])(?:\.[0-9]{1,8})?|[0-9]{1,16}(?:\.[0-9]{1,8}){0,3})(?![0-9])"
)
_PLUS = re.compile(r"\+(?![0-9+])")
_PART_BEFORE = re.compile(r"(?:[0-9][ -]?|half |point \w{0,5} )$")
_AND_BEFORE = re.compile(r"\band (?:an? )?$")
_DIGIT_NUMBER = re.compile(_DIGITS)
_HAN_NUMBER = re.compile(rf"(?P<vague>好?几|数|上)?(?P<numeral>[{HAN_NUMERALS}]+)")
_WORD_NUMBER = re.compile(
    r"(?:(?:(?P<half>half[ -](?:an? )?)|(?P<count>an?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve"
    r"|fifteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|tens of|hundreds of|several|a few"
    r"|multiple)[ -])?"
    r"(?P<scale>hundreds?|thousands?|millions?|billions?|trillions?|dozens?)(?: (?P<scale2>thousand|million"
    r"|billion))?"
    r"(?![^\W_])"
    r"|(?P<plain>two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety)(?![^\W_]|-(?!year|month|day|week|hour)))",
    re.IGNORECASE,
)
_SECOND = re.compile(
    r"(?:[-–—~]|(?P<spaced> (?:to|-|–|—) )| ?(?:(?P<change>(?:下调|上调|下降|上升|增|降|涨|升|提升|提高"
    r"|降低|减少|猛增|飙升)"
    r"(?:至|到|为)|→|->)|至|到) ?)"
    rf"(?P<second>{_DIGITS})(?![-/][0-9])",
    re.IGNORECASE,
)
_UNIT = re.compile(r" ?(?:%|per ?cent|[a-zA-Z\u3400-\u9fff])")
_SCALE = re.compile(
    r"\+?[ -]?(?P<word>thousand|million|billion|trillion|crore|lakh)(?![^\W_])"
    r"|(?P<letter>mln|bln|trn|mn|mm|bn|tn|k|m|b|t)(?![^\W_\u3400-\u9fff]|['’])"
    r"| (?P<apart>bn|mn|tn|mln|bln)(?![^\W_])",
    re.IGNORECASE,
)
_HAN_SCALE = re.compile(
    r" ?(?P<vague>多|余|几)? ?(?P<scale>万亿|[十百千]?亿|[十百千]?万"
    r"|千(?![瓦克米兆赫卡问帆字伏]))(?: ?(?P<more>[0-9]{1,4}) ?万)?(?P<rest>多|余)?"
)
_HAN_REST = re.compile(r"[多余](?=[\u3400-\u9fff ])")
