"""What is counted: 220,000 GPUs, 万名员工, 5 gigawatts, 27B parameters, 6 of 12 founders, 90 days."""

from __future__ import annotations

import re

from tracker.figures.nouns import (
    ATTRIBUTIVE,
    HOUSES,
    IRREGULAR,
    NAMED_BY_NUMBER,
    NAMES,
    NOUNS_ZH,
    PERSONS,
    STOPS,
    TIME,
    UNITS,
)
from tracker.figures.numbers import Number
from tracker.figures.reading import AT_LEAST, Reading, before, bound_of
from tracker.model.figure import FigureKind

_GLUED = re.compile(r"(?P<space>[ -]?)(?P<unit>[GMkT]Wh?|KW|[TPEGM]B(?!/s)|[KMGTPEZ]?FLOPS|TOPS)(?![^\W_])")
_GLUED_ZH = re.compile(r" ?(?P<unit>吉瓦|兆瓦|千瓦)(?P<hour>时?)")
_POWER_ZH = {"吉瓦": "GW", "兆瓦": "MW", "千瓦": "kW"}
_OF = re.compile(
    r" (?:out )?of (?:the |its |their |xAI's |our )?(?:original |founding )?(?:[0-9]{1,7}|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|twenty)(?= [A-Za-z])",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"(?P<join>[ -])(?P<word>[^\W\d_\u3400-\u9fff][^\W_\u3400-\u9fff]{0,30}(?:[-'’][^\W_]{1,20}){0,3})"
)
_PLURAL = re.compile(r"[a-z]{3,}s$")
_AGE = re.compile(r"(?:[- ][Oo]ld\b| ago\b|岁)")

_MEASURES = "名位个家块张枚台颗项套座次人款部只篇条行户国起辆架份"
_NOUN_ZH = "|".join(sorted(NOUNS_ZH, key=len, reverse=True)) + r"(?<!人(?=[类工气形才物脸机]))"
_COUNTED_ZH = re.compile(
    rf" ?[多余]? ?(?:(?P<measure>[{_MEASURES}])(?P<gap>[^，。；、,;:：！？!?|0-9（(]{{0,9}}?))?"
    rf" ?(?:的 ?)?(?P<noun>{_NOUN_ZH})",
    re.IGNORECASE,
)
_MEASURED_ZH = re.compile(
    r" ?[多余]? ?(?P<measure>[名位人家台张块枚颗辆架](?![才工类气物民口们均形脸长义里里门庭族乡用]))"
)
_MEASURED = {
    "名": "person", "位": "person", "人": "person", "家": "company", "台": "", "张": "", "块": "", "枚": "",
    "颗": "",
    "辆": "vehicle", "架": "",
}  # fmt: skip
_TIME_ZH = re.compile(
    r" ?[多余]? ?(?:(?P<month>个半?月(?!亮|球|饼))|(?P<week>个?星期|周(?![年岁边期刊报末一二三四五六日]))"
    r"|(?P<hour>个?小时)|(?P<minute>分钟)|(?P<second>秒(?!杀))"
    r"|(?P<day>天(?![然才玑猫下空气线使津文生赋])|日(?=内|期限|通知|前通知))|(?P<year>年(?![代级前度底初末]"
    r"|[0-9 ]{0,2}月)))"
)
_BARE_HAN = frozenset("一十百千万亿")


def read_count(text: str, number: Number) -> Reading | None:
    """Return the count that a number is, None if it is none."""
    found = None if _PER.search(before(text, number.start, 4)) else _counted(text, number)
    if found is None:
        return None
    start, end, unit, sure = found
    if not unit and (subject := _SUBJECT_ZH.search(before(text, start, 16))) is not None:
        unit, sure = NOUNS_ZH[subject["noun"]], 0.8
    value = number.value
    bound = bound_of(text, start, end) or number.bound
    if unit in TIME and bound == AT_LEAST and _OVER_TIME.search(before(text, start, 8)):
        bound = ""  # "over three months" is how long, not a bound
    if number.word and not number.exact:
        sure = min(sure, 0.4)
    was = number.low if number.change else None
    return Reading(start, end, FigureKind.COUNT, value, unit, bound=bound, was=was, confidence=sure)


# "per million tokens" prices something else.
_PER = re.compile(r"(?:\bper |/ ?|每)$")
_OVER_TIME = re.compile(r"\b(?:over|past) $", re.IGNORECASE)


def _counted(text: str, number: Number) -> tuple[int, int, str, float] | None:
    """Return where the count starts and ends, what is counted and how sure that is."""
    start, end = number.start, number.end
    if number.scale == 1 and not number.han and (glued := _GLUED.match(text, end)):
        sure = 1.0 if glued["unit"][-1] in "Wh" else 0.9
        return (
            (start, glued.end(), glued["unit"].replace("KW", "kW"), sure) if glued["unit"] != "MB" else None
        )
    if _is_yearlike(text, number):
        return None
    if glued := _GLUED_ZH.match(text, end):
        return start, glued.end(), _POWER_ZH[glued["unit"]] + ("h" if glued["hour"] else ""), 1.0
    if _CHINESE.match(text, end) and (found := _counted_zh(text, number)) is not None:
        return found
    if number.han:
        return None
    if (
        (whole := _OF.match(text, end)) is not None
        and number.scale == 1
        and number.value == int(number.value)
    ):
        end = whole.end()
    if not number.exact and (several := _SEVERAL.match(text, end)) is not None:
        end = several.end()
    return _counted_latin(text, number, end)


