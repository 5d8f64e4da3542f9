"""Money, and what it is paid for: $0.435 per 1M input tokens, 六百亿美元, €20 a month, 3元/百万tokens."""

from __future__ import annotations

import re

from tracker.figures.numbers import SCALES, Number
from tracker.figures.reading import Reading, before, bound_of
from tracker.model.figure import FigureKind

INPUT, OUTPUT, CACHED, TOKENS = "1M input tokens", "1M output tokens", "1M cached tokens", "1M tokens"

_CODES = {
    "us$": "USD", "$": "USD", "usd": "USD", "hk$": "HKD", "hkd": "HKD", "nt$": "TWD", "twd": "TWD",
    "a$": "AUD",
    "au$": "AUD", "aud": "AUD", "c$": "CAD", "ca$": "CAD", "cad": "CAD", "s$": "SGD", "sgd": "SGD",
    "nz$": "NZD", "r$": "BRL", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "¥": "CNY", "cny": "CNY",
    "rmb": "CNY", "jp¥": "JPY", "jpy": "JPY", "₩": "KRW", "krw": "KRW", "₹": "INR", "inr": "INR", "rs": "INR",
    "rs.": "INR", "chf": "CHF", "sek": "SEK", "sar": "SAR", "aed": "AED",
    "us dollar": "USD", "dollar": "USD", "buck": "USD", "canadian dollar": "CAD", "australian dollar": "AUD",
    "hong kong dollar": "HKD", "singapore dollar": "SGD", "taiwan dollar": "TWD", "new taiwan dollar": "TWD",
    "euro": "EUR", "pound": "GBP", "pounds sterling": "GBP", "yuan": "CNY", "renminbi": "CNY", "yen": "JPY",
    "won": "KRW", "rupee": "INR", "swiss franc": "CHF",
    "美元": "USD", "美金": "USD", "刀": "USD", "美刀": "USD", "元": "CNY", "块钱": "CNY", "元人民币": "CNY",
    "人民币": "CNY",
    "港元": "HKD", "港币": "HKD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "日圆": "JPY", "韩元": "KRW",
    "韩圆": "KRW",
    "新台币": "TWD", "台币": "TWD", "台元": "TWD", "新台币元": "TWD", "卢比": "INR", "印度卢比": "INR",
    "加元": "CAD", "澳元": "AUD",
    "新加坡元": "SGD", "新元": "SGD", "瑞士法郎": "CHF", "瑞郎": "CHF", "卢布": "RUB", "雷亚尔": "BRL",
}  # fmt: skip
_PREFIX = re.compile(
    r"(?:(?P<sign>(?:(?<![A-Za-z])(?:US|HK|NT|AU|CA|NZ|JP|[ACSR]))?[$¥]|[€£₩₹])"
    r"|(?<![^\W_])(?P<code>USD|HKD|TWD|AUD|CAD|SGD|EUR|GBP|CNY|RMB|JPY|KRW|INR|Rs\.?|CHF|SEK|SAR|AED)"
    r"|(?P<han>人民币|新台币|美金|港币|港元)(?P<hedge>[约近逾超达共]{0,2})) ?$"
)
_SUFFIX = re.compile(
    r"(?P<dash>[ -]?)(?P<latin>(?:(?:US|American|Canadian|Australian|Hong Kong|Singapore"
    r"|(?:New )?Taiwan) )?dollars?"
    r"|bucks?|euros?|pounds?(?: sterling)?|(?:Chinese )?yuan|renminbi|RMB|yen|(?:South Korean |Korean )?won"
    r"|rupees?|Swiss francs?"
    r"|USD|HKD|TWD|AUD|CAD|SGD|EUR|GBP|CNY|JPY|KRW|INR|CHF)(?![^\W_])"
    r"| ?(?P<sign>[€£₩¥]|\$(?![0-9A-Za-z]))"
    r"| ?(?P<han>美元|美金|美刀|刀(?![片具刃剑])|港元|港币|欧元|英镑|日元|日圆|韩元|韩圆|新台币元?|台币"
    r"|台元|印度卢比|卢比|加元|澳元"
    r"|新加坡元|新元|瑞士法郎|瑞郎|卢布|雷亚尔|元人民币|人民币|块钱|元(?!素|宇宙|件|旦|老|首|年"
    r"|月(?![薪费租付收])|器|宵|组|数据|学习|认知|气))",
    re.IGNORECASE,
)
_CENTS = re.compile(r"(?:[ -]cents?(?![^\W_])| ?¢| ?美分)")
# "$5 B" and "$5M" are scales beside a currency sign only.
_SIGN_SCALE = re.compile(r" (?P<apart>[KMBT]|mil|Cr(?:ore)?)(?![^\W_]|['’])")
_METER_NAMES = (
    r"(?:(?P<cached>cache[ds]?(?:[ -](?:hits?|reads?|writes?|inputs?)){0,3}"
    r"|缓存命中的?(?:输入)?|缓存(?:输入)?)"
    r"|(?P<both>input(?:/|,? and | \+ )output|输入(?:和|、|/)输出|blended)"
    r"|(?P<input>(?:uncached |cache[- ]miss )?(?:inputs?|in(?=[ ,;/)]|$)|prompt)|输入|缓存未命中)"
    r"|(?P<output>outputs?|out(?=[ ,;/)]|$)|completions?|输出))"
)
_METER = re.compile(_METER_NAMES, re.IGNORECASE)
_PER_TOKENS = re.compile(
    r"(?P<sep> ?/ ?| per | for (?:every |each )?| a | each | every |-per-| ?每)"
    r"(?:(?P<one>1|one|a) ?-?)?(?P<size>millions?|mil|1,000,000|1000000|mm|m|thousand|1,000|1000|k|百万"
    r"|千)?[ -]?个?"
    rf"(?:{_METER_NAMES}[ -]?)?的? ?(?P<tok>tokens?|toks?|词元)?(?![a-z])",
    re.IGNORECASE,
)
_AFTER_TOKENS = re.compile(rf" ?(?:\(|for |of )?{_METER_NAMES}", re.IGNORECASE)
_BEFORE_TOKENS = re.compile(
    r"(?:(?:per|/|for every|for each) ?(?:(?:1|one|a) ?)?(?P<size>million|m)[ -]?(?:cached |input "
    r"|output )*(?:tokens?|tok)"
    r"|每(?:1 ?|一)?(?P<han>百万)(?: ?个)? ?(?:输入|输出|缓存)? ?(?:tokens?|词元))[^.;。；]{0,24}$",
    re.IGNORECASE,
)
_TOKENLIKE = re.compile(r"[Tt]ok|词元")
_TIMELIKE = re.compile(r"[月年每时]|[a-z]ly |nnual|month")
_TIMES = {
    "mo": "month", "month": "month", "yr": "year", "year": "year", "annum": "year", "hour": "hour",
    "hr": "hour",
    "h": "hour", "gpu-hour": "hour", "gpu hour": "hour", "monthly": "month", "annually": "year",
    "yearly": "year", "hourly": "hour", "月": "month", "个月": "month", "年": "year", "小时": "hour",
    "时": "hour",
    "月费": "month", "月租": "month", "年费": "year",
}  # fmt: skip
_PER_TIME = re.compile(
    r"(?P<seat>(?: ?/ ?| per | a | each | every |-per-)(?:seat|user|developer|licen[cs]e|member|employee)\b"
    r"| ?(?:/|每) ?(?:席位|坐席|座席|座|人|用户|账号|账户|位))?"
    r"(?:(?:(?: ?/ ?| per | an? | each | every |[- ]per[- ]|-an?-)(?P<latin>month|mo|year|yr|annum"
    r"|GPU[- ]hour|hour|hr|h)(?![^\W_])"
    r"| (?P<adverb>monthly|annually|yearly|hourly)(?![^\W_])"
    r"|(?: ?(?:/|每|一个?|\() ?|的)?(?P<han>月费|月租|年费|个?月(?!份|底|初|内|薪)|年(?!底|初|内|度|前|后"
    r"|代|轻)|小时|时(?![候间代]))"
    r"(?P<slash>/?)))?",
    re.IGNORECASE,
)
_BEFORE_TIME = re.compile(
    r"(?:(?P<month>每个?月|月费|月租|月薪|月付|月入|包月|(?:monthly|per month)(?: \w+)? of)|(?P<year>每年"
    r"|年费|年薪|年付|年化|包年|annual(?:ized)? [\w ]{0,20}of)"
    r"|(?P<hour>每小时|时薪|hourly \w+ of)|(?P<seat>每席位|每用户|每人|每坐席))[^，。；,;0-9]{0,8}$",
    re.IGNORECASE,
)
_TALK_OF_TOKENS = re.compile(r"token|\bAPI\b|\binput\b|\boutput\b|输入|输出|词元|MTok", re.IGNORECASE)
_TALK_OF_MONEY = re.compile(
    r"(?:融资|估值|市值|投资|投入|支出|营收|收入|利润|净利|亏损|薪酬|年薪|奖金|成本|售价|耗资|斥资|收购"
    r"|金额|募资|罚款|贷款|订单额)"
    r"[^，。；,;]{0,6}$"
)


