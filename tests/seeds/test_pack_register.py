"""The register of the pack: no name means two things unasked, and ambiguous names are read in context."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker import shipped
from tracker.config.load import load_config
from tracker.errors import Place
from tracker.model import Feed, Item, Panel
from tracker.rules import Ruleset, compile_rules, match_item
from tracker.rules.source import (
    AliasSource,
    Definitions,
    EntitySource,
    RuleSource,
    SignalSource,
    Written,
)
from tracker.text import normalise

PLACE = Place("test", 1, 1)
GENERAL = Feed(id="wire", name="Wire", url="https://wire.example/feed")
AI_ONLY = Feed(id="labs", name="Labs", url="https://labs.example/feed", panel=Panel.AI)
ACTORS = ("lab", "lab_cloud", "platform", "app", "data", "cloud", "chip", "infra", "model")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    path: Path = tmp_path_factory.mktemp("register") / "config.yaml"
    path.write_text("use: ai-industry\n", encoding="utf-8")
    return load_config(path, env={}, seeds=shipped.seeds()).definitions


@pytest.fixture(scope="module")
def register(pack: Definitions) -> Mapping[str, EntitySource]:
    return pack.entities


@pytest.fixture(scope="module")
def naming(pack: Definitions) -> Ruleset:
    """A ruleset that shows, as its signals, the entities that an item names."""
    return compile_rules(replace(pack, signals=tuple(map(_asking, pack.entities)), off=frozenset()))


def _asking(key: str) -> SignalSource:
    rule = RuleSource("named", key, Written(f"<{key}>", "test", ((1, 1),)), None, 1, (), "user", PLACE)
    return SignalSource(key, key, "", (rule,), "user", PLACE)


def named(ruleset: Ruleset, title: str, lead: str = "", feed: Feed = GENERAL) -> set[str]:
    seen = datetime(2026, 11, 23, tzinfo=UTC)
    item = Item("wire", title, title, title, title, None, lead, "", "", None, seen)
    return {match.signal for match in match_item(ruleset, item, feed)}


def names(register: Mapping[str, EntitySource]) -> Iterator[tuple[EntitySource, AliasSource]]:
    return ((entity, alias) for entity in register.values() for alias in entity.aliases)


def as_read(text: str) -> str:
    """What is left of a text when case, width and the Chinese script make no difference."""
    return normalise(text).folded.strip()


def test_a_name_that_reads_like_another_entitys_is_ambiguous_in_both(register: Mapping[str, EntitySource]):
    owners: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for entity, alias in names(register):
        owners[as_read(alias.text)].append((entity.id, alias.ambiguous))

    claimed = {
        text: found
        for text, found in owners.items()
        if len({owner for owner, _ in found}) > 1 and not all(ambiguous for _, ambiguous in found)
    }

    assert claimed == {}


def test_no_entity_says_a_name_twice(register: Mapping[str, EntitySource]):
    counts = Counter((entity.id, alias.text) for entity, alias in names(register))

    assert [name for name, count in counts.items() if count > 1] == []


def test_an_entity_has_one_id_and_one_name(register: Mapping[str, EntitySource]):
    counts = Counter((entity.type, as_read(entity.name)) for entity in register.values())

    # Two researchers share the Latin form of their names.
    assert [name for name, count in counts.items() if count > 1] == [("person", "yao shunyu")]


def test_a_condition_is_said_for_every_ambiguous_name(register: Mapping[str, EntitySource]):
    bare = [
        (entity.id, alias.text)
        for entity, alias in names(register)
        if alias.any_case and not (alias.needs or alias.unless or alias.not_in)
    ]

    assert bare == []


def test_a_name_is_not_its_own_context(register: Mapping[str, EntitySource]):
    empty = [
        (entity.id, alias.text)
        for entity, alias in names(register)
        for need in alias.needs
        if f" {normalise(need).words.strip()} " in f" {normalise(alias.text).words.strip()} "
    ]

    assert empty == []


def test_what_vetoes_a_name_does_not_stand_in_what_it_needs(register: Mapping[str, EntitySource]):
    both = [
        (entity.id, alias.text, shared)
        for entity, alias in names(register)
        if (shared := {as_read(term) for term in alias.needs} & {as_read(term) for term in alias.unless})
    ]

    assert both == []


def test_a_longer_word_that_hides_a_name_holds_it(register: Mapping[str, EntitySource]):
    strangers = [
        (entity.id, alias.text, longer)
        for entity, alias in names(register)
        for longer in alias.not_in
        if as_read(alias.text) not in as_read(longer) or as_read(alias.text) == as_read(longer)
    ]

    assert strangers == []


def test_short_latin_names_are_safe_only_where_they_are_capitals(register: Mapping[str, EntitySource]):
    short = [
        (entity.id, alias.text)
        for entity, alias in names(register)
        if alias.text.isascii() and len(alias.text) <= 3
        if not alias.ambiguous and alias.text.islower() and alias.text != "n8n"
    ]

    assert short == []


def test_an_entity_belongs_to_one_that_is_there(register: Mapping[str, EntitySource]):
    orphans = {entity.id: entity.parent for entity in register.values() if entity.parent}

    assert {key: parent for key, parent in orphans.items() if parent not in register} == {}


@pytest.mark.parametrize(
    ("title", "entity", "meant"),
    [
        pytest.param("Gemini opens a tab for shared notes", "gemini", True, id="Gemini, the assistant"),
        pytest.param("Gemini 要在月底改版网页端", "gemini", True, id="Gemini 在中文里"),
        pytest.param("Winklevoss twins take Gemini to court", "gemini", False, id="Gemini, the exchange"),
        pytest.param("双子座 Gemini 本周星座运势", "gemini", False, id="Gemini, the sign"),
        pytest.param("Kimi 宣布开源新的推理内核", "kimi", True, id="Kimi 是模型"),
        pytest.param("Kimi and Qwen lead the open-weight table", "kimi", True, id="Kimi beside other models"),
        pytest.param("Kimi Antonelli takes pole for Mercedes", "kimi", False, id="Kimi, the driver"),
        pytest.param(
            "Hana-Kimi returns for a second season of models", "kimi", False, id="Kimi in a longer name"
        ),
        pytest.param("Meta tells staff about a second reorganisation", "meta", True, id="Meta, the company"),
        pytest.param("A meta-analysis of sleep", "meta", False, id="meta, the prefix"),
        pytest.param("Claude can now read spreadsheets", "claude", True, id="Claude, the assistant"),
        pytest.param("Claude Monet's garden opens", "claude", False, id="Claude, the painter"),
        pytest.param("Copilot loses its key on new laptops", "copilot", True, id="Copilot, the assistant"),
        pytest.param("Copilot fell ill in the cockpit", "copilot", False, id="copilot of an aircraft"),
        pytest.param("Grok answers in Urdu", "grok", True, id="Grok, the assistant"),
        pytest.param("A Logstash filter called Grok", "grok", False, id="grok, the filter"),
        pytest.param("Llama 运行在树莓派上的大模型", "llama", True, id="Llama 是模型"),
        pytest.param("Llama farm opens to visitors", "llama", False, id="llama, the animal"),
        pytest.param("Reflection AI shows Beam, its first open model", "beam", True, id="Beam of Reflection"),
        pytest.param("Apache Beam pipelines in Go", "beam", False, id="Beam, the pipeline"),
        pytest.param("Amazon Nova gets a long context", "nova", True, id="Nova of Amazon"),
        pytest.param("Nova on the roof of Portland", "nova", False, id="a nova"),
        pytest.param("Phi-4 fits on a phone", "phi", True, id="Phi with its version"),
        pytest.param("Phi Beta Kappa elects members", "phi", False, id="phi, the letter"),
        pytest.param("Apple buys a voice start-up", "apple", True, id="Apple, the company"),
        pytest.param("苹果将为 Siri 换上新模型", "apple", True, id="苹果公司"),
        pytest.param("烟台苹果丰收", "apple", False, id="苹果是水果"),
        pytest.param("小米 MiMo 模型更新", "xiaomi", True, id="小米公司"),
        pytest.param("小米粥怎么熬", "xiaomi", False, id="小米是粮食"),
        pytest.param("百度文心改名", "ernie", True, id="文心是模型"),
        pytest.param("重读文心雕龙", "ernie", False, id="文心雕龙是书"),
        pytest.param("通义实验室开源语音模型", "alibaba", True, id="通义实验室"),
        pytest.param("通义开源代码评测榜单", "qwen", True, id="通义是模型"),
        pytest.param("元宝接入微信群聊", "hunyuan", True, id="元宝是助手"),
        pytest.param("出土金元宝三枚", "hunyuan", False, id="金元宝"),
        pytest.param("豆包下月起分三档订阅", "doubao", True, id="豆包是助手"),
        pytest.param("红豆包的做法", "doubao", False, id="红豆包是点心"),
        pytest.param("马斯克谈 AI 与就业", "elon-musk", True, id="马斯克谈 AI"),
        pytest.param("马斯克给大模型团队加人", "elon-musk", True, id="马斯克与大模型"),
        pytest.param("马斯克出席火箭发射", "elon-musk", False, id="马斯克与火箭"),
        pytest.param("奥特曼回应马斯克", "sam-altman", True, id="奥特曼是 OpenAI 的"),
        pytest.param("奥特曼玩具新品上架", "sam-altman", False, id="奥特曼是玩具"),
        pytest.param("甲骨文为人工智能举债", "oracle", True, id="甲骨文公司"),
        pytest.param("殷墟甲骨文新释", "oracle", False, id="甲骨文是文字"),
        pytest.param("月之暗面据传估值再升", "moonshot", True, id="月之暗面公司"),
        pytest.param("阿里智能体团队重组", "alibaba", True, id="阿里公司"),
        pytest.param("穆罕默德·阿里的AI纪录片", "alibaba", False, id="拳王阿里"),
        pytest.param("字节挖来两位研究员，给出高额年薪", "bytedance", True, id="字节公司"),
        pytest.param("每条消息多占四个字节，模型更慢", "bytedance", False, id="字节是单位"),
        pytest.param("Windsurf adds a terminal", "cognition", True, id="Windsurf, the editor"),
        pytest.param("Windsurf boards at half price", "cognition", False, id="windsurf, the sport"),
        pytest.param("Codex 应用更新，支持多窗口", "codex", True, id="Codex 是编程工具"),
        pytest.param("A Codex of Aztec law, a manuscript", "codex", False, id="a codex of parchment"),
        pytest.param("Cursor ships a quieter review mode", "cursor", True, id="Cursor, the editor"),
        pytest.param("Cursor jumps when the mouse is unplugged", "cursor", False, id="a mouse cursor"),
        pytest.param("Harvey wins a third of the largest law firms", "harvey", True, id="Harvey, the maker"),
        pytest.param("Harvey Weinstein's lawyers ask for AI transcripts", "harvey", False, id="a Harvey"),
        pytest.param("GPT-7 is said to arrive in spring", "gpt", True, id="a version nobody has seen"),
        pytest.param("Qwen5 权重泄露", "qwen", True, id="没见过的版本"),
        pytest.param("DeepSeekV5发布在即", "deepseek", True, id="版本紧跟着名字"),
        pytest.param(
            "Microsoft Copilot, and how GPT partitions a disk", "gpt", False, id="a partition table"
        ),
    ],
)
def test_a_name_counts_where_it_means_the_entity(naming: Ruleset, title: str, entity: str, meant: bool):
    assert (entity in named(naming, title)) is meant


def test_the_lead_gives_a_title_its_context(naming: Ruleset):
    assert "runway" not in named(naming, "Runway opens in Tokyo")
    assert "runway" in named(naming, "Runway opens in Tokyo", "The maker of video models rents an office.")


def test_a_feed_about_ai_is_context_enough_but_no_feed_outweighs_a_veto(naming: Ruleset):
    assert "sierra" in named(naming, "Sierra hires in Paris", feed=AI_ONLY)
    assert "sierra" not in named(naming, "Sierra Nevada under snow", feed=AI_ONLY)


def test_the_two_who_are_called_yao_shunyu_are_told_apart(naming: Ruleset):
    assert named(naming, "姚顺雨加入") == {"yao-shunyu"}
    assert named(naming, "姚顺宇加入") == {"yao-shunyu-physics"}


def test_traps_of_real_headlines_name_nobody_of_the_industry(
    naming: Ruleset, register: Mapping[str, EntitySource]
):
    traps = (
        "Interest rate hikes are back",
        "Anthropic principle, explained by a cosmologist",
        "A cold JOIN query in a quarter of a second",
        "离散自回归入门",
        "Explainable ai for farmers",
        "Nova Scotia, Sierra Leone and a beam of light",
        "Flux of neutrinos over Opus Dei's chapel",
    )

    found = {key for trap in traps for key in named(naming, trap) if register[key].type in ACTORS}

    assert found == set()
