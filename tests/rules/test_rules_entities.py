"""Names of entities: as written, the longest at a place, in their context."""

from __future__ import annotations

import pytest
from written import entity, feed, found, item

from tracker.model import Panel
from tracker.rules.source import AliasSource

META = AliasSource("Meta", needs=("Zuckerberg", "大模型"), unless=("meta-analysis",), ambiguous=True)
REGISTER = {
    "entities": [
        entity("openai", "OpenAI", "Open AI"),
        entity("zai", "Z.ai", "智谱"),
        entity("google", "Google", type="cloud"),
        entity("deepmind", "Google DeepMind", "谷歌DeepMind"),
        entity("meta", META, "Meta Platforms"),
        entity(
            "alibaba",
            "阿里巴巴",
            AliasSource("阿里", not_in=("阿里山",)),
            AliasSource("minimax", any_case=True),
        ),
        entity("return", AliasSource("回归", not_in=("自回归",)), type="thing"),
    ],
    "groups": {"vendor": ("lab", "cloud"), "named": ("openai",)},
}


@pytest.mark.parametrize(
    ("when", "title", "words"),
    [
        pytest.param("<openai>", "Why OpenAI won", ["OpenAI"], id="a name is found"),
        pytest.param("<openai>", "openai, OPENAI", [], id="in its own case only"),
        pytest.param("<openai>", "发布OpenAI新品", ["OpenAI"], id="beside Chinese text"),
        pytest.param("<openai>", "OpenAIs, MyOpenAI", [], id="not inside a word"),
        pytest.param("<openai>", "OpenAI's", ["OpenAI"], id="before an apostrophe"),
        pytest.param("<zai>", "Z.ai, Z ai", ["Z.ai"], id="signs as written"),
        pytest.param("<alibaba>", "MiniMax", ["MiniMax"], id="in any case when the register says so"),
        pytest.param("<zai>", "智譜上市", ["智譜"], id="in traditional characters"),
        pytest.param("<google>", "Google DeepMind", [], id="a longer name hides the shorter"),
        pytest.param("<vendor>", "Google DeepMind", ["Google DeepMind"], id="and counts itself"),
        pytest.param("<google>", "Google, Google DeepMind", ["Google"], id="elsewhere the shorter counts"),
        pytest.param("<deepmind>", "谷歌DeepMind发布", ["谷歌DeepMind"], id="a name of two scripts"),
        pytest.param("<alibaba>", "阿里巴巴", ["阿里巴巴"], id="the longest of an entity's own names"),
        pytest.param("<alibaba>", "阿里山日出", [], id="a name means nothing inside another word"),
        pytest.param("<return>", "Großstraße: 自回归", [], id="also behind a character that folds to two"),
        pytest.param("<return>", "离散自回归，回归", ["回归"], id="but counts beside it"),
        pytest.param("<lab>", "OpenAI and Google", ["OpenAI"], id="a type is its entities"),
        pytest.param("<vendor>", "OpenAI and Google", ["OpenAI", "Google"], id="a group is its types"),
        pytest.param("<named>", "OpenAI and Google", ["OpenAI"], id="a group may name entities"),
        pytest.param("<openai> near/2 cut", "OpenAI to cut", ["OpenAI", "cut"], id="a name can be near"),
        pytest.param("title:<openai>", "OpenAI", ["OpenAI"], id="a name can be asked of a field"),
    ],
)
def test_a_name_is_found(when: str, title: str, words: list[str]) -> None:
    assert found(when, title, **REGISTER) == words


@pytest.mark.parametrize(
    ("title", "lead", "panel", "words"),
    [
        pytest.param("Meta cuts", "", Panel.GENERAL, [], id="an ambiguous name alone does not count"),
        pytest.param("Meta cuts", "", Panel.AI, ["Meta"], id="on a feed about AI it does"),
        pytest.param(
            "Meta cuts", "says zuckerberg", Panel.GENERAL, ["Meta"], id="a needed word gives context"
        ),
        pytest.param("Meta的大模型", "", Panel.GENERAL, ["Meta"], id="a Chinese one, too"),
        pytest.param(
            "Meta cuts",
            "Meta Platforms fell",
            Panel.GENERAL,
            ["Meta", "Meta Platforms"],
            id="so does a sure name",
        ),
        pytest.param("Meta cuts", "OpenAI fell", Panel.GENERAL, [], id="a name of another entity does not"),
        pytest.param("Meta, a meta-analysis", "", Panel.AI, [], id="a veto counts on every feed"),
        pytest.param(
            "Meta Platforms, a meta analysis", "", Panel.AI, ["Meta Platforms"], id="of its name only"
        ),
    ],
)
def test_an_ambiguous_name_needs_its_context(title: str, lead: str, panel: Panel, words: list[str]) -> None:
    assert found("<meta>", item(title, lead), feed(panel=panel), **REGISTER) == words


def test_context_in_the_content_does_not_count() -> None:
    thing = item("Meta cuts", "a summary", "Meta Platforms and Zuckerberg")

    assert found("title:<meta> or content:absent", thing, **REGISTER) == []
