"""The words by which a sentence says whose word it is, in English and Chinese. Pure.

They are looked for in folded text: lower case, narrow, simplified. What only looks like one of them
(open source, May 2026, 模拟) does not count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Words that tell the same. stems: a text without any of them has none of the words."""

    pattern: re.Pattern[str]
    stems: tuple[str, ...]


def _told_by(stems: str, *patterns: str) -> Words:
    return Words(_any(*patterns), tuple(stems.split("|")))


_VERBS = (
    "be|have|near|plan|consider|explore|weigh|seek|eye|raise|raising|buy|acquire|sell|launch|release|ready|"
    "prepare|discuss|offer|want|pursue|mull|cut|hire|leave|join|invest|develop|build|pick|pay|plot|target|aim"
)
_DEAL = (
    "deal|agreement|round|funding|raise|raising|acquisition|buyout|pact|ipo|listing|sale|bid|launch|release|"
    "contract|investment|merger|lease|tie-up|partnership|settlement|offer|unveiling"
)
_IN_MONTH = (
    "in|on|by|this|late|early|mid|since|from|until|till|through|of|next|last|before|after|during|around|"
    "for|every|and|to|ending|ended"
)
_GENERIC = "you|we|i|users?|customers?|developers?|subscribers?|teams?|people|it"

HARMLESS = _any(
    r"\b(?:open|closed|data|news|energy|power|primary|multiple|light|revenue|context)[ -]sources?\b",
    r"\bsource[ -](?:code|of|available)\b",
    r"\bworth considering\b|^considering\b|\bconsidering (?:that|how|all|the (?:fact|cost|state|size))\b",
    r"\b(?:all|his|her|their|your|our|my|its|the|with|own|human|public|fresh|watchful|ai) eyes\b",
    r"\beyes (?:on|of|and|are|is|for|with|that|were|off|wide|in|only)\b",
    r"\bweigh(?:s|ed|ing)? in\b|\bweighing on\b|\bopen-weigh\w*",
    rf"\b(?:{_IN_MONTH})[ -]may\b(?! (?:be|have|soon|not)\b)|\bmay(?:'s|,| \d| day\b)|^may\b|\bmay now\b",
    rf"\b(?:{_GENERIC}) (?:may|might|could)\b|\bcould(?: not|n.t| have)\b",
    r"\b(?:pricing|subscription|new|free|paid|team|enterprise|your|their|its|the|all|business|pro|max|"
    r"these|our|premium|cheaper|monthly|annual|data|usage|for|with|ambitious|grand) plans? to\b",
    r"\b(?:scraps?|drops?|cancels?|abandons?|shelves|ditch(?:es)?|end(?:s|ed)?|halts?) plans? to\b",
    r"\bleaks? (?:of|user|customer|data)\b|\b(?:data|prompt|key|memory) leak\w*\b",
    r"[模虚草比仿类]拟|拟[人合态真物像音似定订]|拟声",
    r"[宣上下遗流相外言师真家祖嫡承]传|传(?:统|输|递|达|播|感|奇|承|媒|真|染|授|世|记|导|神|教|唤|动|销|"
    r"单|家|译|阅|唱|颂|感器|送|给|入|音|热|票|回|说中)",
    r"曝光[度率量]|过曝|曝露",
    r"考虑(?:到|因素|过|的是|周)|不可否认|毋庸否认",
)
"""What looks like a word below, and is none."""

HEARSAY_EITHER = _told_by(
    "report|rumo|purport|confirm|said|source|accord|people|person|insider|executive|leak|传|消息|据称|知情|爆料|疑似|证实|据悉|曝光",
    r"\breportedly\b|\brumou?r(?:s|ed|ing)?\b|\bpurported(?:ly)?\b|\bunconfirmed\b|\breported to be\b",
    rf"\b(?:is|are|was|were|been) said to\b|\bsaid to (?:{_VERBS})\b",
    r"\breports? (?:suggests?|claims?)\b",
    r"\bsources?(?: \w+){0,6}? (?:says?|said|tells?|told|claims?|claimed)\b|\bsources?:|\bper sources?\b",
    r"\baccording to (?:[\w']+ ){0,3}(?:sources?|people|persons?|insiders?|leaks?|leakers?|rumou?rs?)\b",
    r"\b(?:people|persons?|sources?|insiders?|executives?) (?:familiar|close to|briefed|with knowledge)\b",
    r"\binsiders? (?:says?|said|claims?)\b",
    r"\bleaks? (?:suggests?|reveals?|shows?|hints?|points?|claims?|says?)\b",
    r"\bleaked (?:internal |company |draft )?(?:memos?|documents?|slides?|benchmarks?|screenshots?|images?|"
    r"files?|emails?|roadmap|deck|audio|messages?|details?|specs?)\b",
    "据传|传闻|传言|被传|网传|盛传|风传|谣传|消息称|有消息|据消息|消息人士|据称|知情人士|知情者|爆料|疑似|"
    "未经证实|尚未证实|未获证实|传出|据悉(?=将|正|拟|有意|计划)|曝光(?=了?(?:$|[\\s,:;!。、/|]))",
)
"""Nobody who could know says so by name; before or behind what is said."""

