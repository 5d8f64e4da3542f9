"""Dates: 2026-05-06, May 6, 6 May 2026, 5月6日, 2026年5月, Q3 2026, 第三季度, H1, mid-2029."""

from __future__ import annotations

import re
from datetime import date

from tracker.figures.numbers import small_han
from tracker.figures.reading import Reading, before
from tracker.model.figure import FigureKind

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_DAYS_OF = {"day": 0, "month": 15, "quarter": 45, "half": 91, "year": 182}
_YEAR = r"(?:19[0-9]{2}|20[0-9]{2})"
_HAN_YEAR = r"(?:(?:19|20)[0-9]{2}|[2-9][0-9](?= ?年 ?[0-9]{1,2} ?月)|二[〇零][〇零一二三四五六七八九]{2})"
_FULL = r"January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?"
_WHICH = r"今年|去年|明年|后年|前年|本年"
_NUMERAL = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_ALONE = r"(?<![0-9A-Za-z$€£¥])(?<![0-9A-Za-z][-./])"
_OF_YEAR = rf"(?:(?: of)?[ -]?(?:FY ?)?['’]?(?P<year>{_YEAR}|[2-3][0-9](?!%)))?(?![^\W_]|[_.-][0-9A-Za-z])"
_ISO = re.compile(
    rf"{_ALONE}(?P<year>{_YEAR})(?P<sep>[-/.])(?P<month>0?[1-9]|1[0-2])(?:(?P=sep)(?P<day>3[01]|[12][0-9]"
    rf"|0?[1-9]))?"
    r"(?![0-9A-Za-z]|[-/.][0-9]|%)"
)
_DATELIKE = re.compile(
    r"(?:19|20)[0-9]{2}(?![0-9])|[0-9]{1,2}(?:/[0-9]|(?:st|nd|rd|th)?(?: of)? [ADFJMNOS]| ?[年月季]|[QH])"
)
_SLASHED = re.compile(
    rf"{_ALONE}(?P<first>[01]?[0-9]|2[0-9]|3[01])/(?P<second>[0-3]?[0-9])/(?P<year>{_YEAR})(?![0-9])"
)
_DAY_MONTH = re.compile(
    rf"{_ALONE}(?P<day>{_DAY})(?: of)? (?P<month>{_FULL}"
    rf"|{_SHORT})(?![^\W_])\.?(?:,? (?P<year>{_YEAR})(?![0-9]))?"
)
_MONTH_DAY = re.compile(
    rf"{_ALONE}(?P<month>{_FULL}|{_SHORT})(?:\.?(?: (?P<day>{_DAY})(?![0-9]|[.,][0-9]|%|[A-Za-z]"
    rf"| ?(?:million|billion|percent)))"
    rf"(?:,? (?P<year>{_YEAR})(?![0-9]))?|\.?,? (?P<year_only>{_YEAR})(?![0-9])|(?![^\W_]))"
)
_SPAN = re.compile(rf"{_ALONE}(?:(?P<before>{_YEAR})[ -]?)?(?P<kind>[QH])(?P<place>[1-4]){_OF_YEAR}")
_SPAN_FIRST = re.compile(rf"{_ALONE}(?P<place>[1-4])(?P<kind>[QH]){_OF_YEAR}")
_WORDED = re.compile(
    rf"(?P<place>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)[ -](?P<part>[Qq]uarter"
    rf"|[Hh]alf)(?:(?: of)?(?: fiscal)? (?P<year>{_YEAR})(?![0-9]))?(?![^\W_])"
)
_CHINESE = re.compile(
    rf"(?<![0-9.])(?:(?P<this>本月) ?(?P<this_d>3[01]|[12][0-9]|0?[1-9]) ?[日号]"
    rf"|(?:(?P<y>{_HAN_YEAR}) ?年 ?(?:的 ?)?|(?P<which>{_WHICH}) ?)?(?:"
    rf"(?P<m>{_NUMERAL}) ?月(?:份| ?(?P<d>3[01]|[12][0-9]|0?[1-9]|二?十[一二三四五六七八九]?|三十一?"
    rf"|[一二三四五六七八九]) ?[日号])?"
    r"|第?(?P<q>[一二三四1-4]) ?季度|(?P<qq>Q[1-4])(?![^\W_])|(?P<h>[上下])半年)"
    rf"|(?P<year>{_HAN_YEAR}) ?年(?!代))"
)
_LONE_YEAR = re.compile(
    rf"(?:(?<![0-9A-Za-z$€£¥.,#/:])(?<![0-9A-Za-z][-–])|(?<=[12][09][0-9][0-9][-–])"
    rf"|(?P<joined>(?<=[A-Za-z][-–])|(?<=FY)))"
    rf"(?P<year>{_YEAR})(?![0-9%]|[.,:/][0-9]|[-–](?!{_YEAR}(?![0-9-]))[A-Za-z0-9]|[A-Za-z元年])"
)
_JOINED = re.compile(r"(?i:(?<![A-Za-z])(?:mid|pre|post|late|early|end|since|FY)[-–]?)$")
_IN = re.compile(
    r"(?i:\b(?:in|by|since|until|till|through|thru|from|before|after|during|of|early|late|mid|end|fiscal"
    r"|summer|winter|spring|autumn|fall"
    r"|between|year|for|into|past|and|to|around|throughout|FY))[ -]$"
)
_MAY = re.compile(
    r"(?i:\b(?:in|by|since|until|through|between|early|late|mid|last|next|this|of|from|before|after|during"
    r"|end"
    r"|for))[ -]$"
)
_GONE = re.compile(r"(?i:\blast) $")
_UNIT_BEHIND = re.compile(
    r" ?(?:元|美元|万|亿|千|%|名|位|个|家|块|张|人|台|tokens?|GPUs?|users|people|employees|MW|GW|dollars|px"
    r"|MB|GB)",
    re.IGNORECASE,
)


