"""Shares and changes: 34.4% of businesses, cut by 50%, 2.5折, 三分之一, halved. Falls are negative."""

from __future__ import annotations

import re

from tracker.figures.direction import last_direction
from tracker.figures.numbers import Number, han_value, small_han
from tracker.figures.reading import AT_LEAST, REACH, Reading, before, bound_of, clause_before
from tracker.model.figure import FigureKind

SHARE, CHANGE = "%", "% change"

_SIGN = re.compile(
    r" ?(?:%|percent(?:age)?(?P<points> points?| pts?)?(?![^\W_])|per ?cent(?![^\W_])|pct(?![^\W_])"
    r"|个百分点)",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    r"[ -]?(?:(?:API|price|pay|cost|salary|wage|staff|job|permanent|one-time|annual|quarterly|monthly"
    r"|year-(?:on|over)-year|YoY)[ -]){0,2}"
    r"(?:(?P<down>off|discounts?|cuts?|cheaper|less|lower|fewer|reductions?|drop|declines?|decreases?|fall"
    r"|down|slower|smaller|loss|slump|plunge)"
    r"|(?P<up>more|higher|increases?|hikes?|rises?|growth|jump|faster|dearer|pricier|costlier|up|raises?"
    r"|gains?|surge|premium|boost|improvements?|larger|bigger|better|year[- ]o[nv]e?r?[- ]year"
    r"|YoY))(?![^\W_])"
    r"| ?的? ?(?:(?P<zh_down>off|折扣|优惠|降幅|降价|跌幅|下降|缩减|减少)|(?P<zh_up>涨幅|增长|增幅|提升"
    r"|涨价|溢价|增速|的?增加))",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(
    r" ?(?:of\b|stakes?\b|share\b|owned\b|ownership\b|equity\b|interest\b|accuracy\b|success\b|chance\b"
    r"|probability\b|tariffs?\b|tax\b"
    r"|(?:的 ?)?(?:员工|用户|企业|公司|客户|股份|股权|份额|市场|受访|岗位|人|持股|准确率|胜率|成功率|概率"
    r"|关税)|的(?!涨|降|增|折|优惠|跌|提|下))",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:\bfrom(?: about| around| an?)?|从|由) ?$", re.IGNORECASE)
_CHANGE_ZH = re.compile(r"[涨降增跌]幅|同比|环比")
_BY = re.compile(
    r"\bby (?:about |around |nearly |almost |roughly |up to |as much as |at least |more than |over |an? )?$",
    re.IGNORECASE,
)
_MINUS = re.compile(r"(?:^|[\s(（,，:：])(?P<sign>[-−+])$")

_PAYS = re.compile(
    r" ?(?:the |its |their |of (?:the |its |their )?)?(?:(?:usual|previous|original|current|actual"
    r"|list) )?(?:price|cost|pricing|fee)s?\b| ?的?(?:价格|成本|价钱|费用|售价)",
    re.IGNORECASE,
)
_PAYS_BEFORE = re.compile(r"(?:价格|成本|费用|售价|定价|原价)[^，。；,;]{0,12}$")
_PAYS_RIGHT_BEFORE = re.compile(r"(?:价格?|成本|费用)(?:的|为)? ?约? ?$")
_OF = re.compile(
    r" of(?! (?:the )?(?:year|month|game|season|day|week|time))\b|[- ](?:the|as)\b| ?的", re.IGNORECASE
)
_LATIN_DENOMINATORS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
# Words that are a figure by themselves. `discount`: tenths that are paid; `tenths`: 三成.
_SPECIAL = re.compile(
    r"(?P<discount>[1-9](?:\.[0-9]{1,2})?|[1-9][0-9]|[一二三四五六七八九]{1,2}"
    r"|对) ?折(?![叠屏腾射合算旧损返页戟磨痕断纸线弯寿中服衷煞跃])"
    r"|(?P<tenths>[1-9](?:\.[0-9])?"
    r"|[一二三四五六七八九两]) ?成(?![不为本功立长员就都交果品型人绩千百分熟群块片])(?P<half>半)?"
    r"|(?P<below>[0-9]{1,4}|[二三四五六七八九十百千万]{1,4}) ?分之 ?(?P<above>[0-9]{1,4}(?:\.[0-9]{1,4})?"
    r"|[一二三四五六七八九十百零两]{1,6})"
    r"|(?P<hundred>百)分之 ?(?P<hundredths>[0-9]{1,4}(?:\.[0-9]{1,4})?|[一二三四五六七八九十百零两]{1,6})"
    r"|(?P<halved>腰斩|减半|半价)|(?P<doubled>翻倍|翻番|翻一番)|(?P<most>过半数?)|(?P<halfof>半数|一半)"
    r"|(?P<times>[0-9]{1,3}(?:\.[0-9]{1,2})?|[一二两三四五六七八九十]{1,2}) ?倍(?P<grown>增长|增速)?"
    r"|(?:(?P<halving>halv(?:e|es|ed|ing)|half[- ]price|half off|half (?:the|its|their) (?:price|cost)s?)"
    r"|(?P<by>(?:in|by) half)|(?P<share>half(?= of))"
    r"|(?P<grow>(?:doubl|tripl|quadrupl)(?:es|ed|ing)(?! (?:down|as|up)\b))"
    r"|(?P<count>a|one|two|three|four)[ -](?P<part>third|quarter|fifth|sixth|tenth)s?"
    r"|(?P<upper>[1-9]) ?[/⁄] ?(?P<lower>[1-9][0-9]?0?))(?![^\W_]|[/⁄])",
    re.IGNORECASE,
)


def read_percent(text: str, number: Number) -> Reading | None:
    """Return the percentage that a number is, None if it is none."""
    sign = _SIGN.match(text, number.end)
    if sign is None or (number.letter and number.scale > 1):
        return None
    start, end, value = number.start, sign.end(), number.value
    bound = bound_of(text, start, end) or number.bound
    was = number.low if number.change else None
    if sign["points"] or "分点" in sign[0]:
        return Reading(start, end, FigureKind.PERCENT, value, SHARE, bound=bound, confidence=0.4)
    if (minus := _MINUS.search(before(text, start, 2))) is not None and number.low is None:
        signed = value if minus["sign"] == "+" else -value
        return Reading(start - 1, end, FigureKind.PERCENT, signed, CHANGE, bound=bound, confidence=0.9)
    if was is not None:
        return Reading(start, end, FigureKind.PERCENT, value, SHARE, bound=bound, was=was)
    signed, unit, sure = _directed(text, start, end, value)
    return Reading(start, end, FigureKind.PERCENT, signed, unit, bound=bound, confidence=sure)


def special_at(text: str, start: int) -> Reading | None:
    """Return the percentage that is said at a place without a per cent sign: 2.5折, a third of, halved."""
    match = _SPECIAL.match(text, start)
    found = None if match is None else _special(text, match)
    if match is None or found is None:
        return None
    value, unit, sure = found
    start, end = match.span()
    bound = AT_LEAST if match["most"] else bound_of(text, start, end)
    return Reading(start, end, FigureKind.PERCENT, value, unit, bound=bound, confidence=sure)


def _directed(text: str, start: int, end: int, value: float) -> tuple[float, str, float]:
    """Return the value with its direction, its unit and how sure that is."""
    clause = clause_before(text, start).lower()
    if _FROM.search(clause) or (_SHARE_OF.match(text, end) and not _BY.search(clause)):
        return value, SHARE, 1.0
    right = _RIGHT.match(text, end)
    if right is not None:
        down = right["down"] or right["zh_down"]
        return (-value if down else value), CHANGE, 1.0
    way = last_direction(clause)
    if way == "level" and _CHANGE_ZH.search(clause) is not None:
        way = last_direction(clause, skip_level=True)
    match way:
        case "down":
            return -value, CHANGE, 1.0
        case "up":
            return value, CHANGE, 1.0
    if _BY.search(clause) is not None:
        return value, CHANGE, 0.4
    return value, SHARE, 1.0 if way == "level" else 0.9


def _special(text: str, match: re.Match[str]) -> tuple[float, str, float] | None:
    """Return value, unit and confidence."""
    start, end = match.span()
    if match["discount"]:
        return _discount(text, match)
    if match["tenths"]:
        value = small_or_float(match["tenths"]) * 10 + (5 if match["half"] else 0)
        return _fraction(text, start, end, value / 100, 0.6) if _alone(text, start) else None
    if match["below"] or match["hundred"]:
        below = 100.0 if match["hundred"] else small_or_float(match["below"])
        above = small_or_float(match["above"] or match["hundredths"])
        return (
            _fraction(text, start, end, above / below, 1.0)
            if below and above and _alone(text, start)
            else None
        )
    if match["halved"]:
        return -50.0, CHANGE, 0.9
    if match["doubled"]:
        return 100.0, CHANGE, 0.9
    if match["halfof"]:
        way = last_direction(clause_before(text, match.start()).lower())
        changes = {"up": 50.0, "down": -50.0}
        return (changes[way], CHANGE, 0.9) if way in changes else (50.0, SHARE, 0.8)
    if match["most"]:
        return 50.0, SHARE, 0.8
    if match["times"]:
        return _times(text, match)
    return _latin_special(text, match)


def _latin_special(text: str, match: re.Match[str]) -> tuple[float, str, float] | None:
    start, end = match.span()
    if match["halving"]:
        return -50.0, CHANGE, 0.9
    if match["by"]:
        way = last_direction(clause_before(text, start).lower())
        return None if way not in ("up", "down") else (50.0 if way == "up" else -50.0, CHANGE, 0.9)
    if match["share"]:
        return (50.0, SHARE, 0.8) if _OF.match(text, end) else None
    if match["grow"]:
        times = {"d": 2, "t": 3, "q": 4}[match["grow"][0].lower()]
        return 100.0 * (times - 1), CHANGE, 0.6
    if match["upper"]:
        below = float(match["lower"])
        return (
            _asked_fraction(text, start, end, float(match["upper"]) / below)
            if float(match["upper"]) < below
            else None
        )
    count, below = _COUNTS[match["count"].lower()], _LATIN_DENOMINATORS[match["part"].lower()]
    if count >= below:
        return None
    return _asked_fraction(text, start, end, count / below)


def _asked_fraction(text: str, start: int, end: int, part: float) -> tuple[float, str, float] | None:
    """A third may be a turn, 1/3 a date, a quarter three months: only their words make them fractions."""
    if not _alone(text, start):
        return None
    if (
        _PAYS.match(text, end)
        or _PAYS_RIGHT_BEFORE.search(before(text, start, 8))
        or _OF.match(text, end)
        or _BY.search(before(text, start, 24))
    ):
        return _fraction(text, start, end, part, 0.8)
    return None


def _fraction(text: str, start: int, end: int, part: float, sure: float) -> tuple[float, str, float]:
    share = round(part * 100, 4)
    clause = clause_before(text, start)
    paid = _PAYS_BEFORE.search(clause) is not None and _CHANGE_WORD.search(clause) is None
    if paid or _DOWN_TO.search(clause) is not None or _PAYS.match(text, end) is not None:
        return round(share - 100, 4), CHANGE, min(sure, 0.7)
    if _OF.match(text, end) is not None and _BY.search(clause) is None:
        return share, SHARE, sure
    value, unit, directed = _directed(text, start, end, share)
    return value, unit, min(sure, directed)


# 降至十分之一: what is left, not what was taken away.
_DOWN_TO = re.compile(
    r"(?:[降跌减缩](?:低|少|小)?(?:至|到|为)(?:原来的|原价的|此前的|之前的)?[约近]? ?"
    r"|\b(?:cut|reduced|down|fell|falls|drops?|dropped|shrank) to (?:about |around |nearly )?)$",
    re.IGNORECASE,
)
_CHANGE_WORD = re.compile(r"(?:涨|跌|下调|上调|下降|上升|降|减|增|提|便宜|省)[^至到为]{0,6}$")


def _discount(text: str, match: re.Match[str]) -> tuple[float, str, float] | None:
    tenths, start = match["discount"], match.start()
    if not _alone(text, start) and text[start - 1 : start] not in "打享仅低至约的价":
        return None
    if tenths == "对":
        return (-50.0, CHANGE, 0.8) if text[start - 1 : start] != "相" else None
    if tenths[0].isdigit():
        paid = float(tenths) if "." in tenths or len(tenths) == 1 else float(tenths) / 10
    else:
        digits = "".join(str(small_han(char)) for char in tenths)
        paid = float(digits) / 10 ** (len(digits) - 1)
    return (
        round(paid * 10 - 100, 4),
        CHANGE,
        1.0 if _PRICED.search(text, max(0, start - REACH), match.end() + REACH) else 0.8,
    )


_PRICED = re.compile(r"[价打元]|优惠|折扣|促销|API|[Tt]oken|订阅|会员|套餐|限时|off")


def _times(text: str, match: re.Match[str]) -> tuple[float, str, float] | None:
    """增长 3 倍 is a rise by 300 %; 3 倍 alone compares two things and is no figure."""
    if not _alone(text, match.start()):
        return None
    grown = match["grown"] or _GROWN_BEFORE.search(before(text, match.start(), 8))
    return (small_or_float(match["times"]) * 100, CHANGE, 0.7) if grown else None


_GROWN_BEFORE = re.compile(r"(?:增长|增加|提升|提高|上涨|涨价|涨|激增|飙升|暴涨|暴增)[了约近超逾过]{0,2} ?$")


def small_or_float(numeral: str) -> float:
    """Return the value of digits with a point or of a Chinese numeral; 0.0 if it is none."""
    return float(numeral) if numeral[0].isascii() else (han_value(numeral) or 0.0)


def _alone(text: str, start: int) -> bool:
    """Whether no digit, letter or Chinese numeral stands right before."""
    return _JOINED.search(text[max(0, start - 2) : start]) is None


_JOINED = re.compile(r"(?:[0-9A-Za-z.,/零一二两三四五六七八九十百千万亿第]|[0-9A-Za-z][-–])$")
