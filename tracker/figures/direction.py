"""Which way a clause points: prices fall, revenue grew, the share rose to."""

from __future__ import annotations

import re


def last_direction(clause: str, *, skip_level: bool = False) -> str:
    """Return which way the last word of direction in a lower-case clause points: up, down, level or ""."""
    found = ""
    for match in _DIRECTION.finditer(clause):
        kind = str(match.lastgroup).removesuffix("_zh")
        if kind == "up" and match[0] == "up" and clause.startswith(" to", match.end()):
            continue
        if kind == "level":
            # A level stands right at the figure ("rose to 34%"); anywhere else it is a plain word.
            if not skip_level and _NEAR_END.match(clause, match.end()):
                found = kind
        else:
            found = kind
    return found


_DOWN = (
    r"cut(?:s|ting)?|slash(?:es|ed|ing)?|lower(?:s|ed|ing)?(?! than)|reduc(?:es?|ed|ing|tions?)|drop(?:s"
    r"|ped|ping)?|fell|fall(?:s|en|ing)?"
    r"|declin(?:es?|ed|ing)|decreas(?:es?|ed|ing)|down|discount(?:s|ed|ing)?|plung(?:es?|ed|ing)"
    r"|plummet(?:s|ed|ing)?|sink(?:s|ing)?|sank"
    r"|shrinks?|shrank|shrinking|shed(?:s|ding)?|los(?:es?|t|ing)|off|cheaper|less(?! than)|fewer(?! than)"
    r"|tumbl(?:es?|ed|ing)|slump(?:s|ed|ing)?"
    r"|slip(?:s|ped|ping)?|dip(?:s|ped|ping)?|trim(?:s|med|ming)?|crash(?:es|ed|ing)?|sav(?:es?|ed|ings?)"
    r"|halv(?:es?|ed|ing)|slid(?:es?)?|loss(?:es)?"
)
_UP = (
    r"rais(?:es?|ed|ing)|ris(?:es?|en|ing)|rose|increas(?:es?|ed|ing)|hik(?:es?|ed|ing)|up|grow(?:s|n|ing"
    r"|th)?|grew|gain(?:s|ed|ing)?"
    r"|jump(?:s|ed|ing)?|surg(?:es?|ed|ing)|soar(?:s|ed|ing)?|climb(?:s|ed|ing)?|higher(?! than)"
    r"|more(?! than)|faster|boost(?:s|ed|ing)?|expand(?:s|ed|ing)?"
    r"|add(?:s|ed|ing)?|improv(?:es?|ed|ing|ements?)|spik(?:es?|ed|ing)|skyrocket(?:s|ed|ing)?|rall(?:y|ies"
    r"|ied)|advanc(?:es?|ed)"
)
_DOWN_ZH = r"跌|砍|下滑|下调|下降|下修|降|减|缩水|打折|折扣|优惠|便宜|省|缩减|萎缩|回落"
_UP_ZH = r"涨|增|提了|上调|提升|提高|上升|飙升|激增|加价|攀升|走高|高出|扩大"
# Applied to lower case.
_DIRECTION = re.compile(
    rf"(?<![a-z])(?=[a-z])(?:(?P<level>(?<!up )(?:to|at|reach(?:es|ed|ing)?|hits?))|(?P<down>{_DOWN})"
    rf"|(?P<up>{_UP}))(?![a-z])"
    rf"|(?P<level_zh>(?<!高)[至到为占达])|(?P<down_zh>{_DOWN_ZH})|(?P<up_zh>{_UP_ZH})"
)
_NEAR_END = re.compile(
    r" ?(?:about|around|nearly|almost|roughly|over|at least|more than|as much as|an?|了|近|约|超|超过)? ?$",
    re.IGNORECASE,
)