def read_money(text: str, number: Number) -> Reading | None:
    """Return the sum of money that a number is, None if it is none."""
    sign = _PREFIX.search(before(text, number.start, 10))
    start, end, value = number.start, number.end, number.value
    if sign is not None:
        start -= 0 if sign["hedge"] else len(sign[0])
        if number.scale == 1 and (scale := _SIGN_SCALE.match(text, end)):
            value, end = value * SCALES[scale["apart"].lower()], scale.end()
        name_before = str(sign["sign"] or sign["code"] or sign["han"]).lower()
        code, sure = _CODES[name_before], 1.0 if name_before != "¥" else 0.8
        if (name := _SUFFIX.match(text, end)) is not None and name["sign"] is None:
            # 港币 77 万元: the plain 元 counts whatever currency was named.
            code, end, sure = code if name["han"] == "元" else _code_of(name), name.end(), 1.0
        return _paid(text, number, Reading(start, end, FigureKind.MONEY, value, code, confidence=sure))
    if number.han and number.value < 2:
        return None
    if not number.exact and text.startswith(" of ", end):
        end += 3  # millions of dollars
    if (name := _SUFFIX.match(text, end)) is not None:
        # Pounds are a weight as well, and "won" is a verb.
        doubtful = name["latin"] and name["latin"].lower() in ("pound", "pounds", "won")
        sure = 0.4 if doubtful and number.scale == 1 else 1.0
        return _paid(
            text, number, Reading(start, name.end(), FigureKind.MONEY, value, _code_of(name), confidence=sure)
        )
    if (cents := _CENTS.match(text, end)) is not None:
        return _paid(text, number, Reading(start, cents.end(), FigureKind.MONEY, value / 100, "USD"))
    return None


