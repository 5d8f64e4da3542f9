"""A figure while it is read, and the little windows of text that decide what it means.

Linear time. Every pattern of this package is either a scan whose repeats cannot give way to one
another (runs of one class of characters), or it is applied at a number: to a window of at most some 120
characters, or anchored there with every gap and repeat bounded. So a number costs a constant at most,
whatever stands around it, and a text costs its length plus that constant for each of the at most `MOST`
places that each of the three scans (signs, Chinese words, Latin words) looks at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.model.figure import FigureKind

MOST = 500
"""How many places of a text each scan looks at. A text of more is a table; its first ones tell of what."""
REACH = 48
"""How many characters before a number decide what it means, where nothing else is said."""

ABOUT, AT_LEAST, AT_MOST = "about", "at least", "at most"


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure with offsets into the folded text. Fields as in `tracker.model.Figure`."""

    start: int
    end: int
    kind: FigureKind
    value: float
    unit: str
    per: str = ""
    bound: str = ""
    was: float | None = None
    confidence: float = 1.0


def before(text: str, start: int, reach: int = REACH) -> str:
    """Return what stands before a place."""
    return text[max(0, start - reach) : start]


def clause_before(text: str, start: int, reach: int = REACH) -> str:
    """Return what stands before a place in the same clause, in both scripts."""
    window = before(text, start, reach)
    cut = 0
    for match in _CLAUSE_END.finditer(window):
        cut = match.end()
    return window[cut:]


def bound_of(text: str, start: int, end: int) -> str:
    """Return how the words around a figure hedge it: "about", "at least", "at most" or ""."""
    window = before(text, start, 20).lower()
    found = _BOUND_BEFORE.search(window) or _BOUND_AFTER.match(text, end)
    if found is None:
        return ""
    return {"a": ABOUT, "l": AT_LEAST, "m": AT_MOST}[str(found.lastgroup)[0]]


_CLAUSE_END = re.compile(r"[.,;:!?](?=\s|$)|[。；，、：！？|\n]|\s[-–—]\s")
# What may stand between the hedge and its figure: "up to a 34% rise", 最高涨幅 34%.
_BOUND_BEFORE = re.compile(
    r"(?:(?P<m>\b(?:up to|at most|as much as|as many as|as high as|no more than|not more than|less than"
    r"|fewer than|lower than|under|below|a maximum of|max(?:imum)?)"
    r"|(?:最高|最多|至多|不超过|不高于|低于|少于|不到|不足"
    r"|未超过)[可达涨降幅价上下调省优惠提升至为了有]{0,5})"
    r"|(?P<l>\b(?:at least|more than|over|above|exceed(?:s|ed|ing)?|upwards of|north of|surpass(?:es|ed|ing)?"
    r"|topp(?:ed|ing)|tops|past|no less than|not less than|a minimum of|min(?:imum)?|starting (?:at|from))"
    r"|(?:超过|超出|超(?!级)|逾|至少|最低|最少|不低于|不少于|高于|大于|多于|突破"
    r"|(?<![攻打击侦识警告])破)[可达了]?|[>≥])"
    r"|(?P<a>\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|circa"
    r"|an estimated)"
    r"|(?<![最附亲])近|(?<![签预违节相合条公特])约为?|大约|将近|大概|接近|[~≈]))"
    r"(?: an?)? ?(?:us|hk|nt|ca|au|[acs])?[$€£¥₩₹]? ?$"
)
_BOUND_AFTER = re.compile(
    r" ?(?:(?P<l>-plus\b|plus\b|or more\b|and (?:up|above)\b|以上|有余|起(?!诉|来|步|草|初|源|家|点|底"
    r"|伏|用|床))"
    r"|(?P<m>or (?:less|fewer)\b|以内|以下|封顶)"
    r"|(?P<a>or so\b|左右|上下(?!文)))",
    re.IGNORECASE,
)
