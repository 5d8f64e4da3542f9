"""The words that counts are read by: what is counted, in both languages, and what only looks so."""

from __future__ import annotations

import re

_PEOPLE = (
    "employee worker staffer engineer researcher scientist developer founder executive user customer client"
    " subscriber member student teacher doctor patient investor partner visitor viewer player driver expert"
    " seat job role company business enterprise firm startup bank hospital school agency country city market"
    " consultant contractor analyst lawyer accountant designer programmer reader listener account"
    " organisation"
    " licence merchant participant volunteer annotator supplier vendor tenant candidate applicant resident"
)
_THINGS = (
    "token parameter GPU TPU CPU NPU XPU chip accelerator processor server rack node wafer device vehicle"
    " car robot"
    " drone satellite phone download install query request message prompt image video document page paper"
    " patent model agent task question vote view line repository commit star attack bug vulnerability order"
    " contract acre mile core word bot app dataset language hour day week month year minute second"
)
IRREGULAR = {
    "people": "person", "staff": "employee", "staffers": "employee", "workforce": "employee",
    "headcount": "employee", "companies": "company",
    "businesses": "business", "countries": "country", "cities": "city", "agencies": "agency",
    "queries": "query", "repositories": "repository", "repos": "repository", "co-founders": "founder",
    "cofounders": "founder", "organizations": "organisation", "licenses": "licence", "licences": "licence",
    "data centers": "data center", "data centres": "data center", "params": "parameter", "context": "token",
    "vulnerabilities": "vulnerability", "cves": "vulnerability", "start-ups": "startup",
    "coders": "developer",
    "gigawatt": "GW", "gigawatts": "GW", "megawatt": "MW", "megawatts": "MW", "kilowatt": "kW",
    "kilowatts": "kW",
    "gigawatt-hours": "GWh", "megawatt-hours": "MWh", "wau": "user", "mau": "user", "dau": "user",
}  # fmt: skip
UNITS = {
    **{noun.lower(): noun for noun in (_PEOPLE + " " + _THINGS).split()},
    **{f"{noun.lower()}s": noun for noun in (_PEOPLE + " " + _THINGS).split()},
    **IRREGULAR,
}
_ATTRIBUTIVE_WORDS = "token parameter gpu tpu gigawatt megawatt context day week month year hour minute"
_STOP_WORDS = (
    "a an the of in on at by to for from and or but as with than that which who is are was were be"
    " has have had will its their his her this these it he she they per into over under after before"
    " more less times x percent points vs versus via while when if so not no can may would could"
    " should said says since until through up down out ago later old earlier"
)
# Nouns that go before another noun as well: "200,000 GPU cluster", "1M-token context", "90-day notice".
ATTRIBUTIVE = frozenset(_ATTRIBUTIVE_WORDS.split())
# Words behind which no counted noun is looked for.
STOPS = frozenset(_STOP_WORDS.split())
TIME = frozenset({"hour", "day", "week", "month", "year", "minute", "second"})
# A number behind one of these names a product or a part: Gemini 3, Opus 5, Series 3, Chapter 11.
NAMES = re.compile(
    r"(?<![^\W_])(?:GPT|Claude|Opus|Sonnet|Haiku|Fable|Mythos|Gemini|Gemma|Grok|Llama|Qwen|DeepSeek|Kimi"
    r"|GLM|Phi|Mistral|Nova|Sora|Veo|Imagen"
    r"|Codex|Cursor|Composer|Windows|iPhone|iOS|iPadOS|macOS|Android|Galaxy|Pixel|PlayStation|Xbox|Switch"
    r"|Colossus|Series|Section|Chapter"
    r"|Phase|Tier|Level|Step|Stage|Part|Type|Gen|Generation|Area|Vol|Volume|Episode|Season|No|Number"
    r"|Version|Day|Week|Route|Highway"
    r"|Article|Title|Class|Grade|Round|Fortune|Global|S&P|Russell|Nasdaq|FTSE|Ultra|Pro|Max|Mini|Flash|Air"
    r"|Book|Act|Top|First|Last|Next|Past"
    r"|V|v|M|RTX|Model|Office|Web|Industry|Layer|Figure|Optimus|Mate|Find|Mi|Redmi|Band|Watch|Fold|Flip"
    r"|Core|Ryzen|Snapdragon|Dimensity|天玑|骁龙) ?[-]?$"
)
NOUNS_ZH = {
    "员工": "employee", "裁员": "employee", "雇员": "employee", "职员": "employee", "职工": "employee",
    "工程师": "engineer",
    "研究员": "researcher",
    "研究人员": "researcher", "科学家": "scientist", "开发者": "developer", "开发人员": "developer",
    "程序员": "developer", "用户": "user",
    "日活": "user", "月活": "user", "周活": "user", "客户": "customer", "企业": "company", "公司": "company",
    "厂商": "company",
    "创始人": "founder", "联创": "founder", "席位": "seat", "坐席": "seat", "订阅用户": "user",
    "订阅者": "subscriber", "会员": "member",
    "参数": "parameter", "tokens": "token", "token": "token", "词元": "token", "上下文": "token",
    "gpus": "GPU", "gpu": "GPU", "tpus": "TPU", "tpu": "TPU", "显卡": "GPU",
    "加速卡": "GPU", "算力卡": "GPU", "卡集群": "GPU", "芯片": "chip", "服务器": "server", "机器人": "robot",
    "卫星": "satellite", "岗位": "job", "学生": "student",
    "教师": "teacher", "医生": "doctor", "患者": "patient", "投资者": "investor", "投资人": "investor",
    "高管": "executive", "专家": "expert",
    "国家": "country", "城市": "city", "模型": "model", "智能体": "agent", "代码": "line", "论文": "paper",
    "专利": "patent", "漏洞": "vulnerability",
    "下载": "download", "调用": "request", "请求": "request", "订单": "order", "设备": "device",
    "终端": "device", "车": "vehicle", "手机": "phone",
    "人": "person", "账号": "account", "账户": "account", "数据中心": "data center",
    "服务机构": "organisation", "机构": "organisation", "学者": "researcher",
    "司机": "driver", "律师": "lawyer", "分析师": "analyst", "参与者": "participant", "合作伙伴": "partner",
}  # fmt: skip
HOUSES = frozenset({"company", "organisation", "customer", "partner", "investor", "data center", "vendor"})
PERSONS = frozenset(_PEOPLE.split()) - HOUSES | {"person", "customer", "investor"}
# With a number and no measure word these are products: 3060 显卡, 8 Gen 4 芯片.
NAMED_BY_NUMBER = frozenset({"显卡", "芯片", "手机", "车", "模型", "代码", "机器人", "终端"})