def guess_money(text: str, number: Number) -> Reading | None:
    """Return the sum that a number is by its subject; headlines leave the currency out (估值三百亿)."""
    if number.scale < 1e4 or number.letter or _TALK_OF_MONEY.search(before(text, number.start, 16)) is None:
        return None
    bound = bound_of(text, number.start, number.end)
    return Reading(
        number.start, number.end, FigureKind.MONEY, number.value, "CNY", bound=bound, confidence=0.4
    )


def _code_of(name: re.Match[str]) -> str:
    if name["latin"] is None:
        return _CODES[str(name["han"] or name["sign"])]
    word = name["latin"].lower().removeprefix("chinese ").removeprefix("south ").removeprefix("korean ")
    word = word.removeprefix("american ")
    return _CODES.get(word) or _CODES[word.removesuffix("s")]


def _paid(text: str, number: Number, sum_: Reading) -> Reading:
    value, end, per = sum_.value, sum_.end, ""
    tokens = _PER_TOKENS.match(text, end)
    sure = sum_.confidence
    if tokens is not None and _is_tokens(tokens):
        per, end = _meter(tokens), tokens.end()
        per = _meter_around(text, sum_.start, end) if per == TOKENS and tokens["both"] is None else per
        # Prices are compared by the million; "per 1K tokens" is the same price in other words.
        value *= 1000 if (tokens["size"] or "").lower() in ("k", "thousand", "1,000", "1000", "千") else 1
        sure = sure if tokens["tok"] or tokens["size"] == "M" else sure * 0.8
    elif (times := _PER_TIME.match(text, end)) is not None and times.end() > end:
        per = "seat" if times["seat"] else _time_of(times)
        end = times.end() - len(times["slash"] or "")
    elif around := _per_before(text, sum_.start):
        per = around
        per = _meter_around(text, sum_.start, end) if per == TOKENS else per
    elif (meter := _AFTER_TOKENS.match(text, end)) is not None and _talks_of_tokens(text, sum_):
        per, sure, end = _meter(meter), min(sure, 0.7), meter.end()
        tokens = _PER_TOKENS.match(text, end)
        if tokens is not None and _is_tokens(tokens):  # "$15 input and $120 output per million tokens"
            sure, end = sum_.confidence, tokens.end()
    bound = bound_of(text, sum_.start, sum_.end)
    bound = bound or number.bound
    if not number.exact and number.word:
        sure = min(sure, 0.4)
    low = None if number.low is None else number.low * (value / number.value if number.value else 1.0)
    if not number.change:
        low = None
    return Reading(sum_.start, end, FigureKind.MONEY, value, sum_.unit, per, bound, low, sure)


def _is_tokens(found: re.Match[str]) -> bool:
    if found["tok"]:
        return True
    size = found["size"] or ""
    meter = any(found[name] for name in ("cached", "both", "input", "output"))
    return size in ("M", "mm", "MM", "million", "1M", "百万") and (
        "/" in found["sep"] or meter or found["one"] == "1"
    )


def _meter(found: re.Match[str]) -> str:
    if found["cached"]:
        return CACHED
    if found["input"]:
        return INPUT
    return OUTPUT if found["output"] else TOKENS


def _meter_around(text: str, start: int, end: int) -> str:
    """Return the meter that follows ("/M input") or else the nearest one before ("output tokens at")."""
    after = _AFTER_TOKENS.match(text, end)
    if after is not None and after["both"] is None:
        return _meter(after)
    found = TOKENS
    window = before(text, start, 32)
    window = window[max(map(window.rfind, ",;，；。、|")) + 1 :]
    for match in _METER.finditer(window):
        found = _meter(match) if match["both"] is None else TOKENS
    return found


def _time_of(times: re.Match[str]) -> str:
    return _TIMES[str(times["latin"] or times["adverb"] or times["han"]).lower()]


def _per_before(text: str, start: int) -> str:
    window = before(text, start, 60)
    if _TOKENLIKE.search(window) is not None and _BEFORE_TOKENS.search(window) is not None:
        return TOKENS
    found = _BEFORE_TIME.search(window[-32:]) if _TIMELIKE.search(window) is not None else None
    return str(found.lastgroup) if found is not None else ""


def _talks_of_tokens(text: str, sum_: Reading) -> bool:
    return _TALK_OF_TOKENS.search(text, max(0, sum_.start - 60), sum_.end + 60) is not None