def date_at_digit(text: str, start: int, on: date | None) -> Reading | None:
    """Return the date that begins at a digit. on: the day whose nearest year is meant if none is written."""
    if _DATELIKE.match(text, start) is None:
        return None
    if (found := _ISO.match(text, start)) is not None:
        return _iso(text, found)
    if (found := _SLASHED.match(text, start)) is not None:
        return _slashed(text, found)
    if (found := _DAY_MONTH.match(text, start)) is not None:
        return _dated(
            text, found, _year(found["year"]), (_month(found["month"]), _day(found["day"])), "day", 1.0, on
        )
    if (found := _SPAN.match(text, start) or _SPAN_FIRST.match(text, start)) is not None:
        return _span(text, found, on)
    return date_at_han(text, start, on) or _lone_year(text, start)


def date_at_word(text: str, start: int, on: date | None) -> Reading | None:
    """Return the date that begins at a Latin word: May 6, Q3 2026, first half of 2026."""
    if (found := _MONTH_DAY.match(text, start)) is not None:
        return _month_day(text, found, on)
    if (found := _SPAN.match(text, start)) is not None:
        return _span(text, found, on)
    found = _WORDED.match(text, start)
    return None if found is None else _worded(text, found, on)


def date_at_han(text: str, start: int, on: date | None) -> Reading | None:
    """Return the date in Chinese that begins at a numeral or at a word for a year."""
    match = _CHINESE.match(text, start)
    if match is None:
        return None
    if match["this"]:
        return (
            None
            if on is None
            else _dated(text, match, on.year, (on.month, int(match["this_d"])), "day", 1.0, on)
        )
    year = _han_year(match["y"] or match["year"])
    if match["which"] and on is not None:
        year = on.year + {"去年": -1, "前年": -2, "明年": 1, "后年": 2}.get(match["which"], 0)
    if match["year"]:
        return _dated(text, match, year, (1, 1), "year", 1.0, on)
    if match["m"]:
        month, day = small_han(match["m"]), small_han(match["d"]) if match["d"] else 1
        if not month or not day:
            return None
        sure = 1.0 if match["d"] or year else 0.8
        return _dated(text, match, year, (month, day), "day" if match["d"] else "month", sure, on)
    if match["h"]:
        return _dated(
            text, match, year, (1 if match["h"] == "上" else 7, 1), "half", 1.0 if year else 0.8, on
        )
    quarter = small_han(match["q"]) if match["q"] else int(match["qq"][1])
    return (
        None
        if not quarter
        else _dated(text, match, year, (quarter * 3 - 2, 1), "quarter", 1.0 if year else 0.9, on)
    )