HEARSAY_BEFORE = _told_by(
    "传|曝",
    r"(?:^|[\s,:;/、“「【】\]—|!。])传(?!到|至|来)|传(?=将|拟|已|正|要|即将)",
    "被曝|曝出|(?:^|[\\s,:;/、“「【】\\]—|!。])曝(?!光)|曝(?=[a-z0-9 将])",
)
"""The same; only what follows is meant."""

PLANNED = _told_by(
    "talks|discussion|negotiat|consider|mull|weigh|eye|eyi|explor|plan|expected|near|clos|拟|或将|恐将|谈|磋商|商讨|达成|考虑|有望|预计|计划",
    r"\bin (?:[\w-]+ ){0,2}talks\b|\b(?:hold(?:s|ing)?|begins?|enters?|early|advanced|final) talks\b",
    r"\btalks to (?:raise|buy|acquire|sell|invest|join|lease|merge|license|secure|use)\b",
    r"\bin (?:[\w-]+ ){0,2}(?:discussions|negotiations)\b|\bnegotiating\b",
    r"\bconsider(?:s|ing)\b|\bmull(?:s|ing)\b|\bweigh(?:s|ing)\b|\beye(?:s|ing)\b",
    rf"\bexplor(?:es|ing) (?:[\w-]+ ){{0,3}}?(?:{_DEAL}|options|buying|selling|raising)\b",
    r"\b(?:plans?|planning) to\b|\b(?:is|are) (?:widely )?expected to\b",
    rf"\b(?:nears?|nearing|close to|closing in on) (?:[\w$.,-]+ ){{0,5}}?(?:{_DEAL})\b",
    "拟|或将|恐将|就.{1,30}?(?:洽谈|谈判|磋商)|洽谈|商谈|磋商|正商讨|正在谈判|谈判中|接近达成|正考虑|考虑(?=收购|出售|推出|发布|与|让|将|"
    "在|以|对|为|投资|分拆|裁员|涨价|降价|上市)|有望|预计(?=将|于|在|今|明|下)|"
    "计划(?=于|在|将|年内|今年|明年|未来|下|投|推|发|收|筹|裁|建|上市|融|出售|提|削|扩|向|以|把|对|与|最|首次|斥资|就)",
)
"""It is meant to be, and is not yet; only what follows is meant."""

PERHAPS = _told_by(
    "may|might|could|或|可能",
    r"\b(?:may|might|could)(?= \w)"
    r"(?! (?:mean|threaten|cost|help|hurt|reshape|change|spur|force|replace|kill)\b)",
    "(?<![抑和])或(?=推|于|成|在|会|迎|再|被|面临)|可能(?=将|会|推|在|于)",
)
"""The same of a verb that stands close behind."""

ANNOUNCED = _told_by(
    "announc|confirm|introducing|press release|blog post|statement|filing|we're|we are|"
    "宣布|官宣|确认|证实|公告|据官方",
    r"\b(?:announce[sd]?|confirm(?:s|ed)?)\b|^\W*(?:announcing|introducing)\b",
    r"\bin (?:a|an|its) (?:official )?(?:press release|blog post|statement|filing)\b",
    r"\bwe(?:'re| are) (?:announcing|introducing|launching|releasing|rolling out)\b",
    "宣布|官宣|确认(?!键|码|框|收|单|按|弹|操)|证实|公告(?=称|显示|,|:)|据官方",
)
"""The party itself says so; only what follows is meant, and what stands in the same part before."""

