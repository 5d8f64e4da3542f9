"""What a text of the config means: durations, sizes, times, zones, names. Pure but for the zone table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from tracker.config.nodes import Items, Keys, Text
from tracker.config.report import did_you_mean

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(
    r"(?:(\d{1,9})\s*d)?\s*(?:(\d{1,9})\s*h)?\s*(?:(\d{1,9})\s*m(?:in)?)?\s*(?:(\d{1,9})\s*s)?"
)
_SIZE = re.compile(r"(\d{1,9})(?:\.(\d{1,3}))?\s*([kKMG]?i?B)")
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEVERAL_DAYS = {"weekdays": range(5), "weekends": range(5, 7), "daily": range(7)}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,6})?")
_NAME = re.compile(r"\w[\w.-]*")
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Wrong(ValueError):  # noqa: N818 - pydantic's way to say no; it never leaves this room
    """A value that cannot be meant. hint: what to write instead."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def scalar(node: object) -> Text:
    """The node as a text. Raises Wrong for a list, a mapping or nothing."""
    match node:
        case Text():
            if not node.text.strip():
                raise Wrong("a text is missing here")
            return node
        case Keys():
            raise Wrong("this must be one text, not `key: value` lines")
        case _:
            raise Wrong("this must be one text, not a list")


def words(node: object) -> str:
    """A text in one line, without space around it."""
    return " ".join(scalar(node).text.split())


def name(node: object) -> str:
    """An id that other parts of the config refer to."""
    return checked_name(scalar(node).text)


def checked_name(text: str) -> str:
    if not _NAME.fullmatch(text) or len(text) > 80:
        raise Wrong(f"'{_short(text)}' is not a name", "letters, digits, '_', '-' and '.', at most 80")
    return text


def names(node: object) -> tuple[str, ...]:
    return tuple(name(inner) for inner in listed(node))


def listed(node: object) -> Items:
    """The node as a list; nothing written is an empty one."""
    match node:
        case Items():
            return node
        case Text() if node.blank:
            return Items(place=node.place)
        case Text():
            raise Wrong("this must be a list", f"write [{_short(node.text)}]")
        case _:
            raise Wrong("this must be a list, each entry on its line after a '- '")


def mapping(node: object) -> Keys:
    """The node as a mapping; nothing written is an empty one."""
    match node:
        case Keys():
            return node
        case Text() if node.blank:
            return Keys(place=node.place)
        case Items():
            raise Wrong("this must be `key: value` lines, not a list")
        case _:
            raise Wrong("this must be `key: value` lines, not a text")


def yes_or_no(node: object) -> bool:
    text = scalar(node).text
    if text.lower() not in _YES:
        raise Wrong(f"'{_short(text)}' is neither true nor false")
    return _YES[text.lower()]


def duration(node: object) -> timedelta:
    text = scalar(node).text.strip()
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise Wrong(f"'{_short(text)}' is not a duration", "write 45s, 30m, 2h, 1d or 1h30m")
    parts = (int(part or 0) for part in found.groups())
    seconds = sum(part * unit for part, unit in zip(parts, (86_400, 3_600, 60, 1), strict=True))
    return timedelta(seconds=min(seconds, 10**10))


def size(node: object) -> int:
    text = scalar(node).text.strip()
    found = _SIZE.fullmatch(text)
    if found is None or found[3] not in _SIZES:
        raise Wrong(f"'{_short(text)}' is not a size", "write 500 kB or 10 MB")
    thousandths = int(found[1]) * 1_000 + int((found[2] or "").ljust(3, "0"))
    return thousandths * _SIZES[found[3]] // 1_000


def whole(node: object) -> int:
    text = scalar(node).text
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        raise Wrong(f"'{_short(text)}' is not a whole number")
    return int(text)


def number(node: object) -> float:
    text = scalar(node).text
    if not _NUMBER.fullmatch(text):
        raise Wrong(f"'{_short(text)}' is not a number")
    return float(text)


def time_of_day(node: object) -> time:
    text = scalar(node).text
    found = _TIME.fullmatch(text)
    if found is None:
        raise Wrong(f"'{_short(text)}' is not a time of day", 'write "07:00"')
    return time(int(found[1]), int(found[2]))


def times(node: object) -> tuple[object, ...]:
    """One time of day or a list of them, still as nodes; `off` is none."""
    if isinstance(node, Text):
        return () if node.text.lower() in ("off", "never") else (node,)
    if not (found := listed(node)):
        raise Wrong("a time is missing here", 'write "07:00", or off')
    return tuple(found)


def weekdays(node: object) -> tuple[int, ...]:
    """One day or a list of them as numbers, Monday is 0: mon, Tuesday, weekdays."""
    nodes = [node] if isinstance(node, Text) else listed(node)
    found = {number for inner in nodes for number in _weekday(scalar(inner).text)}
    if not found:
        raise Wrong("a day is missing here", "write mon or [mon, thu] or weekdays")
    return tuple(sorted(found))


def _weekday(text: str) -> Sequence[int]:
    said = text.strip().lower()
    if said in _SEVERAL_DAYS:
        return _SEVERAL_DAYS[said]
    for number, name in enumerate(_DAYS):
        if said in (name, name[:3]):
            return (number,)
    raise Wrong(f"'{_short(text)}' is not a day of the week", "write mon or [mon, thu] or weekdays")


def zone(node: object) -> str:
    text = scalar(node).text
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):  # unknown; a path; a folder of the zone table
        hint = did_you_mean(text, available_timezones()) if len(text) < 80 else ""
        raise Wrong(f"'{_short(text)}' is not a time zone", hint or "write Europe/Berlin or UTC") from None


def is_language(text: str) -> bool:
    """Is it a language tag such as en, zh or zh-Hant (RFC 5646, the beginning of it)?"""
    return _LANG.fullmatch(text) is not None


def as_duration(span: timedelta) -> str:
    """A duration as a config says it: "30m", "1h30m"."""
    seconds = int(span.total_seconds())
    said = ""
    for unit, length in sorted(_UNITS.items(), key=lambda pair: -pair[1]):
        count, seconds = divmod(seconds, length)
        said += f"{count}{unit}" if count else ""
    return said or "0s"


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 40 else f"{one_line[:39]}…"
