"""When an entry was published, from the many ways in which publishers write it. Pure, bounded, never raises.

A date without zone is UTC; in a Chinese form, or in a feed in Chinese, it is China's time (UTC+8): read as
UTC it would lie in the future. What is ambiguous, impossible, before 1990 or in the future is no date.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # MySQL's zero date and the epoch mean "missing"
_AHEAD = timedelta(hours=1)  # a publisher's clock may be a little fast
_LONGEST = 100

_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4,
    "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2,
    "eest": 3, "msk": 3, "ist": 5.5, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip
_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?(?:\.?,\s*|\.?\s+))?"
_CLOCK = r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?P<zone>z|(?:(?:gmt|utc)\s*)?[+-]\d{1,2}:?\d{2}|(?:gmt|utc)\s*[+-]\d{1,2}|[+-]\d{2}|[a-z]{2,5})"
_COMMENT = r"(?:\s*\([^()]{0,40}\))?"
_TH = r"(?:st|nd|rd|th)?"
_YMD = r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
_CHINESE = (
    r"(?:北京时间\s*)?(?P<y>\d{4})(?:\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]?"
    r"|(?P<sep>[-/.])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2}))\s*(?:[(]?(?:星期|周|週)[一二三四五六日天][)]?)?\s*"
    r"(?:(?P<part>凌晨|清晨|早晨|早上|上午|中午|下午|傍晚|晚上)?\s*(?P<h>\d{1,2})(?::|时|時|点|點)"
    r"(?:(?P<mi>\d{1,2})(?:(?::|分)(?P<s>\d{1,2})?秒?)?)?)?(?:\s*(?P<zone>[+-]\d{2}:?\d{2})|\s*[(]?北京时间[)]?)?"
)
_LATER = rf"(?:,?\s+(?:-\s+|at\s+)?{_CLOCK}\s*{_ZONE}?{_COMMENT})?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_DAY}(?P<d>\d{{1,2}}){_TH}[ -](?P<mon>[a-z]{{3,9}})\.?,?[ -](?P<y>\d{{4}}|\d{{2}}){_LATER}",
        rf"{_YMD}(?:(?:t|\s+){_CLOCK}\s*{_ZONE}?)?",
        rf"{_DAY}(?P<mon>[a-z]{{3,9}})\.?\s+(?P<d>\d{{1,2}}){_TH},?\s+(?P<y>\d{{4}}){_LATER}",
        rf"{_DAY}(?P<mon>[a-z]{{3}})\s+(?P<d>\d{{1,2}})\s+{_CLOCK}\s+(?:{_ZONE}\s+)?(?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)(?:t?(?P<h>\d\d)(?P<mi>\d\d)(?P<s>\d\d)?{_ZONE}?)?",
        r"(?P<y>\d{4})(?:-(?P<m>\d{2}))?",
        rf"(?P<y>\d{{4}})-w(?P<week>\d{{2}})(?:-(?P<wd>[1-7])(?:t{_CLOCK}{_ZONE}?)?)?",
    )
)
_NUMERIC_ZONE = r"[+-](?:0\d|1[0-5]):?[0-5]\d"
_ISO = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|{_NUMERIC_ZONE})", re.ASCII)
_RFC_822 = re.compile(
    rf"[A-Z][a-z]{{2}}, (\d\d) ([A-Z][a-z]{{2}}) (\d{{4}}) (\d\d:\d\d:\d\d) (?:GMT|({_NUMERIC_ZONE}))",
    re.ASCII,
)
_NUMBERS = {name.capitalize(): f"{number:02}" for name, number in _MONTHS.items()}
_CHINESE_FORM = re.compile(_CHINESE, re.ASCII)
_EPOCH = re.compile(r"\d{9,10}|\d{13}", re.ASCII)
_WIDE = str.maketrans("０１２３４５６７８９：（）　，−‐–", "0123456789:() ,---")
Parts = dict[str, str | None]


def published(texts: tuple[str, ...], now: datetime, *, chinese: bool = False) -> datetime | None:
    """The first of these texts that is a date; None if none is."""
    for text in texts:
        if when := read_date(text, now, chinese=chinese):
            return when
    return None


def read_date(text: str, now: datetime, *, chinese: bool = False) -> datetime | None:
    """The moment that a publisher's text names, in aware UTC without fractions of a second.

    now: later dates (by more than an hour) are None.
    chinese: the feed is in Chinese, so a missing zone and "CST" mean UTC+8.
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    if not text.isascii():
        text = text.translate(_WIDE)
    try:
        when = _moment(text, chinese)
    except (ValueError, OverflowError):
        return None
    return when if when and _EARLIEST <= when <= now + _AHEAD else None


def _moment(text: str, chinese: bool) -> datetime | None:
    if usual := _usual(text):
        return usual
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]) if len(text) == 13 else int(text), UTC)
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _at(found.groupdict(), CHINA if chinese else UTC, chinese)
    if found := _CHINESE_FORM.fullmatch(text):
        return _at(found.groupdict(), CHINA, chinese)
    return None


def _usual(text: str) -> datetime | None:
    """Nine of ten dates are plain ISO or RFC 822 with a numeric zone: the same as below, in less time."""
    try:
        if found := _RFC_822.fullmatch(text):
            day, name, year, clock, zone = found.groups()
            when = datetime.fromisoformat(f"{year}-{_NUMBERS[name]}-{day}T{clock}{zone or '+00:00'}")
            return when if when.tzinfo is UTC else when.astimezone(UTC)
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
    except (ValueError, KeyError):  # a leap second, a month that is none: below they are looked at closely
        return None
    return None


def _at(parts: Parts, missing: timezone, chinese: bool) -> datetime | None:
    zone = _zone(parts.get("zone"), missing, chinese)
    if zone is None:
        return None
    hour, minute, second = _clock(parts)
    day = datetime.combine(_day(parts), datetime.min.time(), tzinfo=zone)
    return (day + timedelta(hours=hour, minutes=minute, seconds=second)).astimezone(UTC)


def _day(parts: Parts) -> date:
    year = int(parts["y"] or "")
    if len(parts["y"] or "") == 2:
        year += 2000 if year < 70 else 1900  # RFC 2822, 4.3 draws the line at 50; nobody published in 1969
    if week := parts.get("week"):
        return date.fromisocalendar(year, int(week), int(parts.get("wd") or 1))
    name = parts.get("mon")
    # 0: a month in no language that is read here; date() refuses it
    month = _MONTHS.get(name.lower(), 0) if name else int(parts.get("m") or parts.get("m2") or 1)
    return date(year, month, int(parts.get("d") or parts.get("d2") or 1))


def _clock(parts: Parts) -> tuple[int, int, int]:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("h", "mi", "s"))
    half, part = (parts.get("half") or "").lower(), parts.get("part")
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if part in ("下午", "傍晚", "晚上", "中午") and 1 <= hour < (11 if part == "中午" else 12):
        hour += 12
    if not (hour < 24 or (hour, minute, second) == (24, 0, 0)) or minute > 59 or second > 60:
        raise ValueError("no such time")
    return hour, minute, min(second, 59)  # a leap second is told as the second before it


def _zone(written: str | None, missing: timezone, chinese: bool) -> timezone | None:
    if not written:
        return missing
    name = written.lower()
    if chinese and name == "cst":
        return CHINA
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    found = re.fullmatch(r"(?:gmt|utc)?\s*([+-])(\d{1,2}):?(\d{2})?", name)
    if not found or int(found[3] or 0) > 59 or int(found[2]) > 15:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(ahead if found[1] == "+" else -ahead)