DENIED_AHEAD = _told_by(
    "deny|deni|refut|rebut|debunk|dismiss|walk|clarif|plan|否认|辟谣|澄清",
    r"\b(?:den(?:y|ies|ied|ying)|refut(?:es?|ed|ing)|rebut(?:s|ted)|debunk(?:s|ed))\b",
    r"\bdismiss(?:es|ed|ing)? (?:[\w']+ ){0,3}?(?:claims?|reports?|rumou?rs?|speculation|suggestions?|talk|"
    r"allegations?|idea)\b",
    r"\b(?:walks?|walked|walking) back\b|\bclarif(?:ies|ied)\b|\b(?:no|never had) plans? to\b",
    "否认|辟谣|澄清",
)
"""The one whom it concerns says that it is not so; what follows is meant."""

DENIED_EITHER = _told_by(
    "true|false|baseless|denied|call|不实|不属实|子虚|不符|假消息|纯属|谣言",
    r"\b(?:is|are|was|were) (?:simply |completely |just )?(?:not true|untrue|false|baseless)\b",
    r"\bdenied by\b|\bcalls? (?:[\w']+ ){0,4}?(?:false|untrue|baseless|inaccurate|fake news)\b|\bnot true\b",
    "不实|不属实|子虚乌有|与事实不符|假消息|纯属(?:谣言|虚构|捏造)|[系是为]谣言",
)
"""The same, on either side of it."""

NO_DENIAL = _any(
    r"(?:\b(?:not|never|neither|nor|without|cannot|(?:refus|declin)\w+ to|yet to|confirm(?:ed|s)? n?or)|n't)"
    r" (?:\w+ )?$",
    "(?:不|未|没有|无法|难以|拒绝|尚未|并未)$",
)
"""What stands directly before a denial that is none."""

REFUSED = re.compile(
    r"\bden(?:y|ies|ied|ying) (?:[\w'.-]+ ){0,6}?(?:motion|request|bid|appeal|petition|injunction|access|"
    r"entry|permission|application|stay|licen[cs]e|bail|visa|coverage|service|loan|order|relief)\b"
)
"""To deny in the sense of not to grant."""

NEGATED = _any(
    r"(?:\b(?:not|never)|n't) (?:currently |even |actively |really |at all |in any |been )?$",
    "(?:并未|没有|未曾|从未|不会|并不|未|并非)(?:在|有|正|与\\w{1,8})?$",
)
"""What stands directly before words that a sentence denies with it."""

OVER = _any(
    r"\b(?:no longer|not yet|not just|not only|stopped?|ended?) $", "(?:不再|不只|不仅|停止|终止|结束|取消)$"
)
"""What stands directly before words that say that it is over."""

NOT_ANNOUNCED = _any(
    r"\b(?:sources?|reports?|stud(?:y|ies)|research|data|surveys?|leaks?|analys[ei]s|newly|previously|recently|"
    r"just|first|the|was|were|not|yet|never|be|been|analysts?|tests?|benchmarks?|to|will|would|can|may|might|"
    r"could|should)[ -]$",
    "(?:未|没有|不|将|或|拟|前|曾|计划|预计|据报道|法|需|待|请|让|可)$",
)
"""What stands directly before an announcement that is none, or nobody's."""

SAYS_ITSELF = _any(r"\b(?:says|said) (?:that )?(?:it|they|we|he|she|its)\b", "(?:公告|表示|官方)")
"""Whose plan it is says so itself: a plan that stands behind is no rumour."""

BREAK = _any(
    r"[;|•]|(?<=[一-鿿」』”])/(?![月年天日次人时周秒分座])|/(?=[一-鿿「『“])(?![月年天日次人时周秒分座])",
    r",? (?:while|whereas|amid|even as|but) |, after |, as | as (?=it|he|she|they|rivals?|google|openai)",
)
"""Where what is said of one thing ends and something else begins, within a sentence."""

ASIDE = re.compile(r"\b(?:that|which|who|what|how|why|where|when|if|so|because) (?:[\w'-]+ ){0,4}$")
"""What stands directly before a "may" that is not said of the main thing."""

QUOTED = _any(
    "“[^“”]{1,200}”", '"[^"]{1,200}"', "「[^「」]{1,200}」", "『[^『』]{1,200}』", "《[^《》]{1,200}》"
)

ALL = (HEARSAY_EITHER, HEARSAY_BEFORE, PLANNED, PERHAPS, ANNOUNCED, DENIED_AHEAD, DENIED_EITHER)
