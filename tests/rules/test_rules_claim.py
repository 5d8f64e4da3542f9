"""Whose word a claim is: one line per fact, the words that show the signal in [brackets]."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.model import Claim
from tracker.rules.claims import words
from tracker.rules.claims.claim import Sentence, claim_of, weighed

OFFICIAL, REPORTED, RUMOUR, DENIED = Claim.OFFICIAL, Claim.REPORTED, Claim.RUMOUR, Claim.DENIED


# The alternatives of every pattern, as far as they are plain words: no stem may be missing.
WORDS = sorted(
    {
        word
        for each in words.ALL
        for word in re.findall(r"[a-z']{2,}|[\u4e00-\u9fff]+", re.sub(r"\\[a-z]", " ", each.pattern.pattern))
    }
)


def claimed(marked: str, *, official: bool = False) -> Claim:
    """The claim of a sentence whose hits stand in brackets."""
    text, hits = "", []
    for piece in re.split(r"(\[[^\]]*\])", marked):
        if piece.startswith("["):
            hits.append((len(text), len(text) + len(piece) - 2))
        text += piece.strip("[]")
    return claim_of(text, hits, official=official)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # English
        ("Acme [cuts prices] of its models", REPORTED),
        ("Acme reportedly [cuts prices]", RUMOUR),
        ("Acme [cuts prices], sources say", RUMOUR),
        ("Acme in advanced talks to [raise $2 billion]", RUMOUR),
        ("Acme is considering [selling shares]", RUMOUR),
        ("Acme said to near [a new round]", RUMOUR),
        ("Acme to [raise prices], according to three people familiar with the plan", RUMOUR),
        ("Acme plans to [release a model] this winter", RUMOUR),
        ("Acme nears [funding deal]", RUMOUR),
        ("Acme weighing [sale of its cloud]", RUMOUR),
        ("Acme eyes [listing] in Zurich", RUMOUR),
        ("Acme is rumored to [buy] Birch", RUMOUR),
        ("Acme’s next model [launches] Friday, leak suggests", RUMOUR),
        ("Acme may [launch] a smaller model", RUMOUR),
        ("Regulators could [fine] Acme", RUMOUR),
        ("Acme announces [price cut]", OFFICIAL),
        ("Acme and Birch announce [a partnership]", OFFICIAL),
        ("Acme confirms [the layoffs]", OFFICIAL),
        ("Announcing [Acme 3]", OFFICIAL),
        ("Acme denies it will [raise prices]", DENIED),
        ("Report of [Acme price rise] is not true", DENIED),
        ("Acme walks back [price rise]", DENIED),
        ("Acme dismisses reports of [a sale]", DENIED),
        ("Acme has no plans to [go public]", DENIED),
        ("Acme clarifies that [limits] do not change", DENIED),
        # Chinese
        ("甲方科技[降价]一半", REPORTED),
        ("消息称甲方科技将[降价]", RUMOUR),
        ("传甲方科技[融资]十亿", RUMOUR),
        ("甲方科技拟[收购]乙方", RUMOUR),
        ("甲方科技或将[涨价]", RUMOUR),
        ("甲方科技正洽谈[新一轮融资]", RUMOUR),
        ("甲方科技正就[新一轮融资]进行洽谈", RUMOUR),
        ("新模型有望下周[发布]", RUMOUR),
        ("据知情人士透露，甲方科技[裁员]", RUMOUR),
        ("曝甲方科技[推出]新机", RUMOUR),
        ("甲方新[模型]曝光：参数翻倍", RUMOUR),
        ("甲方據悉將[發佈]新模型", RUMOUR),
        ("甲方科技官方宣布[降价]", OFFICIAL),
        ("甲方科技官宣[涨价]", OFFICIAL),
        ("甲方科技确认[裁员]", OFFICIAL),
        ("甲方科技辟谣：[涨价]消息不实", DENIED),
        ("甲方科技否认[裁员]", DENIED),
        ("甲方科技澄清[涨价]一事", DENIED),
        ("[团队离职]系谣言", DENIED),
    ],
)
def test_a_sentence_says_whose_word_it_is(sentence: str, expected: Claim):
    assert claimed(sentence) is expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Acme [opens] the source code of its open source model",
        "Six data sources tell the same: [adoption] rises",
        "Acme [launched] the model in May 2026",
        "May 6: Acme [releases] a model",
        "Ten [models] worth considering",
        "All eyes on [Acme launch]",
        "Acme weighs in on [the bill]",
        "Acme adds team plans to [its price list]",
        "Subscribers may now [use] the model",
        "Acme cuts [prices] in a step that could hurt Birch",
        "Altman said to reporters that [prices] fall",
        "Judge denies request to [block] the merger",
        "Acme denied Birch early access to [its chips]",
        "Judge dismisses [lawsuit] against Acme",
        "传统企业[采用]大模型",
        "甲方上传模型并[开源]",
        "甲方[发布]传输协议",
        "甲方推出模拟器并[开源]",
        "虚拟主播[上线]",
        "甲方[发布]拟人语音模型",
        "湖水清澈，甲方[发布]新模型",
        "央视曝光甲方[涨价]",
        "甲方考虑到成本，[下调]价格",
        "甲方面向计划用户[开放]模型",
    ],
)
def test_what_only_looks_like_such_a_word_says_nothing(sentence: str):
    assert claimed(sentence) is REPORTED


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param("Acme denies it is in talks to [sell]", DENIED, id="a rumour that is denied"),
        pytest.param("甲方否认正洽谈[出售]", DENIED, id="否认洽谈"),
        pytest.param("Acme is not in talks to [sell]", DENIED, id="what is not so"),
        pytest.param("甲方并未洽谈[出售]", DENIED, id="并未洽谈"),
        pytest.param("Acme is no longer in talks to [buy] Birch", REPORTED, id="what is over"),
        pytest.param("甲方不再考虑[收购]乙方", REPORTED, id="不再考虑"),
        pytest.param("Acme did not deny [the sale]", REPORTED, id="no denial"),
        pytest.param("甲方没有否认[裁员]", REPORTED, id="没有否认"),
        pytest.param("Will Acme deny [the sale]?", REPORTED, id="a question is no denial"),
        pytest.param("甲方会否认[裁员]吗？", REPORTED, id="问句不是否认"),
        pytest.param("Reports: Acme did not announce [a model]", REPORTED, id="not announced"),
        pytest.param("甲方尚未宣布[价格]", REPORTED, id="尚未宣布"),
        pytest.param(
            "Sources say Acme announced [layoffs] to staff", RUMOUR, id="hearsay of an announcement"
        ),
        pytest.param("消息称甲方将宣布[裁员]", RUMOUR, id="消息称宣布"),
        pytest.param("Acme announces it plans to [buy] Birch", OFFICIAL, id="an announced plan"),
        pytest.param("甲方公告称拟[收购]乙方", OFFICIAL, id="公告拟"),
        pytest.param("Acme says it plans to [cut prices]", REPORTED, id="a plan that the party tells of"),
    ],
)
def test_words_turn_each_other_round(sentence: str, expected: Claim):
    assert claimed(sentence) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        pytest.param("Acme [ships a model] while Birch is in talks to sell", REPORTED, id="another clause"),
        pytest.param("甲方[发布]新模型；乙方拟裁员", REPORTED, id="分号之后"),
        pytest.param("甲方拟裁员；乙方[发布]新模型", REPORTED, id="分号之前"),
        pytest.param("早报｜甲方官宣涨价/乙方[收购]丙方", REPORTED, id="早报各条"),
        pytest.param("甲方[发布]模型，传乙方跟进", REPORTED, id="传在其后"),
        pytest.param("Acme [cuts prices] “as it may”", REPORTED, id="a word in a quotation without hits"),
        pytest.param("甲方[发布]《传闻》主题模型", REPORTED, id="书名"),
        pytest.param("Leaker: “Acme may [cut prices]”", RUMOUR, id="a quotation that holds the hit"),
    ],
)
def test_a_word_counts_only_for_what_it_is_said_of(sentence: str, expected: Claim):
    assert claimed(sentence) is expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("We are in talks to [extend the lease]", OFFICIAL),
        ("关于[降价]的说明", OFFICIAL),
        ("We deny that [prices] rise", DENIED),
    ],
)
def test_in_the_partys_own_newsroom_all_but_a_denial_is_official(sentence: str, expected: Claim):
    assert claimed(sentence, official=True) is expected


PAGE = (Path(__file__).parent.parent.parent / "docs/rules.md").read_text("utf-8")
ROWS = re.findall(r"^\| (denied|official|rumour|reported) \|[^|]*\| ([^|]*) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("expected", "examples"), ROWS)
def test_the_page_about_rules_gives_true_examples(expected: str, examples: str):
    assert {claimed(example).value for example in examples.split(";")} == {expected}


def test_the_page_about_rules_tells_of_every_claim():
    assert {name for name, _ in ROWS} == set(Claim)


def test_width_case_and_script_make_no_difference():
    assert claimed("ＡＣＭＥ ＲＥＰＯＲＴＥＤＬＹ [cuts]") is RUMOUR
    assert claimed("甲方否認[裁員]") is DENIED


def test_a_sentence_without_hits_is_taken_as_a_whole():
    assert claim_of("Acme reportedly sells", ()) is RUMOUR


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_looking_for_stems_first_changes_nothing(chosen: list[str]):
    text = " ".join(chosen)

    assert claim_of(text, ()) is weighed(Sentence(text, set(words.ALL)), ())


TEXT = st.text(alphabet=st.characters(), max_size=60)  # with lone surrogates and NUL
STEMS = [stem for each in words.ALL for stem in each.stems]


@given(TEXT, st.sampled_from(STEMS), TEXT)
def test_no_text_is_too_odd(before: str, stem: str, after: str):
    text = f"{before}{stem}{after}"

    assert claim_of(text, [(0, len(text))]) in Claim