def _is_yearlike(text: str, number: Number) -> bool:
    """Whether a number is rather a year: 2026 models, 2026机器人大赛; not "over 2020 GPUs"."""
    if number.scale != 1 or number.low is not None or number.end - number.start != 4:
        return False
    return (
        2010 <= number.value <= 2035
        and number.digits.is_integer()
        and not bound_of(text, number.start, number.end)
    )


_SEVERAL = re.compile(r" of(?: (?:its|the|their|our))?(?= [A-Za-z])")
_CHINESE = re.compile(r" ?(?:[\u3400-\u9fff]|tokens?(?![a-z])|[GT]PU)", re.IGNORECASE)


def _counted_latin(text: str, number: Number, end: int) -> tuple[int, int, str, float] | None:
    start = number.start
    named = number.scale == 1 and "," not in text[start:end] and NAMES.search(before(text, start, 16))
    at, first = end, ""
    for place in range(4):
        found = _WORD.match(text, at)
        if found is None or (found["join"] == "-" and place > 1):
            break
        word, at = found["word"], found.end()
        low = word.lower().replace("’", "'")
        noun = f"{low} {text[at + 1 : at + 8].lower()}" if low == "data" else low
        if noun in ("data centers", "data centre"):
            at += 8
            noun = "data centers"
        head = low.partition("-")[0]
        unit = UNITS.get(noun)
        if unit is None and found["join"] == "-" and head in ATTRIBUTIVE:
            unit, noun, at = UNITS[head], head, found.start() + 1 + len(head)
        if unit is not None and _may_be_counted(noun, number, found["join"]):
            if unit in TIME and (number.letter or _AGE.match(text, at) or place):
                return None
            return start, at, unit, 0.4 if named else 1.0 if place < 2 else 0.8
        if low in STOPS or text[at : at + 1] in ",.;:!?":
            first = first or (low if place == 0 and low not in STOPS else "")
            break
        first = first or low
    return _otherwise(text, number, end, first, bool(named))


def _may_be_counted(noun: str, number: Number, join: str) -> bool:
    plural = noun in IRREGULAR or noun.endswith("s")
    return plural or number.value == 1 or (noun in ATTRIBUTIVE and (join == "-" or number.value > 1))


def _otherwise(
    text: str, number: Number, end: int, first: str, named: bool
) -> tuple[int, int, str, float] | None:
    """A big number counts whatever follows; a small one, and a letter, only what is known to be counted."""
    big = not number.letter and (number.scale >= 1e3 or "," in text[number.start : number.digits_end])
    if not big or named or number.end != end:
        return None
    if _PLURAL.match(first) and first not in STOPS:
        return number.start, end + 1 + len(first), _singular(first), 0.7
    return number.start, end, "", 0.4


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith("ss") else word[:-1]


def _counted_zh(text: str, number: Number) -> tuple[int, int, str, float] | None:
    start, end = number.start, number.end
    numeral = text[start:end]
    time = _TIME_ZH.match(text, end)
    if time is not None:
        if (
            numeral == "一"
            or set(numeral) <= _BARE_HAN - {"十"}
            or number.letter
            or number.value > 5000
            or _ORDINAL.search(text[:start][-2:])
        ):
            return None
        # 26 年 may be 26 years and may be 2026.
        doubt = time["year"] is not None and 20 <= number.value <= 29
        return start, time.end(), str(time.lastgroup), 0.4 if doubt else 1.0 if numeral[0].isascii() else 0.7
    if numeral in ("一", "十") or number.value < 2 or _ORDINAL.search(text[max(0, start - 2) : start]):
        return None
    if number.letter and number.scale < 1e3:
        return None
    found = _COUNTED_ZH.match(text, end)
    if found is not None and (found["measure"] or number.scale > 1 or numeral[0].isascii()):
        noun, measure = found["noun"].lower(), found["measure"]
        named = (
            NAMES.search(before(text, start, 16)) is not None and not found["measure"] and number.scale == 1
        )
        if not number.value.is_integer():
            return None
        fits = _fits(measure, NOUNS_ZH[noun]) if measure else noun not in NAMED_BY_NUMBER or number.scale > 1
        if fits:
            return start, found.end(), NOUNS_ZH[noun], 0.4 if named else 0.8 if found["gap"] else 1.0
    measured = _MEASURED_ZH.match(text, end)
    if measured is not None and (unit := _MEASURED[measured["measure"]]) is not None:
        if not unit and number.value < 1000:
            return None
        return start, measured.end(), unit, 0.7
    if number.letter or number.scale < 1e4:
        return None
    return None if number.han else (start, end, "", 0.4)


# 周活破 400 万: what is counted stands before.
_SUBJECT_ZH = re.compile(
    r"(?P<noun>裁员|日活|月活|周活|用户|客户|员工|开发者|会员|参数|下载)[数量]{0,2}[^，。；,;0-9的]{0,5}$"
)


def _fits(measure: str, unit: str) -> bool:
    """Whether a measure word goes with what is counted: 四家芯片巨头 are four companies, no chips."""
    if measure == "家":
        return unit in HOUSES
    return measure not in "名位" or unit in PERSONS


_ORDINAL = re.compile(r"[第初]$|第 $")