def _dated(
    text: str,
    match: re.Match[str],
    year: int | None,
    first: tuple[int, int],
    unit: str,
    sure: float,
    on: date | None,
) -> Reading | None:
    """first: month and day of the first day that is meant. None if there is no such day."""
    start, end = match.span()
    if year is not None:
        day = _on(year, first)
    elif on is not None:
        day = _nearest(first, unit, on, past=_GONE.search(before(text, start, 5)) is not None)
    else:
        return None
    if day is None:
        return None
    while text[end - 1] in " 的,.":
        end -= 1
    return Reading(start, end, FigureKind.DATE, float(day.toordinal()), unit, confidence=sure)


def _iso(text: str, match: re.Match[str]) -> Reading | None:
    year, month = int(match["year"]), int(match["month"])
    if match["day"]:
        return _dated(text, match, year, (month, int(match["day"])), "day", 1.0, None)
    if match["sep"] == "." and not match["month"].startswith(("0", "1")):
        return None
    return _dated(text, match, year, (month, 1), "month", 0.9 if match["sep"] == "-" else 0.6, None)


def _slashed(text: str, match: re.Match[str]) -> Reading | None:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    if first > 12:
        return _dated(text, match, year, (second, first), "day", 0.9, None)
    # 5/6/2026 is May in America and June elsewhere.
    sure = 0.9 if second > 12 or first == second else 0.4
    return _dated(text, match, year, (first, second), "day", sure, None)


def _month_day(text: str, match: re.Match[str], on: date | None) -> Reading | None:
    name, month = match["month"], _month(match["month"])
    if match["day"]:
        return _dated(text, match, _year(match["year"]), (month, _day(match["day"])), "day", 1.0, on)
    if match["year_only"]:
        return _dated(text, match, int(match["year_only"]), (month, 1), "month", 1.0, on)
    # May, March and August are words and names as well; a month alone needs its preposition.
    if (len(name) < 5 and name not in ("May", "June", "July")) or not _MAY.search(
        before(text, match.start(), 12)
    ):
        return None
    return _dated(text, match, None, (month, 1), "month", 0.7, on)


def _span(text: str, match: re.Match[str], on: date | None) -> Reading | None:
    place, half = int(match["place"]), match["kind"] == "H"
    if half and place > 2:
        return None
    year = _year((match["before"] if "before" in match.re.groupindex else None) or match["year"])
    month = place * 6 - 5 if half else place * 3 - 2
    sure = 1.0 if year else 0.4 if half else 0.7
    if "FY" in match[0]:
        sure = min(sure, 0.7)  # a firm's year may begin in any month
    return _dated(text, match, year, (month, 1), "half" if half else "quarter", sure, on)


def _worded(text: str, match: re.Match[str], on: date | None) -> Reading | None:
    place, half = _ORDINALS[match["place"].lower()], match["part"].lower() == "half"
    if half and place > 2:
        return None
    year = _year(match["year"])
    month = place * 6 - 5 if half else place * 3 - 2
    sure = 1.0 if year else 0.4 if half else 0.7
    return _dated(text, match, year, (month, 1), "half" if half else "quarter", sure, on)


def _lone_year(text: str, start: int) -> Reading | None:
    match = _LONE_YEAR.match(text, start)
    if match is None or _UNIT_BEHIND.match(text, match.end()):
        return None
    joined = _JOINED.search(before(text, start, 8)) is not None
    if match["joined"] is not None and not joined:
        return None
    year = int(match["year"])
    asked = joined or _IN.search(before(text, start, 12)) is not None
    if not asked and not 2010 <= year <= 2035:
        return None
    return _dated(text, match, year, (1, 1), "year", 0.9 if asked else 0.6, None)


def _year(digits: str | None) -> int | None:
    if digits is None:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _han_year(numeral: str | None) -> int | None:
    if numeral is None or numeral.isascii():
        return _year(numeral)
    return int("".join(str("〇一二三四五六七八九".find(char.replace("零", "〇"))) for char in numeral))


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _day(digits: str) -> int:
    return int(digits.rstrip("stndrh"))


def _on(year: int, first: tuple[int, int]) -> date | None:
    try:
        return date(year, *first)
    except ValueError:
        return None


def _nearest(first: tuple[int, int], unit: str, on: date, *, past: bool) -> date | None:
    """Return the first day in the year that brings its middle nearest to `on`; past: and not later."""
    middle = on.toordinal() - _DAYS_OF[unit] // 2
    days = [day for year in (on.year - 1, on.year, on.year + 1) if (day := _on(year, first)) is not None]
    if past:
        days = [day for day in days if day <= on]
    return min(days, key=lambda day: (abs(day.toordinal() - middle), day), default=None)
